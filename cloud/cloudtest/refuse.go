package cloudtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// rulesPerListener is the service's quota, which cannot be raised.
const rulesPerListener = 40

// entriesPerACL is the service's quota where an account has none of its own.
const entriesPerACL = 300

// asked are ids under the names that the caller used: it does not know that a name was taken.
func asked(ids cloud.IDs) cloud.IDs {
	out := cloud.IDs{}
	for ref, id := range ids {
		ref.Name, _, _ = strings.Cut(ref.Name, "#")
		out[ref] = id
	}
	return out
}

// refuse checks a change as the service would. gone says that a delete has nothing to do.
func (m *Memory) refuse(s cloud.Scope, c cloud.Change) (gone bool, err error) {
	fail := func(kind cloud.ErrorKind, format string, args ...any) error {
		return &cloud.Error{Kind: kind, Op: c.Op(), Code: string(kind), Message: fmt.Sprintf(format, args...)}
	}
	if isDelete(c) && !m.there(c.Target()) {
		return true, nil
	}
	if m.state.Instance == nil && !c.Target().Kind.Regional() && c.Op() != "CreateLoadBalancer" {
		return false, fail(cloud.NotFound, "there is no instance")
	}
	for _, ref := range needs(c) {
		if !m.there(ref) {
			return false, fail(cloud.NotFound, "%s does not exist", ref)
		}
		if _, ok := s.IDs[ref]; !ok {
			return false, fail(cloud.Conflict, "the id of %s is not known", ref)
		}
	}
	for _, ref := range creates(c) {
		if m.there(ref) {
			return false, fail(cloud.Conflict, "%s exists already", ref)
		}
	}
	if size, most := batch(c); size > most {
		return false, fail(cloud.Invalid, "%d in one call, at most %d", size, most)
	}
	return false, m.inTheWay(c, fail)
}

// inTheWay finds what refers to a thing that is to go, and other states that forbid a change.
func (m *Memory) inTheWay(c cloud.Change, fail func(cloud.ErrorKind, string, ...any) error) error {
	switch x := c.(type) {
	case cloud.CreateLoadBalancer:
		if m.state.Instance != nil {
			return fail(cloud.Invalid, "there is an instance that was made with another token")
		}
	case cloud.DeleteLoadBalancer:
		if m.state.Instance.DeleteProtection {
			return fail(cloud.Conflict, "delete protection is on")
		}
	case cloud.DeleteServerGroup:
		if m.usesGroup(x.Name) {
			return fail(cloud.Busy, "%s is in use", x.Target())
		}
	case cloud.DeleteCertificate:
		if m.usesCertificate(x.Name) {
			return fail(cloud.Busy, "%s is in use", x.Target())
		}
	case cloud.DeleteACL, cloud.AddACLEntries, cloud.DeleteCACertificate:
		return m.accessInTheWay(c, fail)
	case cloud.DeleteListener:
		if slices.ContainsFunc(m.allListeners(), func(l cloud.Listener) bool { return l.Forward.Port == x.Port }) {
			return fail(cloud.Busy, "a listener forwards to %s", x.Target())
		}
	case cloud.DeleteExtension:
		same := func(r cloud.Rule) bool { return r.Port == x.Extension.Port && r.Domain == x.Extension.Domain }
		if slices.ContainsFunc(m.allRules(), same) {
			return fail(cloud.Busy, "the domain of %s has rules", x.Target())
		}
	case cloud.AddMembers:
		return m.duplicate(x, fail)
	case cloud.CreateRules:
		on := func(r cloud.Rule) bool { return r.Port != x.Port }
		if n := len(slices.DeleteFunc(m.allRules(), on)) + len(x.Rules); n > rulesPerListener {
			return fail(cloud.Quota, "%d rules on one listener", n)
		}
	}
	return nil
}

// accessInTheWay is inTheWay for what decides who gets in.
func (m *Memory) accessInTheWay(c cloud.Change, fail func(cloud.ErrorKind, string, ...any) error) error {
	switch x := c.(type) {
	case cloud.DeleteACL:
		if slices.ContainsFunc(m.allListeners(), func(l cloud.Listener) bool { return slices.Contains(l.ACL.Names(), x.Name) }) {
			return fail(cloud.Busy, "%s is in use", x.Target())
		}
	case cloud.DeleteCACertificate:
		if slices.ContainsFunc(m.allListeners(), func(l cloud.Listener) bool { return l.TLS.CACertificate == x.Name }) {
			return fail(cloud.Busy, "%s is in use", x.Target())
		}
	case cloud.AddACLEntries:
		list, _ := m.state.Ours.ACL(x.List)
		for _, e := range x.Entries {
			if slices.Contains(list.Entries, e) {
				return fail(cloud.Conflict, "%s has %s already", x.Target(), e)
			}
		}
		if n := len(list.Entries) + len(x.Entries); n > entriesPerACL {
			return fail(cloud.Quota, "%d entries on one list", n)
		}
	}
	return nil
}

func (m *Memory) duplicate(x cloud.AddMembers, fail func(cloud.ErrorKind, string, ...any) error) error {
	group, _ := m.state.Ours.ServerGroup(x.Group)
	for _, member := range x.Members {
		if slices.ContainsFunc(group.Members, member.Same) {
			return fail(cloud.Conflict, "%s has %s:%d already", x.Target(), member.IP, member.Port)
		}
	}
	return nil
}

func (m *Memory) there(ref cloud.Ref) bool {
	_, ok := idsOf(m.state)[ref]
	return ok
}

func (m *Memory) allListeners() []cloud.Listener {
	return slices.Concat(m.state.Ours.Listeners, m.state.Foreign.Listeners)
}

func (m *Memory) allRules() []cloud.Rule {
	return slices.Concat(m.state.Ours.Rules, m.state.Foreign.Rules)
}

func (m *Memory) usesGroup(name string) bool {
	return slices.ContainsFunc(m.allListeners(), func(l cloud.Listener) bool { return l.Group == name }) ||
		slices.ContainsFunc(m.allRules(), func(r cloud.Rule) bool { return r.Group == name })
}

func (m *Memory) usesCertificate(name string) bool {
	extensions := slices.Concat(m.state.Ours.Extensions, m.state.Foreign.Extensions)
	return slices.ContainsFunc(m.allListeners(), func(l cloud.Listener) bool { return l.TLS.Certificate == name }) ||
		slices.ContainsFunc(extensions, func(e cloud.Extension) bool { return e.Certificate == name })
}
