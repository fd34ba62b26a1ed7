package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"strings"
)

// reason is one constant of cloud/reason.go.
type reason struct {
	name    string // of the constant
	value   string // as users see it
	cause   string // the comment behind it
	section string // the comment above its block, without "Reasons that "
	used    bool   // by a package other than cloud
}

// readReasons lists the reasons of the repository in the order of the source.
func readReasons(tree fs.FS) ([]reason, error) {
	text, err := fs.ReadFile(tree, "cloud/reason.go")
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), "cloud/reason.go", text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	used, err := usedNames(tree)
	if err != nil {
		return nil, err
	}
	var list []reason
	for _, decl := range file.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.CONST {
			continue
		}
		section := strings.TrimSuffix(strings.TrimSpace(block.Doc.Text()), ".")
		for _, spec := range block.Specs {
			r, err := readReason(spec)
			if err != nil {
				return nil, err
			}
			r.section, r.used = section, used[r.name]
			list = append(list, r)
		}
	}
	return list, nil
}

func readReason(spec ast.Spec) (reason, error) {
	constant, ok := spec.(*ast.ValueSpec)
	if !ok || len(constant.Names) != 1 || len(constant.Values) != 1 {
		return reason{}, fmt.Errorf("cloud/reason.go: a line is no single constant")
	}
	r := reason{name: constant.Names[0].Name, cause: strings.TrimSpace(constant.Comment.Text())}
	literal, ok := constant.Values[0].(*ast.BasicLit)
	if !ok || r.cause == "" {
		return reason{}, fmt.Errorf("cloud/reason.go: %s needs a literal value, and its cause as a comment behind it", r.name)
	}
	var err error
	r.value, err = strconv.Unquote(literal.Value)
	return r, err
}

// usedNames are the names of package cloud that other packages mention, tests left out.
func usedNames(tree fs.FS) (map[string]bool, error) {
	used := map[string]bool{}
	for _, room := range []string{"annotations", "cloud", "controllers"} {
		err := fs.WalkDir(tree, room, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(tree, path)
			if err != nil {
				return err
			}
			return mentions(path, text, used)
		})
		if err != nil {
			return nil, err
		}
	}
	return used, nil
}

func mentions(path string, text []byte, used map[string]bool) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "cloud" {
				used[s.Sel.Name] = true
			}
		}
		return true
	})
	return nil
}
