package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

func TestRunIsOneLine(t *testing.T) {
	t.Parallel()
	cases := map[string]plan.Run{
		"scenario=delete seed=0 plan=none": {Scenario: "delete"},
		"scenario=https-rotate seed=7 plan=crash-after@call:12": {
			Scenario: "https-rotate", Seed: 7, Plan: plan.Plan{{Way: plan.CrashAfter, Times: 1, Site: plan.Call, N: 12}},
		},
		"scenario=a seed=18446744073709551615 plan=throttle*20@call:3,merge@event:1,conflict@kube:2": {
			Scenario: "a", Seed: 1<<64 - 1, Plan: plan.Plan{
				{Way: plan.Throttle, Times: 20, Site: plan.Call, N: 3},
				{Way: plan.Merge, Times: 1, Site: plan.Event, N: 1},
				{Way: plan.Refused, Times: 1, Site: plan.Kube, N: 2},
			},
		},
	}
	for line, want := range cases {
		got, err := plan.ParseRun(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
		if got.String() != line {
			t.Errorf("printed %q, want %q", got, line)
		}
	}
}

func TestParseRunNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"":                                     "want scenario=",
		"scenario=a seed=1":                    "want scenario=",
		"seed=1 scenario=a plan=none":          `got "seed=1"`,
		"scenario=A seed=1 plan=none":          "no name",
		"scenario=a seed=-1 plan=none":         "seed",
		"scenario=a seed=1 plan=":              "way@site:number",
		"scenario=a seed=1 plan=lost":          "way@site:number",
		"scenario=a seed=1 plan=lost@call":     "way@site:number",
		"scenario=a seed=1 plan=lost@call:0":   `"0" is no number`,
		"scenario=a seed=1 plan=lost@call:01":  `"01" is no number`,
		"scenario=a seed=1 plan=lost*1@call:1": `"1" is no number`,
		"scenario=a seed=1 plan=merge@call:1":  `no way "merge" at a "call"`,
		"scenario=a seed=1 plan=lost@sea:1":    `no way "lost" at a "sea"`,
	}
	for line, want := range cases {
		if _, err := plan.ParseRun(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want one that has %q", line, err, want)
		}
	}
}

func points() []plan.Point {
	return []plan.Point{
		{Site: plan.Call, N: 1, What: "DescribeRules"},
		{Site: plan.Call, N: 2, What: "CreateRules", Write: true, Items: 2, Quota: "TooManyRules"},
		{Site: plan.Kube, N: 1, What: "update SLBInstance", Write: true},
		{Site: plan.Event, N: 1, What: "Ingress"},
	}
}

func TestEnumerate(t *testing.T) {
	t.Parallel()
	plans := plan.Enumerate(points())
	count := map[string]int{}
	for _, p := range plans {
		if len(p) != 1 {
			t.Fatalf("plan %s: want one fault", p)
		}
		_, where, _ := strings.Cut(p.String(), "@")
		count[where]++
	}
	want := map[string]int{
		"call:1":  len(plan.Ways(plan.Call)) - 15, // those for writes, creates and batches do not apply
		"call:2":  len(plan.Ways(plan.Call)),
		"kube:1":  len(plan.Ways(plan.Kube)),
		"event:1": len(plan.Ways(plan.Event)),
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("plans by point (-want +got):\n%s", diff)
	}
	for _, p := range plan.Crashes(plans) {
		if !p[0].Way.Crashes() {
			t.Errorf("%s is no crash", p)
		}
	}
	if got := len(plan.Crashes(plans)); got != 1+5+3+1 {
		t.Errorf("crashes: got %d, want 10", got)
	}
}

func TestPairsAreOrdered(t *testing.T) {
	t.Parallel()
	crashes := plan.Crashes(plan.Enumerate(points()))
	seen := map[string]bool{}
	for p := range plan.Pairs(crashes) {
		if p[0].Site == p[1].Site && p[0].N >= p[1].N {
			t.Errorf("%s: the second fault would never act", p)
		}
		if seen[p.String()] {
			t.Errorf("%s comes twice", p)
		}
		seen[p.String()] = true
	}
	// 1 and 5 crashes at the calls, 3 at the write, 1 at the event: 5 pairs of calls, and any two of
	// different sites in both orders.
	if want := 5 + 2*(6*3+6*1+3*1); len(seen) != want {
		t.Errorf("pairs: got %d, want %d", len(seen), want)
	}
	for range plan.Pairs(crashes) {
		break // an iterator may be left
	}
}

func TestSampleIsFair(t *testing.T) {
	t.Parallel()
	const all, n = 20_000, 20
	count := map[uint64]int{}
	for seed := range uint64(2) {
		for i := range all {
			r := plan.Run{Scenario: "a", Seed: seed, Plan: plan.Plan{{Way: plan.Lost, Times: 1, Site: plan.Call, N: i + 1}}}
			if plan.Sampled(r, n) {
				count[seed]++
			}
			if !plan.Sampled(r, 1) {
				t.Fatalf("%s is not in a sample of all", r)
			}
		}
		if got := count[seed]; got < all/n*8/10 || got > all/n*12/10 {
			t.Errorf("seed %d: %d of %d, want about one in %d", seed, got, all, n)
		}
	}
}

func TestShrinkLeavesTheCulprits(t *testing.T) {
	t.Parallel()
	whole, err := plan.Parse("busy@call:1,lost@call:4,throttle*64@call:9,merge@event:2,conflict@kube:1")
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	small := plan.Shrink(whole, func(p plan.Plan) bool {
		tries++
		lost := slices.ContainsFunc(p, func(f plan.Fault) bool { return f.Way == plan.Lost })
		throttled := slices.ContainsFunc(p, func(f plan.Fault) bool { return f.Way == plan.Throttle && f.Times > 10 })
		return lost && throttled
	})
	if got, want := small.String(), "lost@call:4,throttle*16@call:9"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if tries > 40 {
		t.Errorf("it took %d tries", tries)
	}
}

func FuzzParseRun(f *testing.F) {
	f.Add("scenario=https-rotate seed=7 plan=crash-after@call:12")
	f.Add("scenario=a seed=1 plan=throttle*20@call:3,merge@event:1")
	f.Fuzz(func(t *testing.T, line string) {
		r, err := plan.ParseRun(line)
		if err != nil {
			return
		}
		again, err := plan.ParseRun(r.String())
		if err != nil {
			t.Fatalf("%q was read as %q, which cannot be read: %v", line, r, err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Errorf("%q (-read +read again):\n%s", line, diff)
		}
	})
}
