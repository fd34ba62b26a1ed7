package controlplane_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/utils/ptr"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
)

// TestControlPlane starts one for all that needs a real one, because that takes seconds.
//
//nolint:tparallel // The last subtest stops what the others use.
func TestControlPlane(t *testing.T) {
	t.Parallel()
	bin, err := controlplane.BinaryDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "it's here") // A path that a shell would split.
	cp, err := controlplane.Start(t.Context(), controlplane.Options{
		BinaryDir: bin, Dir: dir, Progress: func(stage string) { t.Log(time.Now().Format(time.StampMilli), stage) },
	})
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

	t.Run("a Deployment gets pods and a namespace goes away", func(t *testing.T) { deployAndDelete(t, clients) })
	t.Run("pod security is enforced", func(t *testing.T) { refusePrivileged(t, clients) })
	t.Run("Stop leaves nothing", func(t *testing.T) { stopLeavesNothing(t, cp, dir) })
}

func deployAndDelete(t *testing.T, clients kubernetes.Interface) {
	createNamespace(t, clients, "shop", nil)
	labels := map[string]string{"app": "web"}
	_, err := clients.AppsV1().Deployments("shop").Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To[int32](2),
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec()},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	pods := cache.NewListWatchFromClient(clients.CoreV1().RESTClient(), "pods", "shop", fields.Everything())
	await(t, pods, &corev1.Pod{}, func(event watch.Event) (bool, error) {
		seen[event.Object.(*corev1.Pod).Name] = true
		return len(seen) == 2, nil
	})

	if err := clients.CoreV1().Namespaces().Delete(t.Context(), "shop", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	namespaces := cache.NewListWatchFromClient(clients.CoreV1().RESTClient(), "namespaces", "", fields.Everything())
	present := false
	await(t, namespaces, &corev1.Namespace{}, func(event watch.Event) (bool, error) {
		if event.Object.(*corev1.Namespace).Name == "shop" {
			present = event.Type != watch.Deleted
			return !present, nil
		}
		return false, nil
	})
}

func refusePrivileged(t *testing.T, clients kubernetes.Interface) {
	createNamespace(t, clients, "strict", map[string]string{"pod-security.kubernetes.io/enforce": "restricted"})
	accounts := cache.NewListWatchFromClient(clients.CoreV1().RESTClient(), "serviceaccounts", "strict", fields.Everything())
	await(t, accounts, &corev1.ServiceAccount{}, func(watch.Event) (bool, error) { return true, nil })

	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "loose"}, Spec: podSpec()}
	_, err := clients.CoreV1().Pods("strict").Create(t.Context(), pod, metav1.CreateOptions{})
	if err == nil || !strings.Contains(err.Error(), `violates PodSecurity "restricted`) {
		t.Errorf("creating a pod without a security context: got error %v, want a refusal by pod security", err)
	}
}

func stopLeavesNothing(t *testing.T, cp *controlplane.ControlPlane, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "run", "*.pid"))
	if err != nil || len(files) != 3 {
		t.Fatalf("process ids: got %q and error %v, want 3 files", files, err)
	}
	var pids []int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if err := cp.Stop(); err != nil {
		t.Error(err)
	}
	for i, pid := range pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("%s is still there after Stop (signalling it: %v)", filepath.Base(files[i]), err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of the state after Stop: got error %v, want that it does not exist", err)
	}
}

func createNamespace(t *testing.T, clients kubernetes.Interface, name string, labels map[string]string) {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	if _, err := clients.CoreV1().Namespaces().Create(t.Context(), ns, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

func podSpec() corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "example.com/web"}}}
}

// await waits until reached is true for an event of the list and its watch, at most a minute.
func await(t *testing.T, source cache.ListerWatcher, kind runtime.Object, reached watchtools.ConditionFunc) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := watchtools.UntilWithSync(ctx, source, kind, nil, reached); err != nil {
		t.Fatalf("waiting for %T: %v", kind, err)
	}
}
