package ingress

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// loader reads what a group's translation depends on.
type loader struct {
	client   client.Reader // the cache
	live     client.Reader // the API server itself
	records  *records
	homes    homes
	secrets  *secretStore
	service  cloud.Interfaces
	doubts   *doubts
	probes   *probes
	placer   *placer
	fallback func(context.Context) (cloud.Certificate, error)
	options  Options
}

// loaded is a group as read.
type loaded struct {
	desired.Snapshot

	// Absent: there is no such group, and nothing of it is on record. A group that nobody is admitted
	// to is not absent, and has neither record nor Ingresses.
	Absent bool
	// Frozen says what is missing, for people; nothing may change while it is not empty.
	Frozen string
	// WholeClass: the group has Ingresses because of their class.
	WholeClass bool
	// Unseen is why the service could not be asked what it serves; the group's hosts are not known.
	Unseen error
	// Siblings are the addresses of the class's instances in their order, if an Ingress has hosts on
	// several.
	Siblings []string
	// Problems are those that reading found.
	Problems []cloud.Problem
	// Former are Ingresses that show the group's address and are not in it.
	Former []*networkingv1.Ingress
	// Wait is when reading again is due although nothing happens; zero: never.
	Wait time.Duration
}

// group is the reconcile key, taken apart.
type group struct {
	name  string
	class string // of a group by class
	n     int    // number of the class's instance
	id    string // of a group by id
}

// load reads a group. An error is one of the API server's or of the service's.
func (l *loader) load(ctx context.Context, name string) (loaded, error) {
	g, ok := parseGroup(name)
	if !ok {
		return loaded{Absent: true}, nil
	}
	in := loaded{Snapshot: desired.Snapshot{
		Owner:     cloud.Owner{Cluster: l.options.ClusterID, Group: name},
		Namespace: l.options.Namespace,
		Now:       l.options.Now(),
	}}
	if err := l.loadRecord(ctx, g, &in); err != nil {
		return in, err
	}
	if err := l.loadPlacement(ctx, g, &in); err != nil || in.Absent || in.Frozen != "" {
		return in, err
	}
	if err := l.loadMembers(ctx, g, &in); err != nil {
		return in, err
	}
	if in.Record == nil && len(in.Ingresses) == 0 {
		in.Absent = len(in.Problems) == 0
		return in, nil
	}
	if err := l.loadClass(ctx, g, &in); err != nil || in.Absent || in.Frozen != "" {
		return in, err
	}
	if err := l.loadBackends(ctx, &in); err != nil {
		return in, err
	}
	err := l.loadSecrets(ctx, &in)
	return in, err
}

func parseGroup(name string) (group, bool) {
	if class, n, ok := desired.ParseClassGroup(name); ok {
		return group{name: name, class: class, n: n}, true
	}
	id, ok := desired.ParseIDGroup(name)
	return group{name: name, id: id}, ok
}

func (l *loader) loadRecord(ctx context.Context, g group, in *loaded) error {
	record, err := l.records.read(ctx, g.name)
	if err != nil || record == nil {
		return err
	}
	in.Record = record
	in.DefaultSecret = secretName(record.Status.DefaultSecret)
	return nil
}

// loadMembers finds the group's Ingresses: those of its places that are admitted.
func (l *loader) loadMembers(ctx context.Context, g group, in *loaded) error {
	places, err := l.places(ctx, g, in.Record)
	if err != nil {
		return err
	}
	if in.Placement != nil { // of the class, those with a host of the group
		places = slices.DeleteFunc(places, func(place string) bool { return place == placeOfClass(g.class) })
	}
	for _, place := range places {
		if err := l.loadIngresses(ctx, client.MatchingFields{byPlace: place}, in); err != nil {
			return err
		}
	}
	if err := l.loadPlaced(ctx, g, in); err != nil {
		return err
	}
	slices.SortFunc(in.Ingresses, compareAge)
	if err := l.keepOurs(ctx, in); err != nil {
		return err
	}
	doubts, err := l.keepAllowed(ctx, in)
	if err != nil {
		return err
	}
	if in.Record != nil || len(in.Ingresses) > 0 {
		l.keepClass(g, in)
	}
	in.WholeClass = l.wholeClass(in.Ingresses)
	for _, ing := range in.Ingresses {
		if why := doubts[ing.UID]; why != "" {
			in.Frozen = why
		}
	}
	return l.loadFormer(ctx, in)
}

func (l *loader) loadIngresses(ctx context.Context, which client.MatchingFields, in *loaded) error {
	var list networkingv1.IngressList
	if err := l.client.List(ctx, &list, which); err != nil {
		return fmt.Errorf("listing Ingresses by %v: %w", which, err)
	}
	for i := range list.Items {
		if list.Items[i].DeletionTimestamp.IsZero() {
			in.Ingresses = append(in.Ingresses, &list.Items[i])
		}
	}
	return nil
}

// loadFormer finds the Ingresses that left the group with its address in their status.
func (l *loader) loadFormer(ctx context.Context, in *loaded) error {
	if in.Record == nil || in.Record.Status.Address == "" {
		return nil
	}
	var list networkingv1.IngressList
	if err := l.client.List(ctx, &list, client.MatchingFields{byAddress: in.Record.Status.Address}); err != nil {
		return fmt.Errorf("listing Ingresses by address: %w", err)
	}
	for i := range list.Items {
		same := func(member *networkingv1.Ingress) bool { return member.UID == list.Items[i].UID }
		if list.Items[i].DeletionTimestamp.IsZero() && !slices.ContainsFunc(in.Ingresses, same) {
			in.Former = append(in.Former, &list.Items[i])
		}
	}
	return nil
}

// compareAge orders Ingresses by creation, then namespace and name.
func compareAge(a, b *networkingv1.Ingress) int {
	if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
		return c
	}
	return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
}

func (l *loader) loadSecrets(ctx context.Context, in *loaded) error {
	var refs []types.NamespacedName
	for _, ing := range in.Ingresses {
		refs = append(refs, desired.Secrets(ing)...)
	}
	if len(in.Ingresses) > 0 {
		refs = append(refs, desired.ConfigSecrets(in.Config, in.Namespace)...)
	}
	found, err := l.secrets.Use(ctx, in.Owner.Group, refs)
	if err != nil {
		return fmt.Errorf("reading Secrets: %w", err)
	}
	in.Secrets, in.Unreadable = found.secrets, found.unreadable
	if len(in.Ingresses) == 0 {
		return nil
	}
	return l.loadFallback(ctx, in)
}

// loadFallback reads the certificate for port 443 of groups that have none of their own. When it
// cannot be had, only those wait for it.
func (l *loader) loadFallback(ctx context.Context, in *loaded) error {
	certificate, err := l.fallback(ctx)
	if err == nil {
		in.Fallback = certificate
		return nil
	}
	in.Problems = append(in.Problems, cloud.Problem{
		Object: recordObject(in.Owner.Group), Reason: cloud.ConfigMissing, Message: err.Error(),
	})
	for _, secret := range in.Secrets {
		if _, err := desired.ReadCertificate(secret, in.Now); err == nil {
			return nil
		}
	}
	in.Frozen = err.Error()
	in.wait(fallbackPause)
	return nil
}

// fallbackPause is how long a group without a certificate waits before the fallback is tried again.
const fallbackPause = 30 * time.Second
