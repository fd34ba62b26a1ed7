package desired

import (
	"fmt"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// spreadOf is how a member's requests are to be spread, as a listener has it.
func spreadOf(m *member, class classSettings) cloud.Spread {
	all := m.config.Values.Over(class.values).Ruled()
	all.Prune()
	return all.Spread()
}

// decision is whose settings the listeners have.
type decision struct {
	from *member
	node *node // one of the member's; nil if it has none
}

// decider chooses the member whose settings the listeners have: the one whose default backend they serve,
// since no rule takes its requests, else the one with the oldest claim. All others have what they ask
// for on their rules, so this decides no more than which rules follow the listeners.
func decider(ordered []*member, nodes []*node) decision {
	one := decision{from: ordered[0]}
	for _, n := range nodes {
		if n.isDefault() {
			return decision{n.backend.from, n}
		}
		if n.backend.from == one.from && n.into == nil && (one.node == nil || n.rank < one.node.rank) {
			one.node = n
		}
	}
	return one
}

// asked is how a node's requests are to be spread.
func (b *builder) asked(d decision) cloud.Spread {
	spread := d.from.spread
	if d.from.probed {
		spread.HealthCheck = cloud.HealthCheck{}
		if d.node != nil {
			spread.HealthCheck = b.probeOf(d.node)
		}
	}
	return spread
}

// ownSpread are the settings that a node's rule needs because the listeners have others.
func (b *builder) ownSpread(n *node) cloud.Spread {
	m := n.backend.from
	asked := b.asked(decision{m, n})
	follows := asked.Normalized() == b.shared.Normalized()
	method := headMethod
	if follows {
		method = b.shared.HealthCheck.Method
	}
	if asked.HealthCheck.On && asked.HealthCheck.Method != method {
		b.tellMethod(m, asked.HealthCheck.Method)
	}
	if follows {
		return cloud.Spread{}
	}
	return asked.Normalized()
}

// tellCanaries tells canaries that their requests are spread as those of the Ingress whose rules they
// share.
func (b *builder) tellCanaries(granted []*want) {
	for _, w := range granted {
		if w.canary == nil || w.canary.from.spread.Normalized() == w.from.spread.Normalized() {
			continue
		}
		m := w.canary.from
		for name, value := range m.config.Values.Ruled() {
			if key := m.config.Key(name); value != w.from.config.Values[name] {
				b.tell(m.Ingress, annotationField(key), fault{reason: cloud.AnnotationConflict, message: fmt.Sprintf(
					"value %q has no effect: a canary shares the rules of %s, whose settings count", value, namedFor(m, w.from))})
			}
		}
	}
}

// headMethod is how the service checks where nobody says otherwise.
const headMethod = "head"

// tellMethod tells whoever chose the method of a health check that the rules cannot have it: SetRule has
// no parameter for it.
func (b *builder) tellMethod(m *member, method string) {
	f := fault{reason: cloud.UnsupportedAnnotation, message: fmt.Sprintf(
		"the health check's method %q has no effect: rules that differ from their listener have none of their own, and the listeners have other settings", method)}
	field := annotationField(m.config.Key(annotations.HealthCheckMethod))
	switch _, said := m.config.Values[annotations.HealthCheckMethod]; {
	case said:
	case m.probed:
		field, f.notice = annotationField(m.config.Key(annotations.HealthCheck)), true
	case method == headMethod:
		return // nobody asked for it
	default:
		field, f.notice = "", true // the class did
	}
	b.tell(m.Ingress, field, f)
}
