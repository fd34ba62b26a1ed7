package ingress

import (
	"context"
	"fmt"

	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// Indexes of the cache. They are why a reconcile's cost does not grow with the cluster.
const (
	byPlace        = "place"        // Ingress: placeOfClass or placeOfID
	byService      = "service"      // Ingress and EndpointSlice: namespace/name of Services
	bySecret       = "secret"       // Ingress: namespace/name of Secrets
	byHost         = "host"         // Ingress and SLBInstance: class/host of what is asked for and of what is placed
	byAddress      = "address"      // Ingress: addresses in its status
	byPod          = "pod"          // EndpointSlice: namespace/name of its endpoints' Pods
	byLoadBalancer = "loadbalancer" // SLBInstance and SLBConfig: instance id
	byClass        = "class"        // SLBInstance: IngressClass
	byHome         = "home"         // SLBInstance: IngressClass, if it serves Ingresses that name no instance
)

// place is where an Ingress asks to be served, before anything is known of instances.
type place struct {
	class string // never empty
	id    string // of an existing instance; empty: the class's
}

// key is the place's value in the index byPlace.
func (p place) key() string {
	if p.id != "" {
		return placeOfID(p.id)
	}
	return placeOfClass(p.class)
}

// hostsIn are the values of the index byHost: a class's name has no slash.
func hostsIn(class string, hosts []string) []string {
	keys := make([]string, len(hosts))
	for i, host := range hosts {
		keys[i] = class + "/" + host
	}
	return keys
}

func placeOfClass(class string) string { return "class/" + class }
func placeOfID(id string) string       { return "id/" + id }

// placeOf tells where an Ingress belongs; ok is false if it names no class and class-less ones are
// not watched. Whether the class is one of ours is known only when its IngressClass is read.
func (o Options) placeOf(ing *networkingv1.Ingress) (p place, ok bool) {
	class, has := desired.ClassOf(ing)
	if !has {
		if !o.WatchIngressWithoutClass {
			return place{}, false
		}
		class = o.DefaultClass
	}
	// A malformed id leaves the Ingress with its class, where the translation tells its author.
	id, problem := desired.InstanceID(ing)
	if problem != nil {
		id = ""
	}
	return place{class: class, id: id}, true
}

// addIndexes registers the indexes with the cache.
func addIndexes(ctx context.Context, indexer client.FieldIndexer, options Options) error {
	indexes := []struct {
		object client.Object
		name   string
		values client.IndexerFunc
	}{
		{&networkingv1.Ingress{}, byPlace, func(o client.Object) []string {
			p, ok := options.placeOf(asIngress(o))
			if !ok {
				return nil
			}
			return []string{p.key()}
		}},
		{&networkingv1.Ingress{}, byHost, func(o client.Object) []string { return options.hostsOf(asIngress(o)) }},
		{&networkingv1.Ingress{}, byService, func(o client.Object) []string {
			return names(desired.Services(asIngress(o)))
		}},
		{&networkingv1.Ingress{}, bySecret, func(o client.Object) []string {
			return names(desired.Secrets(asIngress(o)))
		}},
		{&networkingv1.Ingress{}, byAddress, func(o client.Object) []string { return addresses(asIngress(o)) }},
		{&discoveryv1.EndpointSlice{}, byService, func(o client.Object) []string {
			name, ok := o.GetLabels()[discoveryv1.LabelServiceName]
			if !ok {
				return nil
			}
			return []string{o.GetNamespace() + "/" + name}
		}},
		{&discoveryv1.EndpointSlice{}, byPod, podsOf},
		{&v1alpha1.SLBInstance{}, byLoadBalancer, func(o client.Object) []string {
			if record, ok := o.(*v1alpha1.SLBInstance); ok && record.Status.LoadBalancerID != "" {
				return []string{record.Status.LoadBalancerID}
			}
			return nil
		}},
		{&v1alpha1.SLBInstance{}, byHome, func(o client.Object) []string {
			if record, ok := o.(*v1alpha1.SLBInstance); ok && servesClass(record) {
				return []string{record.Spec.Class}
			}
			return nil
		}},
		{&v1alpha1.SLBConfig{}, byLoadBalancer, func(o client.Object) []string {
			if config, ok := o.(*v1alpha1.SLBConfig); ok && config.Spec.LoadBalancerID != "" {
				return []string{config.Spec.LoadBalancerID}
			}
			return nil
		}},
		{&v1alpha1.SLBInstance{}, byClass, func(o client.Object) []string {
			if record, ok := o.(*v1alpha1.SLBInstance); ok {
				return []string{record.Spec.Class}
			}
			return nil
		}},
		{&v1alpha1.SLBInstance{}, byHost, placedOn},
	}
	for _, index := range indexes {
		if err := indexer.IndexField(ctx, index.object, index.name, index.values); err != nil {
			return fmt.Errorf("cannot index %T by %s: %w", index.object, index.name, err)
		}
	}
	return nil
}

// hostsOf are the values of byHost of what an Ingress asks for.
func (o Options) hostsOf(ing *networkingv1.Ingress) []string {
	p, ok := o.placeOf(ing)
	if !ok {
		return nil
	}
	return hostsIn(p.class, desired.Hosts(ing))
}

// placedOn are the values of byHost of what is placed on an instance.
func placedOn(o client.Object) []string {
	record, ok := o.(*v1alpha1.SLBInstance)
	if !ok {
		return nil
	}
	return hostsIn(record.Spec.Class, record.Status.Hosts)
}

// asIngress is for index functions, which the cache calls with the type they were registered for.
func asIngress(o client.Object) *networkingv1.Ingress {
	ing, ok := o.(*networkingv1.Ingress)
	if !ok {
		return &networkingv1.Ingress{}
	}
	return ing
}

func addresses(ing *networkingv1.Ingress) []string {
	var ips []string
	for _, entry := range ing.Status.LoadBalancer.Ingress {
		if entry.IP != "" {
			ips = append(ips, entry.IP)
		}
	}
	return ips
}

func podsOf(o client.Object) []string {
	slice, ok := o.(*discoveryv1.EndpointSlice)
	if !ok {
		return nil
	}
	var pods []string
	for _, endpoint := range slice.Endpoints {
		if ref := endpoint.TargetRef; ref != nil && ref.Kind == "Pod" {
			pods = append(pods, slice.Namespace+"/"+ref.Name)
		}
	}
	return pods
}

func names(list []types.NamespacedName) []string {
	texts := make([]string, len(list))
	for i, name := range list {
		texts[i] = name.String()
	}
	return texts
}
