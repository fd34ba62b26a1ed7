package desired

import (
	"cmp"
	"slices"
)

// reduce marks the nodes whose removal changes no request's target: those whose requests would go
// to a node of the same group anyway. It looks within one host of one Ingress, so that no Ingress
// depends on another's rule. A domain's shortest node has nothing above it and always stays, so a
// domain extension never loses its last rule. The listeners have 40 rules each; this is what makes
// room.
//
// The node that stays takes over the older rank of the two: where room is short it must not be left
// out before the one that relies on it would have been.
func reduce(nodes []*node) []*node {
	slices.SortFunc(nodes, func(a, b *node) int {
		return cmp.Or(cmp.Compare(a.domain, b.domain), cmp.Compare(len(a.url), len(b.url)), cmp.Compare(a.url, b.url))
	})
	stay := map[place]*node{}
	for _, n := range nodes {
		above := nearestNode(stay, n)
		stay[place{n.domain, n.url}] = n
		if above == nil || n.fixed() || above.fixed() || n.group != above.group || n.owner.from != above.owner.from || n.backend.from != above.backend.from {
			continue
		}
		delete(stay, place{n.domain, n.url})
		n.into = above
		above.rank = min(above.rank, n.rank)
	}
	return nodes
}

// nearestNode returns the node that would have n's requests if n were not there.
func nearestNode(stay map[place]*node, n *node) *node {
	for i := len(n.url) - 1; i >= 0; i-- {
		if above := stay[place{n.domain, n.url[:i]}]; above != nil {
			return above
		}
	}
	return nil
}
