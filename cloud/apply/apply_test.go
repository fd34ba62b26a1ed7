package apply_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

func runAll(t *testing.T, s *service, todo plan.Plan, got cloud.Observed) apply.Result {
	t.Helper()
	return apply.Run(t.Context(), s, todo, apply.Start{Owner: owner, Observed: got, Grant: full()})
}

func TestRunMakesEverything(t *testing.T) {
	t.Parallel()
	s := &service{}
	todo := makePlan(shop(), s.state)
	result := runAll(t, s, todo, cloud.Observed{})
	if !result.Complete() || !result.Known || len(result.Done) != todo.Writes() {
		t.Errorf("Run: %d of %d steps, known %t, failed %v", len(result.Done), todo.Writes(), result.Known, result.Failed)
	}
	if diff := cmp.Diff(s.state, result.Observed); diff != "" {
		t.Errorf("the service has other things than the result says (-service +result):\n%s", diff)
	}
	if again := makePlan(shop(), result.Observed); !again.Empty() {
		t.Errorf("after the plan there is more to do:\n%s", again)
	}
}

func TestRunTellsTheHook(t *testing.T) {
	t.Parallel()
	var told []string
	clock := time.Unix(0, 0)
	s := &service{}
	todo := makePlan(shop(), s.state)
	apply.Run(t.Context(), s, todo, apply.Start{
		Owner: owner, Grant: full(),
		Now: func() time.Time { clock = clock.Add(time.Second); return clock },
		Hook: func(step plan.Step, err error, took time.Duration) {
			if err != nil || took != time.Second {
				t.Errorf("%s: told error %v, took %s", step.Op(), err, took)
			}
			told = append(told, step.Op())
		},
	})
	if diff := cmp.Diff(ops(s.calls), told); diff != "" {
		t.Errorf("calls and what the hook was told (-calls +told):\n%s", diff)
	}
}

// TestRunFaultSweep fails every call of a plan in every way, with and without effect, and then
// goes on: by the rest where the state is known, else from what the service has.
func TestRunFaultSweep(t *testing.T) {
	t.Parallel()
	kinds := []cloud.ErrorKind{
		cloud.NotFound, cloud.Busy, cloud.Throttled, cloud.Quota, cloud.Denied,
		cloud.Invalid, cloud.Conflict, cloud.Unavailable, cloud.Unknown,
	}
	taken := shop()
	taken.LoadBalancer = &cloud.LoadBalancer{ID: "lb-1", Override: true}
	legs := map[string]struct {
		start *service
		to    cloud.Stack
	}{
		"create":   {&service{}, shop()},
		"change":   {having(t, shop()), moved()},
		"back":     {having(t, moved()), shop()},
		"release":  {having(t, shop()), cloud.Stack{}},
		"override": {occupied(), taken},
		"guard":    {having(t, shop()), guarded(moved(), "allow", "10.0.0.0/8")},
		"entries":  {having(t, guarded(moved(), "allow", "10.0.0.0/8")), guarded(moved(), "allow", "10.0.0.0/9", "192.0.2.1/32")},
		"switch":   {having(t, guarded(moved(), "allow", "10.0.0.0/8")), guarded(moved(), "deny", "10.0.0.0/9")},
		"unguard":  {having(t, guarded(moved(), "allow", "10.0.0.0/8")), shop()},
		"let go":   {having(t, guarded(moved(), "allow", "10.0.0.0/8")), cloud.Stack{}},
	}
	for name, leg := range legs {
		for _, kind := range kinds {
			t.Run(fmt.Sprintf("%s/%s", name, kind), func(t *testing.T) {
				t.Parallel()
				sweep(t, leg.start, leg.to, kind)
			})
		}
	}
}

// guarded gives a stack an access control list on its listeners, and mutual TLS on one.
func guarded(s cloud.Stack, list string, entries ...string) cloud.Stack {
	s.ACLs = []cloud.AccessControlList{{Name: list, Entries: entries}}
	s.CACertificates = []cloud.CACertificate{{Name: "ca-of-" + list}}
	for i := range s.Listeners {
		l := &s.Listeners[i]
		l.ACL = cloud.ACL{Type: map[string]string{"allow": "white", "deny": "black"}[list], Lists: list}
		if l.Protocol == cloud.HTTPS {
			l.TLS.CACertificate = "ca-of-" + list
		}
	}
	return s
}

func having(t *testing.T, from cloud.Stack) *service {
	t.Helper()
	s := &service{}
	runAll(t, s, makePlan(from, s.state), s.state)
	return s
}

