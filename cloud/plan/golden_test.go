package plan_test

import (
	stdcmp "cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

var update = flag.Bool("update", false, "write what the planner says into the golden files")

// TestGolden makes the plan of each file in testdata. A file's comment names the rule that it pins;
// its sections "want", "got" and "policy" are read as file_test.go says, "plan" and "problems" are
// compared.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readScene(archive)
	if err != nil {
		t.Fatal(err)
	}
	todo, problems := plan.Make(s.want, s.got, s.policy)
	setSection(archive, "plan", todo.String())
	setSection(archive, "problems", problemText(problems))
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), string(txtar.Format(archive))); diff != "" {
		t.Errorf("%s(-file +planner; -update writes it):\n%s", archive.Comment, diff)
	}
	if !todo.Again && hasInstance(s) {
		l := &s.policy.Limits
		*l = plan.Limits{
			RulesPerListener:      stdcmp.Or(l.RulesPerListener, 40),
			ExtensionsPerListener: stdcmp.Or(l.ExtensionsPerListener, 3),
			MembersPerInstance:    stdcmp.Or(l.MembersPerInstance, 200),
			EntriesPerACL:         stdcmp.Or(l.EntriesPerACL, 300),
		}
		checkPrefixes(t, s)
		checkConvergence(t, s)
	}
}

// hasInstance tells whether the plan ends with an instance that the model can tell to be ours.
func hasInstance(s scene) bool {
	return s.want.LoadBalancer != nil && s.got.Instance != nil
}

func setSection(archive *txtar.Archive, name, text string) {
	for i, f := range archive.Files {
		if f.Name == name {
			archive.Files[i].Data = []byte(text)
			return
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
}

func problemText(problems []cloud.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		kind := "Warning"
		if p.Notice {
			kind = "Normal"
		}
		fmt.Fprintf(&b, "%s %s %s %s\n    %s\n", kind, p.Reason, p.Object, p.Field, p.Message)
	}
	return b.String()
}
