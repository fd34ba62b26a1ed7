package ingress

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

var (
	simPlan = flag.String("plan", "", "the run that TestSimReplay repeats: scenario=… seed=… plan=…")
	simAll  = flag.Bool("sim.all", false, "make every run of the simulation rather than a sample of one in twenty")
	simSeed = flag.Uint64("sim.seed", 0, "the first seed of the simulation's runs")
	simTime = flag.Duration("sim.time", 0, "how long TestSimLong goes on")
)

// sample is how many runs one is made of, unless all are asked for.
const sample = 20

// TestSim disturbs every scenario at every point in every way, and expects each time the end of the
// undisturbed run, without harm on the way.
func TestSim(t *testing.T) {
	t.Parallel()
	all := newTally(*simAll)
	t.Cleanup(func() { all.report(t) })
	names := stories()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := campaign{tally: all, scenario: name, seed: *simSeed}
			c.sweep(t, *simAll)
			all.advance(1 / float64(len(names)))
		})
	}
}

// stories are the names of the scenarios that are the same for each seed.
func stories() []string {
	names := slices.Sorted(maps.Keys(scenarios()))
	return slices.DeleteFunc(names, func(name string) bool { return name == "history" })
}

// campaign is all that is tried on one scenario with one seed.
type campaign struct {
	*tally

	scenario string
	seed     uint64
	end      time.Time // zero: when all is done
}

func (c campaign) with(p plan.Plan) plan.Run {
	return plan.Run{Scenario: c.scenario, Seed: c.seed, Plan: p}
}

func (c campaign) late() bool { return !c.end.IsZero() && time.Now().After(c.end) }

// sweep tries all plans of one fault, or a sample of them.
func (c campaign) sweep(t *testing.T, whole bool) {
	t.Helper()
	base := perform(t, c.with(nil), "")
	if c.failed(t, base, "") {
		return
	}
	for _, p := range plan.Enumerate(base.points) {
		if c.late() {
			return
		}
		if r := c.with(p); whole || plan.Sampled(r, sample) {
			c.failed(t, perform(t, r, base.ending), base.ending)
		}
	}
}

// pairs tries all ordered pairs of crashes.
func (c campaign) pairs(t *testing.T) {
	t.Helper()
	base := perform(t, c.with(nil), "")
	for p := range plan.Pairs(plan.Crashes(plan.Enumerate(base.points))) {
		if c.late() {
			return
		}
		c.failed(t, perform(t, c.with(p), base.ending), base.ending)
	}
}

// mostFaults is how many faults a history meets at most.
const mostFaults = 12

// history makes the random history of the seed, then again with faults that the seed chooses.
func (c campaign) history(t *testing.T) {
	t.Helper()
	base := perform(t, c.with(nil), "")
	if c.failed(t, base, "") {
		return
	}
	chance := rand.New(rand.NewPCG(c.seed, 2))
	plans := plan.Enumerate(base.points)
	var p plan.Plan
	for range 1 + chance.IntN(mostFaults) {
		f := plans[chance.IntN(len(plans))][0]
		if chance.IntN(4) == 0 && !f.Way.Crashes() {
			f.Times = 2 + chance.IntN(20)
		}
		p = append(p, f)
	}
	c.failed(t, perform(t, c.with(p), base.ending), base.ending)
}

// failed counts a run, and if it went wrong shrinks and tells it.
func (c campaign) failed(t *testing.T, out simResult, want string) bool {
	t.Helper()
	c.count(out)
	if len(out.wrong) == 0 {
		return false
	}
	if !c.mayTell(c.scenario) {
		t.Errorf("%s: %s", out.run, out.wrong[0].oracle)
		return true
	}
	if len(out.run.Plan) > 0 {
		small := plan.Shrink(out.run.Plan, func(p plan.Plan) bool { return len(perform(t, c.with(p), want).wrong) > 0 })
		out = perform(t, c.with(small), want)
	}
	t.Error(describe(out))
	return true
}

