package plan_test

import (
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// TestImports keeps the planner pure: no clock, context, random number or I/O can come in.
func TestImports(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"cmp", "fmt", "maps", "reflect", "slices", "strings", "unicode",
		"github.com/slb-ingress/slb-ingress-controller/cloud",
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); !slices.Contains(allowed, path) {
				t.Errorf("%s imports %q", name, path)
			}
		}
	}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	want := fullStack("/80")
	todo, _ := plan.Make(want, cloud.Observed{}, plan.Policy{Owner: owner})
	refs := todo.Intents()
	if len(refs) != 82 || refs[0] != cloud.LoadBalancerRef() || refs[1] != cloud.CertificateRef("c1") {
		t.Errorf("Intents: %d of them, the first %v; want instance, certificate and 80 groups", len(refs), refs[:2])
	}
}

func TestProtects(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		steps  []plan.Step
		want   bool
	}{
		"Create":    {"set by the create call", []plan.Step{{Change: cloud.CreateLoadBalancer{LoadBalancer: cloud.LoadBalancer{DeleteProtection: true}}}}, true},
		"Set":       {"set later", []plan.Step{{Change: cloud.SetDeleteProtection{On: true}}}, true},
		"Lift":      {"lifted", []plan.Step{{Change: cloud.SetDeleteProtection{}}}, false},
		"Untouched": {"no step is about it", nil, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (plan.Plan{Steps: tc.steps}).Protects(); got != tc.want {
				t.Errorf("%s: Protects() = %t", tc.reason, got)
			}
		})
	}
}

// TestWritesAreMinimal: a plan makes no more calls than arithmetic asks for, where every host is
// new or goes: see the steps of doc.go.
func TestWritesAreMinimal(t *testing.T) {
	t.Parallel()
	want := fullStack("/80")
	got := cloud.Observed{Instance: &cloud.Instance{ID: "lb-1", Spec: "s", Status: cloud.StatusActive, Tags: owner.Tags()}}
	todo, problems := plan.Make(want, got, plan.Policy{Owner: owner})
	const calls = 1 + 80 + 2*2 + 2*4 // certificate, groups, listeners created and started, rules in tens
	if todo.Writes() != calls || len(problems) > 0 {
		t.Errorf("%d calls, want %d; problems %v", todo.Writes(), calls, problems)
	}
}

// TestPlanHidesKeys: a plan goes to logs and terminals.
func TestPlanHidesKeys(t *testing.T) {
	t.Parallel()
	want := fullStack("/80")
	want.Certificates = []cloud.Certificate{{Name: "c1", Chain: []byte("PEM-CHAIN"), Key: cloud.PrivateKey("PEM-KEY")}}
	todo, _ := plan.Make(want, cloud.Observed{}, plan.Policy{Owner: owner, CreateToken: "TOKEN-1"})
	for _, secret := range []string{"PEM-KEY", "PEM-CHAIN", "TOKEN-1"} {
		if strings.Contains(todo.String(), secret) {
			t.Errorf("the plan prints %q", secret)
		}
	}
	if first := todo.Steps[1].Change.(cloud.UploadCertificate); string(first.Certificate.Key) != "PEM-KEY" {
		t.Error("the plan does not hold the key that it should upload")
	}
}

// TestOrderOfInputDoesNotMatter: permuting what is wanted gives the same plan.
func TestOrderOfInputDoesNotMatter(t *testing.T) {
	t.Parallel()
	forScenes(t, func(t *testing.T, s scene) {
		first, problems := plan.Make(s.want, s.got, s.policy)
		reversed := s.want.Clone()
		slices.Reverse(reversed.Rules)
		slices.Reverse(reversed.ServerGroups)
		slices.Reverse(reversed.Extensions)
		slices.Reverse(reversed.Listeners)
		slices.Reverse(reversed.Certificates)
		second, again := plan.Make(reversed, s.got, s.policy)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("another order of input gives another plan:\n%s", diff)
		}
		if diff := cmp.Diff(problems, again); diff != "" {
			t.Errorf("another order of input gives other problems:\n%s", diff)
		}
	})
}
