package model

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// inOrder puts wishes into the order of their claims: those that are remembered first, then the
// others as they come, which is by the age of their Ingresses.
func (v *view) inOrder(all []wish) []wish {
	rank := map[claim]int{}
	for i, c := range v.mem.claims {
		rank[c] = i
	}
	at := func(w wish) int {
		if i, ok := rank[w.claim()]; ok {
			return i
		}
		return len(rank)
	}
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b wish) int { return at(a) - at(b) })
	return ordered
}

// grant decides who gets what, oldest claim first.
func (v *view) grant(all []wish) map[slot]wish {
	all = v.grantHosts(v.inOrder(all))
	got := map[slot]wish{}
	for _, w := range all {
		if !w.implied || w.host == "" {
			v.grantPath(got, w)
		}
	}
	for _, w := range all { // a host's own "/" comes before anybody's default backend
		if w.implied && w.host != "" {
			v.grantPath(got, w)
		}
	}
	v.mem.claims = nil
	for _, w := range all {
		if got[w.slot()].claim() == w.claim() && !slices.Contains(v.mem.claims, w.claim()) {
			v.mem.claims = append(v.mem.claims, w.claim())
		}
	}
	return got
}

// grantHosts leaves out wishes for hosts of other namespaces. A namespace keeps its hosts for as long
// as it asks for any path of them.
func (v *view) grantHosts(all []wish) []wish {
	if v.config.HostSharing == "AcrossNamespaces" {
		return all
	}
	asked := map[hold]bool{}
	var asks []hold
	for _, w := range all {
		asked[hold{w.host, w.ingress.Namespace}] = true
	}
	for _, h := range v.mem.hosts {
		if asked[h] {
			asks = append(asks, h)
		}
	}
	for _, w := range all {
		if h := (hold{w.host, w.ingress.Namespace}); !slices.Contains(asks, h) {
			asks = append(asks, h)
		}
	}
	v.mem.hosts = owners(asks)
	var kept []wish
	for _, w := range all {
		if w.host == "" || slices.Contains(v.mem.hosts, hold{w.host, w.ingress.Namespace}) {
			kept = append(kept, w)
			continue
		}
		v.tell(w.ingress, "HostClaimed")
	}
	return kept
}

func (v *view) grantPath(got map[slot]wish, w wish) {
	holder, taken := got[w.slot()]
	same := taken && holder.ingress == w.ingress
	switch {
	case !taken:
		got[w.slot()] = w
	case same && holder.exact && !w.exact && !w.implied:
		got[w.slot()] = w // of one Ingress's Exact "/" and Prefix "/" the service can do the latter
	case same || w.implied && !holder.implied && w.host != "":
	case w.implied || w.host == "" && w.prefix == "":
		v.tell(w.ingress, "DefaultBackendTaken")
	default:
		v.tell(w.ingress, "PathConflict")
	}
}

// byClaim orders Ingresses by their oldest claim; those without one come last.
func (v *view) byClaim(members []*networkingv1.Ingress) []*networkingv1.Ingress {
	rank := map[string]int{}
	for i, c := range slices.Backward(v.mem.claims) {
		rank[c.ingress] = i - len(v.mem.claims)
	}
	ordered := slices.Clone(members)
	slices.SortStableFunc(ordered, func(a, b *networkingv1.Ingress) int { return rank[nameOf(a)] - rank[nameOf(b)] })
	return ordered
}
