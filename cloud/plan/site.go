package plan

import (
	"maps"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// fate is what becomes of a port.
type fate int

const (
	leave    fate = iota // somebody else's listener stays as it is
	inPlace              // ours; set if it differs
	create               // there is none
	recreate             // it has to be deleted first, ours or taken over
	takeOver             // somebody else's becomes ours in place
	remove               // ours, and not wanted any more
)

// site is a port of the instance with everything on it.
type site struct {
	port       int
	fate       fate
	have, want cloud.Listener // zero if there is none
	foreign    bool           // have is somebody else's

	rules   []cloud.Rule // ours, as found; none if the listener starts anew
	others  []cloud.Rule // not ours and staying
	wanted  []cloud.Rule
	removed []cloud.Rule // deleted early, to make room
	blocks  bool         // not wanted, and has to go before the listener that it redirects to is re-created
	waiting []cloud.Extension
}

// stands tells whether the port has a listener of ours after the plan.
func (s *site) stands() bool { return s.fate != leave && s.fate != remove }

// anew tells whether the port starts without rules and extensions, because there was no listener,
// or because what was on it went first.
func (s *site) anew() bool { return s.fate == create || s.fate == recreate || s.fate == takeOver }

// mustRecreate tells whether a listener cannot be set in place: the service fixes protocol and
// redirect at creation, a listener that redirects accepts no Set call, and a CA certificate can be
// replaced but not taken away, since a parameter that is not sent stays as it is.
func mustRecreate(have, want cloud.Listener) bool {
	return have.Protocol != want.Protocol || have.Forward != want.Forward ||
		have.TLS.CACertificate != "" && want.TLS.CACertificate == ""
}

// sites lists the ports of interest in ascending order.
func (m *maker) sites() []*site {
	ports := map[int]*site{}
	at := func(port int) *site {
		if ports[port] == nil {
			ports[port] = &site{port: port}
		}
		return ports[port]
	}
	for _, l := range m.got.Foreign.Listeners {
		at(l.Port).have, at(l.Port).foreign = l, true
	}
	for _, l := range m.got.Ours.Listeners {
		at(l.Port).have, at(l.Port).foreign = l, false
	}
	for _, l := range m.target.listeners {
		at(l.Port).want = l
	}
	for _, s := range ports {
		s.fate = s.decide()
	}
	recreateForwards(ports)
	sites := make([]*site, 0, len(ports))
	for _, port := range slices.Sorted(maps.Keys(ports)) {
		m.fill(ports[port])
		sites = append(sites, ports[port])
	}
	return sites
}

func (s *site) decide() fate {
	have, want := s.have.Port != 0, s.want.Port != 0
	switch {
	case want && !have:
		return create
	case want && mustRecreate(s.have, s.want):
		return recreate
	case want && s.foreign:
		return takeOver
	case want:
		return inPlace
	case s.foreign:
		return leave
	default:
		return remove
	}
}

// recreateForwards also re-creates redirects to a listener that is deleted, or deletes them early if
// nobody wants them: the service refuses to delete what a redirect points to.
func recreateForwards(ports map[int]*site) {
	for _, s := range ports {
		to := ports[s.have.Forward.Port]
		if s.fate == inPlace && to != nil && (to.fate == recreate || to.fate == remove) {
			s.fate = recreate
		}
		s.blocks = s.fate == remove && to != nil && to.fate == recreate
	}
}

func (m *maker) fill(s *site) {
	s.wanted = rulesOn(s.port, m.target.rules)
	if s.anew() {
		return
	}
	s.rules = rulesOn(s.port, m.got.Ours.Rules)
	if m.foreignStays(s.port, m.target.listeners) {
		s.others = m.foreignRulesOn(s.port)
	}
}