// longestText is how much of one violation is printed.
const longestText = 2000

// describe is what is printed of a run that went wrong.
func describe(out simResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", out.run)
	for _, v := range out.wrong {
		fmt.Fprintf(&b, "violated: %s: %.*s\n", v.oracle, longestText, v.text)
	}
	b.WriteString("the end of its course:\n")
	// Readings that went well tell little, and what others made before tells nothing.
	course := slices.DeleteFunc(slices.Clone(out.course), func(line string) bool {
		return strings.Contains(line, " Describe") && strings.Contains(line, "  map[") || strings.Contains(line, " foreign ")
	})
	for _, line := range course[max(0, len(course)-longest):] {
		fmt.Fprintf(&b, "  %.300s\n", line)
	}
	fmt.Fprintf(&b, "again: go test ./controllers/ingress -run TestSimReplay -plan '%s'", out.run)
	return b.String()
}

// replay makes a run and, before, the undisturbed one that it is compared with.
func replay(t *testing.T, line string) simResult {
	t.Helper()
	r, err := plan.ParseRun(line)
	if err != nil {
		t.Fatal(err)
	}
	base := perform(t, plan.Run{Scenario: r.Scenario, Seed: r.Seed}, "")
	return perform(t, r, base.ending)
}

// TestSimReplay repeats one run.
func TestSimReplay(t *testing.T) {
	t.Parallel()
	if *simPlan == "" {
		t.Skip("-plan names a run")
	}
	out := replay(t, *simPlan)
	t.Logf("%s\nfired: %t, hash %s, %v virtual time, %d calls\n  %s", out.run, out.fired, out.hash, out.passed, out.calls, strings.Join(out.course, "\n  "))
	if len(out.wrong) > 0 {
		t.Error(describe(out))
	}
}

// TestSimIsTheSameTwice: a line that is printed is all that is needed to see a run again.
func TestSimIsTheSameTwice(t *testing.T) {
	t.Parallel()
	tries := 1
	if *simAll {
		tries = 12
	}
	for _, name := range slices.Sorted(maps.Keys(scenarios())) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := perform(t, plan.Run{Scenario: name, Seed: *simSeed}, "")
			plans := append([]plan.Plan{nil}, plan.Enumerate(base.points)...)
			chance := rand.New(rand.NewPCG(*simSeed, 3))
			for range tries {
				r := plan.Run{Scenario: name, Seed: *simSeed, Plan: plans[chance.IntN(len(plans))]}
				first, second := perform(t, r, ""), perform(t, r, "")
				if first.hash != second.hash {
					t.Errorf("%s has two courses:\n%s", r, unlike(strings.Join(first.course, "\n"), strings.Join(second.course, "\n")))
				}
			}
		})
	}
}

// TestSimLong goes on until its time is up: each seed's sweep of all scenarios, all pairs of crashes on
// the core scenarios, and random histories.
//
//nolint:tparallel // one seed after the other; the scenarios of each are parallel
func TestSimLong(t *testing.T) {
	t.Parallel()
	if *simTime <= 0 {
		t.Skip("-sim.time says for how long")
	}
	all := newTally(true)
	t.Cleanup(func() { all.report(t) })
	end := time.Now().Add(*simTime)
	for seed := *simSeed; time.Now().Before(end); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			for _, name := range stories() {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					c := campaign{tally: all, scenario: name, seed: seed, end: end}
					c.sweep(t, true)
					if scenarios()[name].core {
						c.pairs(t)
					}
				})
			}
			for part := range uint64(2) {
				t.Run(fmt.Sprintf("history%d", part), func(t *testing.T) {
					t.Parallel()
					for n := part; n < histories; n += 2 {
						c := campaign{tally: all, scenario: "history", seed: seed*histories + n, end: end}
						if c.late() {
							return
						}
						c.history(t)
						all.setDone(1 - time.Until(end).Seconds()/simTime.Seconds())
					}
				})
			}
		})
	}
}

// histories are made for each seed of the long simulation.
const histories = 1000
