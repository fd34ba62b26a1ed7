package apply_test

import (
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// TestRunSendsNothingThatIsBarred: a plan that is wrong does no harm. The run stops, and what was
// observed is not trusted any more.
func TestRunSendsNothingThatIsBarred(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		grant  cloud.Grant
		change cloud.Change
	}{
		"TheirGroup":    {"a group that is not among ours", full(), cloud.DeleteServerGroup{Name: "other/web/80"}},
		"TheirListener": {"a listener that was not handed over", cloud.Grant{Synced: true}, cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS}},
		"Unsynced":      {"half of what is wanted may be missing", cloud.Grant{TakeOver: true}, cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS}},
		"Instance":      {"an instance that was made by others", full(), cloud.DeleteLoadBalancer{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := occupied()
			todo := plan.Plan{Steps: []plan.Step{
				{Change: cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "shop/web/80"}}},
				{Change: tc.change},
				{Change: cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "shop/api/80"}}},
			}}
			if name == "Unsynced" {
				todo.Steps = todo.Steps[1:]
			}
			result := apply.Run(t.Context(), s, todo, apply.Start{Owner: owner, Observed: s.state, Grant: tc.grant})
			if len(s.calls) != len(todo.Steps)-2 || result.Known || len(result.Failed) != 1 || len(result.Pending) != 2 {
				t.Fatalf("%s: sent %v, known %t, failed %v, pending %d", tc.reason, ops(s.calls), result.Known, result.Failed, len(result.Pending))
			}
			if kind := cloud.KindOf(result.Failed[0]); kind != cloud.Barred {
				t.Errorf("kind %s", kind)
			}
		})
	}
}
