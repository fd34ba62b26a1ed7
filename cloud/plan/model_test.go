package plan_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

var owner = cloud.Owner{Cluster: "c1", Group: "class.slb.0"}

// answer is what the service's documentation says a listener does with a request, written without
// a look at the planner: the group that serves it, or "404", or "closed".
func answer(o cloud.Observed, port int, host, path string) string {
	all := slices.Concat(o.Ours.Listeners, o.Foreign.Listeners)
	i := slices.IndexFunc(all, func(l cloud.Listener) bool { return l.Port == port })
	if i < 0 || !all[i].Running {
		return "closed"
	}
	if all[i].Forward.Port != 0 {
		return fmt.Sprintf("redirect %d", all[i].Forward.Port)
	}
	rules := slices.DeleteFunc(slices.Concat(o.Ours.Rules, o.Foreign.Rules), func(r cloud.Rule) bool { return r.Port != port })
	domain := bestDomain(rules, host)
	var best *cloud.Rule
	for i, r := range rules {
		if r.Domain == domain && strings.HasPrefix(path, r.URL) && (best == nil || len(r.URL) > len(best.URL)) {
			best = &rules[i]
		}
	}
	switch {
	case best != nil:
		return best.Group
	case domain != "":
		return "404"
	default:
		return all[i].Group
	}
}

func bestDomain(rules []cloud.Rule, host string) string {
	best := ""
	for _, r := range rules {
		exact := r.Domain == host
		wild := strings.HasPrefix(r.Domain, "*.") && strings.HasSuffix(host, r.Domain[1:])
		if exact {
			return r.Domain
		}
		if wild && len(r.Domain) > len(best) {
			best = r.Domain
		}
	}
	return best
}

var (
	domains = []string{"", "a.com", "b.com", "x.a.com", "*.a.com", "*.com", "y.x.a.com", "*.x.a.com"}
	hosts   = []string{"a.com", "b.com", "c.com", "x.a.com", "z.a.com", "y.x.a.com", "q.x.a.com", "w.q.x.a.com", "other.org"}
	urls    = []string{"", "/a", "/ab", "/a/b", "/b", "/abc", "/c", "/c/d", "/d", "/e", "/f", "/g", "/h"}
	paths   = []string{"/", "/a", "/ab", "/abc", "/abcd", "/a/b", "/a/b/c", "/b", "/c", "/c/d/e", "/d", "/e", "/f", "/g", "/h", "/z"}
)
