package desired

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// partCanaries parts the members into those that claim paths and those that take a share of other
// members' paths. A canary that asks for a condition which the service does not have is neither:
// its requests would not be those that its author meant.
func (b *builder) partCanaries(members []*member) (stable, canaries []*member) {
	for _, m := range members {
		effect := "it has no effect"
		if m.config.Canary() {
			effect = "the canary is not served"
		}
		for _, name := range m.config.CanaryBy() {
			key := m.config.Key(name)
			b.tell(m.Ingress, annotationField(key), fault{reason: cloud.UnsupportedAnnotation, message: fmt.Sprintf(
				"annotation %q cannot be had: the service's forwarding rules have a domain and a URL, and no condition on headers or cookies; %s; give the canary a share by %q",
				key, effect, m.config.Key(annotations.CanaryWeight))})
		}
		switch {
		case !m.config.Canary():
			b.tellIdleWeight(m)
			stable = append(stable, m)
		case len(m.config.CanaryBy()) == 0:
			canaries = append(canaries, m)
		}
	}
	return stable, canaries
}

func (b *builder) tellIdleWeight(m *member) {
	if _, ok := m.config.Values[annotations.CanaryWeight]; !ok {
		return
	}
	key := m.config.Key(annotations.CanaryWeight)
	b.tell(m.Ingress, annotationField(key), fault{reason: cloud.InvalidAnnotation, message: fmt.Sprintf(
		"annotation %q has no effect: the Ingress is no canary; add %q with value %q", key, m.config.Key(annotations.Canary), "true")})
}

// attach gives each path its canary, the oldest that asks for it, and tells the others.
func (b *builder) attach(canaries, granted []*want) {
	paths := map[slot]*want{}
	for _, w := range granted {
		paths[w.slot()] = w
	}
	for _, c := range canaries {
		w := paths[c.slot()]
		switch {
		case w == nil || w.from.Namespace != c.from.Namespace:
			b.tell(c.from.Ingress, c.field, fault{reason: cloud.CanaryWithoutStable, message: fmt.Sprintf(
				"%q is not served: no other Ingress of this namespace that is not a canary serves this host and path, with this kind of path; create one, or correct the canary", c)})
		case w.canary == nil:
			w.canary, c.node = c, w.node
		case w.canary.from != c.from || !b.sameBackend(w.canary, c):
			b.tell(c.from.Ingress, c.field, fault{reason: cloud.PathConflict, message: fmt.Sprintf(
				"%q has a canary: %s asked for it first", c, namedFor(c.from, w.canary.from))})
		}
	}
}

// tellUnweighted tells canaries that the scheduler makes their share another one: "rr" gives every pod
// the same, whatever its weight.
func (b *builder) tellUnweighted(granted []*want) {
	for _, w := range granted {
		if w.canary == nil || w.from.spread.Scheduler != "rr" {
			continue
		}
		m := w.canary.from
		key := m.config.Key(annotations.CanaryWeight)
		b.tell(m.Ingress, annotationField(key), fault{reason: cloud.UnsupportedAnnotation, message: fmt.Sprintf(
			"annotation %q needs weights, and the Ingress whose requests it divides has %q %q, which does not heed them; let it be %q or %q",
			key, annotations.Scheduler, "rr", "wrr", "wlc")})
	}
}

// canaryPort finds the Service port of a want's canary, if it has one that can be served; else the
// want's own Service takes all requests.
func (b *builder) canaryPort(w *want) (port servicePort, ok bool) {
	if w.canary == nil {
		return servicePort{}, false
	}
	if w.canary.from.withheld() {
		w.canary.node = nil // without it nobody gets to the canary's pods who should not
		return servicePort{}, false
	}
	port, f := b.resolve(w.canary.from.Namespace, w.canary.backend)
	if f != nil {
		b.tell(w.canary.from.Ingress, w.canary.field, *f)
		w.canary.node = nil
		return servicePort{}, false
	}
	return port, true
}

