package desired

import (
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// RebuildClaims returns the claims that must have led to what the service has, for a group whose
// record was lost: a claim for each path that is served by a group of the path's own Service, in
// the order of the Ingresses' age. Paths that are not served have no claim and stand behind.
func RebuildClaims(observed cloud.Stack, ingresses []*networkingv1.Ingress, config *v1alpha1.SLBConfig) []v1alpha1.Claim {
	b := &builder{Snapshot: Snapshot{Config: &v1alpha1.SLBConfig{}}}
	var members []*member
	for _, ing := range byAge(ingresses) {
		// A canary claims nothing, though its group is named for the paths' own Service.
		if annotated, _ := readAnnotations(ing, config); !annotated.Canary() {
			members = append(members, &member{Ingress: ing})
		}
	}
	var served []*want
	for _, w := range b.collect(members) {
		if w.groups = w.servedBy(observed); len(w.groups) > 0 {
			served = append(served, w)
		}
	}
	return claimsOf(served)
}

// servedBy are the groups of its own Service that the want's requests go to now. A Prefix path that
// left its URL to an Exact one is looked for below it.
func (w *want) servedBy(observed cloud.Stack) []string {
	if w.backend.Service == nil {
		return nil
	}
	urls := []string{w.url}
	if !w.exact {
		urls = append(urls, w.url+"/")
	}
	var groups []string
	for _, port := range []int{portHTTP, portHTTPS} {
		for _, url := range urls {
			group := ownName(target(observed, port, w.host, url))
			if strings.HasPrefix(group, w.from.Namespace+"/"+w.backend.Service.Name+"/") && !slices.Contains(groups, group) {
				groups = append(groups, group)
			}
		}
	}
	return groups[:min(maxGroups, len(groups))]
}

// target is the group that a listener's rules of one domain send a URL to.
func target(observed cloud.Stack, port int, domain, url string) string {
	group, longest := "", -1
	for _, r := range observed.Rules {
		if r.Port == port && r.Domain == domain && strings.HasPrefix(url, r.URL) && len(r.URL) > longest {
			group, longest = r.Group, len(r.URL)
		}
	}
	if l, ok := observed.Listener(port); ok && longest < 0 && domain == "" {
		return l.Group
	}
	return group
}
