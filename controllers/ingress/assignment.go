package ingress

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// assignment is a class's hosts while they are placed.
type assignment struct {
	spread

	ingresses []*networkingv1.Ingress
	bound     map[string]int            // hosts of Ingresses that name one of the class's instances
	demands   map[string]placement.Host // by name
	order     []string                  // of demands, oldest first
	at        map[string]int            // number of the instance by host
	hosts     map[int][]string          // by number
	result    placement.Result
	contested map[string]bool // hosts that overlap another namespace's
	refused   []cloud.Problem // of Ingresses that the class does not serve
}

// bind notes that an Ingress names the n-th instance.
func (a *assignment) bind(ing *networkingv1.Ingress, n int) {
	if a.bound == nil {
		a.bound = map[string]int{}
	}
	for _, host := range desired.Hosts(ing) {
		if _, ok := a.bound[host]; !ok {
			a.bound[host] = n
		}
	}
}

// demand takes down what is asked for. Hosts that have claims on the first record come before the
// others, in the order of these: they were there before the class got more instances.
func (a *assignment) demand(hosts []placement.Host) {
	var claimed []string
	if first := a.records[0]; first != nil && len(first.Status.Hosts) == 0 {
		for _, c := range first.Status.Claims {
			claimed = append(claimed, c.Host)
		}
	}
	for _, h := range hosts {
		h.To, h.Bound = a.bound[h.Name], false
		_, h.Bound = a.bound[h.Name]
		h.Age += len(claimed)
		if i := slices.Index(claimed, h.Name); i >= 0 {
			h.Age = i
		}
		a.demands[h.Name] = h
		a.order = append(a.order, h.Name)
	}
}

// keep notes that hosts are on the n-th instance, those that are asked for and nowhere yet.
func (a *assignment) keep(n int, hosts []string) {
	for _, host := range hosts {
		_, placed := a.at[host]
		if _, asked := a.demands[host]; asked && !placed {
			a.at[host] = n
			a.hosts[n] = append(a.hosts[n], host)
		}
	}
}

// unplaced are the hosts that are nowhere.
func (a *assignment) unplaced() []placement.Host {
	var list []placement.Host
	for _, host := range a.order {
		if _, ok := a.at[host]; !ok {
			list = append(list, a.demands[host])
		}
	}
	return list
}

// admit leaves out hosts that overlap another namespace's host: they would take room beside it, where
// a wildcard's hosts have to go, and not be served.
func (a *assignment) admit(hosts []placement.Host) []placement.Host {
	owners := map[string]string{} // of what is placed or admitted
	for host := range a.at {
		owners[host] = a.demands[host].Owner
	}
	a.contested = map[string]bool{}
	var admitted []placement.Host
	for _, h := range hosts {
		if a.contested[h.Name] = contested(h, owners); a.contested[h.Name] {
			continue
		}
		owners[h.Name] = h.Owner
		admitted = append(admitted, h)
	}
	return admitted
}

func contested(h placement.Host, owners map[string]string) bool {
	if h.Owner == "" {
		return false
	}
	for _, wildcard := range placement.Wildcards(h.Name) {
		if owner, ok := owners[wildcard]; ok && owner != h.Owner {
			return true
		}
	}
	if !strings.HasPrefix(h.Name, "*.") {
		return false
	}
	for host, owner := range owners {
		if owner != h.Owner && placement.Covers(h.Name, host) {
			return true
		}
	}
	return false
}

// end is one more than the greatest number that an instance has or may have.
func (a *assignment) end() int {
	end := a.max()
	for n := range a.records {
		end = max(end, n+1)
	}
	return end
}

// changed are the instances whose record does not have their hosts yet.
func (a *assignment) changed() []int {
	var list []int
	for n := range a.end() {
		var recorded []string
		if record := a.records[n]; record != nil {
			recorded = record.Status.Hosts
		}
		if !slices.Equal(recorded, a.hosts[n]) {
			list = append(list, n)
		}
	}
	return list
}

// claimsFor are the claims that other records have on hosts which the n-th instance has and its
// record does not know.
func (a *assignment) claimsFor(n int) []v1alpha1.Claim {
	var list []v1alpha1.Claim
	known := a.records[n].Status
	for _, number := range a.numbers() {
		if number == n {
			continue
		}
		for _, c := range a.records[number].Status.Claims {
			at, ok := a.at[c.Host]
			if ok && at == n && !slices.Contains(known.Hosts, c.Host) && !slices.ContainsFunc(known.Claims, sameClaim(c)) {
				list = append(list, c)
			}
		}
	}
	return list
}

// problems tell the Ingresses whose hosts are nowhere.
func (a *assignment) problems() []cloud.Problem {
	left := map[string]placement.Left{}
	for _, l := range a.result.Left {
		left[l.Name] = l
	}
	list := slices.Clone(a.refused)
	for _, ing := range a.ingresses {
		for _, host := range desired.Hosts(ing) {
			p := cloud.Problem{Object: objectOf(ing), Field: desired.HostField(ing, host)}
			if l, ok := left[host]; ok {
				p.Reason, p.Message = cloud.RulesExhausted, a.noRoom(l)
			} else if a.contested[host] {
				p.Reason, p.Message = cloud.HostClaimed, desired.HostClaimed(host)
			} else {
				continue
			}
			list = append(list, p)
		}
	}
	return list
}

func (a *assignment) noRoom(l placement.Left) string {
	return fmt.Sprintf("no room for host %q: it may take %d forwarding rules on a listener, and of the class's %d instances the emptiest has room for %d rules "+
		"and the one with the fewest backend servers for %d; raise maxInstances of SLBConfig %q, now %d, remove paths, or move Ingresses to another class",
		l.Name, l.Host.Rules, a.max(), l.Rules, l.Members, a.config.Name, a.max())
}

// sizes counts the members that vServer groups have, each once.
type sizes struct {
	client client.Reader
	known  map[string]int
	err    error
}

func (s *sizes) of(ctx context.Context, group string) int {
	if n, ok := s.known[group]; ok || s.err != nil {
		return n
	}
	namespace, name := desired.ServiceOf(group)
	var list discoveryv1.EndpointSliceList
	if err := s.client.List(ctx, &list, client.InNamespace(namespace), client.MatchingFields{byService: namespace + "/" + name}); err != nil {
		s.err = fmt.Errorf("listing EndpointSlices of Service %q: %w", namespace+"/"+name, err)
	}
	addresses := map[string]bool{}
	for _, slice := range list.Items {
		for _, endpoint := range slice.Endpoints {
			if ready(endpoint) && len(endpoint.Addresses) > 0 && slice.AddressType == discoveryv1.AddressTypeIPv4 {
				addresses[endpoint.Addresses[0]] = true
			}
		}
	}
	s.known[group] = len(slices.Collect(maps.Keys(addresses)))
	return s.known[group]
}

// sameClaim tells of claims whether they are one with another, whatever served them.
func sameClaim(with v1alpha1.Claim) func(v1alpha1.Claim) bool {
	return func(c v1alpha1.Claim) bool {
		c.Groups = with.Groups
		return reflect.DeepEqual(c, with)
	}
}
