package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// foreignStays tells whether rules and extensions of others on a port are there after the plan:
// unless their listener is taken over, re-created or deleted.
func (m *maker) foreignStays(port int, listeners []cloud.Listener) bool {
	want, wanted := cloud.Stack{Listeners: listeners}.Listener(port)
	if _, foreign := m.foreignListener(port); foreign {
		return !wanted
	}
	have, ours := m.got.Ours.Listener(port)
	return !ours || wanted && !mustRecreate(have, want)
}

// chooseRules leaves out rules that have no listener, whose key somebody else holds, or for which
// the listener has no room, and resolves rules that are to stay as they are.
func (m *maker) chooseRules(listeners []cloud.Listener) []cloud.Rule {
	ours := map[cloud.Ref]cloud.Rule{}
	for _, r := range m.got.Ours.Rules {
		ours[r.Ref()] = r
	}
	held := map[cloud.Ref]bool{}
	foreign := map[int]int{} // by port
	for _, r := range m.got.Foreign.Rules {
		if m.foreignStays(r.Port, listeners) {
			held[r.Ref()] = true
			foreign[r.Port]++
		}
	}
	var chosen []cloud.Rule
	for _, r := range m.want.Rules {
		l, ok := cloud.Stack{Listeners: listeners}.Listener(r.Port)
		if !ok || l.Forward.Port != 0 {
			continue
		}
		if held[r.Ref()] {
			m.tell(r.Source, cloud.TakenByForeignRule, fmt.Sprintf(
				"listener %d has a forwarding rule for %q that is not ours; delete that rule to have this path served", r.Port, ruleKey(r)))
			continue
		}
		if r.Keep {
			have, there := ours[r.Ref()]
			if !there {
				continue
			}
			r.Group = have.Group
		}
		chosen = append(chosen, r)
	}
	return append(m.fitRules(chosen, foreign), m.stranded(listeners)...)
}

// stranded are rules of ours on a wanted port whose listener is not ours: while the listener is
// left alone, so are they.
func (m *maker) stranded(listeners []cloud.Listener) []cloud.Rule {
	var stranded []cloud.Rule
	for _, r := range m.got.Ours.Rules {
		if m.occupied(r.Port, listeners) {
			stranded = append(stranded, r)
		}
	}
	return stranded
}

// occupied tells whether a port is wanted but left to somebody else.
func (m *maker) occupied(port int, listeners []cloud.Listener) bool {
	_, wanted := m.want.Listener(port)
	_, chosen := cloud.Stack{Listeners: listeners}.Listener(port)
	return wanted && !chosen
}

// fitRules leaves out rules of the highest ranks until every listener has room. A rank that is
// left out goes from all listeners, so that a path is not served on one of them only.
func (m *maker) fitRules(rules []cloud.Rule, foreign map[int]int) []cloud.Rule {
	limit := m.policy.Limits.RulesPerListener
	used := maps.Clone(foreign)
	ranks := map[int][]cloud.Rule{}
	for _, r := range rules {
		used[r.Port]++
		ranks[r.Rank] = append(ranks[r.Rank], r)
	}
	full := map[int]int{} // rank left out: the port that has no room for it
	for _, rank := range slices.Backward(slices.Sorted(maps.Keys(ranks))) {
		i := slices.IndexFunc(ranks[rank], func(r cloud.Rule) bool { return used[r.Port] > limit })
		if i < 0 {
			continue
		}
		full[rank] = ranks[rank][i].Port
		for _, r := range ranks[rank] {
			used[r.Port]--
		}
	}
	return slices.DeleteFunc(rules, func(r cloud.Rule) bool {
		port, out := full[r.Rank]
		if out {
			m.tell(r.Source, cloud.RulesExhausted, fmt.Sprintf(
				"no room for %q: listener %d has %d of %d forwarding rules, of which %d are not ours; "+
					"remove paths, or raise maxInstances in the class's SLBConfig",
				ruleKey(r), port, used[port], limit, foreign[port]))
		}
		return out
	})
}

