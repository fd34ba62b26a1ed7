package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// at is where an entry is: a prefix on a host.
type at struct{ host, prefix string }

// last is what an entry served before, with the Service ports that it named then.
type last struct {
	either []Share
	ports  []port
	shares int // percent of the second port
	owner  string
}

// enter makes the entries of what was granted.
func (v *view) enter(got map[slot]wish, shares []wish) {
	order := v.ranked(got)
	before := v.mem.last
	v.mem.last = map[at]last{}
	used := map[at]bool{}
	for _, w := range order {
		place := at{w.host, w.prefix}
		if _, beside := got[slot{w.host, w.prefix, true}]; beside && !w.exact && w.prefix != "" && !strings.HasSuffix(w.prefix, "/") {
			place.prefix += "/"
		}
		switch {
		case used[place]:
			v.tell(w.ingress, "PathConflict")
			continue
		case len(place.prefix) > 80:
			v.tell(w.ingress, "UnsupportedPath")
			continue
		}
		used[place] = true
		v.serve(place, w, v.canaryOf(w, shares), before)
	}
	for _, w := range order {
		v.guard(got, w, used)
	}
	slices.SortFunc(v.out.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Prefix, b.Prefix))
	})
}

// ranked are the granted wishes by the age of their claims.
func (v *view) ranked(got map[slot]wish) []wish {
	var all []wish
	for _, w := range got {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b wish) int {
		return slices.Index(v.mem.claims, a.claim()) - slices.Index(v.mem.claims, b.claim())
	})
	return all
}

// canaryOf is the canary of a path: the first of the namespace for the same host, path and kind.
func (v *view) canaryOf(w wish, shares []wish) *wish {
	for i, s := range shares {
		if s.slot() == w.slot() && s.ingress.Namespace == w.ingress.Namespace {
			return &shares[i]
		}
	}
	return nil
}

// serve makes the entry of one wish. A broken backend keeps what was served there.
func (v *view) serve(place at, w wish, canary *wish, before map[at]last) {
	now, why := v.shareOf(w, canary)
	if why != "" {
		v.tell(w.ingress, why)
		old, ok := before[place]
		if !ok || old.owner != nameOf(w.ingress) {
			return // what another Ingress had there went with it
		}
		now = last{either: append(slices.Clone(old.either), v.again(old)...), ports: old.ports, shares: old.shares}
		now.either = unique(now.either)
	}
	now.owner = nameOf(w.ingress)
	v.mem.last[place] = now
	v.out.Ingresses[nameOf(w.ingress)] = true
	if canary != nil {
		v.out.Ingresses[nameOf(canary.ingress)] = true
	}
	if place == (at{}) {
		v.out.fallback = now.either
		return
	}
	v.out.Entries = append(v.out.Entries, Entry{
		Host: place.host, Prefix: place.prefix, Namespace: w.ingress.Namespace, Ingress: nameOf(w.ingress), Either: now.either,
	})
}

func (v *view) shareOf(w wish, canary *wish) (last, string) {
	p, why := v.cluster.find(w.ingress.Namespace, w.backend)
	if why != "" {
		return last{}, why
	}
	if canary == nil {
		return last{either: []Share{{v.pool(p)}}, ports: []port{p}}, ""
	}
	c, why := v.cluster.find(canary.ingress.Namespace, canary.backend)
	if why != "" {
		v.tell(canary.ingress, why)
		return last{either: []Share{{v.pool(p)}}, ports: []port{p}}, ""
	}
	percent := canaryOf(canary.ingress).percent
	return last{either: []Share{divided(v.pool(p), v.pool(c), percent)}, ports: []port{p, c}, shares: percent}, ""
}

// again is what a kept entry's Services have now, if they are there: a kept group may or may not be
// looked after.
func (v *view) again(old last) []Share {
	var pools []Pool
	for _, p := range old.ports {
		backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: p.service}}
		backend.Service.Port.Name, backend.Service.Port.Number = p.name, p.number
		if _, why := v.cluster.find(p.namespace, backend); why != "" {
			return nil
		}
		pools = append(pools, v.pool(p))
	}
	if len(pools) == 2 {
		return []Share{divided(pools[0], pools[1], old.shares)}
	}
	return []Share{pools}
}

func unique(all []Share) []Share {
	var kept []Share
	for _, s := range all {
		if !slices.ContainsFunc(kept, func(k Share) bool { return k.String() == s.String() }) {
			kept = append(kept, s)
		}
	}
	return kept
}

// guard keeps an Exact path from taking what is below it: that goes where it would go without the
// path, if it would go anywhere.
func (v *view) guard(got map[slot]wish, w wish, used map[at]bool) {
	below := at{w.host, w.prefix + "/"}
	if !w.exact || w.prefix == "" || strings.HasSuffix(w.prefix, "/") || used[below] || len(below.prefix) > 80 {
		return
	}
	best := -1
	var above wish
	for s, other := range got {
		stem := s.prefix
		if !other.native {
			stem += "/"
		}
		if s.host == w.host && !other.exact && strings.HasPrefix(w.prefix+"/", stem) && len(s.prefix) > best {
			best, above = len(s.prefix), other
		}
	}
	if best < 0 {
		return
	}
	place := at{w.host, above.prefix}
	if _, ok := v.mem.last[place]; !ok {
		place.prefix += "/"
	}
	if l, ok := v.mem.last[place]; ok {
		v.mem.last[below] = l
		v.out.Entries = append(v.out.Entries, Entry{
			Host: w.host, Prefix: below.prefix, Namespace: w.ingress.Namespace, Ingress: nameOf(w.ingress), Either: l.either,
		})
	}
}

// rules counts those that a listener needs: an entry that changes no request's answer needs none.
func (g *Group) rules() int {
	n := 0
	for _, e := range g.Entries {
		above := g.above(e)
		if above == nil || above.Ingress != e.Ingress || fmt.Sprint(above.Either) != fmt.Sprint(e.Either) {
			n++
		}
	}
	return n
}

func (g *Group) above(e Entry) *Entry {
	var best *Entry
	for i, o := range g.Entries {
		if o.Host == e.Host && len(o.Prefix) < len(e.Prefix) && strings.HasPrefix(e.Prefix, o.Prefix) &&
			(best == nil || len(o.Prefix) > len(best.Prefix)) {
			best = &g.Entries[i]
		}
	}
	return best
}
