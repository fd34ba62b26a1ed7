package desired

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Build translates a snapshot. It never fails: what cannot be translated is among the problems.
func Build(s Snapshot) Result {
	b := &builder{Snapshot: s, backends: map[string]*backendGroup{}, certificates: map[types.NamespacedName]*served{}}
	class := b.classSettings()
	b.settings = class.values
	members := b.accept(class)
	if len(members) == 0 {
		return b.finish(Result{Stack: cloud.Stack{LoadBalancer: b.idleLoadBalancer()}})
	}
	stable, canaries := b.partCanaries(members)
	wants, shares := b.collect(stable), b.collect(canaries)
	granted := b.grant(b.byClaim(wants))
	b.attach(shares, granted)
	nodes := b.assemble(granted)
	ordered := byFirstClaim(members, granted)
	b.ports = b.decidePorts(ordered, class)
	b.approximations(wants)
	b.hostless(wants, nodes)
	one := decider(ordered, nodes)
	b.settings = b.settle(ordered, class, one.from)
	b.tellShared(ordered)
	b.shared = b.asked(one)
	b.tellUnweighted(granted)
	b.tellCanaries(granted)
	b.addRules(nodes)
	b.addLoadBalancer(ordered[0])
	tls := b.addTLS(slices.Concat(stable, canaries), nodes)
	b.addListeners(nodes, tls)
	return b.finish(Result{
		Stack:         b.stack,
		Claims:        claimsOf(granted),
		Routes:        b.routesOf(slices.Concat(wants, shares)),
		DefaultSecret: tls.secret,
		Domains:       b.domains,
		Wishes:        b.wishes(ordered, class.values),
	})
}

// builder gathers a Result. Its methods are the chapters of the translation; each adds to the stack
// and tells problems.
type builder struct {
	Snapshot

	ports        []annotations.Port // of the listeners, 80 and 443 first
	settings     annotations.Values // of the instance and its listeners, as decided
	shared       cloud.Spread       // of the listeners
	access       access
	closed       bool // the class's word on who may connect is broken, and nobody else's counts
	stack        cloud.Stack
	problems     []cloud.Problem
	backends     map[string]*backendGroup // by group name
	certificates map[types.NamespacedName]*served
	domains      []TLSDomain
	until        time.Time
}

func (b *builder) finish(r Result) Result {
	r.Stack.Normalize()
	r.Problems = cloud.SortProblems(b.problems)
	r.Until = b.until
	slices.SortFunc(r.Domains, func(x, y TLSDomain) int { return strings.Compare(x.Name, y.Name) })
	r.Ends = map[types.NamespacedName]time.Time{}
	for name, s := range b.certificates {
		if end := s.certificate.NotAfter; !end.IsZero() {
			r.Ends[name] = end
		}
	}
	return r
}
