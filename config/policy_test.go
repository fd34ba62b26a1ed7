package config_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRAMPolicy compares the policy with the operations that the adapter's source calls, in both
// directions.
func TestRAMPolicy(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(operations(t), allowed(t)); diff != "" {
		t.Errorf("actions: what the adapter calls (-) and what the policy allows (+):\n%s", diff)
	}
}

// allowed lists the policy's actions, sorted.
func allowed(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("ram-policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Statement []struct {
			Effect   string `json:"Effect"`
			Action   any    `json:"Action"`
			Resource any    `json:"Resource"`
		} `json:"Statement"`
	}
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, s := range policy.Statement {
		if s.Effect != "Allow" || s.Resource == nil {
			t.Errorf("statement %s: want an Allow with resources", show(s))
		}
		switch action := s.Action.(type) {
		case string:
			actions = append(actions, action)
		case []any:
			for _, a := range action {
				actions = append(actions, a.(string))
			}
		}
		if slices.Contains(actions, "*") {
			t.Errorf("statement %s allows everything", show(s))
		}
	}
	slices.Sort(actions)
	return actions
}

// operations lists what cloud/alibaba calls, as actions, sorted: the SDK's request constructors, and
// the operations whose names it puts together for HTTP and HTTPS.
func operations(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	paths, err := filepath.Glob(filepath.Join("..", "cloud", "alibaba", "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("the adapter's source is not there: %v", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, action := range actionsOf(t, call) {
					found[action] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

func actionsOf(t *testing.T, call *ast.CallExpr) []string {
	t.Helper()
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		product, ok := fun.X.(*ast.Ident)
		operation, request := strings.CutSuffix(fun.Sel.Name, "Request")
		operation, constructor := strings.CutPrefix(operation, "Create")
		if ok && request && constructor && (product.Name == "slb" || product.Name == "ecs") {
			return []string{product.Name + ":" + operation}
		}
	case *ast.Ident:
		if fun.Name != "rpc" {
			return nil
		}
		var actions []string
		for _, protocol := range []string{"HTTP", "HTTPS"} {
			actions = append(actions, "slb:"+spelt(t, call.Args[0], protocol))
		}
		return actions
	}
	return nil
}

// spelt evaluates the name of an operation: literals, and a call that gives the protocol, added.
func spelt(t *testing.T, e ast.Expr, protocol string) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return spelt(t, e.X, protocol) + spelt(t, e.Y, protocol)
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			t.Fatal(err)
		}
		return text
	case *ast.CallExpr:
		return protocol
	default:
		t.Fatalf("cannot tell the name of an operation from %T; teach this test", e)
		return ""
	}
}
