package desired

import (
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// fault is a problem that has no addressee yet.
type fault struct {
	reason  cloud.Reason
	message string
	notice  bool
}

func ingressObject(ing *networkingv1.Ingress) cloud.Object {
	return cloud.Object{Kind: "Ingress", Namespace: ing.Namespace, Name: ing.Name, UID: string(ing.UID)}
}

func (b *builder) configObject() cloud.Object {
	return cloud.Object{Kind: "SLBConfig", Name: b.Config.Name, UID: string(b.Config.UID)}
}

// tell addresses a fault to a field of an Ingress.
func (b *builder) tell(ing *networkingv1.Ingress, field string, f fault) {
	b.problems = append(b.problems, cloud.Problem{
		Object: ingressObject(ing), Field: field, Reason: f.reason, Message: f.message, Notice: f.notice,
	})
}

func faultProblem(ing *networkingv1.Ingress, f annotations.Fault) cloud.Problem {
	return cloud.Problem{Object: ingressObject(ing), Field: annotationField(f.Key), Reason: f.Reason, Message: f.Message, Notice: f.Notice}
}

func annotationField(key string) string { return fmt.Sprintf("metadata.annotations[%s]", key) }

// namedFor names the winner of something for the Ingress that did not get it. Names of other
// namespaces are their own affair and stay out of this one's events.
func namedFor(loser, winner *member) string {
	switch {
	case winner == loser:
		return "this same Ingress"
	case winner.Namespace == loser.Namespace:
		return fmt.Sprintf("Ingress %q", winner.Namespace+"/"+winner.Name)
	default:
		return "an Ingress of another namespace"
	}
}
