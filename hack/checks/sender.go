package checks

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// sender is the one file that may send a change to the service: it asks for permission first.
const sender = "cloud/apply/apply.go"

// Senders lists the places of a file that name a method Apply, which is how a change is sent. Tests
// and the contract suite send what they like; the fake and the local cluster have methods of that
// name and are no part of the controller.
func Senders(files *token.FileSet, path string, file *ast.File) []string {
	exempt := func(prefix string) bool { return strings.HasPrefix(path, prefix) }
	if path == sender || strings.HasSuffix(path, "_test.go") || slices.ContainsFunc([]string{"cloud/cloudtest/", "cmd/localcluster/", "fakecloud/"}, exempt) {
		return nil
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Apply" {
			found = append(found, fmt.Sprintf("%s:%d: a change is sent past the guard, which stands in %s",
				path, files.Position(s.Sel.Pos()).Line, sender))
		}
		return true
	})
	return found
}
