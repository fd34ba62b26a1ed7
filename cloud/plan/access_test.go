package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

var (
	authorityNames = []string{"ca1", "ca2"}
	listTypes      = map[string]string{"allow": "white", "deny": "black"}
	listNames      = []string{"allow", "deny"}
)

// addAccess gives both sides lists and CA certificates, and most listeners some of them.
func (s *scene) addAccess(r *rand.Rand) {
	most := s.policy.Limits.EntriesPerACL
	for _, side := range []*cloud.Stack{&s.want, &s.got.Ours} {
		if r.IntN(3) == 0 {
			continue
		}
		for _, name := range listNames {
			side.ACLs = append(side.ACLs, cloud.AccessControlList{Name: name, Entries: randomEntries(r, 1+r.IntN(most))})
		}
		for _, name := range authorityNames {
			side.CACertificates = append(side.CACertificates, cloud.CACertificate{Name: name})
		}
		for i := range side.Listeners {
			addAccess(r, &side.Listeners[i])
		}
	}
	for i := range s.want.Listeners {
		l := &s.want.Listeners[i]
		if l.Forward.Port == 0 && r.IntN(8) == 0 {
			l.ACL, l.TLS.KeepCA = cloud.ACL{Keep: true}, l.Protocol == cloud.HTTPS
			l.TLS.CACertificate = ""
		}
	}
}

func addAccess(r *rand.Rand, l *cloud.Listener) {
	if l.Forward.Port != 0 {
		return
	}
	l.ACL, l.TLS.CACertificate = cloud.ACL{}, ""
	if name := listNames[r.IntN(2)]; r.IntN(3) > 0 {
		l.ACL = cloud.ACL{Type: listTypes[name], Lists: name}
	}
	if l.Protocol == cloud.HTTPS && r.IntN(16) == 0 { // seldom, since an end of it is an interruption
		l.TLS.CACertificate = authorityNames[r.IntN(2)]
	}
}

func randomEntries(r *rand.Rand, n int) []string {
	entries := make([]string, n)
	for i := range entries {
		bits := []int{8, 16, 24, 32}[r.IntN(4)]
		entries[i] = fmt.Sprintf("10.%d.%d.0/%d", r.IntN(60), r.IntN(3), bits)
	}
	list := cloud.Stack{ACLs: []cloud.AccessControlList{{Entries: entries}}}
	list.Normalize()
	return list.ACLs[0].Entries
}

// TestAccessNeverOpens: no list is attached without entries, access control that stays on is never
// off in between, and rules come and go under it.
func TestAccessNeverOpens(t *testing.T) {
	t.Parallel()
	forScenes(t, func(t *testing.T, s scene) {
		way := walk(t, s)
		for i, step := range way.plan.Steps {
			now := way.states[i]
			for _, l := range now.Ours.Listeners {
				checkLists(t, now, l, step)
				checkGuard(t, states{s.got, now, way.end}, l, step)
			}
		}
	})
}

func checkLists(t *testing.T, now cloud.Observed, l cloud.Listener, step plan.Step) {
	t.Helper()
	for _, name := range l.ACL.Names() {
		if a, ok := now.Ours.ACL(name); !ok || len(a.Entries) == 0 {
			t.Errorf("listener %d has list %s without entries after\n%s", l.Port, name, step)
		}
	}
}

// checkGuard compares a listener, at some step, with what it was and will be.
func checkGuard(t *testing.T, at states, now cloud.Listener, step plan.Step) {
	t.Helper()
	before, was := at.before.Ours.Listener(now.Port)
	after, remains := at.after.Ours.Listener(now.Port)
	if !was || !remains || now.Forward.Port != 0 {
		return
	}
	open := now.ACL == cloud.ACL{}
	for _, r := range rulesAt(at.now, now.Port) {
		known, stays := hasRule(at.before.Ours.Rules, r), hasRule(at.after.Ours.Rules, r)
		switch {
		case !known && open && after.ACL != cloud.ACL{}:
			t.Errorf("new rule %s is open after\n%s", r.Ref(), step)
		case !known && now.TLS.CACertificate == "" && after.TLS.CACertificate != "":
			t.Errorf("new rule %s asks for no certificate after\n%s", r.Ref(), step)
		case !stays && open && before.ACL != cloud.ACL{}:
			t.Errorf("rule %s, which goes, is open after\n%s", r.Ref(), step)
		}
	}
	if open && before.ACL != (cloud.ACL{}) && after.ACL != (cloud.ACL{}) {
		t.Errorf("listener %d is open after\n%s", now.Port, step)
	}
}

