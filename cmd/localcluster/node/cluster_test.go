package node_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
)

// cluster is a real control plane with a virtual node.
type cluster struct {
	kubernetes.Interface
	plane *controlplane.ControlPlane
	http  *http.Client
}

// TestCluster starts one control plane for all that needs it, because that takes seconds.
//
//nolint:tparallel // The last subtest starts a node of its own after the other's end.
func TestCluster(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	stop := c.startNode(t)
	t.Run("one node", func(t *testing.T) { oneNode(t, c) })
	stop()
	t.Run("a later node takes over", func(t *testing.T) { takeOver(t, c) })
}

func oneNode(t *testing.T, c *cluster) {
	t.Run("scale a Deployment", func(t *testing.T) { t.Parallel(); scale(t, c) })
	t.Run("readiness by annotation", func(t *testing.T) { t.Parallel(); readiness(t, c) })
	t.Run("delete a pod", func(t *testing.T) { t.Parallel(); deletePod(t, c) })
	t.Run("replace a pod of the same name", func(t *testing.T) { t.Parallel(); replacePod(t, c) })
	t.Run("delete a namespace", func(t *testing.T) { t.Parallel(); deleteNamespace(t, c) })
	t.Run("scheduling gate", func(t *testing.T) { t.Parallel(); schedulingGate(t, c) })
	t.Run("the Node is ready", func(t *testing.T) { t.Parallel(); nodeIsReady(t, c) })
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	bin, err := controlplane.BinaryDir()
	if err != nil {
		t.Fatal(err)
	}
	cp, err := controlplane.Start(t.Context(), controlplane.Options{BinaryDir: bin})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cp.Stop(); err != nil {
			t.Error(err)
		}
	})
	clients, err := kubernetes.NewForConfig(cp.Config())
	if err != nil {
		t.Fatal(err)
	}
	return &cluster{Interface: clients, plane: cp}
}

// startNode starts a node, through which c dials from now on; stop ends it.
func (c *cluster) startNode(t *testing.T) (stop func()) {
	t.Helper()
	n, err := node.New(c.plane.Config(), node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- n.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	c.http = &http.Client{Transport: &http.Transport{DialContext: n.DialContext, DisableKeepAlives: true}}
	return stop
}

// replacePod shows that a pod which takes the name of another is another: new ids, its own server.
func replacePod(t *testing.T, c *cluster) {
	ns := c.namespace(t, "replace-pod")
	labels := map[string]string{"app": "set"}
	_, err := c.AppsV1().StatefulSets(ns).Create(t.Context(), &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "set"},
		Spec: appsv1.StatefulSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec()},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	first := c.awaitPod(t, ns, ready)
	if err := c.CoreV1().Pods(ns).Delete(t.Context(), first.Name, *metav1.NewDeleteOptions(0)); err != nil {
		t.Fatal(err)
	}
	second := c.awaitPod(t, ns, func(p *corev1.Pod) bool { return p.UID != first.UID && ready(p) })
	if second.Name != first.Name || second.Annotations[node.InterfaceAnnotation] == first.Annotations[node.InterfaceAnnotation] {
		t.Errorf("pod %s with annotations %v follows %s with %v, want the same name and other ids",
			second.Name, second.Annotations, first.Name, first.Annotations)
	}
	answer, err := c.get(t, "http://"+second.Status.PodIP+":8080/")
	if err != nil || answer.Service != "set" {
		t.Errorf("got %+v and error %v, want an answer of service set", answer, err)
	}
}

// takeOver stops the node under a pod and starts another process's node: the pod keeps its address.
func takeOver(t *testing.T, c *cluster) {
	stop := c.startNode(t)
	ns := c.namespace(t, "take-over")
	c.deploy(t, ns, nil)
	pod := c.awaitPod(t, ns, ready)
	url := "http://" + pod.Status.PodIP + ":8080/"
	stop()
	if _, err := c.get(t, url); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a request while no node runs: got error %v, want connection refused", err)
	}

	t.Cleanup(c.startNode(t))
	marker := c.namespace(t, "take-over-marker")
	c.deploy(t, marker, nil)
	c.awaitPod(t, marker, ready)
	again, err := c.CoreV1().Pods(ns).Get(t.Context(), pod.Name, metav1.GetOptions{})
	if err != nil || again.Status.PodIP != pod.Status.PodIP {
		t.Fatalf("after the new node's start: got address %s and error %v, want %s", again.Status.PodIP, err, pod.Status.PodIP)
	}
	if answer, err := c.get(t, url); err != nil || answer.Pod != pod.Name {
		t.Errorf("got %+v and error %v, want an answer of %s", answer, err, pod.Name)
	}
}

// scale goes from one pod to three to none; the slices follow, and each address answers.
func scale(t *testing.T, c *cluster) {
	ns := c.namespace(t, "scale")
	deployment := c.deploy(t, ns, nil)
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: corev1.ServiceSpec{
			Selector: deployment.Spec.Selector.MatchLabels,
			Ports:    []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http")}},
		},
	}
	if _, err := c.CoreV1().Services(ns).Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, replicas := range []int{1, 3, 0} {
		c.patch(t, ns, "web", replicas)
		addresses := c.awaitEndpoints(t, ns, replicas)
		pods := make(map[string]bool)
		for _, address := range addresses {
			answer, err := c.get(t, "http://"+address+":8080/menu")
			if err != nil {
				t.Fatal(err)
			}
			if answer.Service != "web" || answer.Namespace != ns || answer.Path != "/menu" {
				t.Errorf("%s answers %+v, want service web of namespace %s and path /menu", address, answer, ns)
			}
			pods[answer.Pod] = true
		}
		if len(pods) != replicas {
			t.Errorf("%d replicas: %d pods answered: %v", replicas, len(pods), pods)
		}
	}
}

