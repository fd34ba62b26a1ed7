package ingress

import (
	"context"
	"fmt"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// reading reads what the service has of groups.
type reading struct {
	service cloud.Reader
	memory  *memory
}

// of reads a group, whose record may be nil. The service may answer with what was true some time ago,
// and an instance that is taken for gone is replaced by another one with another address. So an
// instance on record counts as gone only when it was missing, by its id and by its tags, from readings
// goneAfter apart.
func (r reading) of(ctx context.Context, q cloud.Query, record *v1alpha1.SLBInstance, now time.Time) (cloud.Observed, error) {
	id, named := "", false
	if record != nil {
		id, named = record.Status.LoadBalancerID, record.Spec.LoadBalancerID != ""
	}
	got, err := r.service.Observe(ctx, q)
	if err == nil && got.Instance == nil && id != "" && !named {
		q.LoadBalancer = ""
		got, err = r.service.Observe(ctx, q)
	}
	switch {
	case err != nil:
		return got, err
	case got.Instance != nil || id == "":
		r.memory.found(q.Owner.Group)
	case r.memory.missing(q.Owner.Group, now) < goneAfter:
		return got, notFoundYet(id)
	}
	return got, nil
}

func notFoundYet(id string) error {
	return &cloud.Error{
		Kind: cloud.Unavailable, Op: "DescribeLoadBalancerAttribute",
		Message: fmt.Sprintf("load balancer %q is on record and was not found; it counts as gone if it stays away for %s", id, goneAfter),
	}
}

// goneAfter is longer than any lag of a reading that was seen or is documented.
const goneAfter = 30 * time.Second
