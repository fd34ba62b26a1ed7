package checks

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// The budgets of house style, in lines.
const (
	maxFile     = 500
	maxTestFile = 600
	maxFunction = 60
)

// Source lists what is wrong with one Go file: its length, the length of its functions, changes that
// it sends past the guard, and, if it is a doc.go, a package comment that says nothing. Generated
// files have no faults.
func Source(path, text string) []string {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	if ast.IsGenerated(file) {
		return nil
	}
	limit := maxFile
	if strings.HasSuffix(path, "_test.go") {
		limit = maxTestFile
	}
	var found []string
	if lines := strings.Count(text, "\n"); lines > limit {
		found = append(found, fmt.Sprintf("%s: %d lines, at most %d are allowed", path, lines, limit))
	}
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		// A table of test cases is data: the linters count statements there.
		lines := files.Position(function.End()).Line - files.Position(function.Pos()).Line - 1
		if lines > maxFunction && limit == maxFile {
			found = append(found, fmt.Sprintf("%s: function %s has %d lines, at most %d are allowed", path, function.Name.Name, lines, maxFunction))
		}
	}
	found = append(found, Senders(files, path, file)...)
	if strings.HasSuffix("/"+path, "/doc.go") && !documented(file) {
		found = append(found, fmt.Sprintf("%s: the comment does not begin with the name of the package and say what it is for", path))
	}
	return found
}

// documented says whether the package comment has the form that go doc wants and a sentence at
// least.
func documented(file *ast.File) bool {
	if file.Doc == nil {
		return false
	}
	text := file.Doc.Text()
	const sentence = 40
	if len(text) < sentence {
		return false
	}
	if file.Name.Name == "main" {
		return !strings.HasPrefix(text, "Package ")
	}
	return strings.HasPrefix(text, "Package "+file.Name.Name+" ")
}
