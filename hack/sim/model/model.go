package model

import (
	"cmp"
	"maps"
	"slices"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// Model turns inputs into tables and remembers what history decides.
type Model struct {
	options Options
	groups  map[string]*memory
}

// New makes a model of a cluster that has had nothing yet.
func New(o Options) *Model {
	return &Model{options: o.withDefaults(), groups: map[string]*memory{}}
}

// memory is what a group's past decides.
type memory struct {
	class     string
	created   bool // the instance has been needed
	emptied   time.Time
	retain    bool
	claims    []claim
	hosts     []hold
	last      map[at]last
	holds     map[port]held
	own       []string // certificates that the listener may present
	ownSecret string
	names     map[string][]string // by domain
	before    *Group
}

// SetOwn tells the model the class of an instance that was made for a class.
func (m *Model) SetOwn(id, class string) {
	own := maps.Clone(m.options.Own)
	if own == nil {
		own = map[string]string{}
	}
	own[id] = class
	m.options.Own = own
}

// Observe gives the table that holds from now on. It is to be called at each change, in order, and
// again later where time decides: 60 seconds after a disagreement of slices and pods, at a
// certificate's end, after the grace.
func (m *Model) Observe(now time.Time, c Cluster) Table {
	t := Table{At: now, Groups: map[string]*Group{}}
	members := map[string][]*networkingv1.Ingress{}
	illegible := map[string][]Told{}
	for _, ing := range c.byAge() {
		group, told := m.place(ing)
		if told != "" {
			illegible[group] = append(illegible[group], Told{nameOf(ing), told})
			continue
		}
		if group != "" {
			members[group] = append(members[group], ing)
		}
	}
	names := slices.Collect(maps.Keys(members))
	names = append(names, slices.Collect(maps.Keys(m.groups))...)
	names = append(names, slices.Collect(maps.Keys(illegible))...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if g := m.group(now, c, name, members[name]); g != nil {
			g.Told = append(g.Told, illegible[name]...)
			t.Groups[name] = g
		}
	}
	return t
}

// place is the group of an Ingress; told is why it has none that it could be served by.
func (m *Model) place(ing *networkingv1.Ingress) (group, told string) {
	class := m.options.classOf(ing)
	if class == "" {
		return "", ""
	}
	own := "class." + class + ".0"
	id, legible := idOf(ing)
	switch {
	case !legible:
		return own, "InvalidLoadBalancerID"
	case id == "":
		return own, ""
	case m.options.Own[id] != "":
		return "class." + m.options.Own[id] + ".0", ""
	}
	return "id." + id, ""
}

// view is one look at one group.
type view struct {
	m       *Model
	cluster Cluster
	now     time.Time
	mem     *memory
	config  v1alpha1.SLBConfigSpec
	members []*networkingv1.Ingress
	out     *Group
	holds   map[port]held
	heldNow map[port]held
}

func (v *view) tell(ing *networkingv1.Ingress, reason string) {
	if told := (Told{nameOf(ing), reason}); !slices.Contains(v.out.Told, told) {
		v.out.Told = append(v.out.Told, told)
	}
}

func (m *Model) group(now time.Time, c Cluster, name string, members []*networkingv1.Ingress) *Group {
	mem := m.groups[name]
	g := &Group{Name: name, Ingresses: map[string]bool{}, fallback: []Share{nil}}
	if mem == nil {
		if len(members) == 0 {
			return nil
		}
		mem = &memory{class: m.options.classOf(members[0]), last: map[at]last{}}
	}
	g.Class = mem.class
	if len(name) > 3 && name[:3] == "id." {
		g.ID = name[3:]
	}
	v := &view{m: m, cluster: c, now: now, mem: mem, out: g, holds: mem.holds, heldNow: map[port]held{}}
	v.members = v.ofClass(members)
	class := c.class(mem.class)
	ok := class != nil && class.Spec.Controller == m.options.Controller
	if ok {
		v.config, ok = c.config(class)
	}
	if !ok && (len(v.members) > 0 || m.groups[name] == nil) {
		return v.freeze(m.groups[name] != nil)
	}
	m.groups[name] = mem
	v.fill()
	mem.holds, mem.before = v.heldNow, g
	return g
}

// freeze leaves a group as it was: class or parameters are missing.
func (v *view) freeze(known bool) *Group {
	if !known || v.mem.before == nil {
		return nil
	}
	before := *v.mem.before
	before.frozen = true
	return &before
}

// ofClass leaves out Ingresses of other classes: an instance serves one.
func (v *view) ofClass(members []*networkingv1.Ingress) []*networkingv1.Ingress {
	var kept []*networkingv1.Ingress
	for _, ing := range members {
		if v.m.options.classOf(ing) == v.mem.class {
			kept = append(kept, ing)
		} else if c := v.cluster.class(v.m.options.classOf(ing)); c != nil && c.Spec.Controller == v.m.options.Controller {
			v.tell(ing, "LoadBalancerClaimed")
		}
	}
	return kept
}

// fill says what the group serves.
func (v *view) fill() {
	asked := len(v.members) > 0
	v.members = slices.DeleteFunc(v.members, v.misplaced)
	if asked {
		v.mem.retain, v.mem.emptied = v.config.ReclaimPolicy == v1alpha1.ReclaimRetain, time.Time{}
	}
	if len(v.members) == 0 {
		v.idle(asked)
		return
	}
	v.out.Listening, v.out.Instance, v.mem.created = true, Present, true
	if slices.Contains(v.m.options.Refused, v.out.ID) {
		v.out.Listening, v.out.Instance = false, Foreign
		return
	}
	var wishes, shares []wish
	for _, ing := range v.members {
		v.out.Ingresses[nameOf(ing)] = false
		over, _ := annotated(ing, "force-override-listeners")
		v.out.Override = v.out.Override || v.out.ID != "" && over == "true"
		switch c := canaryOf(ing); {
		case c.refused != "":
			v.tell(ing, c.refused)
		case c.is:
			shares = append(shares, v.wishes(ing)...)
		default:
			wishes = append(wishes, v.wishes(ing)...)
		}
	}
	v.serveAll(wishes, shares)
}

func (v *view) serveAll(wishes, shares []wish) {
	v.out.fallback = v.classBackend()
	got := v.grant(wishes)
	v.enter(got, shares)
	for _, s := range shares {
		if w, ok := got[s.slot()]; !ok || w.ingress.Namespace != s.ingress.Namespace {
			v.tell(s.ingress, "CanaryWithoutStable")
		}
	}
	v.out.Redirect = v.redirect(v.byClaim(v.members))
	v.present(v.members)
	v.out.Crowded = v.out.rules() > v.m.options.Rules
	slices.SortFunc(v.out.Told, func(a, b Told) int {
		return cmp.Or(cmp.Compare(a.Ingress, b.Ingress), cmp.Compare(a.Reason, b.Reason))
	})
}

// misplaced tells whether an Ingress asks for an instance that the group's cannot be.
func (v *view) misplaced(ing *networkingv1.Ingress) bool {
	ours := cmp.Or(v.config.AddressType, "internet")
	asked, said := annotated(ing, "address-type")
	id, _ := idOf(ing)
	why := ""
	switch {
	case id != "" && v.config.AllowedLoadBalancerIDs != nil && !slices.Contains(*v.config.AllowedLoadBalancerIDs, id):
		why = "LoadBalancerNotAllowed"
	case v.out.ID != "" || !said || asked == ours || slices.Contains(v.config.Enforce, "address-type"):
	case asked != "internet" && asked != "intranet":
		why = "InvalidAnnotation"
	case asked == "intranet" && id == "":
		why = "IntranetNeedsID"
	default:
		why = "AddressTypeMismatch"
	}
	if why != "" {
		v.tell(ing, why)
	}
	return why != ""
}

// idle is a group that serves nothing: its instance stays for the grace, if it was made for a class.
func (v *view) idle(asked bool) {
	if !asked && v.mem.emptied.IsZero() {
		v.mem.emptied = v.now
	}
	gone := !asked && !v.mem.retain && v.now.Sub(v.mem.emptied) >= v.m.options.Grace
	switch {
	case v.out.ID != "":
		v.out.Instance = Foreign
	case v.mem.created && !gone:
		v.out.Instance = Present
	}
	v.mem.claims, v.mem.hosts, v.mem.last, v.mem.names, v.mem.own, v.mem.ownSecret = nil, nil, map[at]last{}, nil, nil, ""
}

// classBackend serves what nothing matches, if the class names one.
func (v *view) classBackend() []Share {
	b := v.config.DefaultBackend
	if b == nil {
		return []Share{nil}
	}
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: b.Name}}
	backend.Service.Port.Name, backend.Service.Port.Number = b.PortName, b.PortNumber
	p, why := v.cluster.find(b.Namespace, backend)
	if why != "" {
		if v.mem.before != nil {
			return v.mem.before.fallback
		}
		return []Share{nil}
	}
	return []Share{{v.pool(p)}}
}
