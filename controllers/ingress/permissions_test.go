package ingress

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

var update = flag.Bool("update", false, "rewrite golden files")

// refusedCode is how the service refuses what a RAM policy does not allow.
const refusedCode = "Forbidden.RAM"

// played is what a deed led to under a policy.
type played struct {
	seen    []string
	used    map[string]bool // actions that were called
	refused map[string]bool // actions that the policy did not allow
}

func playDeed(t *testing.T, d deed, policy *fakecloud.RAMPolicy) played {
	t.Helper()
	p := played{used: map[string]bool{}, refused: map[string]bool{}}
	play(t, func(world *world) {
		w := &deedWorld{world: world}
		d.do(w)
		p.seen = w.seen
		for _, c := range w.cloud.Journal() {
			action := actionOf(c)
			if c.Foreign {
				continue
			}
			p.used[action] = true
			if c.Code == refusedCode {
				p.refused[action] = true
			}
		}
	}, func(s *setup) {
		s.account.Policies = map[string]*fakecloud.RAMPolicy{s.accessKey(): policy}
	})
	return p
}

func actionOf(c fakecloud.Call) string {
	if c.Action == "DescribeNetworkInterfaces" {
		return "ecs:" + c.Action
	}
	return "slb:" + c.Action
}

func shippedPolicy(t *testing.T) *fakecloud.RAMPolicy {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "config", "ram-policy.json"))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := fakecloud.ParseRAMPolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// TestRAMPolicyIsProven: with the shipped RAM policy nothing is refused, and without any one of its
// actions something that users expect does not come about. It writes down what.
//
//nolint:tparallel // the table is made when all of the subtests are done
func TestRAMPolicyIsProven(t *testing.T) {
	t.Parallel()
	policy := shippedPolicy(t)
	whole := make([]played, len(deeds()))
	for i, d := range deeds() {
		whole[i] = playDeed(t, d, policy)
		for action := range whole[i].refused {
			t.Errorf("%s: the policy does not allow %s", d.name, action)
		}
	}
	found := make([]string, len(policy.Actions()))
	t.Run("Without", func(t *testing.T) {
		for n, action := range policy.Actions() {
			t.Run(action, func(t *testing.T) {
				t.Parallel()
				found[n] = killer(t, action, policy, whole)
			})
		}
	})
	if t.Failed() {
		return
	}
	var table strings.Builder
	table.WriteString("| Action | Without it this does not come about | First seen in |\n| --- | --- | --- |\n")
	for n, action := range policy.Actions() {
		fmt.Fprintf(&table, "| %s | %s |\n", action, found[n])
	}
	t.Logf("what each action of the RAM policy is for:\n%s", &table)
	keepTable(t, "RAM", table.String())
}

// killer plays the deeds that use an action without it, until one ends in another way.
func killer(t *testing.T, action string, policy *fakecloud.RAMPolicy, whole []played) string {
	t.Helper()
	reduced := policy.Without(action)
	for i, d := range deeds() {
		if !whole[i].used[action] {
			continue
		}
		p := playDeed(t, d, reduced)
		if !p.refused[action] || len(p.refused) != 1 {
			t.Errorf("%s: refused %v, want %s alone", d.name, p.refused, action)
		}
		if what := difference(whole[i].seen, p.seen); what != "" {
			return d.name + " | " + what
		}
	}
	t.Errorf("nobody notices that %s is not allowed: take it out of the policy, or add a deed that needs it", action)
	return ""
}

// kinds are the things that a deed leads to, the most telling first.
func kinds() []string {
	return []string{
		"address", "instance", "listener", "rule", "group", "extension", "certificate", "ca", "acl",
		"InternetChargeType", "Bandwidth", "ModificationProtectionStatus",
	}
}

// difference tells of the first kind of thing that is missing, left over or different.
func difference(want, got []string) string {
	for _, kind := range kinds() {
		a, b := ofKind(want, kind), ofKind(got, kind)
		switch {
		case slices.Equal(a, b):
		case len(a) > len(b):
			return "missing: " + kind
		case len(a) < len(b):
			return "left over: " + kind
		default:
			return "different: " + kind
		}
	}
	return ""
}

func ofKind(lines []string, kind string) []string {
	var list []string
	for _, line := range lines {
		if strings.HasPrefix(line, kind+" ") && !strings.HasSuffix(line, ": []") {
			list = append(list, line)
		}
	}
	return list
}

// keepTable compares a generated table of docs/permissions.md with what is there, or writes it.
func keepTable(t *testing.T, name, table string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "permissions.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	before, rest, ok := strings.Cut(string(text), begin)
	kept, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table %s", path, name)
	}
	if kept == table {
		return
	}
	if !*update {
		t.Errorf("docs/permissions.md is stale; run make golden. Want\n%s", table)
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+table+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
