package ingress

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// placesPrefix begins the keys under which the hosts of classes are placed. No group has such a name.
const placesPrefix = "places."

func placesOf(class string) string { return placesPrefix + class }

func parsePlaces(key string) (class string, ok bool) { return strings.CutPrefix(key, placesPrefix) }

// place places the hosts of a class. The groups that get any are brought here by their records.
func (r *reconciler) place(ctx context.Context, class string) (reconcile.Result, error) {
	key := placesOf(class)
	s, problems, err := r.loader.placer.place(ctx, class)
	if e, ok := errors.AsType[*cloud.Error](err); ok && !cloud.Canceled(ctx, err) {
		log.FromContext(ctx).Info("cannot read what instances serve, so no host is placed", "class", class, "error", err.Error())
		return reconcile.Result{RequeueAfter: r.reporter.ledger.pause(key, e.Kind)}, nil
	}
	switch {
	case err != nil:
		return reconcile.Result{}, err
	case !s.on():
		r.reporter.forget(key)
		return reconcile.Result{}, nil
	case s.config == nil:
		return reconcile.Result{}, nil // the groups are frozen and say so
	}
	in := loaded{}
	in.Owner.Group = key
	r.reporter.tell(in, problems)
	r.reporter.ledger.succeeded(key)
	if len(problems) > 0 {
		return reconcile.Result{RequeueAfter: sinceAsked}, nil
	}
	return reconcile.Result{}, nil
}

// loadPlacement reads which hosts a group serves, if hosts are placed. A record without hosts may have
// lost them, so they are placed first: nothing may be taken for unwanted because of that.
func (l *loader) loadPlacement(ctx context.Context, g group, in *loaded) error {
	if g.class == "" {
		return nil
	}
	s, err := l.placer.glance(ctx, g.class)
	if err != nil {
		return err
	}
	delete(s.records, g.n)
	if in.Record != nil {
		s.records[g.n] = in.Record // after our own writes
	}
	if s.on() && s.config != nil && (in.Record == nil || len(in.Record.Status.Hosts) == 0) {
		s, _, err = l.placer.place(ctx, g.class)
		if _, ok := errors.AsType[*cloud.Error](err); ok {
			in.Unseen, err = err, nil
		}
		if err != nil {
			return err
		}
	}
	in.Record = s.records[g.n]
	if in.Record != nil {
		in.DefaultSecret = secretName(in.Record.Status.DefaultSecret)
	}
	if s.on() {
		in.Placement = s.placementFor(g.n)
	}
	in.Absent = in.Record == nil && (s.on() || g.n > 0)
	if s.on() && s.config == nil && !in.Absent && len(in.Record.Status.Hosts) == 0 && in.Record.Status.EmptySince == nil {
		in.Frozen = fmt.Sprintf("SLBInstance %q has lost its hosts, and without IngressClass %q and its parameters they cannot be found again; create them", g.name, g.class)
	}
	return nil
}

// loadPlaced adds the Ingresses that ask for a host of the group and name no instance.
func (l *loader) loadPlaced(ctx context.Context, g group, in *loaded) error {
	if in.Placement == nil {
		return nil
	}
	found := loaded{}
	for _, host := range in.Record.Status.Hosts {
		if err := l.loadIngresses(ctx, client.MatchingFields{byHost: hostsIn(g.class, []string{host})[0]}, &found); err != nil {
			return err
		}
	}
	for _, ing := range found.Ingresses {
		same := func(member *networkingv1.Ingress) bool {
			return member.Namespace == ing.Namespace && member.Name == ing.Name
		}
		if p, ok := l.options.placeOf(ing); ok && p.id == "" && !slices.ContainsFunc(in.Ingresses, same) {
			in.Ingresses = append(in.Ingresses, ing)
		}
	}
	return l.loadSiblings(ctx, g, in)
}

// loadSiblings reads the addresses of the class's instances, if an Ingress has hosts on several. They
// must be as new as the Ingress's status, or what a sibling wrote there a moment ago looked foreign.
func (l *loader) loadSiblings(ctx context.Context, g group, in *loaded) error {
	away := func(host string) bool {
		_, ok := in.Placement.Elsewhere[host]
		return ok
	}
	if !slices.ContainsFunc(in.Ingresses, func(ing *networkingv1.Ingress) bool { return slices.ContainsFunc(desired.Hosts(ing), away) }) {
		return nil
	}
	s, err := l.placer.spread(ctx, g.class)
	in.Siblings = s.addresses()
	return err
}

// concerned are the groups that an Ingress's change concerns, and the places of its class: its hosts
// may be new, or gone.
func (r router) concerned(ctx context.Context, ing *networkingv1.Ingress) []string {
	groups := r.groupsOf(ctx, ing)
	if p, ok := r.options.placeOf(ing); ok {
		groups = append(groups, r.placing(ctx, p.class)...)
	}
	return groups
}

// groupsServing are the groups of a class that serve hosts of an Ingress; the first one where hosts
// are not placed. A host that is nowhere yet is for the places of the class.
func (r router) groupsServing(ctx context.Context, class string, ing *networkingv1.Ingress) []string {
	var groups []string
	for _, key := range hostsIn(class, desired.Hosts(ing)) {
		for _, record := range r.records(ctx, byHost, key) {
			groups = append(groups, record.Name)
		}
	}
	if len(groups) == 0 && len(r.placing(ctx, class)) == 0 {
		groups = append(groups, r.askedGroups(ctx, class)...)
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// placing is the key of a class's places, if its hosts are placed.
func (r router) placing(ctx context.Context, class string) []string {
	s, err := readSpread(ctx, r.client, class)
	if err != nil {
		r.failed(ctx, err)
		return nil
	}
	if !s.on() {
		return nil
	}
	return []string{placesOf(class)}
}

// siblings are what the change of one of a class's records concerns beside its own group: the places
// of the class, since its hosts may be lost, and the groups that have wildcards, since who else has
// hosts under these decides to whom they belong. When the last record beside the first goes, the
// first has all hosts again.
func (r router) siblings(ctx context.Context, class string, n int) []string {
	groups := r.placing(ctx, class)
	switch {
	case len(groups) == 0 && n == 0:
		return nil
	case len(groups) == 0:
		return []string{desired.GroupName(class, 0)}
	}
	for _, record := range r.records(ctx, byClass, class) {
		if slices.ContainsFunc(record.Status.Hosts, func(host string) bool { return strings.HasPrefix(host, "*.") }) {
			groups = append(groups, record.Name)
		}
	}
	return groups
}
