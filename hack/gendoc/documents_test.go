package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// manual lists README.md and everything in docs.
func manual(t *testing.T) map[string]string {
	t.Helper()
	tree := os.DirFS(root)
	names, err := fs.Glob(tree, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	decisions, err := fs.Glob(tree, "docs/decisions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, name := range append(append(names, decisions...), "README.md") {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

// TestLinks shows that every link to a file of the repository, and to a heading of it, leads there.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^):]+)\)`) // with a colon it is a URL
	for name, text := range manual(t) {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			file, heading, _ := strings.Cut(found[1], "#")
			target := path.Join(root, path.Dir(name), file)
			content, err := os.ReadFile(target)
			if stat, statErr := os.Stat(target); statErr != nil || err != nil && !stat.IsDir() {
				t.Errorf("%s: link %q leads nowhere", name, found[1])
				continue
			}
			if heading != "" && !bytes.Contains(bytes.ToLower(content), []byte("# "+strings.ReplaceAll(heading, "-", " ")+"\n")) {
				t.Errorf("%s: link %q names no heading of the file", name, found[1])
			}
		}
	}
}

// TestYAML shows that every object in a document is one that the API server would read.
func TestYAML(t *testing.T) {
	t.Parallel()
	block := regexp.MustCompile("(?s)\n```yaml\n(.*?\n)```\n")
	count := 0
	for name, text := range manual(t) {
		for _, found := range block.FindAllStringSubmatch(text, -1) {
			for object := range strings.SplitSeq(found[1], "\n---\n") {
				count++
				if err := readObject([]byte(object)); err != nil {
					t.Errorf("%s: %v in\n%s", name, err, object)
				}
			}
		}
	}
	if count == 0 {
		t.Error("no document has YAML: the blocks were not found")
	}
}

// readObject reads an object strictly, by its kind.
func readObject(text []byte) error {
	var head struct {
		Kind string `json:"kind"`
	}
	if err := yaml.Unmarshal(text, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "Ingress":
		return yaml.UnmarshalStrict(text, &networkingv1.Ingress{})
	case "IngressClass":
		return yaml.UnmarshalStrict(text, &networkingv1.IngressClass{})
	case "SLBConfig":
		return yaml.UnmarshalStrict(text, &v1alpha1.SLBConfig{})
	case "Kustomization":
		return nil // kustomize reads it, and nothing here does
	default:
		return fmt.Errorf("kind %q is not known to this test", head.Kind)
	}
}
