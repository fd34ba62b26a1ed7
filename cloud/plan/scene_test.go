package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// scene is a random wanted state, a random observed one, and limits.
type scene struct {
	want   cloud.Stack
	got    cloud.Observed
	policy plan.Policy
}

var groupNames = []string{"n/a/80", "n/b/80", "n/c/80"}

func randomScene(r *rand.Rand) scene {
	limits := plan.Limits{RulesPerListener: 4 + r.IntN(37), ExtensionsPerListener: 1 + r.IntN(3), EntriesPerACL: 60 + r.IntN(60)}
	s := scene{want: randomStack(r, limits.RulesPerListener+4), policy: plan.Policy{Limits: limits}}
	s.want.LoadBalancer = &cloud.LoadBalancer{Name: "k8s", Override: r.IntN(3) == 0}
	s.got.Ours = randomStack(r, limits.RulesPerListener)
	s.got.Instance = &cloud.Instance{ID: "lb-1", Status: cloud.StatusActive, Spec: "slb.s1.small", Tags: owner.Tags()}
	if r.IntN(3) == 0 { // a small change of what is there
		s.want.Rules = nudge(r, s.got.Ours.Rules)
		s.want.Listeners = slices.Clone(s.got.Ours.Listeners)
	}
	for i := range s.want.Rules {
		s.want.Rules[i].Rank = r.IntN(20)
		if r.IntN(12) == 0 {
			s.want.Rules[i].Keep, s.want.Rules[i].Group = true, ""
		}
	}
	for i := range s.want.Listeners {
		l := &s.want.Listeners[i]
		l.KeepGroup, l.TLS.Keep = r.IntN(8) == 0, l.Protocol == cloud.HTTPS && r.IntN(8) == 0
	}
	s.want.Extensions = randomExtensions(r, s.want, len(domains))
	for i := range s.want.Extensions {
		if r.IntN(6) == 0 {
			s.want.Extensions[i].Keep, s.want.Extensions[i].Certificate = true, ""
		}
	}
	s.got.Ours.Extensions = randomExtensions(r, s.got.Ours, limits.ExtensionsPerListener)
	s.addAccess(r)
	if r.IntN(2) == 0 {
		s.addForeign(r)
	}
	limits.MembersPerInstance = countMembers(s.got.Ours) + r.IntN(30)*r.IntN(2) + 1
	s.policy.Owner, s.policy.Limits = owner, limits
	s.want.Normalize()
	s.got.Ours.Normalize()
	return s
}

// addForeign moves some of what is ours into other hands.
func (s *scene) addForeign(r *rand.Rand) {
	ours := &s.got.Ours
	if n := len(ours.Listeners); n > 0 && ours.Listeners[n-1].Forward.Port == 0 && r.IntN(3) == 0 {
		s.got.Foreign.Listeners = append(s.got.Foreign.Listeners, ours.Listeners[n-1])
		ours.Listeners = ours.Listeners[:n-1]
	}
	ours.Rules = slices.DeleteFunc(ours.Rules, func(rule cloud.Rule) bool {
		if r.IntN(8) > 0 {
			return false
		}
		rule.Group = "id:rsp-theirs"
		s.got.Foreign.Rules = append(s.got.Foreign.Rules, rule)
		return true
	})
	ours.Extensions = slices.DeleteFunc(ours.Extensions, func(e cloud.Extension) bool {
		if r.IntN(4) > 0 {
			return false
		}
		e.Certificate = "id:theirs"
		s.got.Foreign.Extensions = append(s.got.Foreign.Extensions, e)
		return true
	})
}

func countMembers(s cloud.Stack) int {
	n := 0
	for _, g := range s.ServerGroups {
		n += len(g.Members)
	}
	return n
}

// nudge drops, adds and redirects a few rules.
func nudge(r *rand.Rand, rules []cloud.Rule) []cloud.Rule {
	var next []cloud.Rule
	seen := map[cloud.Ref]bool{}
	for _, rule := range rules {
		switch r.IntN(8) {
		case 0:
			continue
		case 1:
			rule.Group = groupNames[r.IntN(len(groupNames))]
		case 2:
			rule.URL = urls[r.IntN(len(urls))]
		case 3:
			rule.Domain = domains[r.IntN(len(domains))]
		case 4:
			rule.Own = randomSpread(r)
		}
		if rule.Domain+rule.URL != "" && !seen[rule.Ref()] {
			seen[rule.Ref()] = true
			next = append(next, rule)
		}
	}
	return next
}

