package dataplane

import (
	"cmp"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Health tells the members of all groups of a listener, by group, server, address and port; nil
// when the listener is not served.
func (s *Server) Health(instanceID string, port int) []fakecloud.MemberHealth {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at, l := range s.listeners {
		if at.instance == instanceID && at.port == port {
			return l.backend.health()
		}
	}
	return nil
}

func (b *backends) health() []fakecloud.MemberHealth {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []fakecloud.MemberHealth
	for _, p := range b.pools {
		all = append(all, p.health()...)
	}
	slices.SortFunc(all, func(a, b fakecloud.MemberHealth) int {
		return cmp.Or(cmp.Compare(a.GroupID, b.GroupID), cmp.Compare(a.ServerID, b.ServerID),
			cmp.Compare(a.IP, b.IP), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Status, b.Status))
	})
	return slices.Compact(all)
}

func (p *pool) health() []fakecloud.MemberHealth {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []fakecloud.MemberHealth
	for _, m := range p.members {
		all = append(all, fakecloud.MemberHealth{
			GroupID: p.group, ServerID: m.view.ServerID, IP: m.view.IP, Port: m.view.Port, Status: m.checks.status(),
		})
	}
	return all
}

func (c *checks) status() string {
	switch {
	case c == nil || !c.checked.Load():
		return fakecloud.HealthUnavailable
	case c.healthy():
		return fakecloud.HealthNormal
	}
	return fakecloud.HealthAbnormal
}
