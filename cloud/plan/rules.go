package plan

import (
	"fmt"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// createRules creates a port's rules and then the extensions of their domains. Where the listener
// is full, what nobody wants goes first, as little of it as possible.
func (m *maker) createRules(s *site) {
	before, after := s.routes()
	var expected []change
	for missing := s.missing(); len(missing) > 0; missing = without(s.missing(), m.createdOn(s)) {
		// What had to go may have taken a domain's last rule, so the units are not the same again.
		units := creationUnits(missing, m.routesNow(s), after)
		now, later := split(units, m.room(s))
		if len(later) > 0 {
			if expected == nil {
				expected = expectations(before, after)
			}
			if m.makeRoom(s, expected, size(later)-(m.room(s)-size(now))) {
				continue
			}
			if len(now) == 0 {
				m.forceRoom(s, len(units[0].rules)-m.room(s))
				continue
			}
		}
		m.emitCreates(s, now)
	}
	m.createExtensions(s)
}

// routes are what the port does with requests before and after the plan.
func (s *site) routes() (before, after routes) {
	from, to := s.have.Group, s.want.Group
	switch s.fate {
	case inPlace:
	case leave:
		to = from
	default:
		from = to // the listener itself is done before its rules
	}
	return newRoutes(from, s.rules, s.others), newRoutes(to, s.wanted, s.others)
}

// missing are the rules to create.
func (s *site) missing() []cloud.Rule {
	return without(s.wanted, s.rules)
}

// surplus are the rules to delete that are still there.
func (s *site) surplus() []cloud.Rule {
	return without(without(s.rules, s.wanted), s.removed)
}

func without(rules, others []cloud.Rule) []cloud.Rule {
	keys := make(map[cloud.Ref]bool, len(others))
	for _, r := range others {
		keys[r.Ref()] = true
	}
	var left []cloud.Rule
	for _, r := range rules {
		if !keys[r.Ref()] {
			left = append(left, r)
		}
	}
	return left
}

// room is how many rules the listener still takes, as the plan stands now.
func (m *maker) room(s *site) int {
	return m.policy.Limits.RulesPerListener - len(s.others) - len(s.rules) + len(s.removed) - len(m.createdOn(s))
}

// createdOn are the rules that the plan creates on a port so far.
func (m *maker) createdOn(s *site) []cloud.Rule {
	var created []cloud.Rule
	for _, step := range m.steps {
		if c, ok := step.Change.(cloud.CreateRules); ok && c.Port == s.port {
			created = append(created, c.Rules...)
		}
	}
	return created
}

func size(units []unit) int {
	n := 0
	for _, u := range units {
		n += len(u.rules)
	}
	return n
}

// split divides units into those that fit the room, and the others.
func split(units []unit, room int) (now, later []unit) {
	for i, u := range units {
		if room -= len(u.rules); room < 0 {
			return units[:i], units[i:]
		}
	}
	return units, nil
}

// expectations are the requests that have to stay where they are.
func expectations(before, after routes) []change {
	domains := map[string]bool{"": true}
	for domain := range before.byDomain {
		domains[domain] = true
	}
	for domain := range after.byDomain {
		domains[domain] = true
	}
	var all []change
	for domain := range domains {
		all = append(all, stable(domain, before, after)...)
	}
	return all
}

// makeRoom deletes up to n unwanted rules that no request needs at this point of the plan, and
// tells whether there was one.
func (m *maker) makeRoom(s *site, expected []change, n int) bool {
	now := m.routesNow(s)
	var free []unit
	_, after := s.routes()
	for _, u := range deletionUnits(s.surplus(), now, after) {
		if size(free)+len(u.rules) > n || u.torn {
			continue
		}
		for _, r := range u.rules {
			now.cut(r)
		}
		if meets(now, expected) {
			free = append(free, u)
			continue
		}
		for _, r := range u.rules {
			now.put(r)
		}
	}
	for _, call := range pack(free) {
		m.emitDeletes(s, call.rules, "no longer wanted, and the listener is full")
		s.removed = append(s.removed, call.rules...)
	}
	return len(free) > 0
}

// forceRoom deletes n unwanted rules although requests need them until their new rules are there.
func (m *maker) forceRoom(s *site, n int) {
	var gone []cloud.Rule
	_, after := s.routes()
	for _, u := range deletionUnits(s.surplus(), m.routesNow(s), after) {
		gone = append(gone, u.rules...)
	}
	gone = gone[:min(n, len(gone))]
	m.emitDeletes(s, gone, fmt.Sprintf(
		"no longer wanted; the listener is full with %d rules, so requests to these may miss until the next rules are created",
		m.policy.Limits.RulesPerListener))
	s.removed = append(s.removed, gone...)
}

// routesNow is what the port does with requests as the plan stands now.
func (m *maker) routesNow(s *site) routes {
	before, _ := s.routes()
	return newRoutes(before.fallback, without(s.rules, s.removed), s.others, m.createdOn(s))
}

func meets(now routes, expected []change) bool {
	return !slices.ContainsFunc(expected, func(c change) bool {
		return now.route(c.domain, c.url).group != c.after.group
	})
}

func (m *maker) emitCreates(s *site, units []unit) {
	for _, call := range pack(units) {
		why := "new" + asked(sourcesOf(call.rules)...)
		if call.torn {
			why += fmt.Sprintf("; the domain is new and one call takes %d rules, so some of its requests miss until the next call",
				cloud.MaxRulesPerCall)
		}
		m.add(cloud.CreateRules{Port: s.port, Protocol: s.want.Protocol, Rules: plain(call.rules)}, why)
	}
}

func (m *maker) emitDeletes(s *site, rules []cloud.Rule, why string) {
	for batch := range slices.Chunk(rules, cloud.MaxRulesPerCall) {
		m.add(cloud.DeleteRules{Port: s.port, Protocol: s.have.Protocol, Rules: batch}, why)
	}
}

// setRules points rules, extensions and the listener itself at what they should use from now on.
// Rules with settings of their own come before the listener and those that follow it come after, so
// that no rule has the listener's old settings in between, nor its new ones too early.
func (m *maker) setRules(s *site) {
	follows := func(r cloud.Rule) bool { return r.Own == cloud.Spread{} }
	m.setRulesThat(s, func(r cloud.Rule) bool { return !follows(r) })
	want := s.want
	if s.loosens() {
		want.ACL = s.have.ACL // for now
	}
	if diff := listenerDiff(s.have, want); s.fate == inPlace && len(diff) > 0 {
		m.addFor(cloud.SetListener{Listener: want}, joinDiff(diff)+asked(s.want.Source), s.want.Source)
	}
	m.setRulesThat(s, follows)
	m.setExtensions(s)
}

// setRulesThat sets the wanted rules for which a condition holds, as far as they differ.
func (m *maker) setRulesThat(s *site, holds func(cloud.Rule) bool) {
	have := map[cloud.Ref]cloud.Rule{}
	for _, r := range slices.Concat(s.rules, m.createdOn(s)) {
		have[r.Ref()] = r
	}
	for _, r := range s.wanted {
		if now, ok := have[r.Ref()]; ok && holds(r) {
			m.setRule(now, r)
		}
	}
}

// setRule sets one rule. The service has no word that sets the port of a rule's health check back to
// the members' own, so the check goes off and on again for that.
func (m *maker) setRule(have, want cloud.Rule) {
	diff := ruleDiff(have, want)
	if len(diff) == 0 {
		return
	}
	if was, is := have.Own.HealthCheck, want.Own.HealthCheck; was.Port != 0 && is.On && is.Port == 0 {
		off := want
		off.Own.HealthCheck = cloud.HealthCheck{}
		m.addFor(cloud.SetRule{Rule: off}, "its health check goes on again without a port of its own"+asked(want.Source), want.Source)
	}
	m.addFor(cloud.SetRule{Rule: want}, joinDiff(diff)+asked(want.Source), want.Source)
}

// plain are rules as they are created: settings of their own are set afterwards.
func plain(rules []cloud.Rule) []cloud.Rule {
	list := slices.Clone(rules)
	for i := range list {
		list[i].Own = cloud.Spread{}
	}
	return list
}

// deleteRules deletes a port's rules that nobody wants, unless the listener goes with them, and
// then the extensions of domains without a rule.
func (m *maker) deleteRules(s *site) {
	if s.fate == remove {
		return
	}
	_, after := s.routes()
	for _, call := range pack(deletionUnits(s.surplus(), m.routesNow(s), after)) {
		why := "no longer wanted"
		if call.torn {
			why += fmt.Sprintf("; the domain goes and one call takes %d rules, so some of its requests miss for a moment",
				cloud.MaxRulesPerCall)
		}
		m.emitDeletes(s, call.rules, why)
	}
	m.deleteExtensions(s)
}
