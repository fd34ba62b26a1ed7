package ingress

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// placer decides which instance of a class serves which host. It is the only one that writes hosts to
// records, one class at a time, and it does so before anything is sent to the service. Safe for
// concurrent use.
type placer struct {
	client  client.Client
	records *records
	service cloud.Reader
	memory  *memory
	options Options
	// allowed leaves out the Ingresses of namespaces that their class does not serve.
	allowed func(context.Context, *loaded) (map[types.UID]string, error)

	mu      sync.Mutex
	classes map[string]*sync.Mutex
	vacant  map[string]bool // groups without a record of which the service had nothing
}

func newPlacer(records *records, service cloud.Reader, memory *memory, options Options) *placer {
	return &placer{
		client: records.client, records: records, service: service, memory: memory, options: options,
		classes: map[string]*sync.Mutex{}, vacant: map[string]bool{},
	}
}

func (p *placer) lock(class string) (unlock func()) {
	p.mu.Lock()
	if p.classes[class] == nil {
		p.classes[class] = &sync.Mutex{}
	}
	of := p.classes[class]
	p.mu.Unlock()
	of.Lock()
	return of.Unlock
}

// spread reads a class and its records as they are after our own writes.
func (p *placer) spread(ctx context.Context, class string) (spread, error) {
	s, err := p.glance(ctx, class)
	if err != nil {
		return s, err
	}
	for _, n := range s.numbers() {
		if err := p.reread(ctx, s, n); err != nil {
			return s, err
		}
	}
	return s, nil
}

