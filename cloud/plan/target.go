package plan

import (
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// target is what of the wanted can stand: the end of the plan.
type target struct {
	listeners    []cloud.Listener
	rules        []cloud.Rule // Keep resolved to what is there
	extensions   []cloud.Extension
	groups       []cloud.ServerGroup
	certificates []cloud.Certificate

	groupsInUse, certificatesInUse map[string]bool
}

func (t target) usesGroup(name string) bool       { return t.groupsInUse[name] }
func (t target) usesCertificate(name string) bool { return t.certificatesInUse[name] }

func (t target) listener(port int) (cloud.Listener, bool) {
	return cloud.Stack{Listeners: t.listeners}.Listener(port)
}

func (m *maker) choose() target {
	t := target{groups: m.want.ServerGroups, certificates: m.want.Certificates}
	t.listeners = m.chooseListeners()
	t.rules = m.chooseRules(t.listeners)
	t.extensions = m.chooseExtensions(t)
	t.groupsInUse, t.certificatesInUse = m.inUse(t)
	return t
}

// chooseListeners leaves out ports that somebody else occupies.
func (m *maker) chooseListeners() []cloud.Listener {
	var chosen []cloud.Listener
	for _, l := range m.want.Listeners {
		foreign, taken := m.foreignListener(l.Port)
		if taken && !m.want.LoadBalancer.Override {
			m.tellOccupied(foreign)
			continue
		}
		chosen = append(chosen, l)
	}
	return chosen
}

func (m *maker) foreignListener(port int) (cloud.Listener, bool) {
	return cloud.Stack{Listeners: m.got.Foreign.Listeners}.Listener(port)
}

// inUse are the names of groups and certificates that stay: what is wanted, and what rules that
// are kept, or things of others, refer to.
func (m *maker) inUse(t target) (groups, certificates map[string]bool) {
	groups, certificates = map[string]bool{}, map[string]bool{}
	for _, g := range t.groups {
		groups[g.Name] = true
	}
	for _, c := range t.certificates {
		certificates[c.Name] = true
	}
	for _, r := range slices.Concat(t.rules, m.staying(m.got.Foreign.Rules, t)) {
		groups[r.Group] = true
	}
	for _, l := range m.got.Foreign.Listeners {
		if _, taken := t.listener(l.Port); !taken {
			groups[l.Group], certificates[l.TLS.Certificate] = true, true
		}
	}
	for _, l := range t.listeners {
		groups[l.Group], certificates[l.TLS.Certificate] = true, true
	}
	for _, e := range t.extensions {
		certificates[e.Certificate] = true
	}
	for _, e := range m.got.Foreign.Extensions {
		if m.foreignStays(e.Port, t.listeners) {
			certificates[e.Certificate] = true
		}
	}
	return groups, certificates
}

func (m *maker) staying(rules []cloud.Rule, t target) []cloud.Rule {
	var staying []cloud.Rule
	for _, r := range rules {
		if m.foreignStays(r.Port, t.listeners) {
			staying = append(staying, r)
		}
	}
	return staying
}
