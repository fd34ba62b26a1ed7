package placement

import (
	"cmp"
	"slices"
)

// Result says where hosts go.
type Result struct {
	// Placed has the number of the instance by host.
	Placed map[string]int
	// Left are the hosts for which there is no room, oldest first.
	Left []Left
}

// Left is a host that goes nowhere.
type Left struct {
	Host

	// Rules and Members are the most that one of the open instances has left.
	Rules, Members int
}

// Place finds instances for hosts that have none, oldest first: the first instance with room for
// everything, else the first one with room for everything but domain extensions, since a host without
// one is served, with the default certificate. members gives the number of members of a vServer
// group.
func Place(instances []Instance, hosts []Host, members func(group string) int) Result {
	p := &placer{result: Result{Placed: map[string]int{}}}
	most := Capacity{}
	for _, i := range instances {
		most.Rules, most.Members = max(most.Rules, i.Capacity.Rules), max(most.Members, i.Capacity.Members)
	}
	for _, i := range instances {
		s := newState(i, members)
		s.most = most
		p.states = append(p.states, s)
	}
	slices.SortFunc(p.states, func(a, b *state) int { return cmp.Compare(a.Number, b.Number) })
	for _, u := range unitsOf(hosts, func(host string) bool { return p.at(host) != nil }) {
		p.place(u)
	}
	slices.SortFunc(p.result.Left, func(a, b Left) int {
		return cmp.Or(cmp.Compare(a.Age, b.Age), cmp.Compare(a.Name, b.Name))
	})
	return p.result
}

type placer struct {
	states []*state
	result Result
}

// place places a unit on one instance, if need be the hosts that follow its oldest one beyond what
// there is room for: they could be nowhere else.
func (p *placer) place(u unit) {
	to, follows := p.follow(u)
	for _, whole := range []unit{u, u[:1]} {
		for _, extensions := range []bool{true, false} {
			if to == nil {
				to = p.first(whole, extensions)
			}
		}
	}
	if to == nil {
		for _, h := range u {
			p.leave(h)
		}
		return
	}
	for i, h := range u {
		// Whatever follows must fit into the record all the same.
		if to.bytes+size(h) > to.Capacity.Bytes && (follows || i > 0) {
			p.leave(h)
			continue
		}
		to.add(h)
		to.Hosts = append(slices.Clip(to.Hosts), h)
		p.result.Placed[h.Name] = to.Number
	}
}

func (p *placer) leave(h Host) {
	l := Left{Host: h}
	for _, s := range p.states {
		if !s.Closed {
			l.Rules, l.Members = max(l.Rules, s.Capacity.Rules-s.rules), max(l.Members, s.Capacity.Members-s.used)
		}
	}
	p.result.Left = append(p.result.Left, l)
}

// follow finds the instance that a unit has to be on: that of the narrowest wildcard that covers one
// of its hosts, else that of the oldest host that it covers, else the one that an Ingress names.
func (p *placer) follow(u unit) (to *state, ok bool) {
	for _, h := range u {
		for _, wildcard := range Wildcards(h.Name) {
			if s := p.at(wildcard); s != nil {
				return s, true
			}
		}
	}
	for _, h := range u {
		if s := p.oldestUnder(h.Name); s != nil {
			return s, true
		}
	}
	for _, h := range u {
		for _, s := range p.states {
			if h.Bound && s.Number == h.To {
				return s, true
			}
		}
	}
	return nil, false
}

// at is the instance that a host is on; nil if it is on none.
func (p *placer) at(host string) *state {
	for _, s := range p.states {
		if s.has(host) {
			return s
		}
	}
	return nil
}

func (p *placer) oldestUnder(wildcard string) *state {
	found := map[string]*state{}
	var oldest []Host
	for _, s := range p.states {
		if h, ok := s.oldestUnder(wildcard); ok {
			found[h.Name] = s
			oldest = append(oldest, h)
		}
	}
	if len(oldest) == 0 {
		return nil
	}
	return found[byAge(oldest)[0].Name]
}

func (p *placer) first(u unit, extensions bool) *state {
	for _, s := range p.states {
		if !s.Closed && s.fits(u, extensions) {
			return s
		}
	}
	return nil
}