// occupied is a service with somebody's listeners on an instance that we claimed.
func occupied() *service {
	o := cloud.Observed{
		Instance: &cloud.Instance{ID: "lb-1", Status: cloud.StatusActive, Spec: "s", Tags: map[string]string{owner.ClaimKey(): ""}},
		Foreign: cloud.Foreign{
			Listeners: []cloud.Listener{
				{Port: 80, Protocol: cloud.HTTP, Forward: cloud.Forward{Port: 443, Code: 301}, Running: true},
				{Port: 443, Protocol: cloud.HTTPS, Group: "id:rsp-9", TLS: cloud.TLS{Certificate: "id:cert-9"}},
			},
			Rules:      []cloud.Rule{{Port: 443, Domain: "api.com", Group: "id:rsp-9"}, {Port: 443, Domain: "old.com", Group: "id:rsp-9"}},
			Extensions: []cloud.Extension{{Port: 443, Domain: "old.com", Certificate: "id:cert-9"}},
		},
		IDs: cloud.IDs{cloud.LoadBalancerRef(): "lb-1"},
	}
	for _, r := range o.Foreign.Rules {
		o.IDs[r.Ref()] = cloud.ID("rule-" + r.Domain)
	}
	return &service{state: o}
}

func sweep(t *testing.T, start *service, to cloud.Stack, kind cloud.ErrorKind) {
	t.Helper()
	todo := makePlan(to, start.state)
	for n := 1; n <= todo.Writes(); n++ {
		s := &service{state: start.state, lost: kind == cloud.Unknown, made: 1000}
		s.refuse = func(i int, c cloud.Change) error {
			if i == n {
				return &cloud.Error{Kind: kind, Op: c.Op(), Code: "Injected"}
			}
			return nil
		}
		result := runAll(t, s, todo, start.state)
		checkAccount(t, todo, result)
		rest := plan.Plan{Steps: result.Pending}
		if !result.Known || len(result.Problems) > 0 {
			rest = makePlan(to, s.state)
		} else if diff := cmp.Diff(s.state, result.Observed); diff != "" {
			t.Errorf("call %d: the state is not as known (-service +result):\n%s", n, diff)
		}
		if second := runAll(t, s, rest, s.state); !second.Complete() {
			t.Errorf("call %d: going on: %v, pending %d", n, second.Failed, len(second.Pending))
		}
		if left := s.state.Foreign; len(left.Listeners)+len(left.Rules)+len(left.Extensions) > 0 {
			t.Errorf("call %d: a take-over was not finished: %+v", n, left)
		}
		if again := makePlan(to, s.state); !again.Empty() {
			t.Errorf("call %d: after going on there is more to do:\n%s", n, again)
		}
	}
}

// checkAccount: no step is lost. A plan's batches may appear in parts.
func checkAccount(t *testing.T, todo plan.Plan, result apply.Result) {
	t.Helper()
	accounted := map[cloud.Ref]bool{}
	note := func(step plan.Step) {
		switch c := step.Change.(type) {
		case cloud.CreateRules:
			for _, r := range c.Rules {
				accounted[r.Ref()] = true
			}
		case cloud.DeleteRules:
			for _, r := range c.Rules {
				accounted[r.Ref()] = true
			}
		default:
			accounted[step.Ref()] = true
		}
	}
	for _, step := range slices.Concat(result.Done, result.Pending) {
		note(step)
	}
	for _, failed := range result.Failed {
		note(failed.Step)
	}
	for _, step := range todo.Steps {
		if !accounted[step.Ref()] && result.Known {
			t.Errorf("%s is neither done, failed nor pending", step)
		}
	}
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		kind   cloud.ErrorKind
		known  bool
	}{
		"Throttled":   {"more calls would make it worse", cloud.Throttled, true},
		"Unavailable": {"nothing was changed", cloud.Unavailable, true},
		"Unknown":     {"the call may have had its effect", cloud.Unknown, false},
		"Conflict":    {"the observed state was wrong", cloud.Conflict, false},
		"NotFound":    {"the observed state was wrong", cloud.NotFound, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &service{refuse: func(n int, c cloud.Change) error {
				if n == 3 {
					return &cloud.Error{Kind: tc.kind, Op: c.Op()}
				}
				return nil
			}}
			todo := makePlan(shop(), s.state)
			result := runAll(t, s, todo, s.state)
			if len(s.calls) != 3 || result.Known != tc.known || len(result.Pending) != todo.Writes()-2 {
				t.Errorf("%s: %d calls, known %t, %d pending of %d", tc.reason, len(s.calls), result.Known, len(result.Pending), todo.Writes())
			}
		})
	}
}

func TestRunHeedsItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &service{}
	todo := makePlan(shop(), s.state)
	result := apply.Run(ctx, s, todo, apply.Start{Owner: owner, Grant: full()})
	if len(s.calls) != 0 || !result.Known || len(result.Pending) != todo.Writes() {
		t.Errorf("Run after the end of its context: %d calls, known %t", len(s.calls), result.Known)
	}
}
