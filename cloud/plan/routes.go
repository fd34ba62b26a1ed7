package plan

import (
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// routes models how a listener chooses the vServer group of a request:
//
//  1. the rules of the narrowest domain that fits the host count, and no others;
//  2. of these the one with the longest URL that begins the path, else the one without a URL,
//     else none: 404;
//  3. if no domain fits, the rules without a domain, and then the listener's default group.
type routes struct {
	byDomain map[string]map[string]string // domain, URL, group
	fallback string                       // the listener's default group
}

func newRoutes(fallback string, lists ...[]cloud.Rule) routes {
	r := routes{byDomain: map[string]map[string]string{}, fallback: fallback}
	for _, list := range lists {
		for _, rule := range list {
			r.put(rule)
		}
	}
	return r
}

func (r routes) put(rule cloud.Rule) {
	if r.byDomain[rule.Domain] == nil {
		r.byDomain[rule.Domain] = map[string]string{}
	}
	r.byDomain[rule.Domain][rule.URL] = rule.Group
}

func (r routes) cut(rule cloud.Rule) {
	delete(r.byDomain[rule.Domain], rule.URL)
	if len(r.byDomain[rule.Domain]) == 0 {
		delete(r.byDomain, rule.Domain)
	}
}

func (r routes) knows(domain string) bool { return len(r.byDomain[domain]) > 0 }

// hit is the rule that takes a request, and its group. A hit without a group is a 404.
type hit struct {
	domain, url, group string
}

// serves tells whether a request that comes here finds somebody: the default group that is empty
// by design answers 503.
func (h hit) serves() bool { return h.group != "" && h.group != cloud.EmptyGroup }

// route follows a request whose host fits domain and nothing narrower, and whose path begins with
// path and differs from every longer URL. The empty domain is a host that fits none.
func (r routes) route(domain, path string) hit {
	for domain != "" && !r.knows(domain) {
		domain = wider(domain)
	}
	best, found := hit{domain: domain}, false
	for url, group := range r.byDomain[domain] {
		if strings.HasPrefix(path, url) && (!found || len(url) > len(best.url)) {
			best.url, best.group, found = url, group, true
		}
	}
	if !found && domain == "" {
		best.group = r.fallback
	}
	return best
}

// wider is the next wider wildcard of a domain: "*.b.c" for "a.b.c", "*.c" for "*.b.c", and
// nothing for "*.c".
func wider(domain string) string {
	domain = strings.TrimPrefix(domain, "*.")
	_, rest, ok := strings.Cut(domain, ".")
	if !ok {
		return ""
	}
	return "*." + rest
}

// urls lists every URL of rules, and the empty one. Together with a domain each stands for all
// requests that the service cannot tell apart.
func (r routes) urls(into map[string]bool) {
	into[""] = true
	for _, rules := range r.byDomain {
		for url := range rules {
			into[url] = true
		}
	}
}

// stable lists, for the hosts of a domain, the requests that both sides route to the same group
// that serves. Each is told by what takes it before and after.
func stable(domain string, before, after routes) []change {
	urls := map[string]bool{}
	before.urls(urls)
	after.urls(urls)
	var same []change
	for url := range urls {
		b, a := before.route(domain, url), after.route(domain, url)
		if b.group == a.group && a.serves() {
			same = append(same, change{domain: domain, url: url, before: b, after: a})
		}
	}
	slices.SortFunc(same, func(a, b change) int { return strings.Compare(a.url, b.url) })
	return same
}

// change is a kind of request and what takes it before and after.
type change struct {
	domain, url   string
	before, after hit
}
