package config_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/slb-ingress/slb-ingress-controller/controllers/ingress"
)

// rule is one rule of a role, for the failure's text.
type rule struct {
	role string
	rbacv1.PolicyRule
}

// rules lists those of every role that is rendered, and of the controller's own alone.
func rules(t *testing.T, objects []*unstructured.Unstructured) (every, own []rule) {
	t.Helper()
	add := func(kind, role string, list []rbacv1.PolicyRule) {
		for _, r := range list {
			every = append(every, rule{kind + "/" + role, r})
			if role == name {
				own = append(own, rule{kind + "/" + role, r})
			}
		}
	}
	for _, role := range all[rbacv1.ClusterRole](t, objects, "ClusterRole") {
		add("ClusterRole", role.Name, role.Rules)
	}
	for _, role := range all[rbacv1.Role](t, objects, "Role") {
		add("Role", role.Name, role.Rules)
	}
	return every, own
}

func TestRolesAreNarrow(t *testing.T) {
	t.Parallel()
	every, own := rules(t, render(t, "default"))
	if len(own) == 0 {
		t.Fatal("the controller has no role")
	}
	for _, r := range every {
		for _, list := range [][]string{r.Verbs, r.APIGroups, r.Resources, r.NonResourceURLs} {
			if slices.Contains(list, "*") {
				t.Errorf("a rule grants everything: %s", show(r))
			}
		}
		forbidden := map[string][]string{
			"secrets":  {"list", "update", "patch", "delete", "deletecollection"},
			"services": {"create", "update", "patch", "delete", "deletecollection"},
			"pods":     {"create", "update", "patch", "delete", "deletecollection"},
		}
		for _, resource := range r.Resources {
			for _, verb := range forbidden[resource] {
				if slices.Contains(r.Verbs, verb) {
					t.Errorf("a rule grants %s of %s: %s", verb, resource, show(r))
				}
			}
			if slices.Contains([]string{"pods/exec", "pods/attach", "pods/portforward", "serviceaccounts/token"}, resource) {
				t.Errorf("a rule grants %s: %s", resource, show(r))
			}
		}
	}
}

// TestBindings makes sure that nobody but the controller's account gets its roles.
func TestBindings(t *testing.T) {
	t.Parallel()
	objects := render(t, "default")
	account := []rbacv1.Subject{{Kind: "ServiceAccount", Name: name, Namespace: namespace}}
	cluster := only[rbacv1.ClusterRoleBinding](t, objects, "ClusterRoleBinding")
	own := only[rbacv1.RoleBinding](t, objects, "RoleBinding")
	type binding struct {
		Namespace, Kind, Role string
		Subjects              []rbacv1.Subject
	}
	got := []binding{
		{"", cluster.RoleRef.Kind, cluster.RoleRef.Name, cluster.Subjects},
		{own.Namespace, own.RoleRef.Kind, own.RoleRef.Name, own.Subjects},
	}
	want := []binding{{"", "ClusterRole", name, account}, {namespace, "Role", name, account}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
}

// TestNames keeps names of the manifests and of the program together.
func TestNames(t *testing.T) {
	t.Parallel()
	objects := render(t, "default")
	class := only[networkingv1.IngressClass](t, objects, "IngressClass")
	if class.Spec.Controller != ingress.ControllerName {
		t.Errorf("IngressClass %q is for %q, the controller is %q", class.Name, class.Spec.Controller, ingress.ControllerName)
	}
	_, own := rules(t, objects)
	named := slices.ContainsFunc(own, func(r rule) bool { return slices.Equal(r.ResourceNames, []string{ingress.FallbackSecret}) })
	if !named {
		t.Errorf("no rule names the Secret %q", ingress.FallbackSecret)
	}
}

// TestPod covers what the level "restricted" does not ask for.
func TestPod(t *testing.T) {
	t.Parallel()
	objects := render(t, "default")
	deployment := only[appsv1.Deployment](t, objects, "Deployment")
	pod := deployment.Spec.Template
	if replicas := deployment.Spec.Replicas; replicas == nil || *replicas != 2 {
		t.Errorf("replicas: got %v, want 2", show(replicas))
	}
	if len(pod.Spec.Containers) != 1 {
		t.Fatalf("got %d containers, want 1", len(pod.Spec.Containers))
	}
	container := pod.Spec.Containers[0]
	if root := container.SecurityContext.ReadOnlyRootFilesystem; root == nil || !*root {
		t.Error("the root file system can be written")
	}
	if diff := cmp.Diff([]corev1.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop); diff != "" {
		t.Errorf("dropped capabilities (-want +got):\n%s", diff)
	}
	for _, resource := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if request := container.Resources.Requests[resource]; request.IsZero() {
			t.Errorf("no %s is requested", resource)
		}
	}
	if container.LivenessProbe == nil || container.ReadinessProbe == nil {
		t.Error("a probe is missing")
	}
	for _, volume := range pod.Spec.Volumes {
		if s := volume.Secret; s == nil || s.Optional == nil || !*s.Optional {
			t.Errorf("volume %q: a pod without it would not start", volume.Name)
		}
	}
	budget := only[policyv1.PodDisruptionBudget](t, objects, "PodDisruptionBudget")
	service := only[corev1.Service](t, objects, "Service")
	for what, selector := range map[string]map[string]string{
		"Deployment":          deployment.Spec.Selector.MatchLabels,
		"PodDisruptionBudget": budget.Spec.Selector.MatchLabels,
		"Service":             service.Spec.Selector,
	} {
		for key, value := range selector {
			if len(selector) == 0 || pod.Labels[key] != value {
				t.Errorf("%s: %s=%s selects no pod with the labels %v", what, key, value, pod.Labels)
			}
		}
	}
}

func TestOptIns(t *testing.T) {
	t.Parallel()
	labels := only[appsv1.Deployment](t, render(t, "default"), "Deployment").Spec.Template.Labels
	service := only[corev1.Service](t, render(t, "default"), "Service")

	policy := only[networkingv1.NetworkPolicy](t, render(t, "network-policy"), "NetworkPolicy")
	for key, value := range policy.Spec.PodSelector.MatchLabels {
		if labels[key] != value {
			t.Errorf("NetworkPolicy: %s=%s selects no pod with the labels %v", key, value, labels)
		}
	}
	monitors := render(t, "prometheus")
	if len(monitors) != 1 || monitors[0].GetNamespace() != namespace {
		t.Fatalf("prometheus: got %s, want one object in %s", show(monitors), namespace)
	}
	selector, _, err := unstructured.NestedStringMap(monitors[0].Object, "spec", "selector", "matchLabels")
	if err != nil || len(selector) == 0 {
		t.Fatalf("ServiceMonitor: no selector (%v)", err)
	}
	for key, value := range selector {
		if service.Labels[key] != value {
			t.Errorf("ServiceMonitor: %s=%s selects no Service with the labels %v", key, value, service.Labels)
		}
	}
}
