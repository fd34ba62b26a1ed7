package ingress

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// statuses writes the address to the Ingresses that the instance serves, and takes it from those
// that left.
// One that cannot be written does not keep the others from theirs.
func (r *reporter) statuses(ctx context.Context, in loaded, out outcome, recorded string) error {
	var errs []error
	got := out.done.Observed
	serving := servedBy(out)
	for _, ing := range in.Ingresses {
		name := types.NamespacedName{Namespace: ing.Namespace, Name: ing.Name}
		want := addressFor(ing, in, got, addressed{recorded: recorded, served: serving[name]})
		if err := r.status(ctx, ing, want); err != nil {
			errs = append(errs, err)
			continue
		}
		if at := newAddress(ing, want); at != "" {
			tell(r.recorder, cloud.Problem{
				Object: objectOf(ing), Reason: cloud.Programmed, Notice: true,
				Message: fmt.Sprintf("served at %s by load balancer %s", at, got.Instance.ID),
			})
		}
	}
	for _, ing := range in.Former {
		errs = append(errs, r.status(ctx, ing, without(ing, recorded)))
	}
	return errors.Join(errs...)
}

// newAddress is the address that an Ingress is to show and does not; empty if there is none.
func newAddress(ing *networkingv1.Ingress, want []networkingv1.IngressLoadBalancerIngress) string {
	for _, e := range want {
		if !slices.Contains(addresses(ing), e.IP) {
			return e.IP
		}
	}
	return ""
}

// addressed is what is known of an Ingress's address.
type addressed struct {
	recorded string // the instance's, before this reconcile
	served   bool   // a path of the Ingress is
}

// addressFor is the status that an Ingress should show: the address once it is served and as long
// as the address is the instance's, beside those of the class's other instances; nothing in place of
// an address that is gone.
func addressFor(ing *networkingv1.Ingress, in loaded, got cloud.Observed, known addressed) []networkingv1.IngressLoadBalancerIngress {
	address, recorded := "", known.recorded
	if got.Instance != nil {
		address = got.Instance.Address
	}
	shows := slices.Contains(addresses(ing), address)
	switch {
	case address != "" && (known.served || shows):
		return besides(ing, in.Siblings, entry(address, got))
	case recorded != "" && recorded != address && (address != "" || got.Instance == nil):
		return without(ing, recorded)
	default:
		return ing.Status.LoadBalancer.Ingress
	}
}

// besides adds an entry to those of sibling instances that an Ingress shows, in the order of the
// instances. An instance that is not on record with its address yet comes last.
func besides(ing *networkingv1.Ingress, siblings []string, own networkingv1.IngressLoadBalancerIngress) []networkingv1.IngressLoadBalancerIngress {
	list := []networkingv1.IngressLoadBalancerIngress{own}
	for _, e := range ing.Status.LoadBalancer.Ingress {
		if e.IP != own.IP && slices.Contains(siblings, e.IP) {
			list = append(list, e)
		}
	}
	rank := func(e networkingv1.IngressLoadBalancerIngress) int {
		if i := slices.Index(siblings, e.IP); i >= 0 {
			return i
		}
		return len(siblings)
	}
	slices.SortStableFunc(list, func(a, b networkingv1.IngressLoadBalancerIngress) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

// entry names the ports that every group has and those that were added and are there.
func entry(address string, got cloud.Observed) networkingv1.IngressLoadBalancerIngress {
	e := networkingv1.IngressLoadBalancerIngress{IP: address}
	ports := []int{portHTTP, portHTTPS}
	for _, added := range addedPorts(cloud.Stack{}, got) {
		ports = append(ports, added.Port)
	}
	for _, port := range ports {
		e.Ports = append(e.Ports, networkingv1.IngressPortStatus{Port: int32(port), Protocol: corev1.ProtocolTCP}) //nolint:gosec // the service's ports
	}
	return e
}

func without(ing *networkingv1.Ingress, address string) []networkingv1.IngressLoadBalancerIngress {
	return slices.DeleteFunc(slices.Clone(ing.Status.LoadBalancer.Ingress), func(e networkingv1.IngressLoadBalancerIngress) bool {
		return e.IP == address
	})
}

// status writes an Ingress's status if it differs. The object of the cache is not edited.
func (r *reporter) status(ctx context.Context, ing *networkingv1.Ingress, want []networkingv1.IngressLoadBalancerIngress) error {
	if equality.Semantic.DeepEqual(ing.Status.LoadBalancer.Ingress, want) {
		return nil
	}
	changed := ing.DeepCopy()
	changed.Status.LoadBalancer.Ingress = want
	// An Ingress that moved is written by two groups; the one that read an old status tries again.
	patch := client.MergeFromWithOptions(ing, client.MergeFromWithOptimisticLock{})
	if err := client.IgnoreNotFound(r.client.Status().Patch(ctx, changed, patch)); err != nil {
		return fmt.Errorf("writing the status of Ingress %q: %w", ing.Namespace+"/"+ing.Name, err)
	}
	return nil
}

// servedBy tells which Ingresses have a path that a running listener serves.
func servedBy(out outcome) map[types.NamespacedName]bool {
	got := out.done.Observed
	running := len(got.Ours.Listeners) > 0 && !slices.ContainsFunc(got.Ours.Listeners, func(l cloud.Listener) bool { return !l.Running })
	served := map[types.NamespacedName]bool{}
	if !running {
		return served
	}
	ours := make(map[cloud.Ref]bool, len(got.Ours.Rules))
	for _, l := range got.Ours.Listeners {
		ours[l.Ref()] = true
	}
	for _, rule := range got.Ours.Rules {
		ours[rule.Ref()] = true
	}
	for _, route := range out.want.Routes {
		if slices.ContainsFunc(route.Refs, func(ref cloud.Ref) bool { return ours[ref] }) {
			served[route.Ingress] = true
		}
	}
	return served
}
