package desired

import (
	"time"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Build translates a snapshot. It never fails: what cannot be translated is among the problems.
func Build(s Snapshot) Result {
	b := &builder{Snapshot: s, backends: map[string]*backendGroup{}, certificates: map[string]*served{}}
	class := b.classSettings()
	b.settings = class.values
	members := b.accept(class)
	if len(members) == 0 {
		return b.finish(Result{Stack: cloud.Stack{LoadBalancer: b.idleLoadBalancer()}})
	}
	wants := b.collect(members)
	granted := b.grant(b.byClaim(wants))
	nodes := b.assemble(granted)
	b.approximations(wants)
	b.hostless(wants, nodes)
	b.settings = b.settle(byFirstClaim(members, granted), class)
	b.addRules(nodes)
	b.addLoadBalancer(byFirstClaim(members, granted)[0])
	tls := b.addTLS(members, nodes)
	b.addListeners(nodes, tls)
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

	settings     annotations.Values // of the instance and its listeners, as decided
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
