package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

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
	now := extensionsOn(l.Port, m.got.Ours.Extensions)
	ruled := domainsOn(l.Port, rules)
	var chosen, fresh []cloud.Extension
	wanted := map[string]bool{}
	for _, e := range m.want.Extensions {
		switch {
		case e.Port != l.Port || !ruled[e.Domain]:
		case foreign[e.Domain]:
			m.tell(e.Source, cloud.TakenByForeignRule, fmt.Sprintf(
				"listener %d has a domain extension for %q that is not ours; delete it to have this certificate presented", e.Port, e.Domain))
		case e.Keep && !have[e.Domain]:
		case have[e.Domain]:
			wanted[e.Domain] = true
			if old, _ := find(now, e); e.Keep {
				e.Certificate, e.Keep = old.Certificate, false
			}
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
