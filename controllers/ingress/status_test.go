package ingress

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func TestStatusOfIngresses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		change func(*world)
		want   bool
	}{
		"ClassChanged": {
			"another controller's Ingress does not show our address",
			func(w *world) {
				nginx := "nginx"
				edit(w, cafe(), func(ing *networkingv1.Ingress) { ing.Spec.IngressClassName = &nginx })
			},
			false,
		},
		"CloudFails": {
			"an address that serves is kept through errors",
			func(w *world) {
				w.cloud.Fail(fakecloud.Fault{Before: "ServiceUnavailable", Times: -1})
				w.app("tea", 1)
				w.add(ingressOf("bar", route{"bar.example", "/", "tea"}))
				w.run(audits)
			},
			true,
		},
		"BackendGone": {
			"what is served is what was last good",
			func(w *world) {
				w.remove(serviceOf("coffee"))
			},
			true,
		},
		"ClassGone": {
			"a frozen group keeps serving",
			func(w *world) {
				w.remove(class("slb"))
				w.run(24 * time.Hour)
			},
			true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.one()
				before := w.address("cafe")
				tc.change(w)
				w.settle()
				want := ""
				if tc.want {
					want = before
				}
				if got := w.address("cafe"); got != want {
					w.Errorf("%s: got %q, want %q", tc.reason, got, want)
				}
			})
		})
	}
}

func TestStatusHasPorts(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		ing := read(w, &networkingv1.Ingress{}, "shop", "cafe")
		want := []networkingv1.IngressLoadBalancerIngress{{IP: "127.0.100.1", Ports: []networkingv1.IngressPortStatus{
			{Port: 80, Protocol: "TCP"}, {Port: 443, Protocol: "TCP"},
		}}}
		if diff := cmp.Diff(want, ing.Status.LoadBalancer.Ingress); diff != "" {
			w.Errorf("status (-want +got):\n%s", diff)
		}
	})
}

// TestStatusOfOthersIsKept: an Ingress that left may show what its new controller wrote.
func TestStatusOfOthersIsKept(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		ing := read(w, &networkingv1.Ingress{}, "shop", "cafe")
		nginx := "nginx"
		ing.Spec.IngressClassName = &nginx
		ing.Status.LoadBalancer.Ingress = append(ing.Status.LoadBalancer.Ingress, networkingv1.IngressLoadBalancerIngress{IP: "192.0.2.7"})
		w.must(w.api.Status().Update(w.Context(), ing))
		edit(w, cafe(), func(ing *networkingv1.Ingress) { ing.Spec.IngressClassName = &nginx })
		w.settle()
		if got := w.address("cafe"); got != "192.0.2.7" {
			w.Errorf("status: got %q, want the other controller's address alone", got)
		}
	})
}

// TestOneStatusThatFailsKeepsNoOtherFromIts: one Ingress's trouble is not the others'.
func TestOneStatusThatFailsKeepsNoOtherFromIts(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.api.fault = func(verb string, o client.Object) error {
			if o.GetName() == "cafe" && strings.HasPrefix(verb, "patch") {
				return apierrors.NewInternalError(errDead)
			}
			return nil
		}
		w.add(class("slb"))
		w.app("coffee", 1)
		w.add(cafe(), ingressOf("bar", route{"bar.example", "/", "coffee"}))
		w.run(time.Minute)
		w.serves("bar", "bar.example", "/", "coffee")
		if got := w.address("cafe"); got != "" {
			w.Fatalf("status: got %q, want none: it cannot be written", got)
		}
		w.api.fault = nil
		w.run(time.Hour)
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

func TestStatusConflictIsTriedAgain(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		stale := read(w, &networkingv1.Ingress{}, "shop", "cafe")
		ing := stale.DeepCopy()
		ing.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "192.0.2.8"}}
		w.must(w.api.Status().Update(w.Context(), ing))
		// This group read the Ingress before another one wrote its address.
		err := w.life.reporter.status(w.Context(), stale, nil)
		if !apierrors.IsConflict(err) {
			w.Errorf("status: got %v, want a conflict", err)
		}
		if got := w.address("cafe"); got != "192.0.2.8" {
			w.Errorf("status: got %q, want the newer address untouched", got)
		}
	})
}
