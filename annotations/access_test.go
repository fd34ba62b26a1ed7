package annotations_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

func TestParseNetworks(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 301 {
		many = append(many, fmt.Sprintf("10.0.%d.%d", i/256, i%256))
	}
	cases := map[string]struct {
		reason, value string
		want          []string
		err           string
	}{
		"One":      {reason: "an address is a network of one", value: "192.0.2.1", want: []string{"192.0.2.1/32"}},
		"Several":  {reason: "sorted, masked, each once, blanks aside", value: "198.51.100.9/24, 10.0.0.0/8,198.51.100.0/24", want: []string{"10.0.0.0/8", "198.51.100.0/24"}},
		"Everyone": {reason: "the service takes it", value: "0.0.0.0/0", want: []string{"0.0.0.0/0"}},
		"Most":     {reason: "300 fit a list", value: strings.Join(many[:300], ","), want: nil},
		"TooMany":  {reason: "301 do not", value: strings.Join(many, ","), err: "301 networks are more than the 300"},
		"Twice":    {reason: "repetitions do not count", value: strings.Join(append(many[:300:300], many[0]), ","), want: nil},
		"Bad":      {reason: "the entry is named", value: "10.0.0.0/8,10.0.0.0/33", err: `"10.0.0.0/33"`},
		"IPv6":     {reason: "instances have IPv4 addresses", value: "2001:db8::/32", err: `"2001:db8::/32"`},
		"Empty":    {reason: "an empty list would admit nobody", value: "", err: `""`},
		"Gap":      {reason: "an entry is missing", value: "10.0.0.1,,10.0.0.2", err: `""`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := annotations.ParseNetworks(tc.value)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Fatalf("%s: error %v, want %q", tc.reason, err, tc.err)
			}
			if diff := cmp.Diff(tc.want, got); tc.want != nil && diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestParseListenPorts(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 49 {
		many = append(many, fmt.Sprintf(`{"HTTP":%d}`, 9000+i))
	}
	cases := map[string]struct {
		reason, value string
		want          []annotations.Port
		err           string
	}{
		"Two":       {reason: "in order", value: `[{"HTTPS":8443},{"HTTP":8080}]`, want: []annotations.Port{{8080, "http"}, {8443, "https"}}},
		"Always":    {reason: "80 and 443 are served in any case", value: `[{"HTTP":80}, {"HTTPS":443}, {"HTTP":81}]`, want: []annotations.Port{{81, "http"}}},
		"Repeated":  {reason: "once is enough", value: `[{"HTTP":81},{"HTTP":81}]`, want: []annotations.Port{{81, "http"}}},
		"Both":      {reason: "one port has one protocol", value: `[{"HTTP":81},{"HTTPS":81}]`, err: "port 81 cannot be both HTTP and HTTPS"},
		"Fixed":     {reason: "80 is HTTP", value: `[{"HTTPS":80}]`, err: "port 80 cannot be both HTTP and HTTPS"},
		"Protocol":  {reason: "a Layer-7 protocol is meant", value: `[{"TCP":81}]`, err: `"TCP"`},
		"Case":      {reason: "as the ALB Ingress spells them", value: `[{"http":81}]`, err: `"http"`},
		"Zero":      {reason: "no port", value: `[{"HTTP":0}]`, err: `"0"`},
		"High":      {reason: "no port", value: `[{"HTTP":65536}]`, err: `"65536"`},
		"Fraction":  {reason: "no port", value: `[{"HTTP":80.5}]`, err: `"80.5"`},
		"Pair":      {reason: "an entry has one protocol", value: `[{"HTTP":81,"HTTPS":82}]`, err: "one protocol"},
		"Nothing":   {reason: "an entry has a protocol", value: `[{}]`, err: "one protocol"},
		"Empty":     {reason: "says nothing", value: `[]`, err: "no such list"},
		"Null":      {reason: "says nothing", value: `null`, err: "no such list"},
		"Object":    {reason: "a list is wanted", value: `{"HTTP":81}`, err: "no such list"},
		"Text":      {reason: "a number is wanted", value: `[{"HTTP":"x"}]`, err: "no such list"},
		"Lines":     {reason: "values are read as they are written", value: "[{\"HTTP\":81}]\n", err: "more than one line"},
		"Following": {reason: "one list", value: `[{"HTTP":81}] [{"HTTP":82}]`, err: "something follows"},
		"TooMany":   {reason: "an instance has 50 listeners", value: "[" + strings.Join(many, ",") + "]", err: "49 ports"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := annotations.ParseListenPorts(tc.value)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Fatalf("%s: error %v, want %q", tc.reason, err, tc.err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestParseAccess(t *testing.T) {
	t.Parallel()
	values := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[annotations.Prefix+pairs[i]] = pairs[i+1]
		}
		return m
	}
	cases := map[string]struct {
		values map[string]string
		want   annotations.Values
		fault  string
	}{
		"Good":       {values("allow-cidrs", "10.0.0.1", "ca-secret", "a-b.c"), annotations.Values{"allow-cidrs": "10.0.0.1", "ca-secret": "a-b.c"}, ""},
		"Named":      {values("deny-cidrs", "10.0.0.1,x"), nil, `: "x" is no IPv4 address or network`},
		"OtherSpace": {values("ca-secret", "ns/ca"), nil, "of the same namespace"},
		"SecretDash": {values("ca-secret", "-ca"), nil, "of the same namespace"},
		"SecretNone": {values("ca-secret", ""), nil, "of the same namespace"},
		"Ports":      {values("listen-ports", `[{"UDP":1}]`), nil, `: protocol "UDP" is neither HTTP nor HTTPS`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, faults := annotations.Parse(tc.values)
			if diff := cmp.Diff(tc.want, got.Values, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if (tc.fault != "") != (len(faults) == 1) || tc.fault != "" && !strings.Contains(faults[0].Message, tc.fault) {
				t.Errorf("faults %+v, want one with %q", faults, tc.fault)
			}
		})
	}
}