// readiness shows that a pod is ready with its annotations in place, and is not when told so.
func readiness(t *testing.T, c *cluster) {
	ns := c.namespace(t, "readiness")
	c.deploy(t, ns, map[string]string{node.ReadyAnnotation: "false"})
	waiting := c.awaitPod(t, ns, func(p *corev1.Pod) bool { return p.Status.PodIP != "" })
	if ready(waiting) {
		t.Errorf("pod %s is ready although it is annotated not to be", waiting.Name)
	}
	removal := []byte(`{"metadata":{"annotations":{"` + node.ReadyAnnotation + `":null}}}`)
	if _, err := c.CoreV1().Pods(ns).Patch(t.Context(), waiting.Name, types.MergePatchType, removal, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	up := c.awaitPod(t, ns, ready)
	if !strings.HasPrefix(up.Annotations[node.InterfaceAnnotation], "eni-") || !strings.HasPrefix(up.Annotations[node.InstanceAnnotation], "eci-") {
		t.Errorf("annotations of a ready pod: got %v, want the ids of ECI", up.Annotations)
	}
	if up.Status.Phase != corev1.PodRunning || len(up.Status.ContainerStatuses) != 1 || up.Spec.NodeName != "virtual-node" {
		t.Errorf("a ready pod: got node %q and status %+v", up.Spec.NodeName, up.Status)
	}
}

func deletePod(t *testing.T, c *cluster) {
	ns := c.namespace(t, "delete-pod")
	c.deploy(t, ns, nil)
	pod := c.awaitPod(t, ns, ready)
	url := "http://" + pod.Status.PodIP + ":8080/"
	if _, err := c.get(t, url); err != nil {
		t.Fatal(err)
	}
	if err := c.CoreV1().Pods(ns).Delete(t.Context(), pod.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	pods := cache.NewListWatchFromClient(c.CoreV1().RESTClient(), "pods", ns, fields.OneTermEqualSelector("metadata.name", pod.Name))
	c.await(t, pods, &corev1.Pod{}, func(items []any) bool { return len(items) == 0 })
	if _, err := c.get(t, url); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a request to a pod that is gone: got error %v, want connection refused", err)
	}
}

func deleteNamespace(t *testing.T, c *cluster) {
	ns := c.namespace(t, "delete-namespace")
	c.deploy(t, ns, nil)
	c.awaitPod(t, ns, ready)
	if err := c.CoreV1().Namespaces().Delete(t.Context(), ns, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	namespaces := cache.NewListWatchFromClient(c.CoreV1().RESTClient(), "namespaces", "", fields.OneTermEqualSelector("metadata.name", ns))
	c.await(t, namespaces, &corev1.Namespace{}, func(items []any) bool { return len(items) == 0 })
	t.Logf("the namespace was gone after %s", time.Since(start).Round(time.Millisecond))
}

func schedulingGate(t *testing.T, c *cluster) {
	ns := c.namespace(t, "gate")
	accounts := cache.NewListWatchFromClient(c.CoreV1().RESTClient(), "serviceaccounts", ns, fields.Everything())
	c.await(t, accounts, &corev1.ServiceAccount{}, func(items []any) bool { return len(items) > 0 })
	spec := podSpec()
	spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/later"}}
	for _, pod := range []*corev1.Pod{
		{ObjectMeta: metav1.ObjectMeta{Name: "gated"}, Spec: spec},
		{ObjectMeta: metav1.ObjectMeta{Name: "free"}, Spec: podSpec()},
	} {
		if _, err := c.CoreV1().Pods(ns).Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	c.awaitPod(t, ns, func(p *corev1.Pod) bool { return p.Name == "free" && ready(p) })
	gated, err := c.CoreV1().Pods(ns).Get(t.Context(), "gated", metav1.GetOptions{})
	if err != nil || gated.Spec.NodeName != "" {
		t.Fatalf("the gated pod: got node %q and error %v, want none", gated.Spec.NodeName, err)
	}
	lift := []byte(`{"spec":{"schedulingGates":null}}`)
	if _, err := c.CoreV1().Pods(ns).Patch(t.Context(), "gated", types.MergePatchType, lift, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	c.awaitPod(t, ns, func(p *corev1.Pod) bool { return p.Name == "gated" && ready(p) })
}

func nodeIsReady(t *testing.T, c *cluster) {
	nodes := cache.NewListWatchFromClient(c.CoreV1().RESTClient(), "nodes", "", fields.Everything())
	c.await(t, nodes, &corev1.Node{}, func(items []any) bool {
		return len(items) == 1 && slices.ContainsFunc(items[0].(*corev1.Node).Status.Conditions, func(condition corev1.NodeCondition) bool {
			return condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue
		})
	})
	got, err := c.CoreV1().Nodes().Get(t.Context(), "virtual-node", metav1.GetOptions{})
	if err != nil || len(got.Spec.Taints) > 0 {
		t.Errorf("got taints %v and error %v, want none", got.Spec.Taints, err)
	}
}