// glance reads a class and its records from the cache, and those that the cache does not have yet.
func (p *placer) glance(ctx context.Context, class string) (spread, error) {
	s, err := readSpread(ctx, p.client, class)
	if err != nil {
		return s, err
	}
	for _, name := range p.records.names() {
		if n, ok := s.number(name); ok && s.records[n] == nil {
			if err := p.reread(ctx, s, n); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

func (p *placer) reread(ctx context.Context, s spread, n int) error {
	record, err := p.records.read(ctx, desired.GroupName(s.class, n))
	if err != nil {
		return err
	}
	delete(s.records, n)
	if record != nil {
		s.records[n] = record
	}
	return nil
}

// place places the hosts of a class that have no instance, and takes those off that nobody asks for
// any more. It returns the class as it then is, and what it has to tell.
func (p *placer) place(ctx context.Context, class string) (spread, []cloud.Problem, error) {
	defer p.lock(class)()
	s, err := p.spread(ctx, class)
	if err != nil || !s.on() || s.config == nil {
		return s, nil, err
	}
	a, err := p.assign(ctx, s)
	if err != nil {
		return s, nil, err
	}
	if err := p.decide(ctx, a); err != nil {
		return s, nil, err
	}
	// The first record goes last: while it has no hosts its claims stay, of which others take theirs.
	for _, n := range slices.Backward(a.changed()) {
		if err := p.write(ctx, a, n); err != nil {
			return s, nil, err
		}
	}
	return s, a.problems(), nil
}

// assign takes down what is asked for and what is placed.
func (p *placer) assign(ctx context.Context, s spread) (*assignment, error) {
	a := &assignment{spread: s, at: map[string]int{}, hosts: map[int][]string{}, demands: map[string]placement.Host{}}
	if err := p.readIngresses(ctx, a); err != nil {
		return nil, err
	}
	owners := map[string]string{}
	for _, n := range s.numbers() {
		for host, namespace := range ownersOf(s.records[n]) {
			if _, ok := owners[host]; !ok || slices.Contains(s.records[n].Status.Hosts, host) {
				owners[host] = namespace
			}
		}
	}
	a.demand(desired.Demands(s.config, a.ingresses, owners))
	for _, n := range s.numbers() {
		a.keep(n, s.records[n].Status.Hosts)
	}
	return a, nil
}

// readIngresses reads the Ingresses of the class's own instances, oldest first.
func (p *placer) readIngresses(ctx context.Context, a *assignment) error {
	places := []string{placeOfClass(a.class)}
	named := map[string]int{}
	for _, n := range a.numbers() {
		if id := a.records[n].Status.LoadBalancerID; id != "" {
			named[id] = n
			places = append(places, placeOfID(id))
		}
	}
	for _, place := range places {
		var list networkingv1.IngressList
		if err := p.client.List(ctx, &list, client.MatchingFields{byPlace: place}); err != nil {
			return fmt.Errorf("listing Ingresses of %s: %w", place, err)
		}
		for i := range list.Items {
			at, ok := p.options.placeOf(&list.Items[i])
			if ok && at.class == a.class && list.Items[i].DeletionTimestamp.IsZero() {
				a.ingresses = append(a.ingresses, &list.Items[i])
				if n, ok := named[at.id]; ok {
					a.bind(&list.Items[i], n)
				}
			}
		}
	}
	slices.SortFunc(a.ingresses, compareAge)
	admitted := loaded{}
	admitted.Ingresses = a.ingresses
	_, err := p.allowed(ctx, &admitted)
	a.ingresses, a.refused = admitted.Ingresses, admitted.Problems
	return err
}

// decide finds an instance for each host that has none: the one that serves it already, if a record
// was lost or the class had one instance only, else one with room.
func (p *placer) decide(ctx context.Context, a *assignment) error {
	if len(a.unplaced()) == 0 {
		return nil
	}
	if err := p.survey(ctx, a); err != nil {
		return err
	}
	unplaced := a.admit(a.unplaced())
	if len(unplaced) == 0 {
		return nil
	}
	sizes := &sizes{client: p.client, known: map[string]int{}}
	a.result = placement.Place(p.instances(a), unplaced, func(group string) int { return sizes.of(ctx, group) })
	if sizes.err != nil {
		return sizes.err
	}
	for _, h := range unplaced {
		if n, ok := a.result.Placed[h.Name]; ok {
			a.keep(n, []string{h.Name})
		}
	}
	return nil
}

// survey looks at instances whose record has no hosts, and for instances without a record, and keeps
// the hosts that they serve where they are.
func (p *placer) survey(ctx context.Context, a *assignment) error {
	for n := range a.end() {
		if len(a.hosts[n]) > 0 {
			continue
		}
		got, err := p.look(ctx, a, n)
		if err != nil {
			return err
		}
		a.keep(n, desired.ServedHosts(got.Ours))
	}
	return nil
}

// look returns what the n-th instance is known to have, or reads it. That there is none without a
// record is asked once.
func (p *placer) look(ctx context.Context, a *assignment, n int) (cloud.Observed, error) {
	name, record := desired.GroupName(a.class, n), a.records[n]
	if got, ok := p.memory.get(name, p.options.Now(), nil); ok {
		return got, nil
	}
	p.mu.Lock()
	vacant := p.vacant[name]
	p.mu.Unlock()
	if vacant && record == nil {
		return cloud.Observed{}, nil
	}
	q := cloud.Query{Owner: cloud.Owner{Cluster: p.options.ClusterID, Group: name}, Ports: []int{portHTTP, portHTTPS}}
	if record != nil {
		q.LoadBalancer = cloud.ID(record.Status.LoadBalancerID)
	}
	got, err := reading{p.service, p.memory}.of(ctx, q, record, p.options.Now())
	if err != nil {
		return got, err
	}
	p.mu.Lock()
	p.vacant[name] = got.Instance == nil
	p.mu.Unlock()
	return got, nil
}

// instances are those of the class as they may take hosts.
func (p *placer) instances(a *assignment) []placement.Instance {
	var list []placement.Instance
	for n := range a.end() {
		i := placement.Instance{Number: n, Capacity: capacityOf(a.config), Closed: n >= a.max()}
		for _, host := range a.hosts[n] {
			i.Hosts = append(i.Hosts, a.demands[host])
		}
		if name, ok := desired.ConfigSecret(a.config, p.options.Namespace); ok {
			i.Certificate = name.String()
		}
		if record := a.records[n]; record != nil {
			i.Closed = i.Closed || !record.DeletionTimestamp.IsZero()
			if i.Certificate == "" {
				i.Certificate = record.Status.DefaultSecret
			}
		}
		if got, ok := p.memory.get(desired.GroupName(a.class, n), p.options.Now(), nil); ok {
			i.Capacity.Rules = max(i.Capacity.Rules-foreignRules(got), 0)
		}
		list = append(list, i)
	}
	return list
}

// maxHostBytes bounds the hosts on one record, which is at most 32 KiB with everything that it holds.
const maxHostBytes = 4 << 10

func capacityOf(config *v1alpha1.SLBConfig) placement.Capacity {
	l := limitsOf(config).Filled()
	return placement.Capacity{
		Rules: l.RulesPerListener, Members: l.MembersPerInstance, Extensions: l.ExtensionsPerListener, Bytes: maxHostBytes,
	}
}

func foreignRules(got cloud.Observed) int {
	rules := map[int]int{}
	for _, r := range got.Foreign.Rules {
		rules[r.Port]++
	}
	return most(rules)
}

// write records the hosts of an instance, making its record if there is none. It is refused if the
// record changed since it was read. Claims that another record has on a host that is new here come
// along, so that placing a host changes nothing of whose it is.
func (p *placer) write(ctx context.Context, a *assignment, n int) error {
	record := a.records[n]
	if record == nil {
		record = &v1alpha1.SLBInstance{ObjectMeta: metav1.ObjectMeta{
			Name: desired.GroupName(a.class, n), Finalizers: []string{v1alpha1.Finalizer},
		}}
		record.Spec.Class = a.class
		if err := p.client.Create(ctx, record); err != nil {
			return fmt.Errorf("creating SLBInstance %q: %w", record.Name, err)
		}
		p.records.wrote(record.Name, record.ResourceVersion)
		p.mu.Lock()
		delete(p.vacant, record.Name)
		p.mu.Unlock()
		a.records[n] = record
	}
	before := record.DeepCopy()
	record.Status.Claims = append(record.Status.Claims, a.claimsFor(n)...)
	record.Status.Hosts = a.hosts[n]
	return p.records.write(ctx, before, record)
}

// sinceAsked is how often hosts without a place are tried again although no Ingress changed: members
// and rules of others may have made room.
const sinceAsked = 10 * time.Minute
