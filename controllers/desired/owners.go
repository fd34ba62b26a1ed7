package desired

import "github.com/slb-ingress/slb-ingress-controller/controllers/placement"

// owners says which namespace each host belongs to.
//
// Ownership is exclusive in both directions: who has *.foo.com has all hosts under it, and while
// somebody has a.foo.com nobody else gets *.foo.com. The second half is not needed to route what is
// served, since an exact domain comes before a wildcard. It is needed for what is not served just
// now: were the rules of a.foo.com left out for want of room, its requests, cookies and all, would
// go to the other tenant's wildcard.
//
// The cost of a claim depends on the labels of its host only, so that an Ingress with very many
// hosts does not hold up the others.
type owners struct {
	shared bool                       // every namespace may have every host
	of     map[string]string          // namespace by host
	under  map[string]map[string]bool // namespaces that have hosts under a wildcard
}

// claim gives the host to the namespace if nobody else has it or a host that overlaps it, and tells
// whether the namespace may have paths on it. The empty host is everybody's.
func (o *owners) claim(host, namespace string) bool {
	if o.shared || host == "" || o.of[host] == namespace {
		return true
	}
	above := placement.Wildcards(host)
	for _, h := range append([]string{host}, above...) {
		if owner, ok := o.of[h]; ok && owner != namespace {
			return false
		}
	}
	for owner := range o.under[host] {
		if owner != namespace {
			return false
		}
	}
	o.of[host] = namespace
	for _, h := range above {
		o.cover(h, namespace)
	}
	return true
}

// cover notes that a namespace has a host under a wildcard.
func (o *owners) cover(wildcard, namespace string) {
	if o.under[wildcard] == nil {
		o.under[wildcard] = map[string]bool{}
	}
	o.under[wildcard][namespace] = true
}
