package ingress

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
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
				fmt.Fprintf(&b, "%d %s\t%d\t%d\n", i, name, counts[name].Created, counts[name].Deleted)
			}
		}
	}
	return b.String()
}

// compare is what a run is held against: the end of the undisturbed one, and O9, that nothing came or
// went more often than there. It may come less often, where a fault outlasted what was asked for.
func (s *sim) compare(want, got string) {
	end, counts, _ := strings.Cut(want, countsBelow)
	ended, counted, _ := strings.Cut(got, countsBelow)
	if unseen(s.run.Plan) {
		end, ended = withoutSpares(end), withoutSpares(ended)
	}
	if end != ended {
		s.blamef("converge", "the end differs (-undisturbed +disturbed):\n%s", unlike(end, ended))
	}
	if !keepsCounts(s.run.Plan) {
		return
	}
	most := readCounts(counts)
	for name, n := range readCounts(counted) {
		if n.Created > most[name].Created || n.Deleted > most[name].Deleted {
			s.blamef("O9", "%s: created %d and deleted %d times, undisturbed %d and %d", name, n.Created, n.Deleted, most[name].Created, most[name].Deleted)
		}
	}
}

func readCounts(text string) oracle.Counts {
	counts := oracle.Counts{}
	for line := range strings.Lines(text) {
		name, numbers, _ := strings.Cut(line, "\t")
		var n oracle.Count
		if _, err := fmt.Sscanf(numbers, "%d\t%d", &n.Created, &n.Deleted); err != nil {
			panic(err) // comings wrote it
		}
		counts[name] = n
	}
	return counts
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

// unseen tells whether the controller may have seen fewer states of the cluster than there were.
func unseen(p plan.Plan) bool {
	return slices.ContainsFunc(p, func(f plan.Fault) bool { return f.Way == plan.Lag1 || f.Way == plan.Merge })
}

var (
	extensionEnd = regexp.MustCompile(`(?m)^extension .*\n`)
	extensionUse = regexp.MustCompile(`extensions=\d+ use="[^"]*" served=\[[^\n]*\] ports`)
)

// withoutSpares leaves out which domains have an extension. One that was made and is no longer needed
// cannot be deleted before its domain's last rule, and presents the default certificate; whoever never
// saw that it was needed has none. What clients are presented is for the model to judge.
func withoutSpares(end string) string {
	return extensionUse.ReplaceAllString(extensionEnd.ReplaceAllString(end, ""), "ports")
}
