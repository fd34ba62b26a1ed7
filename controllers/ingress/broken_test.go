package ingress

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// damages are the ways in which input that served can break, and how each is undone.
func damages() map[string]struct{ harm, heal func(*world) } {
	annotation := func(key, value string) func(*world) {
		return func(w *world) {
			edit(w, ingressOf("cafe"), func(ing *networkingv1.Ingress) {
				if value == "" {
					delete(ing.Annotations, key)
					return
				}
				ing.Annotations = map[string]string{key: value}
			})
		}
	}
	port := func(number int32) func(*world) {
		return func(w *world) {
			edit(w, serviceOf("coffee"), func(s *corev1.Service) { s.Spec.Ports[0].Port = number })
		}
	}
	selector := func(with map[string]string) func(*world) {
		return func(w *world) {
			edit(w, serviceOf("coffee"), func(s *corev1.Service) { s.Spec.Selector = with })
		}
	}
	secret := func(p pair) func(*world) { return func(w *world) { w.secrets.put("shop", "cafe", p) } }
	return map[string]struct{ harm, heal func(*world) }{
		"Annotation": {annotation("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-health-check-interval", "soon"), annotation("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-health-check-interval", "")},
		"Secret":     {secret(pair{chain: []byte("half a"), key: []byte("certificate")}), secret(pairOf("cafe.example"))},
		"Key":        {secret(pair{chain: pairOf("cafe.example").chain, key: pairOf("bar.example").key}), secret(pairOf("cafe.example"))},
		"NoSecret":   {func(w *world) { w.secrets.remove("shop", "cafe") }, secret(pairOf("cafe.example"))},
		"Port":       {port(81), port(80)},
		"Selector":   {selector(nil), selector(map[string]string{"app": "coffee"})},
		"Service": {func(w *world) { w.remove(serviceOf("coffee")) }, func(w *world) {
			service := &corev1.Service{}
			w.exists(service, "shop", "tea")
			service.Name, service.ResourceVersion = "coffee", ""
			service.Spec.Selector = map[string]string{"app": "coffee"}
			w.add(service)
		}},
		"Type": {
			func(w *world) {
				edit(w, serviceOf("coffee"), func(s *corev1.Service) {
					s.Spec.Type, s.Spec.ExternalName = corev1.ServiceTypeExternalName, "elsewhere.example"
				})
			},
			func(w *world) {
				edit(w, serviceOf("coffee"), func(s *corev1.Service) { s.Spec.Type, s.Spec.ExternalName = "", "" })
			},
		},
		"Slices": {
			func(w *world) {
				edit(w, sliceOf("coffee"), func(s *discoveryv1.EndpointSlice) { s.Ports = nil })
				w.list("coffee", 0)
			},
			func(w *world) {
				edit(w, sliceOf("coffee"), func(s *discoveryv1.EndpointSlice) { s.Ports = sliceOf("coffee").Ports })
				w.list("coffee", 2)
			},
		},
	}
}

// TestBrokenInputKeepsTheLastGoodState: input that breaks changes nothing of what was served by it,
// nor of what others are served, also for a new process; and when it is mended it is as if nothing
// had been.
func TestBrokenInputKeepsTheLastGoodState(t *testing.T) {
	t.Parallel()
	for name, damage := range damages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.shop()
				before := w.dump()
				damage.harm(w)
				w.settle()
				w.serves("bar", "bar.example", "/", "tea")
				w.serves("cafe", "cafe.example", "/tea", "tea")
				if name != "Slices" { // no endpoint is a state, and no damage, once it is believed
					w.serves("cafe", "cafe.example", "/coffee", "coffee")
					w.restart()
					w.settle()
					w.run(audits)
					w.serves("cafe", "cafe.example", "/coffee", "coffee")
				}
				w.serves("bar", "bar.example", "/", "tea")
				damage.heal(w)
				w.settle()
				w.run(audits)
				if diff := cmp.Diff(before, w.dump()); diff != "" {
					w.Errorf("mended, the account differs (-before +after):\n%s", diff)
				}
			})
		})
	}
}

// TestDeletionNeedsMarksAlone: whatever of a group's input is broken or gone, all that it made goes.
func TestDeletionNeedsMarksAlone(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*world){
		"Sound":  func(*world) {},
		"Class":  func(w *world) { w.remove(class("slb")) },
		"Config": func(w *world) { w.remove(&v1alpha1.SLBConfig{ObjectMeta: class("slb").ObjectMeta}) },
		"Service": func(w *world) {
			w.remove(serviceOf("coffee"))
			w.remove(serviceOf("tea"))
		},
		"Secrets": func(w *world) { w.secrets.remove("shop", "cafe"); w.secrets.remove("shop", "bar") },
		"Instance": func(w *world) {
			w.do("SetLoadBalancerDeleteProtection", map[string]string{"LoadBalancerId": w.lb(), "DeleteProtection": "off"})
			w.do("DeleteLoadBalancer", map[string]string{"LoadBalancerId": w.lb()})
		},
		"Quota": func(w *world) {
			w.cloud.Fail(fakecloud.Fault{Action: "CreateVServerGroup", Before: "OperationForbidden.QuotaLimit", Times: -1})
		},
		"Claims": func(w *world) {
			w.lose("class.slb.0")
		},
	}
	for name, harm := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				c, config := classWith("slb", v1alpha1.SLBConfigSpec{})
				w.add(config)
				w.shopOf(c)
				harm(w)
				for _, ing := range []client.Object{ingressOf("cafe"), ingressOf("bar")} {
					w.remove(ing)
				}
				w.settle()
				w.run(grace + time.Hour)
				if left := w.cloud.Dump(); !left.Empty() {
					w.Errorf("left over:\n%s", left)
				}
				if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
					w.Error("the record stays")
				}
			})
		})
	}
}
