package apply

import (
	"context"
	"fmt"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// Start is where a run begins.
type Start struct {
	Owner cloud.Owner
	// Observed is the state that the plan was made from; it is not edited.
	Observed cloud.Observed
	// Grant says on what account the changes are made. It is asked before each one, with the state
	// that is known by then; what it bars is not sent.
	Grant cloud.Grant
	// Hook is told of every call that was made or barred, with its error and how long it took. It
	// may be nil.
	Hook func(plan.Step, error, time.Duration)
	// Now is the clock of the durations that Hook is told. Nil: time.Now.
	Now func() time.Time
}

// Result is what came of a run.
type Result struct {
	// Observed is the state after the steps that were made. It is worth keeping only if Known.
	Observed cloud.Observed
	// Done are the calls that succeeded. A batch that was taken apart appears in its parts.
	Done []plan.Step
	// Failed are the calls that failed.
	Failed []StepError
	// Pending are the steps that are still to be made, in order: those that failed and may succeed
	// later, those that depend on them, and those that a stop cut off. What the service refuses
	// for good is not among them.
	Pending []plan.Step
	// Problems are addressed to the authors of what the service refuses for good.
	Problems []cloud.Problem
	// Known is false after an unknown outcome, and after a refusal that shows that Observed is not
	// what the service has: observe before planning again.
	Known bool
}

// StepError is a step's failure.
type StepError struct {
	Step plan.Step
	Err  error
	// Refused tells that the service will never take the step as it is, and that its author was
	// told by a problem.
	Refused bool
}

// Error names the step's resource and the failed call.
func (e StepError) Error() string { return fmt.Sprintf("%s: %v", e.Step.Ref(), e.Err) }

// Unwrap gives the failed call.
func (e StepError) Unwrap() error { return e.Err }

// Complete tells whether every step was made.
func (r Result) Complete() bool { return len(r.Failed) == 0 && len(r.Pending) == 0 }

// Run makes the plan's steps in order. It returns early when ctx ends: a call that was under way
// then has an unknown outcome unless the writer says otherwise.
func Run(ctx context.Context, w cloud.Writer, p plan.Plan, s Start) Result {
	if s.Now == nil {
		s.Now = time.Now
	}
	r := &run{ctx: ctx, writer: w, start: s, hold: newHold()}
	r.result = Result{Observed: s.Observed, Known: true}
	for i, step := range p.Steps {
		if r.stopped || ctx.Err() != nil {
			r.result.Pending = append(r.result.Pending, p.Steps[i:]...)
			break
		}
		r.step(step, p.Steps[i+1:])
	}
	r.result.Problems = cloud.SortProblems(r.result.Problems)
	return r.result
}

// run is one carrying out of a plan.
type run struct {
	ctx     context.Context //nolint:containedctx // a run lives no longer than the call of Run
	writer  cloud.Writer
	start   Start
	result  Result
	hold    *hold
	stopped bool
}

// step makes the part of a step that nothing holds back.
func (r *run) step(step plan.Step, rest []plan.Step) {
	now, held := r.divide(step, rest)
	if held != nil {
		r.postpone(*held)
	}
	if now != nil {
		r.try(*now)
	}
}

// postpone puts off a step, and with it what depends on it.
func (r *run) postpone(step plan.Step) {
	r.result.Pending = append(r.result.Pending, step)
	r.hold.back(step.Change, r.result.Observed)
}

// try makes a call and deals with its failure.
func (r *run) try(step plan.Step) {
	if c, ok := step.Change.(cloud.SetRule); ok && r.hold.spreads[c.Rule.Own] != nil {
		r.setApart(step, c, r.hold.spreads[c.Rule.Own])
		return
	}
	if err := r.call(step); err != nil && !r.takeApart(step, err) {
		r.fail(step, err)
	}
}

// call makes one call and notes its effect.
func (r *run) call(step plan.Step) error {
	began := r.start.Now()
	ids, err := r.send(step.Change)
	if r.start.Hook != nil {
		r.start.Hook(step, err, r.start.Now().Sub(began))
	}
	if err != nil {
		return err
	}
	r.result.Observed = r.result.Observed.After(r.start.Owner, step.Change, ids)
	r.result.Done = append(r.result.Done, step)
	return nil
}

// send is the one place of the program from which a change goes to the service, so nothing passes
// that the grant bars. hack/checks keeps it the only one.
func (r *run) send(c cloud.Change) (cloud.IDs, error) {
	if err := r.start.Grant.Permit(r.start.Owner, r.result.Observed, c); err != nil {
		return nil, err
	}
	return r.writer.Apply(r.ctx, cloud.Scope{Owner: r.start.Owner, IDs: r.result.Observed.IDs}, c)
}

// fail records a failure that may pass, and stops the run if going on could do harm or is useless.
func (r *run) fail(step plan.Step, err error) {
	r.result.Failed = append(r.result.Failed, StepError{Step: step, Err: err})
	r.postpone(step)
	switch cloud.KindOf(err) {
	case cloud.Invalid, cloud.Quota, cloud.Denied:
	case cloud.Busy:
		r.hold.busy(step.Change)
	case cloud.Throttled, cloud.Unavailable:
		r.stopped = true
	default: // Unknown, and Conflict, NotFound and Barred, which contradict what was observed
		r.result.Known, r.stopped = false, true
	}
	if _, ok := step.Change.(cloud.CreateLoadBalancer); ok {
		r.stopped = true // everything else is on it
	}
}

// refuse records what the service refuses for good, and tells its author.
func (r *run) refuse(step plan.Step, err error, problem cloud.Problem) {
	r.result.Failed = append(r.result.Failed, StepError{Step: step, Err: err, Refused: true})
	r.result.Problems = append(r.result.Problems, problem)
	r.hold.back(step.Change, r.result.Observed)
}