func randomStack(r *rand.Rand, maxRules int) cloud.Stack {
	var s cloud.Stack
	fallback := append([]string{cloud.EmptyGroup}, groupNames...)
	for _, port := range []int{443, 80} {
		if r.IntN(6) == 0 {
			continue
		}
		l := cloud.Listener{Port: port, Protocol: cloud.HTTP, Group: fallback[r.IntN(len(fallback))], Running: r.IntN(8) > 0}
		if port == 443 {
			l.Protocol, l.TLS.Certificate = cloud.HTTPS, certificateNames[r.IntN(2)]
		}
		if r.IntN(4) == 0 {
			l.IdleTimeout = 30
		}
		if s := randomSpread(r); s.Scheduler != "" {
			l.Scheduler, l.Sticky, l.HealthCheck = s.Scheduler, s.Sticky, s.HealthCheck
		}
		if port == 80 && len(s.Listeners) > 0 && r.IntN(8) == 0 {
			l = cloud.Listener{Port: 80, Protocol: cloud.HTTP, Forward: cloud.Forward{Port: 443}, Running: true}
		}
		s.Listeners = append(s.Listeners, l)
		if l.Forward.Port == 0 {
			s.Rules = append(s.Rules, randomRules(r, port, maxRules)...)
		}
	}
	for _, name := range fallback {
		s.ServerGroups = append(s.ServerGroups, randomGroup(r, name))
	}
	for _, name := range certificateNames {
		s.Certificates = append(s.Certificates, cloud.Certificate{Name: name})
	}
	return s
}

var certificateNames = []string{"cert1", "cert2", "cert3"}

func randomGroup(r *rand.Rand, name string) cloud.ServerGroup {
	g := cloud.ServerGroup{Name: name}
	if name == cloud.EmptyGroup {
		return g
	}
	g.Hold = r.IntN(6) == 0
	for ip := range r.IntN(50) {
		if r.IntN(3) > 0 {
			g.Members = append(g.Members, cloud.Member{
				ServerID: "eni-1", IP: fmt.Sprintf("10.0.0.%02d", ip), Port: 80, Weight: 50 + 50*r.IntN(2),
			})
		}
	}
	return g
}

// randomRules favours one domain, so that domains with more rules than a call takes are common.
func randomRules(r *rand.Rand, port, most int) []cloud.Rule {
	var rules []cloud.Rule
	favourite := domains[r.IntN(len(domains))]
	odds := 1 + r.IntN(12)
	for _, domain := range domains {
		for _, url := range urls {
			take := r.IntN(12) < odds/4
			if domain == favourite {
				take = r.IntN(12) < odds
			}
			if domain+url == "" || !take {
				continue
			}
			rules = append(rules, cloud.Rule{
				Port: port, Domain: domain, URL: url, Group: groupNames[r.IntN(len(groupNames))], Own: randomSpread(r),
			})
		}
	}
	r.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
	return rules[:min(len(rules), r.IntN(most+1))]
}

// randomSpread has few values, so that a rule's own are often those of a listener, before or after.
func randomSpread(r *rand.Rand) cloud.Spread {
	if r.IntN(3) > 0 {
		return cloud.Spread{}
	}
	s := cloud.Spread{Scheduler: []string{"wrr", "rr"}[r.IntN(2)]}
	if r.IntN(3) == 0 {
		s.HealthCheck = cloud.HealthCheck{On: true, Port: 8081 * r.IntN(2)}
	}
	return s
}

func randomExtensions(r *rand.Rand, s cloud.Stack, most int) []cloud.Extension {
	var extensions []cloud.Extension
	if l, ok := s.Listener(443); !ok || l.Protocol != cloud.HTTPS {
		return nil
	}
	for _, domain := range domains[1:] {
		ruled := slices.ContainsFunc(s.Rules, func(rule cloud.Rule) bool { return rule.Port == 443 && rule.Domain == domain })
		if ruled && len(extensions) < most && r.IntN(2) == 0 {
			extensions = append(extensions, cloud.Extension{
				Port: 443, Domain: domain, Certificate: certificateNames[r.IntN(len(certificateNames))], Rank: r.IntN(20),
			})
		}
	}
	return extensions
}
