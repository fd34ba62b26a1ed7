package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// scenes is how many random scenes a property looks at.
const scenes = 2000

func forScenes(t *testing.T, check func(*testing.T, scene)) {
	t.Helper()
	n := uint64(scenes)
	if raced || testing.Short() {
		n = 300
	}
	for seed := range n {
		check(t, randomScene(rand.New(rand.NewPCG(seed, 7))))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// FuzzMake lets the fuzzer choose the scenes.
func FuzzMake(f *testing.F) {
	f.Add(uint64(199), uint64(0)) // a rule to be kept that was left out did not come back
	f.Add(uint64(2), uint64(134)) // making room took the last rule of a domain that was to get others
	f.Fuzz(func(t *testing.T, a, b uint64) {
		s := randomScene(rand.New(rand.NewPCG(a, b)))
		checkPrefixes(t, s)
		checkConvergence(t, s)
	})
}

func TestMakeConverges(t *testing.T) {
	t.Parallel()
	forScenes(t, checkConvergence)
}

func TestMakeIsPure(t *testing.T) {
	t.Parallel()
	forScenes(t, func(t *testing.T, s scene) {
		before := fmt.Sprintf("%+v %+v", s.want, s.got)
		first, problems := plan.Make(s.want, s.got, s.policy)
		if diff := cmp.Diff(before, fmt.Sprintf("%+v %+v", s.want, s.got)); diff != "" {
			t.Errorf("Make edited its input (-before +after):\n%s", diff)
		}
		second, again := plan.Make(s.want, s.got, s.policy)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("equal inputs gave other plans:\n%s", diff)
		}
		if diff := cmp.Diff(problems, again); diff != "" {
			t.Errorf("equal inputs gave other problems:\n%s", diff)
		}
	})
}

// TestEveryPrefixServes is the planner's central promise, see "Every intermediate state serves".
func TestEveryPrefixServes(t *testing.T) {
	t.Parallel()
	announced, total := 0, 0
	forScenes(t, func(t *testing.T, s scene) {
		total++
		if checkPrefixes(t, s) {
			announced++
		}
	})
	if announced > total/3 {
		t.Errorf("%d of %d plans announce an interruption; that is no exception any more", announced, total)
	}
}

// TestReleaseLeavesNothing: deletion is an empty desired state.
func TestReleaseLeavesNothing(t *testing.T) {
	t.Parallel()
	forScenes(t, func(t *testing.T, s scene) {
		s.want = cloud.Stack{}
		s.got.Foreign = cloud.Foreign{}
		s.got.Ours.Rules = slices.DeleteFunc(s.got.Ours.Rules, func(r cloud.Rule) bool {
			_, ok := s.got.Ours.Listener(r.Port)
			return !ok
		})
		s.got.Ours.Extensions = nil
		end := walk(t, s).end
		if end.Instance != nil || len(end.Ours.Certificates)+len(end.Ours.ServerGroups)+len(end.Ours.Listeners)+
			len(end.Ours.ACLs)+len(end.Ours.CACertificates) > 0 {
			t.Errorf("left after release: %+v", end)
		}
	})
}

// trail is a plan and the states that it passes through: states[i] follows step i.
type trail struct {
	plan   plan.Plan
	states []cloud.Observed
	end    cloud.Observed // the last state, or the first if there is nothing to do
}

// walk carries out the plan in the model, and after each step checks that the service would have
// made it.
func walk(t *testing.T, s scene) trail {
	t.Helper()
	todo, _ := plan.Make(s.want, s.got, s.policy)
	way := trail{plan: todo, end: s.got}
	within := excess(s.got, s.policy.Limits) == ""
	for i, step := range todo.Steps {
		if why := refusal(way.end, step.Change); why != "" {
			t.Errorf("step %d is refused: %s\n%s\nplan:\n%s", i+1, why, step, todo)
		}
		way.end = way.end.After(owner, step.Change, nil)
		if over := excess(way.end, s.policy.Limits); over != "" && within {
			t.Errorf("step %d exceeds a quota: %s\n%s\nplan:\n%s", i+1, over, step, todo)
		}
		way.states = append(way.states, way.end)
	}
	return way
}

func checkConvergence(t *testing.T, s scene) {
	t.Helper()
	way := walk(t, s)
	s.got = way.end
	if again, _ := plan.Make(s.want, s.got, s.policy); !again.Empty() {
		t.Errorf("after the plan\n%s\nthere is more to do:\n%s", way.plan, again)
	}
}

// TestEveryPrefixSpreads: a rule whose requests are to be spread as they are has them spread so at every
// step, whether by its own settings or by its listener's. One that is created again begins anew.
func TestEveryPrefixSpreads(t *testing.T) {
	t.Parallel()
	forScenes(t, func(t *testing.T, s scene) {
		way := walk(t, s)
		for _, r := range s.got.Ours.Rules {
			was, ok := spreadOf(s.got, r)
			will, stays := spreadOf(way.end, r)
			if ok && stays && was == will {
				checkSpread(t, way, r, was)
			}
		}
	})
}

func checkSpread(t *testing.T, way trail, r cloud.Rule, want cloud.Spread) {
	t.Helper()
	for i, now := range way.states {
		if !hasRule(now.Ours.Rules, r) {
			return
		}
		if is, _ := spreadOf(now, r); is != want {
			t.Errorf("%s was and will be spread by %+v, but by %+v after\n%s\nplan:\n%s",
				r.Ref(), want, is, way.plan.Steps[i], way.plan)
			return
		}
	}
}

// spreadOf is how the requests of a rule are spread: by its own settings, else its listener's.
func spreadOf(o cloud.Observed, rule cloud.Rule) (cloud.Spread, bool) {
	i := slices.IndexFunc(o.Ours.Rules, sameRule(rule))
	l, ok := listenerAt(o, rule.Port)
	switch {
	case i < 0 || !ok:
		return cloud.Spread{}, false
	case o.Ours.Rules[i].Own != cloud.Spread{}:
		return o.Ours.Rules[i].Own, true
	default:
		return l.Spread().Normalized(), true
	}
}

// checkPrefixes tells whether the plan announces an interruption, and fails if there is another.
func checkPrefixes(t *testing.T, s scene) bool {
	t.Helper()
	way := walk(t, s)
	keep := map[int][]request{80: steady(s.got, way.end, 80), 443: steady(s.got, way.end, 443)}
	fewer := false
	for i, step := range way.plan.Steps {
		if port, ok := interrupts(step); ok {
			delete(keep, port)
		}
		fewer = fewer || strings.Contains(step.Why, "fewer than half")
		if !fewer {
			checkMembers(t, states{s.got, way.states[i], way.end}, step, way.plan)
		}
		if kind := step.Ref().Kind; kind == cloud.KindRule || kind == cloud.KindListener {
			checkAnswers(t, way, i, slices.Concat(keep[80], keep[443]))
		}
	}
	return len(keep) < 2 || fewer
}

func checkAnswers(t *testing.T, way trail, step int, keep []request) {
	t.Helper()
	for _, q := range keep {
		if is := answer(way.states[step], q.port, q.host, q.path); is != q.group {
			t.Errorf("%+v was and will be served by that group, but by %s after\n%s\nplan:\n%s",
				q, is, way.plan.Steps[step], way.plan)
			return
		}
	}
}

// states are the observed state before a plan, at some step of it, and after it.
type states struct{ before, now, after cloud.Observed }

// request is a request that the same group serves before and after a plan.
type request struct {
	port              int
	host, path, group string
}

func steady(before, after cloud.Observed, port int) []request {
	var same []request
	for _, host := range hosts {
		for _, path := range paths {
			was := answer(before, port, host, path)
			if was == answer(after, port, host, path) && was != "404" && was != "closed" && was != cloud.EmptyGroup {
				same = append(same, request{port, host, path, was})
			}
		}
	}
	return same
}

// checkMembers: a group that stays keeps at least half of its members at every step.
func checkMembers(t *testing.T, at states, step plan.Step, todo plan.Plan) {
	t.Helper()
	for _, g := range at.before.Ours.ServerGroups {
		end, stays := at.after.Ours.ServerGroup(g.Name)
		now, _ := at.now.Ours.ServerGroup(g.Name)
		if least := (min(len(g.Members), len(end.Members)) + 1) / 2; stays && len(now.Members) < least {
			t.Errorf("group %s had %d members, will have %d, and has %d after\n%s\nplan:\n%s",
				g.Name, len(g.Members), len(end.Members), len(now.Members), step, todo)
		}
	}
}

// interrupts tells whether a step announces that requests to a port will notice it.
func interrupts(step plan.Step) (port int, ok bool) {
	switch c := step.Change.(type) {
	case cloud.DeleteListener:
		return c.Port, true
	case cloud.CreateRules:
		return c.Port, strings.Contains(step.Why, " miss ")
	case cloud.DeleteRules:
		return c.Port, strings.Contains(step.Why, " miss ") || strings.Contains(step.Why, "taken over")
	case cloud.SetListener:
		return c.Listener.Port, strings.Contains(step.Why, "taken over")
	default:
		return 0, false
	}
}
