package ingress

import (
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

// TestSimFound repeats runs that went wrong once. Each is the smallest that showed its bug.
func TestSimFound(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"scenario=lb-deleted seed=0 plan=stale30s@call:58": "an instance that replaced a missing one was itself taken for gone at the first reading that did not show it yet, and replaced again and again",
	}
	for line, reason := range cases {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			r, err := plan.ParseRun(line)
			if err != nil {
				t.Fatal(err)
			}
			base := perform(t, plan.Run{Scenario: r.Scenario, Seed: r.Seed}, "")
			out := perform(t, r, base.ending)
			if !out.fired {
				t.Error("the plan's fault did not act")
			}
			if len(out.wrong) > 0 {
				t.Errorf("%s\n%s", reason, describe(out))
			}
		})
	}
}