func rulesAt(o cloud.Observed, port int) []cloud.Rule {
	return slices.DeleteFunc(slices.Clone(o.Ours.Rules), func(r cloud.Rule) bool { return r.Port != port })
}

// TestEntriesStay: an address that a list has and will have is never off it, but where a full list
// makes that impossible and says so.
func TestEntriesStay(t *testing.T) {
	t.Parallel()
	announced, total := 0, 0
	forScenes(t, func(t *testing.T, s scene) {
		way := walk(t, s)
		first := slices.IndexFunc(way.plan.Steps, func(step plan.Step) bool { return strings.Contains(step.Why, "change sides") })
		if first < 0 {
			checkEntries(t, s, way, len(way.states))
		} else {
			checkEntries(t, s, way, first)
			announced++
		}
		total++
	})
	if announced > total/4 {
		t.Errorf("%d of %d plans announce that addresses change sides; that is no exception any more", announced, total)
	}
}

// checkEntries looks at the states after the first n steps.
func checkEntries(t *testing.T, s scene, way trail, n int) {
	t.Helper()
	for _, name := range listNames {
		before, _ := s.got.Ours.ACL(name)
		after, _ := way.end.Ours.ACL(name)
		for _, address := range []string{"10.1.0.0", "10.7.1.0", "10.40.2.0"} {
			if !has(before, address) || !has(after, address) {
				continue
			}
			for i, now := range way.states[:n] {
				if list, _ := now.Ours.ACL(name); !has(list, address) {
					t.Errorf("%s is off list %s after\n%s", address, name, way.plan.Steps[i])
				}
			}
		}
	}
}

func has(list cloud.AccessControlList, address string) bool {
	return slices.ContainsFunc(list.Entries, func(e string) bool {
		p, err := cloud.ParseNetwork(e)
		a, _ := cloud.ParseNetwork(address)
		return err == nil && p.Contains(a.Addr())
	})
}

// accessRefusal says why the service would refuse a change of what decides who gets in.
func accessRefusal(o cloud.Observed, change cloud.Change) string {
	all := slices.Concat(o.Ours.Listeners, o.Foreign.Listeners)
	switch c := change.(type) {
	case cloud.CreateACL:
		if _, ok := o.Ours.ACL(c.List.Name); ok {
			return "the list exists"
		}
	case cloud.AddACLEntries:
		a, ok := o.Ours.ACL(c.List)
		switch {
		case !ok || len(c.Entries) == 0 || len(c.Entries) > cloud.MaxEntriesPerCall:
			return "the list is missing, or no batch"
		case slices.ContainsFunc(c.Entries, func(e string) bool { return slices.Contains(a.Entries, e) }):
			return "an entry exists"
		}
	case cloud.RemoveACLEntries:
		if len(c.Entries) == 0 || len(c.Entries) > cloud.MaxEntriesPerCall {
			return "no batch"
		}
	case cloud.DeleteACL:
		if slices.ContainsFunc(all, func(l cloud.Listener) bool { return slices.Contains(l.ACL.Names(), c.Name) }) {
			return "a listener uses the list"
		}
	case cloud.DeleteCACertificate:
		if slices.ContainsFunc(all, func(l cloud.Listener) bool { return l.TLS.CACertificate == c.Name }) {
			return "a listener uses the CA certificate"
		}
	}
	return ""
}

// accessUseRefusal says why the service would not let a listener have its access control.
func accessUseRefusal(o cloud.Observed, l cloud.Listener) string {
	for _, name := range l.ACL.Names() {
		if _, ok := o.Ours.ACL(name); !ok {
			return "a list is missing"
		}
	}
	known := func(c cloud.CACertificate) bool { return c.Name == l.TLS.CACertificate }
	if l.TLS.CACertificate != "" && !slices.ContainsFunc(o.Ours.CACertificates, known) {
		return "the CA certificate is missing"
	}
	if have, ok := listenerAt(o, l.Port); ok && have.TLS.CACertificate != "" && l.TLS.CACertificate == "" {
		return "a CA certificate cannot be taken away"
	}
	return ""
}
