package ingress

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// podLists counts what is read of pods past the cache.
type podLists struct {
	client.Reader

	n int
}

func (p *podLists) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	if _, ok := list.(*corev1.PodList); ok {
		p.n++
	}
	return p.Reader.List(ctx, list, options...)
}

// probeWith gives a Service's n-th pod a readiness probe. The API server lets nobody change that of a pod,
// so the pod is another one afterwards.
func (w *world) probeWith(service string, n int, path string) {
	w.Helper()
	pod := w.newPod(service, n)
	old := &corev1.Pod{}
	if w.exists(old, pod.Namespace, pod.Name) {
		w.remove(old)
	}
	pod.Spec.Containers = []corev1.Container{{Name: "main", ReadinessProbe: &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(8080)}},
		PeriodSeconds: 5,
	}}}
	w.add(pod)
	w.settle()
}

// checked is the URI of the health check of a rule on port 443; empty if there is none.
func (w *world) checked(domain, url string) string {
	w.Helper()
	for _, l := range w.cloud.View().Instances[0].Listeners {
		for _, r := range l.Rules {
			if l.Port == portHTTPS && r.Domain == domain && r.URL == url && r.Policy.HealthCheck != nil {
				return r.Policy.HealthCheck.URI
			}
		}
	}
	return ""
}

func TestHealthChecksFromProbes(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		live := &podLists{Reader: w.life.loader.live}
		w.life.loader.live = live
		w.probeWith("coffee", 0, "/ready")
		w.probeWith("coffee", 1, "/ready")
		w.run(time.Hour)
		if live.n != 0 {
			t.Errorf("nobody asks for probes, and pods were listed %d times", live.n)
		}
		w.annotate(map[annotations.Name]string{annotations.HealthCheck: "auto"})
		if got := w.checked("cafe.example", "/coffee"); got != "/ready" {
			t.Errorf("coffee is checked by %q", got)
		}
		if got := w.checked("cafe.example", "/tea") + w.checked("bar.example", ""); got != "" {
			t.Errorf("pods without probe are checked by %q", got)
		}
		had, seq := live.n, w.cloud.Seq()
		w.run(2 * time.Hour)
		w.scale("coffee", 1)
		w.settle()
		if live.n != had {
			t.Errorf("known pods were listed %d times", live.n-had)
		}
		w.wrote(seq, "RemoveVServerGroupBackendServers")
		w.probeWith("coffee", 0, "/other")
		if got := w.checked("cafe.example", "/coffee"); got != "/other" {
			t.Errorf("coffee is checked by %q after a roll-out", got)
		}
		w.annotate(map[annotations.Name]string{annotations.HealthCheck: ""})
		if got := w.checked("cafe.example", "/coffee"); got != "" || len(w.life.loader.probes.groups) != 0 {
			t.Errorf("coffee is checked by %q, and %d groups have probes", got, len(w.life.loader.probes.groups))
		}
	})
}
