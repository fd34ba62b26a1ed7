package ingress

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// router finds the groups that an object's change concerns. It asks the cache's indexes only.
type router struct {
	client  client.Reader
	options Options
}

// ingress routes an Ingress's events. An update concerns the group that it was in, too: that one
// has to let go.
func (r router) ingress() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) {
			r.add(ctx, q, r.concerned(ctx, asIngress(e.Object)))
		},
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) {
			r.add(ctx, q, r.concerned(ctx, asIngress(e.ObjectOld)))
			r.add(ctx, q, r.concerned(ctx, asIngress(e.ObjectNew)))
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q queue) {
			r.add(ctx, q, r.concerned(ctx, asIngress(e.Object)))
		},
		GenericFunc: func(context.Context, event.GenericEvent, queue) {},
	}
}

// mapped routes every event of a kind by what the object is now.
func (r router) mapped(groups func(context.Context, client.Object) []string) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, o client.Object) []reconcile.Request {
		return requests(groups(ctx, o))
	})
}

func (router) add(_ context.Context, q queue, groups []string) {
	for _, request := range requests(groups) {
		q.Add(request)
	}
}

// groupsOf returns the groups that an Ingress may be in. One that names an instance, itself or by its
// class, may be in the instance's own group or in that of the class which created it.
func (r router) groupsOf(ctx context.Context, ing *networkingv1.Ingress) []string {
	p, ok := r.options.placeOf(ing)
	if !ok {
		return nil
	}
	if p.id == "" {
		return r.groupsServing(ctx, p.class, ing)
	}
	return r.groupsOn(ctx, p.id)
}

func (r router) ofService(ctx context.Context, namespace, name string) []string {
	return r.ofIngresses(ctx, byService, namespace+"/"+name)
}

func (r router) service(ctx context.Context, o client.Object) []string {
	groups := r.ofService(ctx, o.GetNamespace(), o.GetName())
	return append(groups, r.ofDefaultBackend(ctx, o.GetNamespace(), o.GetName())...)
}

func (r router) secret(ctx context.Context, o client.Object) []string {
	groups := r.ofIngresses(ctx, bySecret, o.GetNamespace()+"/"+o.GetName())
	if o.GetNamespace() != r.options.Namespace {
		return groups
	}
	return append(groups, r.ofConfigs(ctx, func(config *v1alpha1.SLBConfig) bool {
		return slices.Contains(desired.ConfigSecrets(config, r.options.Namespace), client.ObjectKeyFromObject(o))
	})...)
}

func (r router) endpoints(ctx context.Context, o client.Object) []string {
	name, ok := o.GetLabels()[discoveryv1.LabelServiceName]
	if !ok {
		return nil
	}
	groups := r.ofService(ctx, o.GetNamespace(), name)
	return append(groups, r.ofDefaultBackend(ctx, o.GetNamespace(), name)...)
}

// pod routes a Pod through the slices that list it. A Pod's events matter for its network interface
// alone; readiness arrives by the slices.
func (r router) pod(ctx context.Context, o client.Object) []string {
	var listing discoveryv1.EndpointSliceList
	if err := r.client.List(ctx, &listing, client.MatchingFields{byPod: o.GetNamespace() + "/" + o.GetName()}); err != nil {
		r.failed(ctx, err)
		return nil
	}
	var groups []string
	for i := range listing.Items {
		groups = append(groups, r.endpoints(ctx, &listing.Items[i])...)
	}
	return groups
}

func (r router) class(ctx context.Context, o client.Object) []string {
	groups := append(r.placing(ctx, o.GetName()), r.askedGroups(ctx, o.GetName())...)
	for _, record := range r.records(ctx, byClass, o.GetName()) {
		groups = append(groups, record.Name)
	}
	return append(groups, r.placesOfClass(ctx, o.GetName())...)
}

// placesOfClass finds groups by id that have no record yet.
func (r router) placesOfClass(ctx context.Context, class string) []string {
	var list networkingv1.IngressList
	if err := r.client.List(ctx, &list); err != nil {
		r.failed(ctx, err)
		return nil
	}
	var groups []string
	for i := range list.Items {
		if p, ok := r.options.placeOf(&list.Items[i]); ok && p.class == class && p.id != "" {
			groups = append(groups, desired.GroupNameByID(p.id))
		}
	}
	return groups
}

func (r router) config(ctx context.Context, o client.Object) []string {
	var groups []string
	if config, ok := o.(*v1alpha1.SLBConfig); ok && config.Spec.LoadBalancerID != "" {
		groups = r.groupsOn(ctx, config.Spec.LoadBalancerID)
	}
	for _, class := range r.classes(ctx) {
		if p := class.Spec.Parameters; p != nil && p.Kind == kindSLBConfig && p.Name == o.GetName() {
			groups = append(groups, r.class(ctx, &class)...)
		}
	}
	return groups
}

