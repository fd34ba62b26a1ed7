package desired

// maxWeight is the greatest weight of a member (AddVServerGroupBackendServers: 0 to 100). Members
// of a group that nobody divides have it, so they share its requests evenly.
const maxWeight = 100

// divide gives the weights of stable and canary members with which a group sends percent of its
// requests to the canaries. The share that results is within half a percentage point of what is
// asked, for any number of members on either side:
//
//   - If whole weights that are the same for all members of a side come that near, those that come
//     nearest are chosen, and of equally near ones the greatest.
//   - Else one side has its greatest weights, the other side's sum is rounded to the nearest whole
//     number, and is spread so that two members of it differ by at most 1. One canary of a hundred
//     pods that is to take half of the requests needs a sum of 100 on the other side, so the sums
//     can be smaller than the number of pods: some then have weight 0 and take no new request.
//
// A side without members leaves everything to the other, whatever the percentage. 0 and 100 give
// one side everything as long as it has members.
func divide(stable, canary, percent int) (stableWeights, canaryWeights []int) {
	switch {
	case canary == 0, percent == 0 && stable > 0:
		return spread(stable, maxWeight*stable), spread(canary, 0)
	case stable == 0, percent == 100:
		return spread(stable, 0), spread(canary, maxWeight*canary)
	}
	stableSum, canarySum := evenSums(stable, canary, percent)
	if stableSum == 0 {
		stableSum, canarySum = greatestSums(stable, canary, percent)
	}
	return spread(stable, stableSum), spread(canary, canarySum)
}

// evenSums gives sums that spread without a remainder; zeros if none are near enough.
func evenSums(stable, canary, percent int) (stableSum, canarySum int) {
	bestOff, bestAll := 1, 2 // an error of half a percentage point, as a fraction
	for weight := maxWeight; weight > 0; weight-- {
		s := stable * weight
		each := rounded(s*percent, canary*(100-percent))
		c := canary * min(max(each, 1), maxWeight)
		off, all := abs(100*c-percent*(s+c)), s+c
		if off*bestAll < bestOff*all || stableSum == 0 && off*bestAll == bestOff*all {
			bestOff, bestAll, stableSum, canarySum = off, all, s, c
		}
	}
	return stableSum, canarySum
}

// greatestSums gives one side all it can have and the other what fits.
func greatestSums(stable, canary, percent int) (stableSum, canarySum int) {
	s, c := maxWeight*stable, maxWeight*canary
	if c*(100-percent) < s*percent {
		return rounded(c*(100-percent), percent), c
	}
	return s, rounded(s*percent, 100-percent)
}

// spread distributes a sum over n weights that differ by at most 1, the greater ones first.
func spread(n, sum int) []int {
	weights := make([]int, n)
	for i := range weights {
		weights[i] = sum / n
		if i < sum%n {
			weights[i]++
		}
	}
	return weights
}

// rounded is x/y to the nearest whole number, of positive numbers.
func rounded(x, y int) int { return (2*x + y) / (2 * y) }

func abs(x int) int { return max(x, -x) }
