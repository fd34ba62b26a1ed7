package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository's folder.
const root = "../.."

// TestCorpus checks what needs no run of the killers: that each patch still fits the tree, and that
// the corpus covers the catalogue.
func TestCorpus(t *testing.T) {
	t.Parallel()
	corpus, err := readCorpus("corpus")
	if err != nil {
		t.Fatal(err)
	}
	perRow := map[string]int{}
	for _, m := range corpus {
		perRow[m.row]++
		if rows()[m.row] == "" {
			t.Errorf("%s: the catalogue has no row %q", m.name, m.row)
		}
		if err := hasTest(m.killer); err != "" {
			t.Errorf("%s: %s", m.name, err)
		}
		for _, f := range m.files {
			text, err := os.ReadFile(filepath.Join(root, f.path))
			if err != nil {
				t.Errorf("%s: %v", m.name, err)
				continue
			}
			if _, err := f.apply(string(text)); err != nil {
				t.Errorf("%s: %v", m.name, err)
			}
			if strings.HasSuffix(f.path, "_test.go") || strings.HasPrefix(f.path, "fakecloud/") {
				t.Errorf("%s: %s is not production code", m.name, f.path)
			}
		}
	}
	for row, meaning := range rows() {
		if perRow[row] < 2 {
			t.Errorf("row %s (%s) has %d mutants, want 2 or more", row, meaning, perRow[row])
		}
	}
	if len(corpus) < 60 {
		t.Errorf("the corpus has %d mutants, want 60 or more", len(corpus))
	}
}

// golden are tests that compare with kept output: every change of the code breaks them, bug or not.
var golden = regexp.MustCompile(`^(TestBuild|TestGolden|TestRows)(/|$)`)

// hasTest says what is wrong with a killer, or nothing.
func hasTest(k killer) string {
	name, _, _ := strings.Cut(k.test, "/")
	if golden.MatchString(k.test) {
		return k.test + " compares with golden files; name a test of behaviour"
	}
	paths, err := filepath.Glob(filepath.Join(root, k.pkg, "*_test.go"))
	if err != nil {
		return err.Error()
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err.Error()
		}
		if strings.Contains(string(text), "func "+name+"(") {
			return ""
		}
	}
	return k.pkg + " has no test " + name
}

func TestParseMutant(t *testing.T) {
	t.Parallel()
	const head = "row: move\nbug: b\nkiller: ./p TestX\n-- a.go --\n"
	cases := map[string]struct {
		reason string
		text   string
		err    string
	}{
		"whole":      {reason: "the form that doc.go shows", text: head + "<<<<\na\n====\nb\n>>>>\n"},
		"removal":    {reason: "a bug may be a line that is missing", text: head + "<<<<\na\n====\n>>>>\n"},
		"no killer":  {reason: "what nobody kills proves nothing", text: "row: move\nbug: b\n-- a.go --\n<<<<\na\n====\nb\n>>>>\n", err: "needs row, bug, killer"},
		"no end":     {reason: "half an edit is a mistake of its author", text: head + "<<<<\na\n====\nb\n", err: "an edit is"},
		"other head": {reason: "a misspelt key would be lost", text: "rows: move\n" + head, err: "its head has a line"},
		"long":       {reason: "a rewrite is no mutant", text: head + "<<<<\na\n====\n" + strings.Repeat("b\n", 11) + ">>>>\n", err: "changes 11 lines"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseMutant("m", []byte(c.text))
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("%s: got error %v, want %q", c.reason, err, c.err)
			}
		})
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	f := file{path: "a.go", edits: []edit{{before: "two\n", after: "2\n"}}}
	if got, err := f.apply("one\ntwo\n"); err != nil || got != "one\n2\n" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, text := range []string{"one\n", "two\n1\ntwo\n"} {
		if got, err := f.apply(text); err == nil {
			t.Errorf("%q: got %q, want an error: the text is not there exactly once", text, got)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	corpus := []mutant{{name: "lost-token", row: "create-unknown"}, {name: "stale-gone", row: "stale-create"}, {name: "move-hole", row: "move"}}
	for texts, want := range map[string]int{"": 3, "create": 2, "lost": 1, "lost,move": 2, "other": 0} {
		if got := choose(corpus, texts); len(got) != want {
			t.Errorf("%q chooses %d mutants, want %d", texts, len(got), want)
		}
	}
}

func TestDeepest(t *testing.T) {
	t.Parallel()
	const output = "--- FAIL: TestA (0.1s)\n    --- FAIL: TestA/b (0.1s)\n        --- FAIL: TestA/b/c (0.1s)\n    --- FAIL: TestA/d (0s)\n"
	if got := deepest(output); got != "TestA/b/c" {
		t.Errorf("got %q, want TestA/b/c", got)
	}
}