// ofDefaultBackend finds the groups whose SLBConfig names a Service as default backend.
func (r router) ofDefaultBackend(ctx context.Context, namespace, name string) []string {
	return r.ofConfigs(ctx, func(config *v1alpha1.SLBConfig) bool {
		b := config.Spec.DefaultBackend
		return b != nil && b.Namespace == namespace && b.Name == name
	})
}

// ofConfigs finds the groups whose SLBConfig is such.
func (r router) ofConfigs(ctx context.Context, such func(*v1alpha1.SLBConfig) bool) []string {
	var configs v1alpha1.SLBConfigList
	if err := r.client.List(ctx, &configs); err != nil {
		r.failed(ctx, err)
		return nil
	}
	var groups []string
	for i := range configs.Items {
		if such(&configs.Items[i]) {
			groups = append(groups, r.config(ctx, &configs.Items[i])...)
		}
	}
	return groups
}

// record routes an SLBInstance: to itself, and to the group by id that its instance belongs to
// otherwise, since Ingresses move between the two when a class's instance appears or goes.
func (r router) record(ctx context.Context, o client.Object) []string {
	groups := []string{o.GetName()}
	if record, ok := o.(*v1alpha1.SLBInstance); ok && record.Spec.LoadBalancerID == "" && record.Status.LoadBalancerID != "" {
		groups = append(groups, desired.GroupNameByID(record.Status.LoadBalancerID))
	}
	if class, n, ok := desired.ParseClassGroup(o.GetName()); ok {
		groups = append(groups, r.siblings(ctx, class, n)...)
	}
	return groups
}

// ofRecords routes what happens to SLBInstances. One that ceases to serve its class lets the group
// have the class's Ingresses that its parameters ask for.
func (r router) ofRecords() handler.EventHandler {
	events := r.mapped(r.record)
	return handler.Funcs{
		CreateFunc: events.Create, DeleteFunc: events.Delete, GenericFunc: events.Generic,
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) {
			before, okA := e.ObjectOld.(*v1alpha1.SLBInstance)
			after, okB := e.ObjectNew.(*v1alpha1.SLBInstance)
			if !okA || !okB {
				return
			}
			if before.Status.LoadBalancerID != after.Status.LoadBalancerID || before.DeletionTimestamp.IsZero() != after.DeletionTimestamp.IsZero() ||
				!maps.Equal(placedOwners(before), placedOwners(after)) {
				events.Update(ctx, e, q)
			}
			if asked, err := (homes{r.client}).asked(ctx, after.Spec.Class); err != nil {
				r.failed(ctx, err)
			} else if leaves(before, after) && asked != after.Name {
				r.add(ctx, q, []string{asked})
			}
		},
	}
}

// leaves tells whether an update shows that an instance does not serve its class any more.
func leaves(before, after *v1alpha1.SLBInstance) bool {
	return servesClass(before) && !servesClass(after)
}

func (r router) classes(ctx context.Context) []networkingv1.IngressClass {
	var list networkingv1.IngressClassList
	if err := r.client.List(ctx, &list); err != nil {
		r.failed(ctx, err)
	}
	return list.Items
}

func (r router) records(ctx context.Context, index, value string) []v1alpha1.SLBInstance {
	var list v1alpha1.SLBInstanceList
	if err := r.client.List(ctx, &list, client.MatchingFields{index: value}); err != nil {
		r.failed(ctx, err)
	}
	return list.Items
}

func (r router) ofIngresses(ctx context.Context, index, value string) []string {
	var list networkingv1.IngressList
	if err := r.client.List(ctx, &list, client.MatchingFields{index: value}); err != nil {
		r.failed(ctx, err)
		return nil
	}
	var groups []string
	for i := range list.Items {
		groups = append(groups, r.groupsOf(ctx, &list.Items[i])...)
	}
	return groups
}

// failed logs a failed look-up. The cache answers these from memory, so it happens only while the
// program stops.
func (router) failed(ctx context.Context, err error) {
	log.FromContext(ctx).V(1).Info("cannot look up what an event concerns", "error", err.Error())
}

func requests(groups []string) []reconcile.Request {
	list := make([]reconcile.Request, len(groups))
	for i, group := range groups {
		list[i] = reconcile.Request{NamespacedName: types.NamespacedName{Name: group}}
	}
	return list
}

// podChanged passes a Pod's update only if its interface or address changed.
func podChanged(before, after client.Object) bool {
	a, okA := before.(*corev1.Pod)
	b, okB := after.(*corev1.Pod)
	return !okA || !okB || a.Annotations[annotationENI] != b.Annotations[annotationENI] || a.Status.PodIP != b.Status.PodIP
}
