package ingress

import (
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
)

// reject remembers the rules that a run's end showed to be refused for good, and the settings of rules'
// own.
func (m *memory) reject(group string, done apply.Result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, failed := range done.Failed {
		if c, ok := failed.Step.Change.(cloud.SetRule); ok && failed.Refused && c.Rule.Own != (cloud.Spread{}) {
			if m.spreads[group] == nil {
				m.spreads[group] = map[cloud.Spread]error{}
			}
			m.spreads[group][c.Rule.Own] = failed.Err
			continue
		}
		rule, ok := refusedRule(failed)
		if !ok {
			continue
		}
		i := slices.IndexFunc(done.Problems, func(p cloud.Problem) bool {
			return p.Object == rule.Source.Object && p.Field == rule.Source.Field
		})
		if i < 0 {
			continue
		}
		if m.rejected[group] == nil {
			m.rejected[group] = map[cloud.Ref]cloud.Problem{}
		}
		m.rejected[group][rule.Ref()] = done.Problems[i]
	}
}

// refusedRule takes the rule from a refusal. A batch was taken apart before it came to that.
func refusedRule(failed apply.StepError) (cloud.Rule, bool) {
	if c, ok := failed.Step.Change.(cloud.CreateRules); ok && failed.Refused && len(c.Rules) == 1 {
		return c.Rules[0], true
	}
	return cloud.Rule{}, false
}

// dropRejected takes the rules out of a wanted stack that the service refused, and returns their
// problems. A rule is not dropped for its own settings: it follows its listener then. A refusal is forgotten once nobody wants the rule, and one for want of members once
// the group has some.
func (m *memory) dropRejected(group string, want *cloud.Stack) []cloud.Problem {
	m.mu.Lock()
	defer m.mu.Unlock()
	problems := m.dropSpreads(group, want.Rules)
	rejected := m.rejected[group]
	if len(rejected) == 0 {
		return problems
	}
	kept := map[cloud.Ref]cloud.Problem{}
	want.Rules = slices.DeleteFunc(want.Rules, func(r cloud.Rule) bool {
		p, ok := rejected[r.Ref()]
		if !ok || p.Reason == cloud.NoReadyEndpoints && hasMembers(*want, r.Group) {
			return false
		}
		kept[r.Ref()] = p
		problems = append(problems, p)
		return true
	})
	m.rejected[group] = kept
	return cloud.SortProblems(problems)
}

// dropSpreads lets rules follow their listener whose own settings the service refused. A refusal is
// forgotten once nobody wants the settings.
func (m *memory) dropSpreads(group string, rules []cloud.Rule) []cloud.Problem {
	var problems []cloud.Problem
	kept := map[cloud.Spread]error{}
	for i, r := range rules {
		if err := m.spreads[group][r.Own]; err != nil {
			kept[r.Own] = err
			problems = append(problems, apply.RefusedSpread(r, err))
			rules[i].Own = cloud.Spread{}
		}
	}
	m.spreads[group] = kept
	return cloud.SortProblems(problems)
}

func hasMembers(s cloud.Stack, group string) bool {
	g, ok := s.ServerGroup(group)
	return ok && len(g.Members) > 0
}
