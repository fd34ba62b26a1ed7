package config_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
)

// TestImageHasTheSource makes sure that the Dockerfile copies, and .dockerignore lets through, the
// folder of every package of this module that the program is built from.
func TestImageHasTheSource(t *testing.T) {
	t.Parallel()
	var copied []string
	for _, match := range regexp.MustCompile(`(?m)^COPY (\S+/) `).FindAllStringSubmatch(read(t, "Dockerfile"), -1) {
		copied = append(copied, match[1])
	}
	ignore := read(t, ".dockerignore")
	for _, dir := range copied {
		if !strings.Contains(ignore, "\n!"+dir+"\n") {
			t.Errorf(".dockerignore keeps back %s, which the Dockerfile copies", dir)
		}
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", "./cmd/slb-ingress-controller")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 2 {
		t.Fatalf("go list: got %q", out)
	}
	for _, p := range packages {
		dir := strings.TrimPrefix(p, "github.com/slb-ingress/slb-ingress-controller/") + "/"
		if !hasPrefix(dir, copied) {
			t.Errorf("the Dockerfile copies no folder with %s: %q", path.Clean(dir), copied)
		}
	}
}

func hasPrefix(dir string, parents []string) bool {
	for _, parent := range parents {
		if strings.HasPrefix(dir, parent) {
			return true
		}
	}
	return false
}

// TestImageUser keeps the user of the image and that of the pod the same, and neither root.
func TestImageUser(t *testing.T) {
	t.Parallel()
	match := regexp.MustCompile(`(?m)^USER (\d+):(\d+)$`).FindStringSubmatch(read(t, "Dockerfile"))
	if match == nil {
		t.Fatal("the Dockerfile names no user by number")
	}
	context := only[appsv1.Deployment](t, render(t, "default"), "Deployment").Spec.Template.Spec.SecurityContext
	user, group := strconv.FormatInt(*context.RunAsUser, 10), strconv.FormatInt(*context.RunAsGroup, 10)
	if match[1] != user || match[2] != group || user == "0" {
		t.Errorf("the image runs as %s:%s, the pod as %s:%s", match[1], match[2], user, group)
	}
}

// read gives the text of a file of the repository's root.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
