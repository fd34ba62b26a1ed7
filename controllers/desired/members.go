package desired

import (
	"cmp"
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// member is an Ingress that takes part in the group.
type member struct {
	*networkingv1.Ingress

	config annotations.Config

	word
	withheldByClass bool // see withholdAll
	overruled       bool // another member decides who may connect, and says something else

	// spread is how the member's requests are to be spread: its own settings over the class's. With
	// probed the health check is that of the pods instead.
	spread cloud.Spread
	probed bool
}

func (m *member) name() types.NamespacedName {
	return types.NamespacedName{Namespace: m.Namespace, Name: m.Name}
}

// key is the Ingress as claims name it.
func (m *member) key() string { return m.Namespace + "/" + m.Name }

func (m *member) source(field string) cloud.Source {
	return cloud.Source{Object: ingressObject(m.Ingress), Field: field}
}

// accept returns the Ingresses that take part, oldest first. One that asks for an instance that the
// group cannot be is left out whole, because serving it would expose it elsewhere than its author
// said, and so is one that does not say legibly where it is to be served. One that does not say legibly
// who may reach it is withheld, see guard. A bad value of any other annotation counts as absent.
func (b *builder) accept(class classSettings) []*member {
	var members []*member
	for _, ing := range byAge(b.Ingresses) {
		config, faults := readAnnotations(ing, b.Config)
		elsewhere := false
		for _, f := range faults {
			p := faultProblem(ing, f)
			if guards(f.Name) && !class.enforced[f.Name] {
				p.Message += heldBack
			}
			b.problems = append(b.problems, p)
			elsewhere = elsewhere || f.Guards && (f.Name != annotations.AddressType || !b.reused() || b.ofClass()) && !class.enforced[f.Name]
		}
		if f := b.misplaced(config); f != nil {
			b.tell(ing, annotationField(config.Key(annotations.AddressType)), *f)
			elsewhere = true
		}
		m := &member{Ingress: ing, config: config}
		if f := b.forbidden(config); f != nil {
			b.tell(ing, annotationField(config.Key(annotations.ID)), *f)
			elsewhere = true
		}
		b.own(m, class)
		b.probeAlone(m)
		if !elsewhere {
			b.guard(m, faults, class)
			m.spread = spreadOf(m, class)
			m.probed = probed(m.config.Values, class.values)
			members = append(members, m)
		}
	}
	b.withholdAll(members, class)
	return members
}

// byID tells whether the group is that of an instance that annotations name.
func (b *builder) byID() bool {
	_, ok := ParseIDGroup(b.Owner.Group)
	return ok
}

// byAge orders Ingresses by creation, then namespace and name, in a new slice.
func byAge(ingresses []*networkingv1.Ingress) []*networkingv1.Ingress {
	return slices.SortedFunc(slices.Values(ingresses), func(a, b *networkingv1.Ingress) int {
		return cmp.Or(
			a.CreationTimestamp.Compare(b.CreationTimestamp.Time),
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Name, b.Name),
		)
	})
}

// misplaced tells why an Ingress's address type cannot be had from the class's instance.
// Instances that are named by id are checked against what the service says of them, later.
func (b *builder) misplaced(config annotations.Config) *fault {
	asked := config.Values[annotations.AddressType]
	if b.reused() && !b.ofClass() || asked == "" || asked == b.addressType() {
		return nil
	}
	if asked == cloud.AddressIntranet && config.Values[annotations.ID] == "" && !b.ofClass() {
		return &fault{reason: cloud.IntranetNeedsID, message: fmt.Sprintf(
			"an intranet instance is not created on request of an Ingress: name an existing one by annotation %q, or use a class whose SLBConfig has addressType %q and a vSwitchID",
			annotations.Prefix+string(annotations.ID), cloud.AddressIntranet)}
	}
	return &fault{reason: cloud.AddressTypeMismatch, message: fmt.Sprintf(
		"the class's instance is of address type %q, not %q: remove the annotation, or use another class or instance",
		b.addressType(), asked)}
}

// forbidden tells why an Ingress may not use the instance that it names. The class's own instance,
// created or not, may be named by whoever is of the class.
func (b *builder) forbidden(config annotations.Config) *fault {
	allowed, id := b.Config.Spec.AllowedLoadBalancerIDs, config.Values[annotations.ID]
	if !b.byID() || b.ofClass() || allowed == nil || slices.Contains(*allowed, id) {
		return nil
	}
	return &fault{reason: cloud.LoadBalancerNotAllowed, message: fmt.Sprintf(
		"instance %q is not among allowedLoadBalancerIDs of the class's SLBConfig: name one that is, or have it added", id)}
}
