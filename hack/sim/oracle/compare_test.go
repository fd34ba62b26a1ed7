package oracle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

func TestIsolation(t *testing.T) {
	t.Parallel()
	if wrong := oracle.Isolation(11*time.Second, 10*time.Second); len(wrong) != 0 {
		t.Errorf("a tenth more: %q", wrong)
	}
	if wrong := oracle.Isolation(15*time.Second, 10*time.Second); len(wrong) != 1 {
		t.Error("half as long again was let pass")
	}
}

// TestCounts: something that is deleted and made again ends where it was, and is caught by its counts.
func TestCounts(t *testing.T) {
	t.Parallel()
	var reference oracle.Counts
	play(t, func(s *scene) { reference = s.judge.Counts() })
	play(t, func(s *scene) {
		if wrong := s.judge.Counts().Beyond(reference); len(wrong) != 0 {
			t.Errorf("the same run differs: %q", wrong)
		}
		s.rule("80", "a.example", "/x", "coffee")
		s.ours("DeleteRules", words{"RuleIds": `["` + s.ruleID("80", "a.example/x") + `"]`}, "")
		wrong := s.judge.Counts().Beyond(reference)
		if len(wrong) != 1 || !strings.Contains(wrong[0], "rule 80 a.example/x: created 1 and deleted 1") {
			t.Errorf("a rule that came and went: %q", wrong)
		}
	})
}

// TestSameEnd: ids do not matter, anything else does.
func TestSameEnd(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		one := s.cloud.Dump()
		s.ours("DeleteRules", words{"RuleIds": `["` + s.ruleID("80", "a.example") + `"]`}, "")
		s.rule("80", "a.example", "", "coffee")
		if differ := oracle.SameEnd(one, s.cloud.Dump()); len(differ) != 0 {
			t.Errorf("only an id differs, and that is told: %q", differ)
		}
		s.rule("80", "a.example", "/x", "empty")
		if differ := oracle.SameEnd(one, s.cloud.Dump()); len(differ) != 1 || !strings.HasPrefix(differ[0], "too much: rule ") {
			t.Errorf("one rule more: %q", differ)
		}
		s.ours("RemoveVServerGroupBackendServers", words{"VServerGroupId": s.ids["coffee"], "BackendServers": s.members(0)}, "")
		if differ := oracle.SameEnd(one, s.cloud.Dump()); len(differ) != 3 {
			t.Errorf("one rule more and another group: %q", differ)
		}
	})
}

// TestTenant: a namespace whose routes another one takes is told from one whose routes are its own.
func TestTenant(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		alone := s.model.Observe(time.Now(), s.cluster)
		if wrong := oracle.Tenant(alone, s.cloud.View(), s.judge.Instance); len(wrong) != 0 {
			t.Errorf("undisturbed: %q", wrong)
		}
		s.rule("443", "a.example", "/x", "empty")
		if wrong := oracle.Tenant(alone, s.cloud.View(), s.judge.Instance); len(wrong) != 1 || !strings.Contains(wrong[0], "443 a.example/x gets 503") {
			t.Errorf("a path was taken: %q", wrong)
		}
	})
}

func TestStatusesAndTold(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		address := func(string) string { return "127.0.100.1" }
		table := s.model.Observe(time.Now(), s.cluster)
		if open := oracle.Statuses(table, address, map[string][]string{"shop/a": {"127.0.100.1"}}); len(open) != 0 {
			t.Errorf("the right address: %q", open)
		}
		if open := oracle.Statuses(table, address, map[string][]string{"shop/a": {"127.0.100.1", "127.0.100.2"}}); len(open) != 1 {
			t.Errorf("an address too many: %q", open)
		}
		s.ingress(words{"/": "nothing"})
		table = s.model.Observe(time.Now(), s.cluster)
		if open := oracle.Told(table, nil); !slices.Equal(open, []string{"Ingress shop/a was not told ServiceNotFound"}) {
			t.Errorf("nobody was told: %q", open)
		}
		if open := oracle.Told(table, map[model.Told]bool{{Ingress: "shop/a", Reason: "ServiceNotFound"}: true}); len(open) != 0 {
			t.Errorf("all was told: %q", open)
		}
	})
}
