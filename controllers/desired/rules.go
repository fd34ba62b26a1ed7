package desired

import (
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// The listeners: both always exist.
const (
	portHTTP  = 80
	portHTTPS = 443
)

// addRules adds each node to both listeners.
func (b *builder) addRules(nodes []*node) {
	for _, n := range nodes {
		if n.into != nil || n.isDefault() {
			continue
		}
		for _, port := range []int{portHTTP, portHTTPS} {
			b.stack.Rules = append(b.stack.Rules, cloud.Rule{
				Port: port, Domain: n.domain, URL: n.url, Group: n.group, Keep: n.keep, KeepGroup: n.keepGroup, Rank: n.rank,
				Source: n.owner.from.source(n.owner.field),
			})
		}
	}
}

// routesOf says what serves each want. Wants that were refused have no node and no route.
func routesOf(wants []*want) []Route {
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
			Ingress: w.from.name(), Field: w.field, Host: w.host, Path: path, Refs: refsOf(w.node.serving()),
		})
	}
	return routes
}

func refsOf(n *node) []cloud.Ref {
	if n.isDefault() {
		return []cloud.Ref{cloud.ListenerRef(portHTTP), cloud.ListenerRef(portHTTPS)}
	}
	return []cloud.Ref{cloud.RuleRef(portHTTP, n.domain, n.url), cloud.RuleRef(portHTTPS, n.domain, n.url)}
}
