package ingress

import (
	"context"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// forgetful is a service that does not find an instance by its id; by its tags it does as often as
// answers says.
type forgetful struct {
	cloud.Reader

	answers []bool
}

func (l *forgetful) Observe(_ context.Context, q cloud.Query) (cloud.Observed, error) {
	if q.LoadBalancer != "" {
		return cloud.Observed{}, nil
	}
	found := l.answers[0]
	l.answers = l.answers[1:]
	if !found {
		return cloud.Observed{}, nil
	}
	return cloud.Observed{Instance: &cloud.Instance{ID: "lb-1"}}, nil
}

// TestMissingWhilePlacing: an instance on record that is not found counts as gone as it does elsewhere:
// only if its tags do not lead to it either, time and again and not found in between.
func TestMissingWhilePlacing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	service := &forgetful{answers: []bool{false, true, false, false}}
	p := newPlacer(newRecords(nil, nil), service, newMemory(), Options{Now: func() time.Time { return now }})
	record := &v1alpha1.SLBInstance{}
	record.Status.LoadBalancerID = "lb-1"
	a := &assignment{spread: spread{class: "slb", records: map[int]*v1alpha1.SLBInstance{0: record}}}
	for i, want := range []struct{ refused, found bool }{{refused: true}, {found: true}, {refused: true}, {}} {
		got, err := p.look(t.Context(), a, 0)
		if (err != nil) != want.refused || (got.Instance != nil) != want.found {
			t.Errorf("look %d: got %v, %v; want refused %v, found %v", i, got.Instance, err, want.refused, want.found)
		}
		now = now.Add(goneAfter)
	}
}
