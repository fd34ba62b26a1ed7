package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gendoc:", err)
		os.Exit(1)
	}
}

// run writes every document below the folder that is the only argument.
func run(args []string) error {
	if len(args) != 1 {
		return errors.New("give the folder of the repository as the only argument")
	}
	documents, err := render(os.DirFS(args[0]))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		if err := os.WriteFile(filepath.Join(args[0], name), []byte(documents[name]), 0o644); err != nil { //nolint:gosec // documents are for everybody
			return err
		}
	}
	return nil
}
