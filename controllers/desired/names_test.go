package desired_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

func TestGroupNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		class string
		n     int
	}{{"slb", 0}, {"my.class", 12}, {"0", 0}, {"a.0", 1}} {
		group := desired.GroupName(tc.class, tc.n)
		if class, n, ok := desired.ParseClassGroup(group); !ok || class != tc.class || n != tc.n {
			t.Errorf("%q reads back as %q, %d, %t", group, class, n, ok)
		}
		if id, ok := desired.ParseIDGroup(group); ok {
			t.Errorf("%q reads as instance %q", group, id)
		}
	}
	group := desired.GroupNameByID("lb-1a")
	if id, ok := desired.ParseIDGroup(group); !ok || id != "lb-1a" {
		t.Errorf("%q reads back as %q, %t", group, id, ok)
	}
	for _, bad := range []string{"", "class.", "class.slb", "class..0", "class.slb.", "class.slb.-1", "class.slb.+1", "class.slb.01", "class.slb.x", "id.", "id.lb-", "id.lb-A", "id.x", "lb-1"} {
		if _, _, ok := desired.ParseClassGroup(bad); ok {
			t.Errorf("%q reads as a class's group", bad)
		}
		if _, ok := desired.ParseIDGroup(bad); ok {
			t.Errorf("%q reads as an instance's group", bad)
		}
	}
}

func TestClassOf(t *testing.T) {
	t.Parallel()
	slb, other, empty := "slb", "other", ""
	cases := map[string]struct {
		reason, annotation string
		field              *string
		want               string
		ok                 bool
	}{
		"Field":      {reason: "the usual way", field: &slb, want: "slb", ok: true},
		"Annotation": {reason: "the old way", annotation: "slb", want: "slb", ok: true},
		"Both":       {reason: "the annotation comes first", annotation: "slb", field: &other, want: "slb", ok: true},
		"None":       {reason: "class-less"},
		"Empty":      {reason: "an empty name is none", field: &empty},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ing := &networkingv1.Ingress{}
			ing.Spec.IngressClassName = tc.field
			if tc.annotation != "" {
				ing.Annotations = map[string]string{desired.ClassAnnotation: tc.annotation}
			}
			if got, ok := desired.ClassOf(ing); got != tc.want || ok != tc.ok {
				t.Errorf("%s: got %q, %t; want %q, %t", tc.reason, got, ok, tc.want, tc.ok)
			}
		})
	}
}

func TestInstanceID(t *testing.T) {
	t.Parallel()
	const older = "service.beta.kubernetes.io/alicloud-loadbalancer-id"
	ing := &networkingv1.Ingress{}
	if id, problem := desired.InstanceID(ing); id != "" || problem != nil {
		t.Errorf("without annotation: %q, %v", id, problem)
	}
	ing.Annotations = map[string]string{older: "lb-1a"}
	if id, problem := desired.InstanceID(ing); id != "lb-1a" || problem != nil {
		t.Errorf("by the older key: %q, %v", id, problem)
	}
	ing.Annotations[older] = "lb-1a; drop"
	id, problem := desired.InstanceID(ing)
	if id != "" || problem == nil || problem.Reason != cloud.InvalidLoadBalancerID || problem.Field != "metadata.annotations["+older+"]" {
		t.Errorf("malformed: %q, %+v", id, problem)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, line := range []string{
		"ns/a@1 default web:80", "ns/a@1 a.example.com Prefix / web:80", "ns/a@1 b.example.com Prefix / api:http", "ns/a@1 c.example.com",
		"ns/a@1 tls one a.example.com", "ns/a@1 tls one b.example.com", "ns/a@1 tls - c.example.com", "ns/a@1 tls another",
	} {
		w.ingress(line)
	}
	ing := w.done().Ingresses[0]
	if diff := cmp.Diff([]types.NamespacedName{name("ns/api"), name("ns/web")}, desired.Services(ing)); diff != "" {
		t.Errorf("Services (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]types.NamespacedName{name("ns/another"), name("ns/one")}, desired.Secrets(ing)); diff != "" {
		t.Errorf("Secrets (-want +got):\n%s", diff)
	}
	if _, ok := desired.ConfigService(&v1alpha1.SLBConfig{}); ok {
		t.Error("a class without default backend refers to a Service")
	}
	config := &v1alpha1.SLBConfig{Spec: v1alpha1.SLBConfigSpec{DefaultBackend: &v1alpha1.ServiceBackend{Namespace: "x", Name: "y"}}}
	if got, ok := desired.ConfigService(config); !ok || got != name("x/y") {
		t.Errorf("class's Service is %v, %t", got, ok)
	}
}

// TestClaimsBounded checks that a record has room for something beside the claims of an Ingress
// with very many paths, and that those on record are the oldest.
func TestClaimsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("default/old@1 old.example.com Prefix / web:80")
	for i := range 2000 {
		w.ingress(fmt.Sprintf("default/new@2 new%d.example.com Prefix / web:80", i))
	}
	result := desired.Build(w.done())
	size := 0
	for _, c := range result.Claims {
		size += len(fmt.Sprintf("%+v", c))
	}
	if len(result.Claims) < 100 || size > 24<<10 {
		t.Errorf("%d claims of about %d bytes", len(result.Claims), size)
	}
	if result.Claims[0].Ingress != "default/old" {
		t.Errorf("the first claim is %+v", result.Claims[0])
	}
	if want := 2 * 2001; len(result.Stack.Rules) != want {
		t.Errorf("%d rules, want %d: who is not on record is wanted all the same", len(result.Stack.Rules), want)
	}
}

// TestNoKeyInText checks that no rendering of a result shows a private key.
func TestNoKeyInText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("default/a@1 a.example.com Prefix / web:80")
	w.ingress("default/a@1 tls a a.example.com")
	w.ingress("default/b@1 tls bad a.example.com")
	w.secret("default/a a.example.com")
	w.secret("default/bad mismatch a.example.com")
	result := desired.Build(w.done())
	key := strings.Split(string(result.Stack.Certificates[0].Key), "\n")[1]
	if len(key) < 60 {
		t.Fatalf("the test looks for %q", key)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, result); strings.Contains(text, key) || strings.Contains(text, "PRIVATE KEY") {
			t.Errorf("%s shows the key", verb)
		}
	}
}
