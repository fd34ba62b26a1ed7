package ingress

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

var (
	simPlan = flag.String("plan", "", "the run that TestSimReplay repeats: scenario=… seed=… plan=…")
	simAll  = flag.Bool("sim.all", false, "make every run of the simulation rather than a sample of one in twenty")
	simSeed = flag.Uint64("sim.seed", 0, "the seed of the simulation's runs")
)

// sample is how many runs one is made of, unless all are asked for.
const sample = 20

// TestSim disturbs every scenario at every point in every way, and expects each time the end of the
// undisturbed run, without harm on the way.
func TestSim(t *testing.T) {
	t.Parallel()
	if *simPlan != "" {
		t.Skip("one run is asked for")
	}
	all := newTally(*simAll)
	t.Cleanup(func() { all.report(t) })
	for _, name := range slices.Sorted(maps.Keys(scenarios())) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sweep(t, all, name)
		})
	}
}

// sweep tries all plans of one fault on a scenario.
func sweep(t *testing.T, all *tally, name string) {
	t.Helper()
	base := perform(t, plan.Run{Scenario: name, Seed: *simSeed}, "")
	if failed(t, all, base, "") {
		return
	}
	for _, p := range plan.Enumerate(base.points) {
		r := plan.Run{Scenario: name, Seed: *simSeed, Plan: p}
		if *simAll || plan.Sampled(r, sample) {
			out := perform(t, r, base.ending)
			failed(t, all, out, base.ending)
		}
	}
}

// failed counts a run, and if it went wrong shrinks and tells it.
func failed(t *testing.T, all *tally, out played, want string) bool {
	t.Helper()
	all.count(out)
	if len(out.wrong) == 0 {
		return false
	}
	if !all.mayTell(out.run.Scenario) {
		t.Errorf("%s: %s", out.run, out.wrong[0].oracle)
		return true
	}
	if len(out.run.Plan) > 1 {
		small := plan.Shrink(out.run.Plan, func(p plan.Plan) bool {
			return len(perform(t, plan.Run{Scenario: out.run.Scenario, Seed: out.run.Seed, Plan: p}, want).wrong) > 0
		})
		out = perform(t, plan.Run{Scenario: out.run.Scenario, Seed: out.run.Seed, Plan: small}, want)
	}
	t.Error(describe(out))
	return true
}

// describe is what is printed of a run that went wrong.
func describe(out played) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", out.run)
	for _, v := range out.wrong {
		fmt.Fprintf(&b, "violated: %s: %s\n", v.oracle, v.text)
	}
	b.WriteString("the end of its course:\n")
	// Readings that went well tell little.
	course := slices.DeleteFunc(slices.Clone(out.course), func(line string) bool { return strings.Contains(line, " Describe") && strings.Contains(line, "  map[") })
	for _, line := range course[max(0, len(course)-longest):] {
		fmt.Fprintf(&b, "  %.300s\n", line)
	}
	fmt.Fprintf(&b, "again: go test ./controllers/ingress -run TestSimReplay -plan '%s'", out.run)
	return b.String()
}

// TestSimReplay repeats one run.
func TestSimReplay(t *testing.T) {
	t.Parallel()
	if *simPlan == "" {
		t.Skip("-plan names a run")
	}
	r, err := plan.ParseRun(*simPlan)
	if err != nil {
		t.Fatal(err)
	}
	base := perform(t, plan.Run{Scenario: r.Scenario, Seed: r.Seed}, "")
	out := perform(t, r, base.ending)
	t.Logf("%s\nfired: %t, hash %s, %v virtual time, %d calls\n  %s", r, out.fired, out.hash, out.passed, out.calls, strings.Join(out.course, "\n  "))
	if len(out.wrong) > 0 {
		t.Error(describe(out))
	}
}
