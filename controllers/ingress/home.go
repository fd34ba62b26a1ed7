package ingress

import (
	"context"
	"fmt"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// homes knows the groups of classes: where the Ingresses of a class are that name no instance
// themselves. That is the group of an existing instance if the class's parameters name one, since an
// instance has one group, whoever names it.
type homes struct{ client client.Reader }

// of gives the group of a class. One that serves the class keeps it, whatever the parameters say by
// now: nothing moves because a class got other parameters. own is the asking group's record, which
// the cache may not have yet; it may be nil.
func (h homes) of(ctx context.Context, class string, own *v1alpha1.SLBInstance) (string, error) {
	var list v1alpha1.SLBInstanceList
	if err := h.client.List(ctx, &list, client.MatchingFields{byHome: class}); err != nil {
		return "", fmt.Errorf("listing SLBInstances that serve class %q: %w", class, err)
	}
	serving := list.Items
	if own != nil {
		serving = slices.DeleteFunc(serving, func(r v1alpha1.SLBInstance) bool { return r.Name == own.Name })
		if own.Spec.Class == class && servesClass(own) {
			serving = append(serving, *own)
		}
	}
	if len(serving) == 0 {
		return h.asked(ctx, class)
	}
	first := slices.MinFunc(serving, func(a, b v1alpha1.SLBInstance) int { return strings.Compare(a.Name, b.Name) })
	return homeOf(&first), nil
}

// asked is the group that the class's parameters ask for.
func (h homes) asked(ctx context.Context, class string) (string, error) {
	object, err := readClass(ctx, h.client, class)
	if err != nil || object == nil || object.Spec.Controller != ControllerName {
		return desired.GroupName(class, 0), err
	}
	config, missing, err := readConfig(ctx, h.client, object)
	if err != nil || missing != "" || config.Spec.LoadBalancerID == "" {
		return desired.GroupName(class, 0), err
	}
	return desired.GroupNameByID(config.Spec.LoadBalancerID), nil
}

// servesClass tells whether the record's instance serves Ingresses that name none themselves.
func servesClass(record *v1alpha1.SLBInstance) bool {
	if record.Spec.LoadBalancerID != "" {
		return record.Status.WholeClass
	}
	return record.Status.LoadBalancerID != "" && record.Status.EmptySince == nil
}

func homeOf(record *v1alpha1.SLBInstance) string {
	if record.Spec.LoadBalancerID != "" {
		return record.Name
	}
	return desired.GroupName(record.Spec.Class, 0)
}

// classesOn are the classes whose home is the group of an instance, in order. The record is that of
// the instance's group and may be nil.
func (h homes) classesOn(ctx context.Context, id string, record *v1alpha1.SLBInstance) ([]string, error) {
	named, err := h.naming(ctx, id)
	if err != nil {
		return nil, err
	}
	if record != nil {
		named = append(named, record.Spec.Class)
	}
	slices.Sort(named)
	var classes []string
	for _, class := range slices.Compact(named) {
		home, err := h.of(ctx, class, record)
		if err != nil {
			return nil, err
		}
		if home == desired.GroupNameByID(id) {
			classes = append(classes, class)
		}
	}
	return classes, nil
}

// naming are the classes whose parameters name an instance.
func (h homes) naming(ctx context.Context, id string) ([]string, error) {
	var configs v1alpha1.SLBConfigList
	if err := h.client.List(ctx, &configs, client.MatchingFields{byLoadBalancer: id}); err != nil {
		return nil, fmt.Errorf("listing SLBConfigs of instance %q: %w", id, err)
	}
	if len(configs.Items) == 0 {
		return nil, nil
	}
	var list networkingv1.IngressClassList
	if err := h.client.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing IngressClasses: %w", err)
	}
	var classes []string
	for _, class := range list.Items {
		p := class.Spec.Parameters
		names := func(c v1alpha1.SLBConfig) bool { return p != nil && p.Kind == kindSLBConfig && p.Name == c.Name }
		if class.Spec.Controller == ControllerName && slices.ContainsFunc(configs.Items, names) {
			classes = append(classes, class.Name)
		}
	}
	return classes, nil
}

