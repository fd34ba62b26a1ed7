package ingress

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// spread is a class with its instances, of which there may be several.
type spread struct {
	class   string
	config  *v1alpha1.SLBConfig           // nil: the class or its parameters are missing, or not ours
	records map[int]*v1alpha1.SLBInstance // by number
	named   bool                          // an existing instance serves the class, or none does and its parameters name one
}

// readSpread reads a class and its records.
func readSpread(ctx context.Context, reader client.Reader, class string) (spread, error) {
	s := spread{class: class, records: map[int]*v1alpha1.SLBInstance{}}
	var list v1alpha1.SLBInstanceList
	if err := reader.List(ctx, &list, client.MatchingFields{byClass: class}); err != nil {
		return s, fmt.Errorf("listing SLBInstances of class %q: %w", class, err)
	}
	for i := range list.Items {
		if n, ok := s.number(list.Items[i].Name); ok {
			s.records[n] = &list.Items[i]
		}
	}
	home, err := homes{reader}.of(ctx, class, nil)
	if err != nil {
		return s, err
	}
	_, s.named = desired.ParseIDGroup(home)
	s.config, err = readParameters(ctx, reader, class)
	return s, err
}

// number tells which of the class's instances a record's name is for.
func (s spread) number(name string) (int, bool) {
	class, n, ok := desired.ParseClassGroup(name)
	return n, ok && class == s.class
}

// readParameters reads the parameters of a class of ours; nil if they or the class are missing.
func readParameters(ctx context.Context, reader client.Reader, name string) (*v1alpha1.SLBConfig, error) {
	class, err := readClass(ctx, reader, name)
	if err != nil || class == nil || class.Spec.Controller != ControllerName {
		return nil, err
	}
	config, missing, err := readConfig(ctx, reader, class)
	if err != nil || missing != "" {
		return nil, err
	}
	return config, nil
}

// max is how many instances the class may have.
func (s spread) max() int {
	if s.config == nil {
		return 0
	}
	return max(s.config.Spec.MaxInstances, 1)
}

// on tells whether hosts are placed: the class may have several instances, or had them and they are
// still there. Where an existing instance serves the class, that one has all of its hosts.
func (s spread) on() bool {
	first, hasFirst := s.records[0]
	switch {
	case s.named:
		return false
	case len(s.records) > 1, len(s.records) == 1 && !hasFirst, s.max() > 1:
		return true
	default: // the first alone, and whether the class has parameters is not known just now
		return s.config == nil && hasFirst && len(first.Status.Hosts) > 0
	}
}

func (s spread) numbers() []int { return slices.Sorted(maps.Keys(s.records)) }

// placementFor says what the n-th group serves.
func (s spread) placementFor(n int) *desired.Placement {
	p := &desired.Placement{Hosts: map[string]bool{}, Elsewhere: map[string]string{}}
	for _, number := range s.numbers() {
		record := s.records[number]
		owners := ownersOf(record)
		for _, host := range record.Status.Hosts {
			if number == n {
				p.Hosts[host] = true
			} else if _, ok := p.Elsewhere[host]; !ok {
				p.Elsewhere[host] = owners[host]
			}
		}
	}
	return p
}

// ownersOf are the namespaces that hosts belong to as recorded.
func ownersOf(record *v1alpha1.SLBInstance) map[string]string {
	owners := map[string]string{}
	for _, c := range record.Status.Claims {
		if _, ok := owners[c.Host]; !ok {
			owners[c.Host], _, _ = strings.Cut(c.Ingress, "/")
		}
	}
	return owners
}

// placedOwners are the namespaces that a record's hosts belong to, as far as that is recorded.
func placedOwners(record *v1alpha1.SLBInstance) map[string]string {
	owners, placed := ownersOf(record), map[string]string{}
	for _, host := range record.Status.Hosts {
		placed[host] = owners[host]
	}
	return placed
}

// addresses are those of the class's instances, in their order.
func (s spread) addresses() []string {
	var list []string
	for _, n := range s.numbers() {
		if address := s.records[n].Status.Address; address != "" {
			list = append(list, address)
		}
	}
	return list
}
