package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// raiseListeners makes every wanted port a listener of ours that runs. Redirects go first when
// listeners are deleted and last when they are created, because the port that they point to has
// to be there.
func (m *maker) raiseListeners(sites []*site) {
	for _, s := range forwardsFirst(sites, func(s *site) bool { return s.have.Forward.Port != 0 }) {
		if s.blocks {
			m.drop(s)
		}
		if s.fate == recreate {
			m.noticeTakeOver(s)
			m.add(cloud.DeleteListener{Port: s.port, Protocol: s.have.Protocol}, m.whyRecreate(s))
		}
	}
	for _, s := range forwardsFirst(sites, func(s *site) bool { return s.want.Forward.Port == 0 }) {
		switch s.fate {
		case create, recreate:
			why := "there is none"
			if s.fate == recreate {
				why = "it was deleted to be created anew"
			}
			m.addFor(cloud.CreateListener{Listener: s.want}, why+asked(s.want.Source), s.want.Source)
			m.start(s, "the service creates listeners stopped")
		case takeOver:
			m.takeOver(s)
		case inPlace:
			if !s.have.Running {
				m.start(s, "it is stopped")
			}
		case leave, remove:
		}
	}
}

// forwardsFirst sorts sites for which first holds to the front, and keeps the order otherwise.
func forwardsFirst(sites []*site, first func(*site) bool) []*site {
	sorted := slices.Clone(sites)
	slices.SortStableFunc(sorted, func(a, b *site) int {
		switch {
		case first(a) == first(b):
			return 0
		case first(a):
			return -1
		default:
			return 1
		}
	})
	return sorted
}

func (m *maker) start(s *site, why string) {
	m.addFor(cloud.StartListener{Port: s.port, Protocol: s.want.Protocol}, why, s.want.Source)
}

func (m *maker) whyRecreate(s *site) string {
	why := "the redirect's target is re-created"
	if mustRecreate(s.have, s.want) {
		why = fmt.Sprintf("cannot be set in place: %s", strings.Join(fixedDiff(s.have, s.want), ", "))
	}
	if s.foreign {
		why = "taken over by override; " + why
	} else {
		why += m.foreignLoss(s)
	}
	return why + "; the port answers nothing until it is created again" + asked(s.want.Source)
}

// foreignLoss announces rules of others on a listener of ours that is deleted.
func (m *maker) foreignLoss(s *site) string {
	if n := len(m.foreignRulesOn(s.port)); n > 0 {
		return fmt.Sprintf("; rules of others that go with it: %d", n)
	}
	return ""
}

// fixedDiff is the difference in what the service fixes at creation.
func fixedDiff(have, want cloud.Listener) []string {
	fixed := func(l cloud.Listener) cloud.Listener {
		return cloud.Listener{Protocol: l.Protocol, Forward: l.Forward, TLS: cloud.TLS{CACertificate: l.TLS.CACertificate}}
	}
	return listenerDiff(fixed(have), fixed(want))
}

// takeOver makes somebody else's listener ours in place. The mark comes after the old content is
// gone and before ours comes, so that a crash in between is continued as a take-over.
func (m *maker) takeOver(s *site) {
	m.noticeTakeOver(s)
	const why = "taken over by override"
	if diff := listenerDiff(s.have, s.want); len(diff) > 0 {
		m.addFor(cloud.SetListener{Listener: s.want}, why+": "+strings.Join(diff, ", "), s.want.Source)
	}
	rules := slices.Concat(m.foreignRulesOn(s.port), rulesOn(s.port, m.got.Ours.Rules))
	m.emitDeletes(s, rules, "the listener is "+why)
	for _, e := range slices.Concat(m.foreignExtensionsOn(s.port), extensionsOn(s.port, m.got.Ours.Extensions)) {
		m.add(cloud.DeleteExtension{Extension: e}, "the listener is "+why)
	}
	m.addFor(cloud.TagListener{Port: s.port, Protocol: s.have.Protocol}, why, s.want.Source)
	if !s.have.Running {
		m.start(s, "it is stopped")
	}
}

// noticeTakeOver records what a take-over replaces: the service forgets it.
func (m *maker) noticeTakeOver(s *site) {
	if !s.foreign {
		return
	}
	m.notice(m.want.LoadBalancer.Source, cloud.ListenersTakenOver, fmt.Sprintf(
		"listener %d is taken over by override and will be deleted when the last Ingress leaves; it had %s",
		s.port, Definition(m.got, s.port)))
}

// Definition describes, for people, what others have on a port: the listener's settings, its rules
// and its domain extensions. It is what a take-over replaces.
func Definition(got cloud.Observed, port int) string {
	var settings []string
	for _, l := range got.Foreign.Listeners {
		if l.Port == port {
			settings = listenerDiff(cloud.Listener{}, l)
		}
	}
	for i, setting := range settings {
		// What it differs from is the zero listener, which says nothing to anybody.
		name, _, _ := strings.Cut(setting, " ")
		_, value, _ := strings.Cut(setting, " → ")
		settings[i] = name + " " + value
	}
	return fmt.Sprintf("%s; rules: %s; domain extensions: %s", strings.Join(settings, ", "),
		join(rulesOn(port, got.Foreign.Rules), ruleText), join(extensionsOn(port, got.Foreign.Extensions), extensionText))
}

func (m *maker) foreignRulesOn(port int) []cloud.Rule { return rulesOn(port, m.got.Foreign.Rules) }

func (m *maker) foreignExtensionsOn(port int) []cloud.Extension {
	return extensionsOn(port, m.got.Foreign.Extensions)
}

func rulesOn(port int, rules []cloud.Rule) []cloud.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r cloud.Rule) bool { return r.Port != port })
}

func extensionsOn(port int, extensions []cloud.Extension) []cloud.Extension {
	return slices.DeleteFunc(slices.Clone(extensions), func(e cloud.Extension) bool { return e.Port != port })
}

// dropListeners deletes listeners of ours that nobody wants, with everything on them.
func (m *maker) dropListeners(sites []*site) {
	for _, s := range forwardsFirst(sites, func(s *site) bool { return s.have.Forward.Port != 0 }) {
		if s.fate == remove && !s.blocks {
			m.drop(s)
		}
	}
}

func (m *maker) drop(s *site) {
	why := "no longer wanted"
	if n := len(s.rules); n > 0 {
		why += fmt.Sprintf("; rules that go with it: %d", n)
	}
	why += m.foreignLoss(s)
	m.add(cloud.DeleteListener{Port: s.port, Protocol: s.have.Protocol}, why)
}
