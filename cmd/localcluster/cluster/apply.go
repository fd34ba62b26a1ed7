package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// fieldOwner is who applies manifests.
const fieldOwner = client.FieldOwner("localcluster")

// install applies the CRDs and the shipped class, made the cluster's default.
func (c *Cluster) install(ctx context.Context) error {
	_, err := envtest.InstallCRDs(c.Config(), envtest.CRDInstallOptions{
		Paths:              []string{filepath.Join(c.options.Config, "crd", "bases")},
		ErrorIfPathMissing: true,
		MaxTime:            time.Minute,
		PollInterval:       50 * time.Millisecond,
	})
	if err != nil {
		return fmt.Errorf("installing CRDs: %w", err)
	}
	return c.ApplyFile(ctx, filepath.Join(c.options.Config, "ingressclass", "ingressclass.yaml"), func(o *unstructured.Unstructured) {
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations["ingressclass.kubernetes.io/is-default-class"] = "true"
		o.SetAnnotations(annotations)
	})
}

// ApplyFile applies each object of a YAML file, as edit leaves it; nil leaves it as it is.
func (c *Cluster) ApplyFile(ctx context.Context, path string, edit func(*unstructured.Unstructured)) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	objects, err := decode(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, o := range objects {
		if edit != nil {
			edit(o)
		}
		if o.GetNamespace() == "" && needsNamespace(o) {
			o.SetNamespace("default")
		}
		configuration := client.ApplyConfigurationFromUnstructured(o)
		if err := c.Client.Apply(ctx, configuration, fieldOwner, client.ForceOwnership); err != nil {
			return fmt.Errorf("%s: applying %s %q: %w", path, o.GetKind(), o.GetName(), err)
		}
	}
	return nil
}

// needsNamespace knows the cluster-scoped kinds that manifests of this project have.
func needsNamespace(o *unstructured.Unstructured) bool {
	switch o.GetKind() {
	case "IngressClass", "SLBConfig", "SLBInstance", "Namespace", "ClusterRole", "ClusterRoleBinding":
		return false
	default:
		return o.GetAPIVersion() != apiextensionsv1.SchemeGroupVersion.String()
	}
}

func decode(text []byte) ([]*unstructured.Unstructured, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), len(text)+1)
	var objects []*unstructured.Unstructured
	for {
		o := &unstructured.Unstructured{}
		err := decoder.Decode(&o.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(o.Object) > 0 {
			objects = append(objects, o)
		}
	}
}
