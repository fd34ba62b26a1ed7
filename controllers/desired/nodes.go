package desired

import (
	"strings"
)

// node is one rule of both listeners, or, without domain and URL, their default group.
type node struct {
	owner       *want // who asked for it
	backend     *want // whose requests it serves: the owner's, or those below its Exact path
	domain, url string
	group       string
	keep        bool // the rule stays as it is
	keepGroup   bool // the rule keeps its group
	rank        int

	// into is the node that serves the owner's requests as well, so that this one is not needed.
	into *node
}

// fixed tells whether what the node's rule has may differ from what it wants.
func (n *node) fixed() bool { return n.keep || n.keepGroup }

// serving is the node that serves the owner's requests in the end.
func (n *node) serving() *node {
	for n.into != nil {
		n = n.into
	}
	return n
}

func (n *node) isDefault() bool { return n.domain == "" && n.url == "" }

// assemble makes the nodes of what was granted, and those that keep an Exact path from taking what
// is below it.
func (b *builder) assemble(granted []*want) []*node {
	var nodes []*node
	taken := map[place]bool{}
	prefixes := map[place]*want{}
	for _, w := range granted {
		g, keep := b.serve(w)
		w.node.group, w.node.keep, w.node.keepGroup = g.name, keep, g.behind
		w.groups = b.remembered(w)
		nodes = append(nodes, w.node)
		taken[place{w.host, w.serve}] = true
		if !w.exact {
			prefixes[place{w.host, w.url}] = w
		}
	}
	for _, w := range granted {
		below := place{w.host, w.url + "/"}
		if !w.exact || w.url == "" || strings.HasSuffix(w.url, "/") || len(below.url) > maxURL || taken[below] {
			continue
		}
		if above := nearestAbove(prefixes, w); above != nil {
			nodes = append(nodes, &node{
				owner: w, backend: above, domain: w.host, url: below.url, rank: w.node.rank,
				group: above.node.group, keep: above.node.keep, keepGroup: above.node.keepGroup,
			})
		}
	}
	return reduce(nodes)
}

// place is a URL on a host.
type place struct{ host, url string }

// nearestAbove returns the prefix that has what is below an Exact path: the longest that Kubernetes
// would choose.
func nearestAbove(prefixes map[place]*want, w *want) *want {
	for n := len(w.url); n >= 0; n-- {
		if above := prefixes[place{w.host, w.url[:n]}]; above != nil && below(above.location, w.url) {
			return above
		}
	}
	return nil
}
