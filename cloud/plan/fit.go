package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// fitRules admits rules by rank, lowest first, while the listeners have room. A rank is admitted
// to all its listeners or to none, so that a path is not served on one of them only; unless it is
// too large for an empty listener, then it is admitted rule by rule. What is to be kept comes first.
func (m *maker) fitRules(rules []cloud.Rule, foreign map[int]int) []cloud.Rule {
	f := &fitting{limit: m.policy.Limits.RulesPerListener, foreign: foreign, used: maps.Clone(foreign)}
	ranks := map[int][]cloud.Rule{}
	for _, r := range rules {
		if r.Keep { // it is there, so it fits; left out once, it would not come back
			f.admit([]cloud.Rule{r})
			continue
		}
		ranks[r.Rank] = append(ranks[r.Rank], r)
	}
	for _, rank := range slices.Sorted(maps.Keys(ranks)) {
		if f.fits(ranks[rank], foreign) {
			f.admit(ranks[rank])
			continue
		}
		for _, r := range ranks[rank] {
			f.admit([]cloud.Rule{r})
		}
	}
	for _, out := range f.out {
		m.tell(out.rule.Source, cloud.RulesExhausted, fmt.Sprintf(
			"no room for %q: listener %d has %d of %d forwarding rules, of which %d are not ours; "+
				"remove paths, move Ingresses to another class or instance, or let maxInstances of the class's SLBConfig allow more instances, which take whole hosts",
			ruleKey(out.rule), out.port, f.used[out.port], f.limit, foreign[out.port]))
	}
	return f.in
}

// fitting is the state of fitRules. Its maps count rules by port.
type fitting struct {
	limit         int
	foreign, used map[int]int
	in            []cloud.Rule
	out           []leftOut
}

type leftOut struct {
	rule cloud.Rule
	port int // the listener without room
}

// fits tells whether listeners that are used so far have room for all rules.
func (f *fitting) fits(rules []cloud.Rule, used map[int]int) bool {
	_, full := f.overflow(rules, used)
	return !full
}

func (f *fitting) overflow(rules []cloud.Rule, used map[int]int) (port int, full bool) {
	after := maps.Clone(used)
	for _, r := range rules {
		after[r.Port]++
	}
	for _, port := range slices.Sorted(maps.Keys(after)) {
		if after[port] > f.limit && after[port] > used[port] {
			return port, true
		}
	}
	return 0, false
}

// admit takes all rules in, or none.
func (f *fitting) admit(rules []cloud.Rule) {
	port, full := f.overflow(rules, f.used)
	for _, r := range rules {
		if full {
			f.out = append(f.out, leftOut{rule: r, port: port})
			continue
		}
		f.used[r.Port]++
		f.in = append(f.in, r)
	}
}
