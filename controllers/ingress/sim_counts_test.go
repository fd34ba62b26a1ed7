package ingress

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

// countsBelow divides the end of a run from how often each thing came and went in it.
const countsBelow = "\ncounts:\n"

// comings are how often each thing came and went by the controllers' hand.
func (s *sim) comings() string {
	var b strings.Builder
	b.WriteString(countsBelow)
	for _, j := range s.judges {
		men, ok := j.(*watchmen)
		if !ok {
			continue
		}
		for i, w := range s.worlds() {
			counts := men.of[w].judge.Counts()
			for _, name := range slices.Sorted(maps.Keys(counts)) {
				fmt.Fprintf(&b, "%d %s: created %d, deleted %d\n", i, name, counts[name].Created, counts[name].Deleted)
			}
		}
	}
	return b.String()
}

// compare is what a run is held against: the end of the undisturbed one, and O9, that nothing came or
// went more often than there, or less.
func (s *sim) compare(want, got string) {
	end, counts, _ := strings.Cut(want, countsBelow)
	ended, counted, _ := strings.Cut(got, countsBelow)
	if end != ended {
		s.blame("converge", "the end differs (-undisturbed +disturbed):\n%s", unlike(end, ended))
	}
	if counts != counted && keepsCounts(s.run.Plan) {
		s.blame("O9", "things came and went otherwise (-undisturbed +disturbed):\n%s", unlike(counts, counted))
	}
}

// keepsCounts tells whether a plan leaves the controller no excuse to make anything twice: each of its
// faults is at a call, and either has no effect or one that can be read afterwards.
func keepsCounts(p plan.Plan) bool {
	return !slices.ContainsFunc(p, func(f plan.Fault) bool {
		return f.Site != plan.Call || !slices.Contains([]plan.Way{
			plan.CrashBefore, plan.CrashAfter, plan.CrashReply, plan.Unsent, plan.ErrorBefore, plan.ErrorAfter, plan.Lost, plan.Throttle,
			plan.Unavailable, plan.Busy, plan.Denied, plan.Expired, plan.Partial, plan.Empty, plan.Short,
		}, f.Way)
	})
}
