package desired

import (
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// The listeners that always exist.
const (
	portHTTP  = 80
	portHTTPS = 443
)

// rulePorts are the listeners that have rules: one that redirects everything has none.
func (b *builder) rulePorts() []int {
	var ports []int
	for _, port := range b.ports {
		l := cloud.Listener{Port: port.Number, Protocol: port.Protocol}
		b.settings.Listener(&l)
		if l.Forward.Port == 0 {
			ports = append(ports, l.Port)
		}
	}
	return ports
}

// addRules adds each node to every listener that has rules.
func (b *builder) addRules(nodes []*node) {
	ports := b.rulePorts()
	for _, n := range nodes {
		if n.into != nil || n.isDefault() {
			continue
		}
		var own cloud.Spread
		if !n.keep {
			own = b.ownSpread(n)
		}
		for _, port := range ports {
			kept := n.fixed() && b.keeps(n, port)
			if n.keep && !kept {
				continue
			}
			b.stack.Rules = append(b.stack.Rules, cloud.Rule{
				Port: port, Domain: n.domain, URL: n.url, Group: n.group, Own: own, Keep: n.keep, KeepGroup: n.keepGroup && kept, Rank: n.rank,
				Source: n.owner.from.source(n.owner.field),
			})
		}
	}
}

// routesOf says what serves each want. Wants that were refused have no node and no route.
func (b *builder) routesOf(wants []*want) []Route {
	ports := b.rulePorts()
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
			Ingress: w.from.name(), Field: w.field, Host: w.host, Path: path, Refs: refsOf(w.node.serving(), ports),
		})
	}
	return routes
}

func refsOf(n *node, ports []int) []cloud.Ref {
	refs := make([]cloud.Ref, len(ports))
	for i, port := range ports {
		refs[i] = cloud.RuleRef(port, n.domain, n.url)
		if n.isDefault() {
			refs[i] = cloud.ListenerRef(port)
		}
	}
	return refs
}
