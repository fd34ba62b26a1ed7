package plan

import (
	"hash/fnv"
	"iter"
)

// Point is one point of an undisturbed run.
type Point struct {
	Site  Site
	N     int    // from 1 in its site
	What  string // the operation, or the kind and name of an object
	Write bool   // the call changes something; always set for Kube
	Items int    // of a batch; 0 for a call that has none
	Quota string // the code by which the service refuses it when a quota is used up; "" if none does
}

// Enumerate gives every fault that applies to the points, one plan for each, in the order of the
// points and then of the ways.
func Enumerate(points []Point) []Plan {
	var plans []Plan
	for _, p := range points {
		for _, t := range traits() {
			if t.site == p.Site && t.applies(p) {
				plans = append(plans, Plan{{Way: t.way, Times: 1, Site: p.Site, N: p.N}})
			}
		}
	}
	return plans
}

// Crashes gives the plans whose fault ends a life.
func Crashes(plans []Plan) []Plan {
	var list []Plan
	for _, p := range plans {
		if len(p) == 1 && p[0].Way.Crashes() {
			list = append(list, p)
		}
	}
	return list
}

// Pairs gives every ordered pair of the plans of one fault: the second one acts at a later point of
// the disturbed run, so its number is beyond the first one's if they share a site.
func Pairs(plans []Plan) iter.Seq[Plan] {
	return func(yield func(Plan) bool) {
		for _, a := range plans {
			for _, b := range plans {
				if a[0].Site == b[0].Site && b[0].N <= a[0].N {
					continue
				}
				if !yield(Plan{a[0], b[0]}) {
					return
				}
			}
		}
	}
}

// Sampled tells whether a run belongs to a sample of one in n. It depends on the run alone, so a
// sample is the same each time and another one for another seed.
func Sampled(r Run, n uint64) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.String()))
	sum := h.Sum64()
	sum ^= sum >> 32 // the lower bits of this hash alone follow the last bytes
	return n <= 1 || sum%n == 0
}
