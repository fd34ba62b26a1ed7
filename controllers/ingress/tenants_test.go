package ingress

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// thief makes a Service "thief" of namespace other, with a ready pod.
func (w *world) thief() {
	w.Helper()
	w.app("thief", 1)
	service := &corev1.Service{}
	w.exists(service, "shop", "thief")
	slice := sliceOf("thief")
	w.exists(slice, "shop", "thief")
	pod := &corev1.Pod{}
	w.exists(pod, "shop", "thief-0")
	w.remove(service)
	w.remove(slice)
	w.remove(pod)
	slice.Endpoints[0].TargetRef.Namespace = "other"
	service.Namespace, slice.Namespace, pod.Namespace = "other", "other", "other"
	service.ResourceVersion, slice.ResourceVersion, pod.ResourceVersion = "", "", ""
	w.add(service, slice, pod)
}

func otherIngress(name, host string) *networkingv1.Ingress {
	ing := ingressOf(name, route{host, "/", "thief"})
	ing.Namespace = "other"
	return ing
}

// TestHostStaysWithItsNamespace tries the ways to take another namespace's host. In each of them the
// owner is served all the time, also after a restart and without the record of claims, and the other
// one is told; when the owner leaves, the other one is served.
func TestHostStaysWithItsNamespace(t *testing.T) {
	t.Parallel()
	const host = "api.example"
	newer := func(host string) func(*world) {
		return func(w *world) { w.add(otherIngress("taker", host)) }
	}
	cases := map[string]struct {
		reason string
		early  bool // the other Ingress is the older object, and asks for the host later
		take   func(*world)
		asked  string // a host that the other Ingress is served at when the owner is gone
	}{
		"Newer": {"a newer object", false, newer(host), host},
		"OlderEdited": {"an older object that is edited later", true, func(w *world) {
			edit(w, otherIngress("taker", ""), func(ing *networkingv1.Ingress) { ing.Spec.Rules[0].Host = host })
		}, host},
		"OlderAdded": {"an older object that gets a further rule", true, func(w *world) {
			edit(w, otherIngress("taker", ""), func(ing *networkingv1.Ingress) {
				ing.Spec.Rules = append(ing.Spec.Rules, otherIngress("", host).Spec.Rules...)
			})
		}, host},
		"Wildcard":    {"a wildcard over it", false, newer("*.example"), "other.example"},
		"Case":        {"another spelling", false, newer("API.Example"), host},
		"TrailingDot": {"the same name, written in full", false, newer("api.example."), host},
		"Both":        {"both at once", false, newer("*.EXAMPLE."), "x.example"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.add(class("slb"))
				w.app("coffee", 1)
				w.thief()
				if tc.early {
					w.add(otherIngress("taker", "harmless.elsewhere"))
					w.wait(time.Minute)
				}
				w.add(ingressOf("owner", route{host, "/", "coffee"}))
				w.settle()
				w.wait(time.Minute)
				tc.take(w)
				kept := func(when string) {
					t.Helper()
					for range 20 {
						if got := w.answer(w.address("owner"), portHTTP, host, "/login"); got != "coffee" {
							t.Fatalf("%s, %s: %q answers", tc.reason, when, got)
						}
						w.wait(time.Second)
					}
				}
				kept("at once")
				w.settle()
				if told := len(w.life.told.of("taker", cloud.HostClaimed)); told == 0 {
					t.Errorf("%s: nobody was told:\n%s", tc.reason, w.journal(0))
				}
				w.restart()
				kept("after a restart")
				w.lose("class.slb.0")
				kept("without a record")
				w.run(audits)
				kept("a day later")

				address := w.address("owner")
				w.remove(ingressOf("owner"))
				w.settle()
				if got := w.answer(address, portHTTP, tc.asked, "/login"); got != "thief" {
					t.Errorf("%s: the owner left, and %q answers for %s", tc.reason, got, tc.asked)
				}
			})
		})
	}
}

// TestInternationalHostIsOneHost: a name and its ASCII form are the same host.
func TestInternationalHostIsOneHost(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		w.thief()
		w.add(ingressOf("owner", route{"bücher.example", "/", "coffee"}))
		w.settle()
		w.wait(time.Minute)
		w.add(otherIngress("taker", "xn--bcher-kva.example"))
		w.settle()
		w.serves("owner", "xn--bcher-kva.example", "/", "coffee")
		if len(w.life.told.of("taker", cloud.HostClaimed)) == 0 {
			t.Errorf("nobody was told:\n%s", w.journal(0))
		}
	})
}

// TestBrokenSuccessor: what an Ingress served goes with it, also when the next claimant of its path has
// nothing to serve there; keeping what was served last is for one's own path alone.
func TestBrokenSuccessor(t *testing.T) {
	t.Parallel()
	for _, namespace := range []string{"shop", "evil"} {
		t.Run(namespace, func(t *testing.T) {
			t.Parallel()
			judged(t, func(m *watchman) {
				m.add(class("slb"))
				m.app("tea", 1)
				m.add(ingressOf("first", route{"tea.example", "/x", "tea"}), ingressOf("other", route{"other.example", "/", "tea"}))
				m.rest()
				m.wait(time.Second)
				next := ingressOf("next", route{"tea.example", "/x", "nobody"}, route{"tea.example", "/y", "tea"})
				next.Namespace = namespace
				m.add(next)
				m.rest()
				m.remove(ingressOf("first"))
				m.rest()
				m.run(2 * audits)
				m.close()
			})
		})
	}
}
