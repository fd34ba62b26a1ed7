package desired

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// grant decides who gets what, oldest claim first, and tells the losers. What it returns is in the
// order of age. A want that repeats another of its Ingress is not among them but shares its node.
func (b *builder) grant(wants []*want) []*want {
	wants = b.grantHosts(wants)
	slots := map[slot]*want{}
	var granted []*want
	for _, late := range []bool{false, true} { // a host's explicit "/" comes before a default backend
		for _, w := range wants {
			if (w.implied && !w.isDefault()) == late && b.grantPath(slots, w) {
				granted = append(granted, w)
			}
		}
	}
	granted = slices.DeleteFunc(granted, func(w *want) bool { return slots[w.slot()] != w })
	order := map[*want]int{}
	for i, w := range wants {
		order[w] = i
	}
	slices.SortFunc(granted, func(a, b *want) int { return cmp.Compare(order[a], order[b]) })
	granted = b.grantURLs(slots, granted)
	b.shareNodes(slots, wants)
	return granted
}

// grantHosts drops wants on hosts of other namespaces. A host's owner keeps it for as long as it
// asks for any path of it, so changing a path does not lose the host to whoever waits for it.
func (b *builder) grantHosts(wants []*want) []*want {
	type asked struct{ host, namespace string }
	asks := map[asked]bool{}
	for _, w := range wants {
		asks[asked{w.host, w.from.Namespace}] = true
	}
	hosts := owners{
		shared: b.Config.Spec.HostSharing == v1alpha1.HostSharingAcrossNamespaces,
		of:     map[string]string{}, under: map[string]map[string]bool{},
	}
	b.claimUnder(hosts)
	for _, c := range b.recorded() {
		namespace, _, _ := strings.Cut(c.Ingress, "/")
		if asks[asked{c.Host, namespace}] {
			hosts.claim(c.Host, namespace)
		}
	}
	b.claimElsewhere(hosts)
	var kept []*want
	for _, w := range wants {
		if hosts.claim(w.host, w.from.Namespace) {
			kept = append(kept, w)
			continue
		}
		b.tell(w.from.Ingress, w.hostField, fault{reason: cloud.HostClaimed, message: HostClaimed(w.host)})
	}
	return kept
}

// slot is what one want can hold. A host's "/" is one, exact or not: the service has no URL that
// means "/" alone.
type slot struct {
	host, url string
	exact     bool
}

func (w *want) slot() slot { return slot{w.host, w.url, w.exact && w.url != ""} }

// grantPath gives the want its slot, or tells why it does not get it.
func (b *builder) grantPath(slots map[slot]*want, w *want) bool {
	holder := slots[w.slot()]
	switch {
	case holder == nil:
		slots[w.slot()] = w
		return true
	case holder.from == w.from && holder.exact && !w.exact && !w.implied:
		// Of one Ingress's Exact "/" and Prefix "/" the latter is what the service can do.
		slots[w.slot()] = w
		b.tellTaken(w, holder)
		return true
	case w.implied && !w.isDefault() && !holder.implied:
		return false // an explicit path comes before a default backend: nothing to tell
	case holder.from != w.from || !b.sameBackend(holder, w):
		b.tellTaken(holder, w)
	}
	return false
}

// tellTaken tells the author of w that holder has what w asks for.
func (b *builder) tellTaken(holder, w *want) {
	if w.isDefault() || w.implied {
		if holder.from == w.from {
			return
		}
		b.tell(w.from.Ingress, w.field, fault{reason: cloud.DefaultBackendTaken, message: fmt.Sprintf(
			"%s has no effect: %s claimed the default backend first, and there is one for each host and one for each instance", w.field, namedFor(w.from, holder.from))})
		return
	}
	if holder.from == w.from && w.exact && w.url == "" {
		b.tell(w.from.Ingress, w.field, fault{reason: cloud.UnsupportedPath, message: fmt.Sprintf(
			"Exact path %q cannot be told apart from %s, which is served", w, holder.field)})
		return
	}
	winner := namedFor(w.from, holder.from)
	if holder.from == w.from {
		winner = holder.field
	}
	b.tell(w.from.Ingress, w.field, fault{reason: cloud.PathConflict, message: fmt.Sprintf(
		"%q is taken: %s claimed it first; remove it from one of the two", w, winner)})
}

// sameBackend tells whether two wants of one Ingress go to the same place, so that repeating the
// path does no harm.
func (b *builder) sameBackend(x, y *want) bool {
	p, pf := b.resolve(x.from.Namespace, x.backend)
	q, qf := b.resolve(y.from.Namespace, y.backend)
	return pf == nil && qf == nil && p.name() == q.name()
}

// grantURLs gives each want the URL of its rule: its own, but where an Exact path has that, a
// Prefix path takes the URL with "/" behind it. Two wants that come to one URL cannot both be
// served.
func (b *builder) grantURLs(slots map[slot]*want, granted []*want) []*want {
	taken := map[place]*want{}
	var kept []*want
	for _, w := range granted {
		w.serve = w.url
		if !w.exact && slots[slot{w.host, w.url, true}] != nil && !strings.HasSuffix(w.url, "/") && w.url != "" {
			w.serve = w.url + "/"
		}
		if err := checkURL(w.serve); err != nil {
			b.tell(w.from.Ingress, w.field, fault{reason: cloud.UnsupportedPath, message: fmt.Sprintf("path %q beside the Exact path of the same name needs %q, which %v", w.path, w.serve, err)})
		} else if holder := taken[place{w.host, w.serve}]; holder != nil {
			b.tellTaken(holder, w)
		} else {
			taken[place{w.host, w.serve}] = w
			kept = append(kept, w)
			w.node = &node{owner: w, backend: w, domain: w.host, url: w.serve, rank: len(kept) - 1}
			continue
		}
		delete(slots, w.slot())
	}
	return kept
}

// shareNodes lets wants that repeat another of their Ingress be served by its node.
func (b *builder) shareNodes(slots map[slot]*want, wants []*want) {
	for _, w := range wants {
		holder := slots[w.slot()]
		if w.node == nil && !w.implied && holder != nil && holder.from == w.from && b.sameBackend(holder, w) {
			w.node = holder.node
		}
	}
}
