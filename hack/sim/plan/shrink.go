package plan

import "slices"

// Shrink gives the smallest part of a plan that still fails: no fault of it can be left out, and
// none acts more often than it must. fails has to be true for p itself.
func Shrink(p Plan, fails func(Plan) bool) Plan {
	for smaller := true; smaller; {
		smaller = false
		for i := range p {
			rest := slices.Delete(slices.Clone(p), i, i+1)
			if fails(rest) {
				p, smaller = rest, true
				break
			}
		}
	}
	p = slices.Clone(p)
	for i := range p {
		for p[i].Times > 1 {
			fewer := slices.Clone(p)
			fewer[i].Times /= 2
			if !fails(fewer) {
				break
			}
			p = fewer
		}
	}
	return p
}
