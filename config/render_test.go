package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
)

// namespace is where config/default installs the controller.
const namespace = "slb-ingress-system"

// name is that of the Deployment, the ServiceAccount, the roles and the lease.
const name = "slb-ingress-controller"

// binaries finds the kube tools; a test cannot do without them.
func binaries(t *testing.T) string {
	t.Helper()
	dir, err := controlplane.BinaryDir()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// render builds a kustomization as a user does: by kubectl, which has kustomize built in and is one
// of the kube tools already.
func render(t *testing.T, dir string) []*unstructured.Unstructured {
	t.Helper()
	readManifests(t)
	cmd := exec.Command(filepath.Join(binaries(t), "kubectl"), "kustomize", dir)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	text, err := cmd.Output()
	if err != nil || problems.Len() > 0 {
		t.Fatalf("kubectl kustomize %s: %v\n%s", dir, err, &problems)
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), len(text)+1)
	var objects []*unstructured.Unstructured
	for {
		o := &unstructured.Unstructured{}
		err := decoder.Decode(&o.Object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		objects = append(objects, o)
	}
}

// readManifests makes the manifests files that the test has read: Go repeats a result that it knows
// unless one of those changed, and what kubectl reads does not count.
func readManifests(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".yaml" {
			_, err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// all decodes the objects of one kind. A field that the type does not have fails the test.
func all[T any](t *testing.T, objects []*unstructured.Unstructured, kind string) []T {
	t.Helper()
	var list []T
	for _, o := range objects {
		if o.GetKind() != kind {
			continue
		}
		var typed T
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o.Object, &typed, true); err != nil {
			t.Fatalf("%s %q: %v", kind, o.GetName(), err)
		}
		list = append(list, typed)
	}
	return list
}

// only decodes the one object of a kind.
func only[T any](t *testing.T, objects []*unstructured.Unstructured, kind string) T {
	t.Helper()
	list := all[T](t, objects, kind)
	if len(list) != 1 {
		t.Fatalf("got %d of kind %s, want 1", len(list), kind)
	}
	return list[0]
}

// show prints an object for a failure.
func show(object any) string {
	text, err := json.MarshalIndent(object, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}
