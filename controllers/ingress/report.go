package ingress

import (
	"context"
	"errors"
	"slices"
	"time"

	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// reporter is the one place where problems and failed calls become events, conditions, statuses,
// metrics and the time of the next try.
type reporter struct {
	client   client.Client
	records  *records
	recorder events.EventRecorder
	metrics  *Metrics
	ledger   *ledger
	memory   *memory
	now      func() time.Time
}

// outcome is what a reconcile came to.
type outcome struct {
	want    desired.Result
	refused []cloud.Problem
	todo    plan.Plan
	done    apply.Result
}

// step counts one step of a plan.
func (r *reporter) step(step plan.Step, err error, _ time.Duration) {
	r.metrics.step(step.Change.Op(), err)
}

// forget drops what was told of a group.
func (r *reporter) forget(group string) {
	r.ledger.forget(group)
	r.metrics.forget(group)
	r.metrics.set(r.ledger.counts())
	r.metrics.ends(r.ledger.ends())
}

// frozen reports a group that must not change because something of its configuration is missing.
func (r *reporter) frozen(ctx context.Context, in loaded) (reconcile.Result, error) {
	object := recordObject(in.Owner.Group)
	problems := []cloud.Problem{{Object: object, Reason: cloud.ConfigMissing, Message: in.Frozen}}
	for _, ing := range in.Ingresses {
		problems = append(problems, cloud.Problem{
			Object: objectOf(ing), Reason: cloud.ConfigMissing,
			Message: in.Frozen + "; what is served stays as it is",
		})
	}
	r.tellMore(in, append(problems, in.Problems...))
	if in.Record == nil {
		return reconcile.Result{RequeueAfter: in.Wait}, nil
	}
	before := in.Record.DeepCopy()
	setFrozen(in.Record, in.Frozen, r.now())
	return reconcile.Result{RequeueAfter: in.Wait}, r.records.write(ctx, before, in.Record)
}

// unobserved reports that the service could not be read.
func (r *reporter) unobserved(ctx context.Context, in loaded, err error) (reconcile.Result, error) {
	if cloud.Canceled(ctx, err) {
		return reconcile.Result{}, err
	}
	log.FromContext(ctx).Info("cannot read the load balancer", "instance", in.Owner.Group, "error", err.Error())
	problems := []cloud.Problem{problemOf(recordObject(in.Owner.Group), err)}
	for _, ing := range in.Ingresses {
		problems = append(problems, problemOf(objectOf(ing), err))
	}
	r.tellMore(in, append(problems, in.Problems...))
	if in.Record != nil && in.Record.UID != "" {
		before := in.Record.DeepCopy()
		setNotReady(in.Record, problems[0], r.now())
		if err := r.records.write(ctx, before, in.Record); err != nil {
			return reconcile.Result{}, err
		}
	}
	return reconcile.Result{RequeueAfter: r.ledger.pause(in.Owner.Group, cloud.KindOf(err))}, nil
}

// finished reports a reconcile that came to its end, whether or not all of its steps did.
func (r *reporter) finished(ctx context.Context, in loaded, out outcome) (reconcile.Result, error) {
	group := in.Owner.Group
	if err := ctx.Err(); err != nil {
		return reconcile.Result{}, err // the program stops; what was done is found again
	}
	problems := append(r.problems(in, out), nearlyUsed(in, out)...)
	r.tell(in, problems)
	r.ledger.expire(group, out.want.Ends)
	r.metrics.ends(r.ledger.ends())
	r.announce(in, out)
	r.log(ctx, in, out)
	// What was made is recorded before anything that may fail on one Ingress's account.
	before := in.Record.DeepCopy()
	r.conclude(in, out, problems)
	recording := r.records.write(ctx, before, in.Record)
	if err := errors.Join(recording, r.statuses(ctx, in, out, before.Status.Address)); err != nil {
		return reconcile.Result{}, err
	}
	if ended(in, out) {
		r.forget(group)
		if len(in.Problems) > 0 {
			r.ledger.replace(group, in.Problems) // those who are refused were told, and still are
			r.metrics.set(r.ledger.counts())
		}
		r.memory.end(group)
		return reconcile.Result{}, r.records.end(ctx, in.Record)
	}
	return reconcile.Result{RequeueAfter: r.next(in, out)}, nil
}

// problems gathers what is wrong, for the group and for its Ingresses.
func (r *reporter) problems(in loaded, out outcome) []cloud.Problem {
	list := append([]cloud.Problem(nil), in.Problems...)
	list = append(list, out.want.Problems...)
	list = append(list, out.refused...)
	list = append(list, out.done.Problems...)
	for _, failed := range out.done.Failed {
		if failed.Refused {
			continue // told to its author
		}
		list = append(list, problemOf(recordObject(in.Owner.Group), failed.Err))
		for _, author := range authors(failed.Step) {
			list = append(list, problemOf(author, failed.Err))
		}
	}
	if !in.Record.DeletionTimestamp.IsZero() && len(in.Ingresses) > 0 {
		list = append(list, cloud.Problem{
			Object: recordObject(in.Owner.Group), Reason: cloud.DeletionBlocked,
			Message: "Ingresses still use this instance; it keeps serving, and is released without grace once they are gone",
		})
	}
	return cloud.SortProblems(list)
}

// authors are the Ingresses that asked for what a step does.
func authors(step plan.Step) []cloud.Object {
	objects := []cloud.Object{step.Source.Object}
	switch c := step.Change.(type) {
	case cloud.CreateRules:
		for _, rule := range c.Rules {
			objects = append(objects, rule.Source.Object)
		}
	case cloud.SetRule:
		objects = append(objects, c.Rule.Source.Object)
	}
	return slices.DeleteFunc(objects, func(o cloud.Object) bool { return o.Kind != kindIngress })
}

// tell emits the problems that are new since the group was last reported, and counts all of them.
func (r *reporter) tell(in loaded, problems []cloud.Problem) {
	for _, p := range r.ledger.replace(in.Owner.Group, problems) {
		tell(r.recorder, identified(p, in.Record))
	}
	r.metrics.set(r.ledger.counts())
}

// tellMore emits problems beside those that were told: while a group is not translated, nothing is
// known of the others, and they are not news when it is again.
func (r *reporter) tellMore(in loaded, problems []cloud.Problem) {
	for _, p := range r.ledger.add(in.Owner.Group, problems) {
		tell(r.recorder, identified(p, in.Record))
	}
	r.metrics.set(r.ledger.counts())
}

func (r *reporter) log(ctx context.Context, in loaded, out outcome) {
	for _, failed := range out.done.Failed {
		if cloud.KindOf(failed.Err) == cloud.Barred {
			// It should never come to this, so it is no failure like others.
			log.FromContext(ctx).Error(failed.Err, "a change was barred", "instance", in.Owner.Group,
				"step", failed.Step.Change.Op(), "target", failed.Step.Change.Target().String())
			continue
		}
		log.FromContext(ctx).Info("a step failed", "instance", in.Owner.Group,
			"step", failed.Step.Change.Op(), "target", failed.Step.Change.Target().String(), "error", failed.Err.Error())
	}
}

// next says when to look again without an event: soon if the plan has to be continued, after a
// pause if something failed or was refused, else when an audit or a grace period is due.
func (r *reporter) next(in loaded, out outcome) time.Duration {
	group := in.Owner.Group
	if !out.done.Complete() {
		return r.ledger.pause(group, worst(out.done.Failed))
	}
	if out.todo.Again || created(out.todo) {
		return r.ledger.again(group)
	}
	r.ledger.succeeded(group)
	if len(in.Record.Status.Intents) > 0 {
		r.memory.expire(group, r.now().Add(intentPause))
	}
	after := r.memory.untilAudit(group, r.now())
	if pause := othersPause(slices.Concat(out.refused, unknownIDs(out.want.Problems))); pause > 0 && pause < after {
		r.memory.expire(group, r.now().Add(pause))
		after = pause
	}
	if until := out.want.Until; !until.IsZero() {
		in.wait(max(until.Sub(r.now()), time.Second))
	}
	if in.Wait > 0 && (after == 0 || in.Wait < after) {
		after = in.Wait
	}
	return after
}

// intentPause is how often the service is read while the effect of a lost call may still appear.
const intentPause = 30 * time.Second

// How often the service is read again while something of others is in the way: nothing tells when
// it goes. An instance that cannot be used at all is looked at often, as somebody waits for it.
const (
	instancePause = time.Minute
	rulePause     = 10 * time.Minute
)

// unknownIDs are the problems that end when somebody creates what an id names.
func unknownIDs(problems []cloud.Problem) []cloud.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p cloud.Problem) bool { return p.Reason != cloud.UnknownID })
}

