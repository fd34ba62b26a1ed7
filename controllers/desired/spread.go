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

// decider is the member whose settings the listeners have: the one whose default backend they serve,
// since no rule takes its requests, else the one with the oldest claim. All others have what they ask
// for on their rules, so this decides no more than which rules follow the listeners.
func decider(ordered []*member, nodes []*node) *member {
	for _, n := range nodes {
		if n.isDefault() {
			return n.owner.from
		}
	}
	return ordered[0]
}

// ownSpread are the settings that a node's rule needs because the listeners have others.
func (b *builder) ownSpread(n *node) cloud.Spread {
	asked, shared := n.owner.from.spread, b.settings.Spread()
	follows := asked.Normalized() == shared.Normalized()
	method := headMethod
	if follows {
		method = shared.HealthCheck.Method
	}
	if asked.HealthCheck.On && asked.HealthCheck.Method != method {
		b.tellMethod(n.owner.from)
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
func (b *builder) tellMethod(m *member) {
	const why = "rules that differ from their listener have no method of their own for health checks, and the listeners have the settings of another Ingress"
	key := m.config.Key(annotations.HealthCheckMethod)
	if value, ok := m.config.Values[annotations.HealthCheckMethod]; ok {
		b.tell(m.Ingress, annotationField(key), fault{reason: cloud.UnsupportedAnnotation, message: fmt.Sprintf(
			"value %q has no effect: %s", value, why)})
	} else if m.spread.HealthCheck.Method != headMethod {
		b.tell(m.Ingress, "", fault{reason: cloud.UnsupportedAnnotation, notice: true, message: fmt.Sprintf(
			"the class's health check by %q has no effect here: %s", m.spread.HealthCheck.Method, why)})
	}
}
