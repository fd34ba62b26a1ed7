package ingress

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// reconciler brings one group's load balancer instance to what its Ingresses ask for.
type reconciler struct {
	loader   *loader
	service  Service
	memory   *memory
	records  *records
	reporter *reporter
	synced   func(context.Context) bool // whether the caches are filled
	options  Options
}

// Reconcile implements reconcile.Reconciler.
func (r *reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	if class, ok := parsePlaces(req.Name); ok {
		return r.place(ctx, class)
	}
	in, err := r.loader.load(ctx, req.Name)
	if err != nil {
		return reconcile.Result{}, err
	}
	if in.Absent {
		return r.absent(ctx, req.Name)
	}
	if in.Record == nil && len(in.Ingresses) == 0 {
		r.reporter.tell(in, in.Problems)
		return reconcile.Result{}, nil
	}
	if in.Frozen != "" {
		return r.reporter.frozen(ctx, in)
	}
	if in.Unseen != nil {
		return r.reporter.unobserved(ctx, in, in.Unseen)
	}
	if err := r.records.ensure(ctx, &in); err != nil {
		return reconcile.Result{}, err
	}
	r.decideRelease(&in)
	got, err := r.observe(ctx, in)
	if err != nil {
		return r.reporter.unobserved(ctx, in, err)
	}
	if news, err := r.records.found(ctx, in, got); news || err != nil {
		return reconcile.Result{RequeueAfter: soon}, err
	}
	r.releaseSpares(ctx, &in, got)
	recallClaims(&in, got)
	in.Known, in.Programmed = &got.Known, got.Ours

	want := desired.Build(in.Snapshot)
	refused := r.memory.dropRejected(in.Owner.Group, &want.Stack)
	refused = append(refused, r.memory.dropCreation(in.Owner.Group, &want, got)...)
	policy := r.policy(in, want.Stack, got)
	todo, problems := plan.Make(want.Stack, got, policy)
	refused = append(refused, problems...)

	if err := r.records.begin(ctx, &in, intent{want: want, refused: refused, todo: todo, got: got}); err != nil {
		return reconcile.Result{}, err
	}
	done := r.apply(ctx, todo, apply.Start{
		Owner: in.Owner, Observed: got, Hook: r.reporter.step, Grant: r.grant(ctx, want.Stack, policy),
	})
	done = r.memory.rejectCreation(in.Owner.Group, want, done)
	r.remember(in, todo, done)
	return r.reporter.finished(ctx, in, outcome{want: want, refused: refused, todo: todo, done: done})
}

// forget drops what is kept of a group that does not exist.
func (r *reconciler) forget(ctx context.Context, name string) {
	r.memory.end(name)
	r.loader.probes.keep(name, nil)
	r.reporter.forget(name)
	if _, err := r.loader.secrets.Use(ctx, name, nil); err != nil {
		log.FromContext(ctx).V(1).Info("cannot let go of Secrets", "error", err.Error())
	}
}

// decideRelease sets the snapshot's Release: an instance that was named by id is let go at once, one
// that we created after its grace, and one that is retained only never.
func (r *reconciler) decideRelease(in *loaded) {
	if len(in.Ingresses) > 0 {
		return
	}
	if in.Record.Spec.LoadBalancerID != "" {
		in.Release = true
		return
	}
	if retained(in) {
		in.LetGo = !in.Record.DeletionTimestamp.IsZero()
		return
	}
	left := r.options.ReleaseGrace
	if since := in.Record.Status.EmptySince; since != nil {
		left -= in.Now.Sub(since.Time)
	}
	if left <= 0 || !in.Record.DeletionTimestamp.IsZero() {
		in.Release = true
		return
	}
	in.wait(left)
}

// observe returns what the service has: from memory, or read anew.
func (r *reconciler) observe(ctx context.Context, in loaded) (cloud.Observed, error) {
	name := in.Owner.Group
	if in.Release {
		r.memory.forget(name) // what is let go is not found again, so the end begins with a reading
	}
	ports := portsOf(in)
	got, ok := r.memory.get(name, in.Now, ports)
	in.Known = &got.Known
	if unknown := desired.UnknownIDs(in.Snapshot); r.memory.newlyUnknown(name, unknown) {
		ok = false // what was read before may be older than what an id names
	}
	if !ok {
		var err error
		if got, err = (reading{r.service, r.memory}).of(ctx, query(in), in.Record, in.Now); err != nil {
			return got, err
		}
		r.memory.put(name, remembered{observed: got, ports: ports, until: in.Now.Add(auditAfter(name, r.options.AuditInterval))})
	}
	return got, nil
}

// recallClaims gives a record that lost its claims those that follow from what is programmed.
func recallClaims(in *loaded, got cloud.Observed) {
	if len(in.Record.Status.Claims) == 0 && len(got.Ours.Listeners) > 0 {
		in.Record.Status.Claims = desired.RebuildClaims(got.Ours, in.Ingresses, in.Config)
	}
}

