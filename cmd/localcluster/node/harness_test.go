package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
)

func (c *cluster) namespace(t *testing.T, name string) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := c.CoreV1().Namespaces().Create(t.Context(), ns, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return name
}

// deploy makes a Deployment "web" of one pod on port 8080.
func (c *cluster) deploy(t *testing.T, ns string, annotations map[string]string) *appsv1.Deployment {
	t.Helper()
	labels := map[string]string{"app": "web"}
	deployment, err := c.AppsV1().Deployments(ns).Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: annotations}, Spec: podSpec(),
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return deployment
}

func podSpec() corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{
		Name: "main", Image: "example.com/web",
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
	}}}
}

func (c *cluster) patch(t *testing.T, ns, deployment string, replicas int) {
	t.Helper()
	patch := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas)
	if _, err := c.AppsV1().Deployments(ns).Patch(t.Context(), deployment, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// awaitEndpoints waits until the slices of the namespace list just so many ready addresses.
func (c *cluster) awaitEndpoints(t *testing.T, ns string, want int) []string {
	t.Helper()
	slicesOf := cache.NewListWatchFromClient(c.DiscoveryV1().RESTClient(), "endpointslices", ns, fields.Everything())
	var addresses []string
	c.await(t, slicesOf, &discoveryv1.EndpointSlice{}, func(items []any) bool {
		addresses = nil
		for _, item := range items {
			for _, endpoint := range item.(*discoveryv1.EndpointSlice).Endpoints {
				if endpoint.Conditions.Ready != nil && *endpoint.Conditions.Ready {
					addresses = append(addresses, endpoint.Addresses...)
				}
			}
		}
		return len(items) > 0 && len(addresses) == want
	})
	return addresses
}

// awaitPod returns a pod of the namespace of which holds is true.
func (c *cluster) awaitPod(t *testing.T, ns string, holds func(*corev1.Pod) bool) *corev1.Pod {
	t.Helper()
	pods := cache.NewListWatchFromClient(c.CoreV1().RESTClient(), "pods", ns, fields.Everything())
	var found *corev1.Pod
	c.await(t, pods, &corev1.Pod{}, func(items []any) bool {
		i := slices.IndexFunc(items, func(item any) bool { return holds(item.(*corev1.Pod)) })
		if i >= 0 {
			found = items[i].(*corev1.Pod)
		}
		return found != nil
	})
	return found
}

func ready(p *corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// await watches until reached is true of all objects of the source, at most a minute.
func (c *cluster) await(t *testing.T, source cache.ListerWatcher, kind runtime.Object, reached func([]any) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var store cache.Store
	check := func() bool { return reached(store.List()) }
	synced := func(s cache.Store) (bool, error) {
		store = s
		return check(), nil
	}
	_, err := watchtools.UntilWithSync(ctx, source, kind, synced, func(watch.Event) (bool, error) { return check(), nil })
	if err != nil {
		t.Fatalf("waiting for a %T: %v; last seen: %v", kind, err, store.List())
	}
}

// get asks a pod through the node's dialer.
func (c *cluster) get(t *testing.T, url string) (node.Answer, error) {
	t.Helper()
	var answer node.Answer
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return answer, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	err = json.NewDecoder(response.Body).Decode(&answer)
	return answer, err
}
