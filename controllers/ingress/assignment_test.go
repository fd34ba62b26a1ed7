package ingress

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// TestClaimsComeFirst: of hosts that overlap, the one with a claim on the first record is placed,
// though the other's Ingress is older.
func TestClaimsComeFirst(t *testing.T) {
	t.Parallel()
	first := &v1alpha1.SLBInstance{}
	first.Status.Claims = []v1alpha1.Claim{{Host: "a.foo.com", Path: "/", Ingress: "shop/a"}}
	a := &assignment{
		spread: spread{class: "slb", records: map[int]*v1alpha1.SLBInstance{0: first}},
		at:     map[string]int{}, hosts: map[int][]string{}, demands: map[string]placement.Host{},
	}
	a.demand([]placement.Host{{Name: "*.foo.com", Owner: "rival"}, {Name: "a.foo.com", Age: 1, Owner: "shop"}})
	var names []string
	for _, h := range a.admit(a.unplaced()) {
		names = append(names, h.Name)
	}
	if diff := cmp.Diff([]string{"a.foo.com"}, names); diff != "" {
		t.Errorf("admitted (-want +got):\n%s", diff)
	}
}