// canaryGroup returns the vServer group of a Service port and its canary. Each canary Ingress has
// groups of its own, since its weight is its own; so changing the weight or scaling either side
// changes members and nothing else, and other paths of the Service keep theirs.
func (b *builder) canaryGroup(port, canary servicePort, w *want) *backendGroup {
	name := canaryGroupName(port, canary, w.canary.from.Name)
	if g, ok := b.backends[name]; ok {
		return g
	}
	group, faults := b.members(port)
	other, canaryFaults := b.members(canary)
	g := &backendGroup{name: name, behind: b.behind(canary), faults: faults, canaryFaults: canaryFaults}
	b.backends[name] = g
	if (group.Hold || b.behind(port)) && len(group.Members) == 0 {
		// The pods are somewhere: a group without them would leave everything to the canary.
		g.name = ""
		return g
	}
	d := division{stable: port, canary: canary, percent: w.canary.from.config.Share()}
	d.stables, d.canaries = disjoint(group.Members, other.Members)
	group.Doubtful = slices.Concat(group.Doubtful, other.Doubtful)
	if group.Hold = group.Hold || other.Hold; !group.Hold && !g.behind {
		g.tellLopsided(d.lopsided(), len(d.stables) == 0)
	}
	group.Name, group.Source = name, w.from.source(w.field)
	group.Members = d.members()
	b.stack.ServerGroups = append(b.stack.ServerGroups, group)
	return g
}

// division is how a group divides its requests between two Service ports.
type division struct {
	stable, canary    servicePort
	stables, canaries []cloud.Member // pods of the one only, and of the other
	percent           int            // the canary's
}

// tellLopsided tells the canary's author, and the other one where the canary takes all.
func (g *backendGroup) tellLopsided(f *fault, both bool) {
	if f == nil {
		return
	}
	g.canaryFaults = append(g.canaryFaults, *f)
	if both {
		g.faults = append(g.faults, *f)
	}
}

// canaryGroupName is the group's name: that of the stable side and the canary's.
func canaryGroupName(stable, canary servicePort, ingress string) string {
	return cloud.CanaryGroupName(stable.name(), canary.service.Name+"/"+canary.portName()+"/"+ingress)
}

// lopsided tells that a side has no ready pod and the other one takes all.
func (d division) lopsided() *fault {
	empty, full := d.stable, d.canary
	switch {
	case len(d.stables) == 0 && len(d.canaries) > 0 && d.percent < 100:
	case len(d.canaries) == 0 && len(d.stables) > 0 && d.percent > 0:
		empty, full = d.canary, d.stable
	default:
		return nil
	}
	return &fault{reason: cloud.CanarySideEmpty, message: fmt.Sprintf(
		"Service %q has no ready pod of its own: Service %q takes all requests in place of the %d%% that the canary was given",
		empty.service.Namespace+"/"+empty.service.Name, full.service.Namespace+"/"+full.service.Name, d.percent)}
}

// members joins both sides with the weights that divide their requests. Each is in the order of its
// addresses, so that the same pods have the same weights each time.
func (d division) members() []cloud.Member {
	stableWeights, canaryWeights := divide(len(d.stables), len(d.canaries), d.percent)
	return append(weighted(d.stables, stableWeights), weighted(d.canaries, canaryWeights)...)
}

// disjoint takes members that both sides have out of one: a Service often selects the pods of its
// canary, too. They are the canary's then, unless that leaves the stable side without any.
func disjoint(stable, canary []cloud.Member) (onlyStable, onlyCanary []cloud.Member) {
	without := func(from, drop []cloud.Member) []cloud.Member {
		return slices.DeleteFunc(slices.Clone(from), func(m cloud.Member) bool { return slices.ContainsFunc(drop, m.Same) })
	}
	if rest := without(stable, canary); len(rest) > 0 {
		return rest, canary
	}
	return stable, without(canary, stable)
}

func weighted(members []cloud.Member, weights []int) []cloud.Member {
	members = slices.SortedFunc(slices.Values(members), func(x, y cloud.Member) int {
		return cmp.Or(addrOf(x).Compare(addrOf(y)), cmp.Compare(x.Port, y.Port))
	})
	for i := range members {
		members[i].Weight = weights[i]
	}
	return members
}

// addrOf is a member's address; members are made of addresses that were read.
func addrOf(m cloud.Member) netip.Addr {
	a, _ := netip.ParseAddr(m.IP)
	return a
}
