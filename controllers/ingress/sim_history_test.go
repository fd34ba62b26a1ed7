package ingress

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// steps is how many changes a random history has.
const steps = 40

// history is what users, operators and people at the console do at random, as the seed wants it. It
// ends in an order of things that follows from the last wishes alone.
func history(s *sim) {
	w := &walker{world: s.world, chance: rand.New(rand.NewPCG(s.run.Seed, 1)), sizes: [3]int{1, 2, 1}}
	for i := range 4 {
		name := fmt.Sprintf("i%d", i)
		s.secrets.put("shop", name, pairOf(name+".example"))
	}
	s.add(class("slb"))
	w.services()
	s.proper()
	for range steps {
		switch w.chance.IntN(12) {
		case 0:
			name := fmt.Sprintf("i%d", w.chance.IntN(4))
			s.secrets.put("shop", name, pairUntil(name+".example", time.Date(2040+w.chance.IntN(3), 1, 1, 0, 0, 0, 0, time.UTC)))
		case 1:
			s.restart()
		case 2:
			s.meddle(w.chance)
		default:
			w.step()
		}
		if w.chance.IntN(2) == 0 {
			s.rest()
		} else {
			s.wait(time.Duration(1+w.chance.IntN(4)) * time.Second)
		}
	}
	s.mend(w)
}

// mend ends a history in a sane order of things. One Ingress has TLS all along, so that the default
// certificate is the same whatever came before.
func (s *sim) mend(w *walker) {
	s.rest()
	for i := range w.wishes {
		w.remove(ingressOf(w.wishes[i].name))
	}
	s.rest()
	for i := range 3 {
		w.scale(fmt.Sprintf("s%d", i), i+1)
	}
	for i := range 4 {
		s.wait(time.Second)
		h := wish{name: fmt.Sprintf("i%d", i), paths: []string{"/", "/a"}[:1+i%2], tls: i < 3}
		s.add(h.ingress())
	}
	s.rest()
	s.world.run(audits)
}

// meddle is what somebody does in the console.
func (s *sim) meddle(chance *rand.Rand) {
	id := ""
	if list := s.recordList(); len(list) > 0 {
		id = list[0].Status.LoadBalancerID
	}
	if id == "" {
		return
	}
	// Nothing is said when there is no such thing at the moment: faults decide on that.
	try := func(action string, params map[string]string) {
		params["RegionId"] = "cn-hangzhou"
		_, _ = s.cloud.Do(action, params)
	}
	switch chance.IntN(3) {
	case 0:
		try("StopLoadBalancerListener", map[string]string{"LoadBalancerId": id, "ListenerPort": "443", "ListenerProtocol": "https"})
	case 1:
		try("SetLoadBalancerHTTPListenerAttribute", map[string]string{"LoadBalancerId": id, "ListenerPort": "80", "IdleTimeout": "30"})
	case 2:
		try("DeleteLoadBalancerListener", map[string]string{"LoadBalancerId": id, "ListenerPort": "80", "ListenerProtocol": "http"})
	}
}
