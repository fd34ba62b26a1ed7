package ingress

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

func at(d time.Duration) time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d) }

func TestMemory(t *testing.T) {
	t.Parallel()
	m := newMemory()
	first := cloud.Observed{Instance: &cloud.Instance{ID: "lb-1"}}
	second := cloud.Observed{Instance: &cloud.Instance{ID: "lb-2"}}
	knows := func(now time.Time) cloud.ID {
		if got, ok := m.get("g", now, []int{80, 443}); ok {
			return got.Instance.ID
		}
		return ""
	}
	m.update("g", first)
	if got := knows(at(0)); got != "" {
		t.Errorf("update of nothing: got %q, want that it stays unknown", got)
	}
	m.put("g", remembered{observed: first, ports: []int{80, 443, 8080}, until: at(time.Hour)})
	m.update("g", second)
	if _, ok := m.get("g", at(0), []int{80, 8081, 443}); ok {
		t.Error("a port that was not read is taken for known")
	}
	if got := knows(at(59 * time.Minute)); got != "lb-2" {
		t.Errorf("before the audit: got %q, want lb-2", got)
	}
	if got := m.untilAudit("g", at(59*time.Minute)); got != time.Minute {
		t.Errorf("until the audit: got %v, want 1m: an update does not move it", got)
	}
	if got := knows(at(time.Hour)); got != "" {
		t.Errorf("when the audit is due: got %q, want nothing", got)
	}
	if got := m.untilAudit("g", at(2*time.Hour)); got != time.Second {
		t.Errorf("after the audit was due: got %v, want soon but not at once", got)
	}
	m.expire("g", at(time.Minute))
	m.expire("g", at(30*time.Minute)) // later than what is planned: changes nothing
	if got := m.untilAudit("g", at(0)); got != time.Minute {
		t.Errorf("brought forward: got %v, want 1m", got)
	}
	m.forget("g")
	if got := m.untilAudit("g", at(0)); got != 0 || knows(at(0)) != "" {
		t.Errorf("forgotten: got %v and %q", got, knows(at(0)))
	}
	if got := m.untilAudit("other", at(0)); got != 0 {
		t.Errorf("a group never seen: got %v", got)
	}
}

func TestAuditsAreSpread(t *testing.T) {
	t.Parallel()
	interval := 3 * time.Hour
	seen := map[time.Duration]bool{}
	for _, group := range []string{"class.a.0", "class.b.0", "class.c.0", "id.lb-1", "id.lb-2"} {
		after := auditAfter(group, interval)
		if after < interval || after > interval+interval/3 {
			t.Errorf("%s: %v is not within 3 to 4 hours", group, after)
		}
		if again := auditAfter(group, interval); again != after {
			t.Errorf("%s: %v, then %v", group, after, again)
		}
		seen[after] = true
	}
	if len(seen) < 4 {
		t.Errorf("five groups have %d times only", len(seen))
	}
}

// rejection is a run in which the service refused a rule for good.
func rejection(rule cloud.Rule, reason cloud.Reason) apply.Result {
	return apply.Result{
		Failed: []apply.StepError{
			{Step: plan.Step{Change: cloud.CreateRules{Port: rule.Port, Rules: []cloud.Rule{rule}}}, Err: errors.New("no"), Refused: true},
			{Step: plan.Step{Change: cloud.CreateRules{Port: rule.Port, Rules: []cloud.Rule{{Port: 80, Domain: "later"}}}}, Err: errors.New("busy")},
		},
		Problems: []cloud.Problem{{Object: rule.Source.Object, Field: rule.Source.Field, Reason: reason, Message: "m"}},
	}
}

func TestRejectedRules(t *testing.T) {
	t.Parallel()
	source := cloud.Source{Object: cloud.Object{Kind: "Ingress", Name: "i"}, Field: "f"}
	bad := cloud.Rule{Port: 80, Domain: "a.example", URL: "/b", Group: "g", Source: source}
	good := cloud.Rule{Port: 80, Domain: "a.example", URL: "/c", Group: "g", Source: source}
	filled := []cloud.ServerGroup{{Name: "g", Members: []cloud.Member{{IP: "10.1.0.1"}}}}
	cases := map[string]struct {
		reason   string
		why      cloud.Reason
		groups   []cloud.ServerGroup
		rules    []cloud.Rule
		left     []cloud.Rule
		problems int
	}{
		"Dropped":        {"it is not sent again", cloud.RejectedPath, filled, []cloud.Rule{bad, good}, []cloud.Rule{good}, 1},
		"StillEmpty":     {"it waits for members", cloud.NoReadyEndpoints, []cloud.ServerGroup{{Name: "g"}}, []cloud.Rule{bad}, nil, 1},
		"HasMembers":     {"what it waited for is there", cloud.NoReadyEndpoints, filled, []cloud.Rule{bad}, []cloud.Rule{bad}, 0},
		"NotWanted":      {"nobody asks for it", cloud.RejectedPath, filled, []cloud.Rule{good}, []cloud.Rule{good}, 0},
		"OnTheOtherPort": {"another listener is another rule", cloud.RejectedPath, filled, []cloud.Rule{{Port: 443, Domain: "a.example", URL: "/b"}}, []cloud.Rule{{Port: 443, Domain: "a.example", URL: "/b"}}, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.reject("group", rejection(bad, tc.why))
			want := cloud.Stack{Rules: append([]cloud.Rule(nil), tc.rules...), ServerGroups: tc.groups}
			problems := m.dropRejected("group", &want)
			if len(problems) != tc.problems {
				t.Errorf("%s: problems: got %v, want %d", tc.reason, problems, tc.problems)
			}
			if diff := cmp.Diff(tc.left, append([]cloud.Rule(nil), want.Rules...)); diff != "" {
				t.Errorf("%s: rules left (-want +got):\n%s", tc.reason, diff)
			}
			if other := (cloud.Stack{Rules: []cloud.Rule{bad}}); len(m.dropRejected("other", &other)) != 0 {
				t.Error("a refusal of one group counts in another")
			}
			m.end("group")
			if again := (cloud.Stack{Rules: []cloud.Rule{bad}}); len(m.dropRejected("group", &again)) != 0 {
				t.Error("a refusal outlives its group")
			}
		})
	}
}

func TestRefusalIsForgottenWithTheRule(t *testing.T) {
	t.Parallel()
	bad := cloud.Rule{Port: 80, Domain: "a.example", URL: "/b"}
	m := newMemory()
	m.reject("group", rejection(bad, cloud.RejectedPath))
	m.dropRejected("group", &cloud.Stack{})
	want := cloud.Stack{Rules: []cloud.Rule{bad}}
	if problems := m.dropRejected("group", &want); len(problems) != 0 || len(want.Rules) != 1 {
		t.Errorf("a rule that came back: got problems %v and rules %v, want it tried again", problems, want.Rules)
	}
}
