package annotations_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// TestSizes: an object has room for 256 KiB of annotations. A value that is longer than any that is of
// use is refused whole and not repeated, and of many unknown keys the first are told.
func TestSizes(t *testing.T) {
	t.Parallel()
	const all = 256 << 10
	networks := make([]string, annotations.MaxNetworks)
	for i := range networks {
		networks[i] = fmt.Sprintf("203.113.%d.%d/32", 100+i%100, 100+i/100)
	}
	cases := map[string]struct {
		reason      string
		name, value string
		wanted      bool
	}{
		"LongestOfUse":   {"the longest list of networks", "allow-cidrs", strings.Join(networks, ", "), true},
		"Networks":       {"entries by the ten thousand", "allow-cidrs", strings.Repeat("10.0.0.1,", all/9) + "10.0.0.1", false},
		"Ports":          {"a deep list", "listen-ports", strings.Repeat("[", all), false},
		"Name":           {"a long name", "name", strings.Repeat("n", all), false},
		"Line":           {"any text on one line, but for its length", "canary-by-header", strings.Repeat("x", all), false},
		"Tags":           {"tags by the ten thousand", "additional-resource-tags", strings.Repeat("a=b,", all/4), false},
		"NumberOfZeroes": {"a number with leading zeroes", "idle-timeout", strings.Repeat("0", all) + "1", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, faults := annotations.Parse(map[string]string{annotations.OwnPrefix + tc.name: tc.value})
			if _, used := config.Values[annotations.Name(tc.name)]; used != tc.wanted || (len(faults) == 0) != tc.wanted {
				t.Fatalf("%s: used %t, %d faults", tc.reason, used, len(faults))
			}
			for _, f := range faults {
				if len(f.Message) > 1000 || !strings.Contains(f.Message, "bytes") {
					t.Errorf("%s: message of %d bytes: %.200s", tc.reason, len(f.Message), f.Message)
				}
			}
		})
	}
	t.Run("UnknownKeys", func(t *testing.T) {
		t.Parallel()
		values := map[string]string{}
		for i := range 3000 {
			values[fmt.Sprintf("%sno-such-%04d-%s", annotations.OwnPrefix, i, strings.Repeat("x", 40))] = ""
		}
		_, faults := annotations.Parse(values)
		if len(faults) != 20 || !strings.HasSuffix(faults[19].Message, "2980 more are not known either") {
			t.Errorf("%d faults, the last one %+v", len(faults), faults[len(faults)-1])
		}
	})
}
