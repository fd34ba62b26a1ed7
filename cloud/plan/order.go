package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// unit is a list of rules that are created or deleted in one call, if they fit one.
type unit struct {
	rules []cloud.Rule
	// torn means that one call does not hold all rules that requests need at the same time.
	torn bool
}

// narrowFirst orders rules for creation: exact domains, narrower wildcards before wider ones, no
// domain; within a domain the longest URL first. Deletion goes the other way round.
func narrowFirst(a, b cloud.Rule) int {
	return cmp.Or(
		-cmp.Compare(narrowness(a.Domain), narrowness(b.Domain)),
		cmp.Compare(a.Domain, b.Domain),
		-cmp.Compare(len(a.URL), len(b.URL)),
		cmp.Compare(a.URL, b.URL),
	)
}

// narrowness is higher for domains that the service prefers. Exact domains never compete.
func narrowness(domain string) int {
	switch {
	case domain == "":
		return -1
	case strings.HasPrefix(domain, "*."):
		return strings.Count(domain, ".")
	default:
		return 1 << 10
	}
}

// creationUnits groups rules to create in the order that keeps requests where they are. A domain
// that the listener does not know yet moves its hosts away from whatever served them, all at once;
// so what they need comes in one call. If nothing served them there is nothing to keep.
func creationUnits(rules []cloud.Rule, before, after routes) []unit {
	rules = slices.Clone(rules)
	slices.SortFunc(rules, narrowFirst)
	var units []unit
	for _, list := range byDomain(rules) {
		domain := list[0].Domain
		if domain == "" || before.knows(domain) || !served(domain, before) {
			units = append(units, singles(list)...)
			continue
		}
		needed := map[string]bool{}
		for _, c := range stable(domain, before, after) {
			needed[c.after.url] = true
		}
		first, rest := together(list, needed)
		units = append(units, first)
		units = append(units, singles(rest)...)
	}
	return units
}

// deletionUnits is creationUnits backwards: a domain whose last rule goes gives its hosts to
// whatever is wider, all at once.
func deletionUnits(rules []cloud.Rule, before, after routes) []unit {
	rules = slices.Clone(rules)
	slices.SortFunc(rules, func(a, b cloud.Rule) int { return narrowFirst(b, a) })
	var units []unit
	for _, list := range byDomain(rules) {
		domain := list[0].Domain
		if domain == "" || after.knows(domain) || !served(domain, after) {
			units = append(units, singles(list)...)
			continue
		}
		needed := map[string]bool{}
		for _, c := range stable(domain, before, after) {
			needed[c.before.url] = true
		}
		last, rest := together(list, needed)
		units = append(units, singles(rest)...)
		units = append(units, last)
	}
	return units
}

// served tells whether any request to the hosts of a domain finds somebody.
func served(domain string, r routes) bool {
	urls := map[string]bool{}
	r.urls(urls)
	for url := range urls {
		if r.route(domain, url).serves() {
			return true
		}
	}
	return false
}

// together picks the rules of a domain that have to come or go in one call: those that are needed,
// then the root, then others while there is room.
func together(list []cloud.Rule, needed map[string]bool) (unit, []cloud.Rule) {
	if len(list) <= cloud.MaxRulesPerCall {
		return unit{rules: rootFirst(list)}, nil
	}
	sorted := slices.Clone(list)
	order := func(r cloud.Rule) int {
		switch {
		case needed[r.URL]:
			return 0
		case r.URL == "":
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(sorted, func(a, b cloud.Rule) int { return cmp.Compare(order(a), order(b)) })
	picked, rest := sorted[:cloud.MaxRulesPerCall], sorted[cloud.MaxRulesPerCall:]
	return unit{rules: rootFirst(picked), torn: needed[rest[0].URL]}, slices.Clone(rest)
}

// rootFirst puts the rule without a URL to the front: should the service make a batch one by one,
// no host of the domain answers 404 meanwhile.
func rootFirst(list []cloud.Rule) []cloud.Rule {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b cloud.Rule) int {
		return cmp.Compare(min(len(a.URL), 1), min(len(b.URL), 1))
	})
	return sorted
}

func singles(list []cloud.Rule) []unit {
	units := make([]unit, len(list))
	for i, r := range list {
		units[i] = unit{rules: []cloud.Rule{r}}
	}
	return units
}

// byDomain splits a sorted list where the domain changes.
func byDomain(rules []cloud.Rule) [][]cloud.Rule {
	var lists [][]cloud.Rule
	for i, r := range rules {
		if i == 0 || rules[i-1].Domain != r.Domain {
			lists = append(lists, nil)
		}
		lists[len(lists)-1] = append(lists[len(lists)-1], r)
	}
	return lists
}

// pack fills calls with units in their order, without tearing a unit apart.
func pack(units []unit) []unit {
	var calls []unit
	for _, u := range units {
		last := len(calls) - 1
		if last < 0 || len(calls[last].rules)+len(u.rules) > cloud.MaxRulesPerCall {
			calls = append(calls, unit{})
			last++
		}
		calls[last].rules = append(calls[last].rules, u.rules...)
		calls[last].torn = calls[last].torn || u.torn
	}
	return calls
}
