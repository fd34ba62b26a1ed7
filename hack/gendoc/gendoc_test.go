package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// root is the repository's folder.
const root = "../.."

func TestDocumentsAreFresh(t *testing.T) {
	t.Parallel()
	documents, err := render(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range documents {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is stale, run make generate (-want +got):\n%s", name, diff)
		}
	}
}

// TestAdvice shows that every reason that is used has advice, and that there is none for others.
func TestAdvice(t *testing.T) {
	t.Parallel()
	list, err := readReasons(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, r := range list {
		if !r.used {
			continue
		}
		used[r.value] = true
		if a := adviceOf(r.value); a.event == "" || a.remedy == "" {
			t.Errorf("reason %q has no advice in advice.go", r.value)
		}
	}
	if len(used) == 0 {
		t.Fatal("no reason is used: the sources were not found")
	}
	for _, table := range []map[string]advice{groupAdvice(), tlsAdvice(), pathAdvice()} {
		for value := range table {
			if !used[value] {
				t.Errorf("advice.go has %q, which is no reason that anything uses", value)
			}
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	if err := run(nil); err == nil {
		t.Error("run accepts no argument")
	}
	if err := run([]string{t.TempDir()}); err == nil {
		t.Error("run accepts a folder without the sources")
	}
}
