package desired

import (
	"time"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Build translates a snapshot. It never fails: what cannot be translated is among the problems.
func Build(s Snapshot) Result {
	b := &builder{Snapshot: s, backends: map[string]*backendGroup{}, certificates: map[string]*served{}}
	members := b.accept()
	if len(members) == 0 {
		return b.finish(Result{Stack: cloud.Stack{LoadBalancer: b.idleLoadBalancer()}})
	}
	wants := b.collect(members)
	granted := b.grant(b.byClaim(wants))
	nodes := b.assemble(granted)
	ordered := byFirstClaim(members, granted)
	b.ports = b.decidePorts(ordered)
	b.approximations(wants)
	b.hostless(wants, nodes)
	b.addRules(nodes)
	b.addLoadBalancer(ordered)
	tls := b.addTLS(members, nodes)
	b.addListeners(nodes, tls, b.decideAccess(ordered))
	return b.finish(Result{
		Stack:         b.stack,
		Claims:        claimsOf(granted),
		Routes:        b.routesOf(wants),
		DefaultSecret: tls.secret,
	})
}

// builder gathers a Result. Its methods are the chapters of the translation; each adds to the stack
// and tells problems.
type builder struct {
	Snapshot

	ports        []annotations.Port // of the listeners, 80 and 443 first
	stack        cloud.Stack
	problems     []cloud.Problem
	backends     map[string]*backendGroup // by group name
	certificates map[string]*served       // by Secret
	until        time.Time
}

func (b *builder) finish(r Result) Result {
	r.Stack.Normalize()
	r.Problems = cloud.SortProblems(b.problems)
	r.Until = b.until
	return r
}
