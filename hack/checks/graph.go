package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
)

// Graph is what each package imports, tests left out, by import path.
type Graph map[string][]string

// LoadGraph asks the go command, in the folder dir, for all packages of its module and everything
// that they depend on. A package that does not build is taken for what can be read of it: that it
// does not build is told by others.
func LoadGraph(ctx context.Context, dir string) (Graph, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-json=ImportPath,Imports", "./...")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return nil, fmt.Errorf("listing packages: %w: %s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("listing packages: %w", err)
	}
	return decodeGraph(out)
}

func decodeGraph(list []byte) (Graph, error) {
	graph := make(Graph)
	for dec := json.NewDecoder(bytes.NewReader(list)); ; {
		var listed struct {
			ImportPath string   `json:"ImportPath"`
			Imports    []string `json:"Imports"`
		}
		switch err := dec.Decode(&listed); {
		case errors.Is(err, io.EOF):
			return graph, nil
		case err != nil:
			return nil, fmt.Errorf("reading the list of packages: %w", err)
		}
		graph[listed.ImportPath] = listed.Imports
	}
}

// Chain returns the shortest way of imports from one package to one that is bad, both included, or
// nil if there is none. Ways through packages of which stop is true are not followed.
func (g Graph) Chain(from string, bad, stop func(string) bool) []string {
	seen := map[string]bool{from: true}
	for ways := [][]string{{from}}; len(ways) > 0; ways = ways[1:] {
		way := ways[0]
		for _, next := range slices.Sorted(slices.Values(g[way[len(way)-1]])) {
			if seen[next] {
				continue
			}
			seen[next] = true
			longer := append(slices.Clone(way), next)
			if bad(next) {
				return longer
			}
			if !stop(next) {
				ways = append(ways, longer)
			}
		}
	}
	return nil
}
