package cluster_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestSampleManyInstances: hosts that one instance has no room for are served by the next, each at the
// address that its Ingress shows; the one that no instance has room for is told, and served when there is.
func TestSampleManyInstances(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.class = "slb-spacious"
	s.must(s.world.ApplyFile(t.Context(), filepath.Join(configDir, "samples", "many-instances.yaml"), func(*unstructured.Unstructured) {}))
	s.app("web", 1)
	names := []string{"one", "two", "three", "four"}
	for _, name := range names {
		var routes []string
		for i := range 25 {
			routes = append(routes, fmt.Sprintf("%s.example.com/p%02d web", name, i))
		}
		ing := s.ingress(name, routes...)
		ing.Spec.IngressClassName = &s.class
		s.create(ing)
		if name == "three" { // those that come together may be placed in any order
			for _, name := range names[:3] {
				s.expect(s.address(name), fmt.Sprintf("http://%s.example.com/p07", name), http.StatusOK, "web")
			}
		}
	}
	addresses := map[string]bool{}
	for _, name := range names[:3] {
		addresses[s.address(name)] = true
	}
	if len(addresses) != 3 {
		t.Errorf("the Ingresses are at %v, want an instance for each", addresses)
	}
	s.expectEvent("four", "RulesExhausted")
	for n := range 3 {
		record := s.record(fmt.Sprintf("class.slb-spacious.%d", n))
		if len(record.Status.Hosts) != 1 || !strings.HasPrefix(record.Status.Use, "rules 25/40") {
			t.Errorf("instance %d: hosts %v, use %q; want one host with 25 rules", n, record.Status.Hosts, record.Status.Use)
		}
	}

	one := s.ingress("one")
	one.Namespace = s.namespace
	s.must(s.world.Client.Delete(t.Context(), one))
	s.expect(s.address("four"), "https://four.example.com/p24", http.StatusOK, "web")
	s.expect(s.address("two"), "http://two.example.com/p00", http.StatusOK, "web")
}
