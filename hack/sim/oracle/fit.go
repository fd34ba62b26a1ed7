package oracle

import (
	"math"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// fits tells whether a request is answered as it must be.
func fits(want model.Answer, got seen) bool {
	switch {
	case want.Kind == model.Any:
		return true
	case want.Kind != got.kind:
		return false
	case got.kind != model.Served:
		return true
	}
	return slices.ContainsFunc(want.Either, func(s model.Share) bool { return shareFits(s, got.weights) })
}

// nearness is how far the share of a canary may be from what is asked, in percentage points.
const nearness = 0.5

func shareFits(want model.Share, got map[string]int) bool {
	for member := range got {
		if !want.Has(member) {
			return false
		}
	}
	total := 0
	for _, weight := range got {
		total += weight
	}
	for _, pool := range want {
		if !poolFits(pool, got, total) {
			return false
		}
	}
	return true
}

func poolFits(pool model.Pool, got map[string]int, total int) bool {
	sum, missing := 0, false
	for member := range pool.Members {
		sum += got[member]
		missing = missing || got[member] == 0
	}
	if pool.Percent == 100 {
		return !missing
	}
	if total == 0 {
		return len(pool.Members) == 0
	}
	// A pool of pods with a share may have some that take no request, so it is the sum that counts.
	return math.Abs(100*float64(sum)/float64(total)-float64(pool.Percent)) <= nearness
}

// allows tells whether an answer lets the member serve, at this time or at another one of the window:
// it is the Services that count, and pods come and go.
func allows(want model.Answer, member string, window []expected) bool {
	if want.Kind == model.Any {
		return true
	}
	for _, share := range want.Either {
		for _, pool := range share {
			if pool.Members[member] || pool.Maybe[member] ||
				slices.ContainsFunc(window, func(e expected) bool { return e.Members(pool.Service)[member] }) {
				return true
			}
		}
	}
	return false
}