// places are where the Ingresses of a group ask to be: of a class, of an instance, or of both.
func (l *loader) places(ctx context.Context, g group, record *v1alpha1.SLBInstance) ([]string, error) {
	if g.class == "" {
		return l.placesByID(ctx, g, record)
	}
	home, err := l.homes.of(ctx, g.class, record)
	if err != nil {
		return nil, err
	}
	var places []string
	if home == g.name {
		places = append(places, placeOfClass(g.class))
	}
	if record == nil || record.Status.LoadBalancerID == "" {
		return places, nil
	}
	// Those that name the class's own instance are in the group, or are told that it is taken.
	id := record.Status.LoadBalancerID
	classes, err := l.homes.classesOn(ctx, id, nil)
	for _, class := range classes {
		places = append(places, placeOfClass(class))
	}
	return append(places, placeOfID(id)), err
}

func (l *loader) placesByID(ctx context.Context, g group, record *v1alpha1.SLBInstance) ([]string, error) {
	var owners v1alpha1.SLBInstanceList
	if err := l.client.List(ctx, &owners, client.MatchingFields{byLoadBalancer: g.id}); err != nil {
		return nil, fmt.Errorf("listing SLBInstances of instance %q: %w", g.id, err)
	}
	for _, owner := range owners.Items {
		if owner.Spec.LoadBalancerID == "" {
			return nil, nil // a class created this instance, and its group has these Ingresses
		}
	}
	places := []string{placeOfID(g.id)}
	classes, err := l.homes.classesOn(ctx, g.id, record)
	for _, class := range classes {
		places = append(places, placeOfClass(class))
	}
	return places, err
}

// checkInstance freezes a group that serves a class whose parameters ask for another instance by now:
// serving it there would change the address of Ingresses that nobody touched.
func (l *loader) checkInstance(g group, in *loaded) {
	named := in.Config.Spec.LoadBalancerID
	if in.Frozen != "" || !in.WholeClass || named == g.id {
		return
	}
	is, asks := "one that was created for it", "one that is created for it"
	if g.id != "" {
		is = g.id
	}
	if named != "" {
		asks = named
	}
	in.Frozen = fmt.Sprintf(
		"class %q is served by another load balancer (%s) than its parameters ask for now (%s), and Ingresses do not move by themselves: give the class its former SLBConfig back, or move its Ingresses to a class with the new one; once this instance serves none of the class, the new one does",
		in.Class.Name, is, asks)
}

// wholeClass tells whether Ingresses are in a group because of their class, not of an annotation.
func (l *loader) wholeClass(ingresses []*networkingv1.Ingress) bool {
	return slices.ContainsFunc(ingresses, func(ing *networkingv1.Ingress) bool {
		p, ok := l.options.placeOf(ing)
		return ok && p.id == ""
	})
}

// askedGroups are the groups that may have a class's Ingresses: its own, that of the instance which
// its parameters name or a class that created that instance, and those that serve it now.
func (r router) askedGroups(ctx context.Context, class string) []string {
	groups := []string{desired.GroupName(class, 0)}
	asked, err := homes{r.client}.asked(ctx, class)
	if err != nil {
		r.failed(ctx, err)
	}
	if id, ok := desired.ParseIDGroup(asked); ok {
		groups = append(groups, r.groupsOn(ctx, id)...)
	}
	for _, record := range r.records(ctx, byHome, class) {
		groups = append(groups, homeOf(&record))
	}
	return groups
}

// groupsOn are the groups that may have the Ingresses of an instance: its own, or that of the class
// which created it.
func (r router) groupsOn(ctx context.Context, id string) []string {
	groups := []string{desired.GroupNameByID(id)}
	for _, record := range r.records(ctx, byLoadBalancer, id) {
		groups = append(groups, record.Name)
	}
	return groups
}
