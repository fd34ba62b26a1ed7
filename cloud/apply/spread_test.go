package apply_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// TestRunWithoutOwnSettings: where the service refuses settings of rules' own, each is told, none is
// tried twice, and groups change all the same.
func TestRunWithoutOwnSettings(t *testing.T) {
	t.Parallel()
	s := having(t, shop())
	want := shop()
	for i := range want.Rules {
		want.Rules[i].Own = cloud.Spread{Scheduler: "rr"}
		want.Rules[i].Group = "shop/api/80"
	}
	want.Rules = append(want.Rules, cloud.Rule{Port: 80, Domain: "new.com", Group: "shop/api/80", Own: cloud.Spread{Scheduler: "rr"}, Source: source("new")})
	tried := 0
	s.refuse = refuseIf(cloud.Invalid, func(c cloud.Change) bool {
		set, ok := c.(cloud.SetRule)
		refused := ok && set.Rule.Own != cloud.Spread{}
		if refused {
			tried++
		}
		return refused
	})
	result := runAll(t, s, makePlan(want, s.state), s.state)
	if tried != 1 {
		t.Errorf("the service refused %d times", tried)
	}
	for _, r := range s.state.Ours.Rules {
		if r.Group != "shop/api/80" || r.Own != (cloud.Spread{}) {
			t.Errorf("%s has group %s and own settings %+v", r.Ref(), r.Group, r.Own)
		}
	}
	told := map[string]bool{}
	for _, text := range reasons(result.Problems) {
		told[text] = true
	}
	if diff := cmp.Diff(map[string]bool{"UnsupportedAnnotation api": true, "UnsupportedAnnotation new": true, "UnsupportedAnnotation web": true}, told); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
