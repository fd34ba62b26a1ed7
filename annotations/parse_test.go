package annotations_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const own, newer, older = annotations.OwnPrefix, annotations.Prefix, annotations.OlderPrefix
	type fault struct {
		Key    string
		Reason cloud.Reason
	}
	cases := map[string]struct {
		reason string
		values map[string]string
		want   annotations.Values
		faults []fault
	}{
		"Nothing":          {reason: "other people's annotations are not looked at", values: map[string]string{"a/b": "c"}},
		"Newer":            {reason: "all three keys under the newer prefix", values: map[string]string{newer + "id": "lb-1a", newer + "force-override-listeners": "true", newer + "address-type": "intranet"}, want: annotations.Values{annotations.ID: "lb-1a", annotations.ForceOverride: "true", annotations.AddressType: "intranet"}},
		"Older":            {reason: "and under the older", values: map[string]string{older + "id": "lb-1a", older + "force-override-listeners": "false", older + "address-type": "internet"}, want: annotations.Values{annotations.ID: "lb-1a", annotations.ForceOverride: "false", annotations.AddressType: "internet"}},
		"OwnWins":          {reason: "all three are present", values: map[string]string{own + "id": "lb-own", newer + "id": "lb-new", older + "id": "lb-old"}, want: annotations.Values{annotations.ID: "lb-own"}},
		"OwnUnknown":       {reason: "nobody knows the key under our own prefix either", values: map[string]string{own + "colour": "red"}, faults: []fault{{own + "colour", cloud.UnknownAnnotation}}},
		"NewerWins":        {reason: "both are present", values: map[string]string{newer + "id": "lb-new", older + "id": "lb-old"}, want: annotations.Values{annotations.ID: "lb-new"}},
		"OlderNotRead":     {reason: "what has no effect is not judged", values: map[string]string{newer + "id": "lb-new", older + "id": "nonsense"}, want: annotations.Values{annotations.ID: "lb-new"}},
		"BrokenNewer":      {reason: "a broken newer key does not fall back to the older: the user meant the newer", values: map[string]string{newer + "id": "", older + "id": "lb-old"}, faults: []fault{{newer + "id", cloud.InvalidLoadBalancerID}}},
		"IDUpperCase":      {reason: "ids are lower case", values: map[string]string{newer + "id": "LB-1"}, faults: []fault{{newer + "id", cloud.InvalidLoadBalancerID}}},
		"IDTwoLines":       {reason: "the whole value must match", values: map[string]string{newer + "id": "lb-1\nlb-2"}, faults: []fault{{newer + "id", cloud.InvalidLoadBalancerID}}},
		"IDLong":           {reason: "it becomes part of names", values: map[string]string{newer + "id": "lb-" + strings.Repeat("a", 100)}, faults: []fault{{newer + "id", cloud.InvalidLoadBalancerID}}},
		"OverrideWord":     {reason: "exactly true or false", values: map[string]string{newer + "force-override-listeners": "True"}, faults: []fault{{newer + "force-override-listeners", cloud.InvalidAnnotation}}},
		"AddressTypeWord":  {reason: "exactly internet or intranet", values: map[string]string{older + "address-type": "private"}, faults: []fault{{older + "address-type", cloud.InvalidAnnotation}}},
		"Unknown":          {reason: "nobody knows the key", values: map[string]string{older + "colour": "red"}, faults: []fault{{older + "colour", cloud.UnknownAnnotation}}},
		"OneBadOneGood":    {reason: "a fault leaves the others alone", values: map[string]string{newer + "id": "lb-1", newer + "address-type": "x"}, want: annotations.Values{annotations.ID: "lb-1"}, faults: []fault{{newer + "address-type", cloud.InvalidAnnotation}}},
		"Canary":           {reason: "a share of a hundred", values: map[string]string{newer + "canary": "true", newer + "canary-weight": "10"}, want: annotations.Values{annotations.Canary: "true", annotations.CanaryWeight: "10"}},
		"CanaryWeightBig":  {reason: "0 to 100", values: map[string]string{newer + "canary-weight": "101"}, faults: []fault{{newer + "canary-weight", cloud.InvalidAnnotation}}},
		"CanaryWeightSign": {reason: "as people write it", values: map[string]string{newer + "canary-weight": "+10"}, faults: []fault{{newer + "canary-weight", cloud.InvalidAnnotation}}},
		"CanaryBy":         {reason: "known, so that it can be refused with a reason", values: map[string]string{newer + "canary-by-header": "X", newer + "canary-by-cookie": "always"}, want: annotations.Values{annotations.CanaryByHeader: "X", annotations.CanaryByCookie: "always"}},
		"CanaryByNothing":  {reason: "a condition without contents", values: map[string]string{newer + "canary-by-cookie": ""}, faults: []fault{{newer + "canary-by-cookie", cloud.InvalidAnnotation}}},
		"FaultsAreInOrder": {reason: "by key", values: map[string]string{newer + "zzz": "", newer + "aaa": "", newer + "id": "?"}, faults: []fault{{newer + "aaa", cloud.UnknownAnnotation}, {newer + "id", cloud.InvalidLoadBalancerID}, {newer + "zzz", cloud.UnknownAnnotation}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, faults := annotations.Parse(tc.values)
			if diff := cmp.Diff(tc.want, got.Values, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: config (-want +got):\n%s", tc.reason, diff)
			}
			var seen []fault
			for _, f := range faults {
				seen = append(seen, fault{f.Key, f.Reason})
				if !strings.Contains(f.Message, f.Key) {
					t.Errorf("message %q does not name its key %q", f.Message, f.Key)
				}
			}
			if diff := cmp.Diff(tc.faults, seen); diff != "" {
				t.Errorf("%s: faults (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestSuggestion(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ key, want string }{
		"Letter":  {"force-overide-listeners", `; did you mean "%sforce-override-listeners"?`},
		"Swapped": {"adddress-tipe", `; did you mean "%saddress-type"?`},
		"Far":     {"something-else-entirely", " and has no effect"},
	}
	for name, tc := range cases {
		for _, prefix := range []string{annotations.OwnPrefix, annotations.Prefix, annotations.OlderPrefix} {
			t.Run(name+"/"+prefix, func(t *testing.T) {
				t.Parallel()
				_, faults := annotations.Parse(map[string]string{prefix + tc.key: "x"})
				want := strings.ReplaceAll(tc.want, "%s", prefix)
				if len(faults) != 1 || !strings.HasSuffix(faults[0].Message, want) {
					t.Errorf("faults of %q: %+v; want one that ends in %q", tc.key, faults, want)
				}
			})
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[annotations.Name]bool{}
	manual := annotations.Markdown()
	for _, row := range annotations.Table() {
		if seen[row.Name] {
			t.Errorf("two rows have key %q", row.Name)
		}
		seen[row.Name] = true
		if row.Doc == "" || !strings.HasSuffix(row.Doc, ".") || row.Level == "" {
			t.Errorf("row %q lacks a sentence or a level", row.Name)
		}
		if !row.Type.Accepts(row.Example) {
			t.Errorf("row %q: its own example %q cannot be read", row.Name, row.Example)
		}
		if row.Type.Accepts("") || row.Type.Accepts(row.Example+"\n") {
			t.Errorf("row %q accepts a value without contents or with a line's end", row.Name)
		}
		if row.Default != "" && !row.Type.Accepts(row.Default) {
			t.Errorf("row %q: its own default %q cannot be read", row.Name, row.Default)
		}
		before, _ := annotations.Parse(nil)
		after, faults := annotations.Parse(map[string]string{annotations.OlderPrefix + string(row.Name): row.Example})
		if len(faults) != 0 || after.Values[row.Name] != row.Example {
			t.Errorf("row %q: its example changes nothing (faults %v)", row.Name, faults)
		}
		if after.Key(row.Name) != annotations.OlderPrefix+string(row.Name) || before.Key(row.Name) != annotations.Prefix+string(row.Name) {
			t.Errorf("row %q: keys are %q and %q", row.Name, after.Key(row.Name), before.Key(row.Name))
		}
		if !strings.Contains(manual, "| `"+string(row.Name)+"` |") {
			t.Errorf("row %q is not in the manual", row.Name)
		}
	}
}
