package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"
)

// maxLines bounds a patch: a bug that needs more is a rewrite.
const maxLines = 10

// mutant is one patch of the corpus.
type mutant struct {
	name   string // of its file, without the suffix
	row    string
	bug    string
	killer killer
	files  []file
}

// killer is the test that notices a mutant.
type killer struct {
	pkg  string // "./controllers/ingress"
	test string // "TestX" or "TestX/case"
}

func (k killer) String() string { return k.pkg + " " + k.test }

// file is what a mutant does to one file.
type file struct {
	path  string // from the root of the repository
	edits []edit
}

type edit struct{ before, after string }

// readCorpus reads every patch of a folder, by name.
func readCorpus(dir string) ([]mutant, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", dir, err)
	}
	var list []mutant
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading a patch: %w", err)
		}
		m, err := parseMutant(strings.TrimSuffix(filepath.Base(path), ".txtar"), text)
		if err != nil {
			return nil, fmt.Errorf("patch %q: %w", path, err)
		}
		list = append(list, m)
	}
	return list, nil
}

func parseMutant(name string, text []byte) (mutant, error) {
	archive := txtar.Parse(text)
	m := mutant{name: name}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "":
		case "row":
			m.row = value
		case "bug":
			m.bug = value
		case "killer":
			m.killer.pkg, m.killer.test, _ = strings.Cut(value, " ")
		default:
			return m, fmt.Errorf("its head has a line %q; it takes row, bug and killer", strings.TrimSpace(line))
		}
	}
	if m.row == "" || m.bug == "" || m.killer.test == "" || len(archive.Files) == 0 {
		return m, errors.New("it needs row, bug, killer and a file")
	}
	for _, f := range archive.Files {
		edits, err := parseEdits(string(f.Data))
		if err != nil {
			return m, fmt.Errorf("file %q: %w", f.Name, err)
		}
		m.files = append(m.files, file{path: f.Name, edits: edits})
	}
	if n := m.lines(); n > maxLines {
		return m, fmt.Errorf("it changes %d lines, and %d is the most", n, maxLines)
	}
	return m, nil
}

// parseEdits takes apart "<<<<", the text before, "====", the text after, ">>>>".
func parseEdits(text string) ([]edit, error) {
	var edits []edit
	for strings.TrimSpace(text) != "" {
		body, begins := strings.CutPrefix(text, "<<<<\n")
		before, body, parts := strings.Cut(body, "====\n")
		after, rest, ends := strings.Cut(body, ">>>>\n")
		if !begins || !parts || !ends || before == "" {
			return nil, errors.New(`an edit is "<<<<", text, "====", text, ">>>>", each mark on a line of its own`)
		}
		edits, text = append(edits, edit{before: before, after: after}), rest
	}
	if len(edits) == 0 {
		return nil, errors.New("it has no edit")
	}
	return edits, nil
}

// lines counts the lines that a patch takes away or puts in, whichever are more.
func (m mutant) lines() int {
	gone, come := 0, 0
	for _, f := range m.files {
		for _, e := range f.edits {
			gone += extra(e.before, e.after)
			come += extra(e.after, e.before)
		}
	}
	return max(gone, come)
}

// extra counts the lines of a text that another one has not.
func extra(text, other string) int {
	has := map[string]int{}
	for line := range strings.Lines(other) {
		has[line]++
	}
	n := 0
	for line := range strings.Lines(text) {
		if has[line] == 0 {
			n++
			continue
		}
		has[line]--
	}
	return n
}

// apply returns a file's text with the bug in it.
func (f file) apply(text string) (string, error) {
	for _, e := range f.edits {
		if n := strings.Count(text, e.before); n != 1 {
			return "", fmt.Errorf("%s: the text to replace occurs %d times, not once; bring the patch up to date:\n%s", f.path, n, e.before)
		}
		text = strings.Replace(text, e.before, e.after, 1)
	}
	return text, nil
}
