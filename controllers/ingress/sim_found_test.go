package ingress

import "testing"

// TestSimFound repeats runs that went wrong once. Each is the smallest that showed its bug.
func TestSimFound(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"scenario=lb-deleted seed=0 plan=stale30s@call:58": "an instance that replaced a missing one was itself taken for gone at the first reading that did not show it yet, and replaced again and again",
		"scenario=sni seed=0 plan=denied@call:30":          "another default certificate was set although the domain of the old one had not got its extension",
		"scenario=retain seed=0 plan=empty@call:31":        "an answer without fields was read as an empty list of instances, and another one was created",
	}
	for line, reason := range cases {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			out := replay(t, line)
			if !out.fired {
				t.Error("the plan's fault did not act")
			}
			if len(out.wrong) > 0 {
				t.Errorf("%s\n%s", reason, describe(out))
			}
		})
	}
}
