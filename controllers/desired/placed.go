package desired

import (
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// Placement says which hosts of a class's Ingresses a group serves, where the class has several
// instances.
type Placement struct {
	// Hosts are those of the group. The empty one stands for requests to hosts that no rule names.
	Hosts map[string]bool
	// Elsewhere are the hosts that other groups of the class serve, with the namespace that each
	// belongs to as far as that is on record.
	Elsewhere map[string]string
}

// HostClaimed is what the author of an Ingress is told whose host belongs to another namespace.
func HostClaimed(host string) string {
	return fmt.Sprintf("host %q, or a host that it overlaps, belongs to another namespace, which claimed it first: use another host, or let namespaces share hosts by hostSharing %q in the class's SLBConfig",
		host, v1alpha1.HostSharingAcrossNamespaces)
}

// here tells whether the group serves a host.
func (b *builder) here(host string) bool { return b.Placement == nil || b.Placement.Hosts[host] }

// elsewhere tells whether another group serves a host.
func (b *builder) elsewhere(host string) bool {
	if b.Placement == nil {
		return false
	}
	_, ok := b.Placement.Elsewhere[host]
	return ok
}

// home tells whether it is for this group to tell a member what concerns no host of any group: the
// group that serves the first of its hosts that is served.
func (b *builder) home(m *member) bool {
	if b.Placement == nil {
		return true
	}
	for _, host := range Hosts(m.Ingress) {
		if b.here(host) {
			return true
		}
		if b.elsewhere(host) {
			return false
		}
	}
	return true
}

// ofOthers tells whether a TLS host is other groups' affair.
func (b *builder) ofOthers(m *member, host string) bool {
	if b.Placement == nil || b.here(host) {
		return false
	}
	away := b.elsewhere(host)
	for _, h := range Hosts(m.Ingress) {
		if tlsCovers(host, h) {
			if b.here(h) {
				return false
			}
			away = away || b.elsewhere(h)
		}
	}
	return away || !b.home(m)
}

// asksTLS tells whether a member asks for TLS on this instance.
func (b *builder) asksTLS(m *member) bool {
	return slices.ContainsFunc(m.Spec.TLS, func(t networkingv1.IngressTLS) bool {
		return len(t.Hosts) == 0 || slices.ContainsFunc(t.Hosts, func(raw string) bool {
			host, err := normalizeHost(raw)
			return err != nil || !b.ofOthers(m, host)
		})
	})
}

// tellElsewhere tells a member that names this instance by its id that another one serves its host.
func (b *builder) tellElsewhere(r rule) {
	if r.config.Values[annotations.ID] == "" || !b.elsewhere(r.host) {
		return
	}
	b.tell(r.Ingress, r.field()+".host", fault{reason: cloud.HostElsewhere, message: fmt.Sprintf(
		"host %q, or a host that it overlaps, is served by another instance of the class, and a host stays where it is: remove annotation %q, then it is served there",
		r.host, r.config.Key(annotations.ID))})
}

// claimUnder notes who has hosts on other instances. A wildcard that is apart from a host which it
// covers came after it, so the host's owner comes first.
func (b *builder) claimUnder(hosts owners) {
	if b.Placement == nil {
		return
	}
	for host, namespace := range b.Placement.Elsewhere {
		for _, wildcard := range placement.Wildcards(host) {
			if namespace != "" {
				hosts.cover(wildcard, namespace)
			}
		}
	}
}

// claimElsewhere notes to whom hosts of other instances belong. It is for after the claims on record,
// which are older than a wildcard that is elsewhere: under that nobody else gets a further host.
func (b *builder) claimElsewhere(hosts owners) {
	if b.Placement == nil {
		return
	}
	for host, namespace := range b.Placement.Elsewhere {
		if namespace != "" && host != "" {
			hosts.of[host] = namespace
		}
	}
}
