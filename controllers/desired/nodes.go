package desired

import (
	"strings"
)

// node is one rule of both listeners, or, without domain and URL, their default group.
type node struct {
	owner       *want // who asked for it
	domain, url string
	group       string
	keep        bool
	rank        int

	// into is the node that serves the owner's requests as well, so that this one is not needed.
	into *node
}

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
	taken := map[[2]string]bool{}
	hosts := map[string][]*want{}
	for _, w := range granted {
		w.node.group, w.node.keep = b.serve(w)
		nodes = append(nodes, w.node)
		taken[[2]string{w.host, w.serve}] = true
		hosts[w.host] = append(hosts[w.host], w)
	}
	for _, w := range granted {
		url := w.url + "/"
		if !w.exact || w.url == "" || strings.HasSuffix(w.url, "/") || len(url) > maxURL || taken[[2]string{w.host, url}] {
			continue
		}
		if nearest := nearestAbove(hosts[w.host], w.url); nearest != nil {
			taken[[2]string{w.host, url}] = true
			nodes = append(nodes, &node{
				owner: w, domain: w.host, url: url, rank: w.node.rank,
				group: nearest.node.group, keep: nearest.node.keep,
			})
		}
	}
	return reduce(nodes)
}

// nearestAbove returns the want that has what is below a path where the path itself is Exact.
func nearestAbove(wants []*want, url string) *want {
	var nearest *want
	for _, w := range wants {
		if !w.exact && below(w.location, url) && (nearest == nil || len(w.url) > len(nearest.url)) {
			nearest = w
		}
	}
	return nearest
}
