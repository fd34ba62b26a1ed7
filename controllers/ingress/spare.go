package ingress

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// releaseSpares releases further instances with the group's tags: a create that was lost and
// repeated with other parameters made one. Only the instance on record serves; one that has anything
// on it was made or used by somebody, and is told instead.
func (r *reconciler) releaseSpares(ctx context.Context, in *loaded, got cloud.Observed) {
	group := in.Owner.Group
	for _, spare := range r.memory.spares(group) {
		id := string(spare.id)
		if got.Instance == nil || got.Instance.ID == spare.id || in.Record.Status.LoadBalancerID != string(got.Instance.ID) {
			continue // which one serves is not settled
		}
		why := spare.why
		if why == "" {
			why = r.releaseSpare(ctx, in, spare.id)
		}
		r.memory.judged(group, spare.id, why)
		if why != "" {
			in.Problems = append(in.Problems, cloud.Problem{
				Object: recordObject(group), Reason: cloud.SurplusLoadBalancer,
				Message: fmt.Sprintf("load balancer %q has the tags of this group, whose instance is %q; it stays: %s", id, got.Instance.ID, why),
			})
		}
	}
}

// releaseSpare releases one instance by the ordinary plan of an end, or returns why it stays. What
// is beside instances belongs to the one on record.
func (r *reconciler) releaseSpare(ctx context.Context, in *loaded, id cloud.ID) string {
	got, err := r.service.Observe(ctx, cloud.Query{Owner: in.Owner, LoadBalancer: id})
	if err != nil {
		return err.Error()
	}
	if !got.Owned(in.Owner) || got.Instance.ID != id {
		return "" // gone, or given to others meanwhile
	}
	switch n, err := r.service.Content(ctx, id); {
	case err != nil:
		return err.Error()
	case n > 0:
		return fmt.Sprintf("there are %d listeners or vServer groups on it", n)
	case got.Instance.Tags[cloud.TagRetained] != "":
		return "it was left to its user when its SLBInstance was deleted"
	case got.Instance.DeleteProtection && !protectedByUs(got):
		return "a user protects it"
	}
	bare := cloud.Observed{Instance: got.Instance, IDs: cloud.IDs{cloud.LoadBalancerRef(): id}}
	policy := plan.Policy{Owner: in.Owner, Source: cloud.Source{Object: recordObject(in.Owner.Group)}, ProtectionOurs: protectedByUs(got)}
	todo, problems := plan.Make(cloud.Stack{}, bare, policy)
	for _, p := range problems {
		return p.Message
	}
	done := r.apply(ctx, todo, apply.Start{
		Owner: in.Owner, Observed: bare, Hook: r.reporter.step, Grant: r.grant(ctx, cloud.Stack{}, policy),
	})
	for _, failed := range done.Failed {
		return failed.Err.Error()
	}
	r.reporter.releasedSpare(in, id)
	return ""
}

// releasedSpare tells of an instance that went.
func (r *reporter) releasedSpare(in *loaded, id cloud.ID) {
	tell(r.recorder, identified(cloud.Problem{
		Object: recordObject(in.Owner.Group), Reason: cloud.InstanceReleased, Notice: true,
		Message: fmt.Sprintf("released load balancer %s, a second one with the tags of this group and nothing on it", id),
	}, in.Record))
}

// absent deals with a group that has neither Ingresses nor a record. If a survey found something of
// it, its record is written anew, and so the ordinary end of a group follows, grace included.
func (r *reconciler) absent(ctx context.Context, name string) (reconcile.Result, error) {
	orphaned := r.memory.orphaned(name)
	r.forget(ctx, name)
	if !orphaned {
		return reconcile.Result{}, nil
	}
	record, err := r.loader.lostRecord(ctx, name)
	if err != nil || record == nil {
		return reconcile.Result{}, err
	}
	log.FromContext(ctx).Info("writing anew the record of a group of which there are resources", "instance", name)
	if err := r.records.client.Create(ctx, record); err != nil && !apierrors.IsAlreadyExists(err) {
		return reconcile.Result{}, fmt.Errorf("creating SLBInstance %q: %w", name, err)
	}
	return reconcile.Result{}, nil // the record's event brings the group back
}

// lostRecord is a record to end a group with; nil while the class or its parameters are missing,
// which may say that the instance is to be retained.
func (l *loader) lostRecord(ctx context.Context, name string) (*v1alpha1.SLBInstance, error) {
	g, ok := parseGroup(name)
	if !ok {
		return nil, nil //nolint:nilnil // absence is an answer here, not an error
	}
	in := loaded{}
	in.Owner.Group = name
	if g.id != "" {
		return newRecord(in), nil
	}
	class, err := readClass(ctx, l.client, g.class)
	if err != nil || class == nil || class.Spec.Controller != ControllerName {
		return nil, err
	}
	_, missing, err := readConfig(ctx, l.client, class)
	if err != nil || missing != "" {
		return nil, err
	}
	in.Class = class
	return newRecord(in), nil
}
