package desired

import (
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// The listeners that always exist.
const (
	portHTTP  = 80
	portHTTPS = 443
)

// addRules adds each node to all listeners.
func (b *builder) addRules(nodes []*node) {
	for _, n := range nodes {
		if n.into != nil || n.isDefault() {
			continue
		}
		for _, port := range b.ports {
			b.stack.Rules = append(b.stack.Rules, cloud.Rule{
				Port: port.Number, Domain: n.domain, URL: n.url, Group: n.group, Keep: n.keep, KeepGroup: n.keepGroup, Rank: n.rank,
				Source: n.owner.from.source(n.owner.field),
			})
		}
	}
}

// routesOf says what serves each want. Wants that were refused have no node and no route.
func (b *builder) routesOf(wants []*want) []Route {
	var routes []Route
	for _, w := range wants {
		if w.node == nil {
			continue
		}
		path := w.path
		if path == "" {
			path = "/"
		}
		routes = append(routes, Route{
			Ingress: w.from.name(), Field: w.field, Host: w.host, Path: path, Refs: b.refsOf(w.node.serving()),
		})
	}
	return routes
}

func (b *builder) refsOf(n *node) []cloud.Ref {
	var refs []cloud.Ref
	for _, port := range b.ports {
		if n.isDefault() {
			refs = append(refs, cloud.ListenerRef(port.Number))
		} else {
			refs = append(refs, cloud.RuleRef(port.Number, n.domain, n.url))
		}
	}
	return refs
}
