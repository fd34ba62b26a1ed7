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
	acls         []cloud.AccessControlList
	authorities  []cloud.CACertificate

	use use
}

// use has the names of what something refers to after the plan, ours or not.
type use struct{ groups, certificates, acls, authorities map[string]bool }

func newUse() use {
	return use{
		groups: map[string]bool{}, certificates: map[string]bool{},
		acls: map[string]bool{}, authorities: map[string]bool{},
	}
}

func (u use) listener(l cloud.Listener) {
	u.groups[l.Group], u.certificates[l.TLS.Certificate], u.authorities[l.TLS.CACertificate] = true, true, true
	for _, name := range l.ACL.Names() {
		u.acls[name] = true
	}
}

func (t target) usesGroup(name string) bool       { return t.use.groups[name] }
func (t target) usesCertificate(name string) bool { return t.use.certificates[name] }

func (t target) listener(port int) (cloud.Listener, bool) {
	return cloud.Stack{Listeners: t.listeners}.Listener(port)
}

func (m *maker) choose() target {
	var t target
	t.listeners = m.chooseListeners()
	t.rules = m.chooseRules(t.listeners)
	t.extensions = m.chooseExtensions(t)
	t.use = m.inUse(t)
	for _, g := range m.want.ServerGroups {
		if t.usesGroup(g.Name) {
			t.groups = append(t.groups, g)
		}
	}
	for _, c := range m.want.Certificates {
		if t.usesCertificate(c.Name) {
			t.certificates = append(t.certificates, c)
		}
	}
	for _, a := range m.want.ACLs {
		if t.use.acls[a.Name] && len(a.Entries) > 0 {
			t.acls = append(t.acls, a)
		}
	}
	for _, c := range m.want.CACertificates {
		if t.use.authorities[c.Name] {
			t.authorities = append(t.authorities, c)
		}
	}
	return t
}

// chooseListeners leaves out ports that somebody else occupies.
func (m *maker) chooseListeners() []cloud.Listener {
	var chosen []cloud.Listener
	for _, l := range m.want.Listeners {
		foreign, taken := m.foreignListener(l.Port)
		if taken && (!m.want.LoadBalancer.Override || !always(l.Port)) {
			m.tellOccupied(foreign)
			continue
		}
		chosen = append(chosen, m.resolve(l))
	}
	return chosen
}

// resolve replaces what a listener is to keep by what it has.
func (m *maker) resolve(l cloud.Listener) cloud.Listener {
	l = m.resolveAccess(l)
	if have, ok := m.got.Ours.Listener(l.Port); ok && !mustRecreate(have, l) {
		if l.KeepGroup || m.leavesCanary(have.Group, l.Group) && m.hasGroup(have.Group) {
			l.Group = have.Group
		}
		if l.TLS.Keep {
			l.TLS.Certificate = have.TLS.Certificate
		}
	}
	l.KeepGroup, l.TLS.Keep = false, false
	return l
}

func (m *maker) foreignListener(port int) (cloud.Listener, bool) {
	return cloud.Stack{Listeners: m.got.Foreign.Listeners}.Listener(port)
}

func (m *maker) inUse(t target) use {
	u := newUse()
	for _, r := range slices.Concat(t.rules, m.staying(m.got.Foreign.Rules, t)) {
		u.groups[r.Group] = true
	}
	for _, l := range m.got.Foreign.Listeners {
		if _, taken := t.listener(l.Port); !taken {
			u.listener(l)
		}
	}
	for _, l := range t.listeners {
		u.listener(l)
	}
	for _, e := range slices.Concat(t.extensions, m.stuck(t)) {
		u.certificates[e.Certificate] = true
	}
	for _, e := range m.got.Foreign.Extensions {
		if m.foreignStays(e.Port, t.listeners) {
			u.certificates[e.Certificate] = true
		}
	}
	return u
}

// stuck are extensions of ours on somebody else's listener that cannot be deleted, because their
// domain has a rule that is not ours.
func (m *maker) stuck(t target) []cloud.Extension {
	var stuck []cloud.Extension
	for _, e := range m.got.Ours.Extensions {
		_, foreign := m.foreignListener(e.Port)
		_, taken := t.listener(e.Port)
		if foreign && !taken && domainsOn(e.Port, m.got.Foreign.Rules)[e.Domain] {
			stuck = append(stuck, e)
		}
	}
	return stuck
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
