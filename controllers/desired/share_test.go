package desired

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDivide(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason                  string
		stable, canary, percent int
		want                    string
	}{
		"TenPercent":   {"ten pods and one: nearly a tenth each", 9, 1, 10, "[100 100 100 100 100 100 100 100 100] [100]"},
		"Half":         {"one pod each", 1, 1, 50, "[100] [100]"},
		"Exact":        {"weights that are exact come before greater ones that are not", 1, 10, 10, "[90] [1 1 1 1 1 1 1 1 1 1]"},
		"BlueGreen0":   {"all to the stable side", 2, 2, 0, "[100 100] [0 0]"},
		"BlueGreen100": {"all to the canary", 2, 2, 100, "[0 0] [100 100]"},
		"NoStable":     {"the canary takes all", 0, 2, 10, "[] [100 100]"},
		"NoStable0":    {"even if it was to have nothing", 0, 1, 0, "[] [100]"},
		"NoCanary":     {"the stable side takes all", 2, 0, 100, "[100 100] []"},
		"Nobody":       {"nothing to divide", 0, 0, 50, "[] []"},
		"Uneven":       {"a sum of eleven over twelve pods", 12, 1, 90, "[1 1 1 1 1 1 1 1 1 1 1 0] [100]"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := divide(tc.stable, tc.canary, tc.percent)
			if diff := cmp.Diff(tc.want, fmt.Sprint(s, c)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestDivideHoldsTheShare tries every percentage on every number of pods up to 40 on either side,
// and beyond that up to 200 in steps that share no factor with 100.
func TestDivideHoldsTheShare(t *testing.T) {
	t.Parallel()
	var counts []int
	for n := 1; n <= 200; n++ {
		if n <= 40 || n%7 == 0 || n >= 198 {
			counts = append(counts, n)
		}
	}
	for _, stable := range counts {
		for _, canary := range counts {
			for percent := range 101 {
				checkShare(t, stable, canary, percent)
			}
		}
		if t.Failed() {
			return
		}
	}
}

func checkShare(t *testing.T, stable, canary, percent int) {
	t.Helper()
	s, c := divide(stable, canary, percent)
	stableSum, stableOK := sumOf(s)
	canarySum, canaryOK := sumOf(c)
	if len(s) != stable || len(c) != canary || !stableOK || !canaryOK {
		t.Fatalf("divide(%d, %d, %d) = %v, %v", stable, canary, percent, s, c)
	}
	// Half a percentage point: |canary/(canary+stable) - percent/100| <= 1/200.
	if 2*abs(100*canarySum-percent*(canarySum+stableSum)) > canarySum+stableSum || canarySum+stableSum == 0 {
		t.Errorf("divide(%d, %d, %d) gives %d of %d", stable, canary, percent, canarySum, canarySum+stableSum)
	}
}

// sumOf adds weights, and tells whether each can be sent and no two differ by more than 1.
func sumOf(weights []int) (sum int, ok bool) {
	ok = true
	for _, w := range weights {
		sum += w
		ok = ok && w >= 0 && w <= maxWeight && abs(w-weights[0]) <= 1
	}
	return sum, ok
}
