package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// overlay writes a mutant's files into a folder and returns the path of the go command's overlay
// file, which puts them in the place of those of the tree.
func (m mutant) overlay(root, dir string) (string, error) {
	replace := map[string]string{}
	for i, f := range m.files {
		path := filepath.Join(root, filepath.FromSlash(f.path))
		text, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("reading what is to be changed: %w", err)
		}
		changed, err := f.apply(string(text))
		if err != nil {
			return "", err
		}
		replace[path] = filepath.Join(dir, fmt.Sprintf("%s-%d.go", m.name, i))
		if err := os.WriteFile(replace[path], []byte(changed), 0o600); err != nil { //nolint:gosec // a name of the corpus, in a folder of our own
			return "", fmt.Errorf("writing the changed file: %w", err)
		}
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", fmt.Errorf("encoding the overlay: %w", err)
	}
	path := filepath.Join(dir, m.name+".json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", fmt.Errorf("writing the overlay: %w", err)
	}
	return path, nil
}
