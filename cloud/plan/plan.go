package plan

import (
	"fmt"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Plan is a list of calls in the order in which they are to be made. The zero Plan means that the
// service has what is wanted.
type Plan struct {
	Steps []Step
	// Again asks to observe and plan again once the steps are made: a claim has to be read back
	// before anything else is written.
	Again bool
}

// Step is one call.
type Step struct {
	Change cloud.Change
	// Why says what differs and who asked, and announces what requests will notice.
	Why string
	// Source is the object that asked, for steps that one object caused; else it is empty. Rules
	// of a batch carry their own.
	Source cloud.Source
}

// Op is the name of the step's change.
func (s Step) Op() string { return s.Change.Op() }

// Ref is the resource that the step changes; for a batch, the first.
func (s Step) Ref() cloud.Ref { return s.Change.Target() }

// String is one line about the call and, indented, one about its reason. It holds no secret.
func (s Step) String() string {
	text := s.Op()
	if d := describe(s.Change); d != "" {
		text += " " + d
	}
	return text + "\n    " + s.Why
}

// Empty tells whether there is nothing to do.
func (p Plan) Empty() bool { return len(p.Steps) == 0 }

// Writes is the number of calls of the plan.
func (p Plan) Writes() int { return len(p.Steps) }

// Intents are the resources whose creation could be lost, in order: they have to be on record
// before the plan is carried out. See [cloud.Lossy].
func (p Plan) Intents() []cloud.Ref {
	var refs []cloud.Ref
	for _, s := range p.Steps {
		if cloud.Lossy(s.Change) {
			refs = append(refs, s.Ref())
		}
	}
	return refs
}

// Protects tells whether the plan sets the instance's delete protection, which is to be recorded
// as ours: see [Policy].
func (p Plan) Protects() bool {
	for _, s := range p.Steps {
		switch c := s.Change.(type) {
		case cloud.CreateLoadBalancer:
			return c.LoadBalancer.DeleteProtection
		case cloud.SetDeleteProtection:
			return c.On
		}
	}
	return false
}

// String prints the plan for people: stable, without ids that the service chose and without
// secrets. An empty plan prints as nothing.
func (p Plan) String() string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintln(&b, s)
	}
	if p.Again {
		fmt.Fprintln(&b, "then observe and plan again")
	}
	return b.String()
}