// othersPause is how long to wait before reading again because of what others have; zero: there is
// nothing of theirs in the way.
func othersPause(refused []cloud.Problem) time.Duration {
	pause := time.Duration(0)
	for _, p := range refused {
		switch p.Reason { //nolint:exhaustive // every other reason waits for a change in the cluster
		case cloud.TakenByForeignRule, cloud.UnknownID:
			pause = max(pause, rulePause)
		case cloud.LoadBalancerNotFound, cloud.LoadBalancerLocked, cloud.LoadBalancerManaged, cloud.LoadBalancerClaimed,
			cloud.SharedPerformance, cloud.AddressTypeMismatch, cloud.NetworkMismatch, cloud.ListenerOccupied, cloud.DeleteProtected:
			return instancePause
		}
	}
	return pause
}

// worst is the kind that asks for the longest pause.
func worst(failed []apply.StepError) cloud.ErrorKind {
	kind := cloud.Busy
	for _, f := range failed {
		if k := cloud.KindOf(f.Err); firstPause(k) > firstPause(kind) {
			kind = k
		}
	}
	return kind
}

// ended tells whether nothing is left to keep on record: the group has no Ingress, its end was
// carried out, and neither an instance of ours nor a claim remains. An instance that is retained
// keeps its record, unless somebody deleted that.
func ended(in loaded, out outcome) bool {
	if len(in.Ingresses) > 0 || !out.done.Complete() || out.todo.Again || len(out.refused) > 0 || len(in.Record.Status.Intents) > 0 {
		return false
	}
	got := out.done.Observed
	empty := len(got.Ours.Listeners)+len(got.Ours.Rules)+len(got.Ours.ServerGroups)+len(got.Ours.Certificates)+
		len(got.Ours.ACLs)+len(got.Ours.CACertificates) == 0
	switch {
	case !empty:
		return false
	case in.Release:
		return !got.Owned(in.Owner) && !claimed(in.Owner, got)
	default:
		return retained(&in) && !in.Record.DeletionTimestamp.IsZero()
	}
}

func claimed(owner cloud.Owner, got cloud.Observed) bool {
	if got.Instance == nil {
		return false
	}
	_, ok := got.Instance.Tags[owner.ClaimKey()]
	return ok
}
