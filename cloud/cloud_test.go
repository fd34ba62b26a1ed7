package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// TestNormalizeTwice is the law that the difference of two stacks rests on.
func TestNormalizeTwice(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		stack := randomStack(random)
		stack.Normalize()
		again := stack.Clone()
		again.Normalize()
		if diff := cmp.Diff(stack, again); diff != "" {
			t.Fatalf("normalising again changes something (-once +twice):\n%s", diff)
		}
	}
}

func randomStack(r *rand.Rand) cloud.Stack {
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	var s cloud.Stack
	for port := range 4 {
		s.Listeners = append(s.Listeners, cloud.Listener{
			Port: 84 - port, Protocol: cloud.Protocol(pick("http", "https")), Scheduler: pick("", "rr"),
			IdleTimeout: r.IntN(3), RequestTimeout: r.IntN(3), TLS: cloud.TLS{Certificate: pick("", "a"), Policy: pick("", "p")},
			Sticky:      cloud.Sticky{Type: pick("", "insert", "server"), Cookie: pick("", "c"), Timeout: r.IntN(2)},
			HealthCheck: cloud.HealthCheck{On: r.IntN(2) == 0, URI: pick("", "/ready"), Interval: r.IntN(3)},
			ACL:         cloud.ACL{Type: pick("", "white"), IDs: pick("", "b,a", "a,b,a"), Lists: pick("", "y,x"), Keep: r.IntN(4) == 0},
			Forward:     cloud.Forward{Port: r.IntN(2) * 443},
		})
		s.ACLs = append(s.ACLs, cloud.AccessControlList{
			Name: pick("allow", "deny"), Entries: []string{pick("10.1.2.3", "10.1.2.3/8", "::/0"), pick("10.1.2.3/32", "9.0.0.0/8", "x")},
		})
		s.CACertificates = append(s.CACertificates, cloud.CACertificate{Name: pick("a", "b")})
		s.Rules = append(s.Rules, cloud.Rule{Port: 80, Domain: pick("a", "b"), URL: pick("", "/x", "/y")})
		s.ServerGroups = append(s.ServerGroups, cloud.ServerGroup{
			Name:    pick("a", "b"),
			Members: []cloud.Member{{IP: pick("1.1.1.2", "1.1.1.1"), Port: 2}, {IP: "1.1.1.1", Port: 1}},
		})
	}
	return s
}

func TestPrivateKeyNeverPrints(t *testing.T) {
	t.Parallel()
	const secret = "canary-of-a-key"
	c := cloud.Certificate{Name: "n", Key: cloud.PrivateKey(secret)}
	change := cloud.UploadCertificate{Certificate: c}
	text, err := json.Marshal(c) //nolint:musttag // a type that nobody encodes; this is about what would show if somebody did
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{string(text), c.Key.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		printed = append(printed, fmt.Sprintf(verb, c), fmt.Sprintf(verb, change), fmt.Sprintf(verb, c.Key))
	}
	for _, p := range printed {
		if strings.Contains(p, secret) || strings.Contains(strings.ToLower(p), fmt.Sprintf("%x", secret)) || strings.Contains(p, "[99 97 110") {
			t.Errorf("the key shows in %q", p)
		}
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	a := cloud.Owner{Cluster: "c1", Group: "class.slb.0"}
	others := []cloud.Owner{{Cluster: "c2", Group: a.Group}, {Cluster: a.Cluster, Group: "class.slb.1"}, {Cluster: "c1class", Group: ".slb.0"}}
	name := a.RuleName("example.com", "/path")
	if len(name) > 40 {
		t.Errorf("rule name %q has %d characters, the service allows 40", name, len(name))
	}
	if a.OwnsRule(name, "example.com", "/other") {
		t.Error("a name that was copied onto another rule made it ours")
	}
	for _, o := range others {
		if o.OwnsRule(name, "example.com", "/path") || o.Owns(a.Tags()) {
			t.Errorf("%+v takes what is of %+v", o, a)
		}
	}
	long := cloud.Owner{Cluster: "c", Group: "class." + strings.Repeat("x", 250) + ".0"}
	for key, value := range long.Tags() {
		if len(value) > 128 {
			t.Errorf("tag %s has a value of %d characters", key, len(value))
		}
	}
	if !long.Owns(long.Tags()) {
		t.Error("a long group does not know its own tags")
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	busy := &cloud.Error{Kind: cloud.Busy, Op: "CreateRules", Code: "ServiceIsConfiguring"}
	cases := map[string]struct {
		err  error
		want cloud.ErrorKind
	}{
		"success":          {nil, ""},
		"classified":       {busy, cloud.Busy},
		"wrapped":          {fmt.Errorf("rules: %w", busy), cloud.Busy},
		"anything else":    {errors.New("boom"), cloud.Unknown},
		"the caller's end": {context.Canceled, cloud.Unknown},
	}
	for name, c := range cases {
		if got := cloud.KindOf(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestACLNames(t *testing.T) {
	t.Parallel()
	owner := cloud.Owner{Cluster: "c1", Group: "class.slb.0"}
	name := owner.ACLName("allow")
	if logical, ok := owner.ACLOf(name); !ok || logical != "allow" {
		t.Errorf("%q is read as %q, %t", name, logical, ok)
	}
	if len(name) > 80 {
		t.Errorf("%q has %d characters, the service allows 80", name, len(name))
	}
	if _, ok := (cloud.Owner{Cluster: "c2", Group: owner.Group}).ACLOf(name); ok {
		t.Error("another cluster takes the list for its own")
	}
}

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"10.1.2.3": "10.1.2.3/32", "10.1.2.3/8": "10.0.0.0/8", "0.0.0.0/0": "0.0.0.0/0",
		"::1": "", "::/0": "", "10.0.0.0/33": "", "x": "", "": "", "10.0.0.1/": "", "10.0.0.1, 10.0.0.2": "",
	} {
		got, err := cloud.ParseNetwork(entry)
		if want == "" && err == nil || want != "" && got.String() != want {
			t.Errorf("%q: got %v (%v), want %q", entry, got, err, want)
		}
	}
}
