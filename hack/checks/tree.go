package checks

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Tree lists what is wrong with the files of a repository: see Source, Places, and that each folder
// with Go code has a doc.go.
func Tree(tree fs.FS) ([]string, error) {
	var found []string
	documented := make(map[string]bool) // by folder with Go code that is not only tests
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skip(name)
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text, 0) >= 0 {
			return nil // It is no text.
		}
		found = append(found, Places(name, string(text))...)
		if path.Ext(name) == ".go" {
			found = append(found, Source(name, string(text))...)
			documented[path.Dir(name)] = documented[path.Dir(name)] || path.Base(name) == "doc.go"
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the repository: %w", err)
	}
	for dir, ok := range documented {
		if !ok {
			found = append(found, fmt.Sprintf("%s: there is no doc.go that says what the package is for", dir))
		}
	}
	slices.Sort(found)
	return found, nil
}

// skip leaves out what is not the repository's own: git's files, what was built, what a running
// local cluster keeps.
func skip(dir string) error {
	if slices.Contains([]string{".git", ".local", "bin"}, dir) {
		return fs.SkipDir
	}
	return nil
}

// place finds the names of folders that exist on one machine alone.
var place = regexp.MustCompile(`(^|[^A-Za-z0-9_.$}/-])/(root|work|Users|home)/[A-Za-z0-9_.-]+`)

// Places lists the lines that name a folder of somebody's machine.
func Places(name, text string) []string {
	var found []string
	for i, line := range strings.Split(text, "\n") {
		if where := place.FindString(line); where != "" {
			found = append(found, fmt.Sprintf("%s:%d: names a folder of one machine: %q", name, i+1, strings.TrimSpace(where)))
		}
	}
	return found
}