func query(in loaded) cloud.Query {
	// A record without claims is new or lost, and with it may be the ports that were added.
	q := cloud.Query{Owner: in.Owner, Ports: portsOf(in), Strays: in.Record == nil || len(in.Record.Status.Claims) == 0}
	if id, ok := desired.ParseIDGroup(in.Owner.Group); ok {
		q.LoadBalancer = cloud.ID(id)
	}
	if in.Record != nil {
		if q.LoadBalancer == "" {
			q.LoadBalancer = cloud.ID(in.Record.Status.LoadBalancerID)
		}
		for _, id := range in.Record.Status.DomainExtensions {
			q.Extensions = append(q.Extensions, cloud.ID(id))
		}
	}
	return q
}

func (r *reconciler) policy(in loaded, want cloud.Stack, got cloud.Observed) plan.Policy {
	return plan.Policy{
		Owner:          in.Owner,
		VPCID:          r.options.VPCID,
		Limits:         limits(in),
		Source:         cloud.Source{Object: recordObject(in.Owner.Group)},
		CreateToken:    createToken(in, want, got),
		ProtectionOurs: in.Record.Status.DeleteProtectionSet || protectedByUs(got),
	}
}

// protectedByUs reads from the instance's tags, which outlive a record, that its delete protection
// was set when it was created.
func protectedByUs(got cloud.Observed) bool {
	return got.Instance != nil && got.Instance.Tags[cloud.TagProtected] != ""
}

func limits(in loaded) plan.Limits { return limitsOf(in.Config) }

func limitsOf(config *v1alpha1.SLBConfig) plan.Limits {
	quotas := config.Spec.Quotas
	if quotas == nil {
		return plan.Limits{}
	}
	return plan.Limits{
		ExtensionsPerListener: quotas.DomainExtensionsPerListener,
		MembersPerInstance:    quotas.BackendServersPerInstance,
	}
}

// createToken is the client token of CreateLoadBalancer: the same for a repeated attempt, another
// one for other parameters and after the instance that it made is gone, since a replayed token
// answers with the old instance.
func createToken(in loaded, want cloud.Stack, got cloud.Observed) string {
	var lb cloud.LoadBalancer
	if want.LoadBalancer != nil {
		lb = *want.LoadBalancer
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%d|%s", in.Owner.Cluster, in.Owner.Group, in.Record.UID, attempts(in, got), parameters(lb)))
	return hex.EncodeToString(sum[:20])
}

// attempts counts the instances that this record has seen, one more when the last one is gone.
func attempts(in loaded, got cloud.Observed) int {
	n := in.Record.Status.CreateAttempts
	if got.Instance == nil && in.Record.Status.LoadBalancerID != "" {
		n++
	}
	return n
}

func (r *reconciler) apply(ctx context.Context, todo plan.Plan, start apply.Start) apply.Result {
	if !todo.Empty() {
		log.FromContext(ctx).Info("changing the load balancer", "instance", start.Owner.Group, "steps", len(todo.Steps), "plan", todo.String())
	}
	return apply.Run(ctx, r.service, todo, start)
}

// grant says on what account a plan is carried out.
func (r *reconciler) grant(ctx context.Context, want cloud.Stack, p plan.Policy) cloud.Grant {
	return cloud.Grant{
		Synced:         r.synced(ctx),
		ProtectionOurs: p.ProtectionOurs,
		TakeOver:       want.LoadBalancer != nil && want.LoadBalancer.Override,
	}
}

// syncPatience bounds the wait for caches. A controller that was started waits for its own before,
// so the answer is there at once.
const syncPatience = 5 * time.Second

// filled tells whether what a cache holds is complete.
func filled(c cache.Cache) func(context.Context) bool {
	return func(ctx context.Context) bool {
		ctx, cancel := context.WithTimeout(ctx, syncPatience)
		defer cancel()
		return c.WaitForCacheSync(ctx)
	}
}

// remember keeps the state that a plan ended in, if it is known.
func (r *reconciler) remember(in loaded, todo plan.Plan, done apply.Result) {
	name := in.Owner.Group
	r.memory.reject(name, done)
	if slices.ContainsFunc(done.Failed, func(f apply.StepError) bool { return cloud.KindOf(f.Err) == cloud.Unknown }) {
		r.memory.unanswered(name, r.options.Now())
	}
	if created(todo) {
		r.memory.found(name) // another instance than the one that was missing: it has a time of its own
	}
	switch {
	case !done.Known || todo.Again:
		r.memory.forget(name)
	case created(todo):
		// The service chose the address; only a reading tells it.
		r.memory.forget(name)
	default:
		r.memory.update(name, done.Observed)
	}
}

func created(todo plan.Plan) bool {
	for _, step := range todo.Steps {
		if _, ok := step.Change.(cloud.CreateLoadBalancer); ok {
			return true
		}
	}
	return false
}

// soon is the pause before a reconcile that goes on where this one had to stop to read.
const soon = 10 * time.Millisecond