// chooseExtensions returns the extensions that stand after the plan: those there is room for, and
// those that cannot be deleted yet because their domain still has a rule. The latter present the
// default certificate.
func (m *maker) chooseExtensions(t target) []cloud.Extension {
	var chosen []cloud.Extension
	for _, l := range t.listeners {
		if l.Protocol == cloud.HTTPS {
			chosen = append(chosen, m.extensionsOf(l, t.rules)...)
		}
	}
	for _, e := range m.got.Ours.Extensions {
		if m.occupied(e.Port, t.listeners) {
			chosen = append(chosen, e)
		}
	}
	return chosen
}

func (m *maker) extensionsOf(l cloud.Listener, rules []cloud.Rule) []cloud.Extension {
	have, foreign := m.survivors(l)
	ruled := domainsOn(l.Port, rules)
	var chosen, fresh []cloud.Extension
	wanted := map[string]bool{}
	for _, e := range m.want.Extensions {
		switch {
		case e.Port != l.Port || !ruled[e.Domain]:
		case foreign[e.Domain]:
			m.tell(e.Source, cloud.TakenByForeignRule, fmt.Sprintf(
				"listener %d has a domain extension for %q that is not ours; delete it to have this certificate presented", e.Port, e.Domain))
		case have[e.Domain]:
			wanted[e.Domain] = true
			chosen = append(chosen, e)
		default:
			fresh = append(fresh, e)
		}
	}
	chosen = append(chosen, m.lingering(l, have, wanted, ruled)...)
	return append(chosen, m.fitExtensions(fresh, len(chosen)+len(foreign))...)
}

// lingering are extensions that nobody wants and the service does not delete yet, in order.
func (m *maker) lingering(l cloud.Listener, have, wanted, ruled map[string]bool) []cloud.Extension {
	blocked := domainsOn(l.Port, m.got.Foreign.Rules)
	maps.Copy(blocked, ruled)
	var lingering []cloud.Extension
	for _, e := range m.got.Ours.Extensions {
		if e.Port == l.Port && have[e.Domain] && !wanted[e.Domain] && blocked[e.Domain] {
			lingering = append(lingering, cloud.Extension{Port: e.Port, Domain: e.Domain, Certificate: l.TLS.Certificate})
		}
	}
	return lingering
}

// survivors gives the domains of the extensions on a listener that survive the listener's own
// changes.
func (m *maker) survivors(l cloud.Listener) (ours, foreign map[string]bool) {
	ours, foreign = map[string]bool{}, map[string]bool{}
	if have, ok := m.got.Ours.Listener(l.Port); !ok || mustRecreate(have, l) {
		return ours, foreign
	}
	for _, e := range extensionsOn(l.Port, m.got.Ours.Extensions) {
		ours[e.Domain] = true
	}
	for _, e := range m.foreignExtensionsOn(l.Port) {
		foreign[e.Domain] = true
	}
	return ours, foreign
}

func (m *maker) fitExtensions(fresh []cloud.Extension, used int) []cloud.Extension {
	limit := m.policy.Limits.ExtensionsPerListener
	slices.SortStableFunc(fresh, func(a, b cloud.Extension) int { return cmp.Compare(a.Rank, b.Rank) })
	room := min(max(limit-used, 0), len(fresh))
	for _, e := range fresh[room:] {
		m.tell(e.Source, cloud.ExtensionsExhausted, fmt.Sprintf(
			"%q is served with the default certificate: listener %d takes %d domain extensions and has no room; "+
				"raise the account's quota slb_quota_domain_extensions_num and the limit in the class's SLBConfig", e.Domain, e.Port, limit))
	}
	return fresh[:room]
}

func domainsOn(port int, rules []cloud.Rule) map[string]bool {
	domains := map[string]bool{}
	for _, r := range rules {
		if r.Port == port && r.Domain != "" {
			domains[r.Domain] = true
		}
	}
	return domains
}
