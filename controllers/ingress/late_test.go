package ingress

import (
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestLateEffectIsRepaired: a call without an answer was repeated, and lands when what it changes has
// been changed again. The service knows no fencing; a reading has to find it well before the audit.
func TestLateEffectIsRepaired(t *testing.T) {
	t.Parallel()
	backendTo := func(w *world, service string) {
		edit(w, cafe(), func(ing *networkingv1.Ingress) { ing.Spec.Rules[0].HTTP.Paths[0].Backend = backendOf(service) })
		w.run(time.Minute)
	}
	cases := map[string]struct {
		action string
		lost   func(*world) // what is lost and repeated
		again  func(*world) // what is done after it
		serves string
	}{
		"DeleteLoadBalancerListener": {
			"DeleteLoadBalancerListener",
			func(w *world) { w.remove(cafe()); w.run(time.Minute) },
			func(w *world) { w.add(cafe()); w.run(time.Minute) },
			"coffee",
		},
		"SetRule": {
			"SetRule",
			func(w *world) {
				w.add(ingressOf("bar", route{"bar.example", "/", "tea"})) // or tea's group would go, and the late call with it
				backendTo(w, "tea")
			},
			func(w *world) { backendTo(w, "coffee") },
			"coffee",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.one()
				w.app("tea", 1)
				const late = 15 * time.Minute
				w.cloud.Fail(fakecloud.Fault{Action: tc.action, Late: late})
				tc.lost(w)
				tc.again(w)
				w.serves("cafe", "cafe.example", "/", tc.serves)
				w.run(late - time.Minute)
				if got := w.answer(w.address("cafe"), portHTTP, "cafe.example", "/"); got == tc.serves {
					t.Fatal("nothing landed late")
				}
				w.run(lateBound - late + time.Minute)
				w.serves("cafe", "cafe.example", "/", tc.serves)
				calls := w.cloud.Seq()
				w.run(2 * time.Hour)
				for _, c := range w.cloud.JournalSince(calls) {
					if c.Write {
						t.Errorf("%s after all was mended", c.Action)
					}
				}
			})
		})
	}
}

// TestStaleRelease: an existing instance is taken up, and given back while the service still answers
// readings with the time before. What was made in between has no claim on the instance above it any
// more, and its own marks find it.
func TestStaleRelease(t *testing.T) {
	t.Parallel()
	for _, action := range []string{
		"TagResources", "UploadServerCertificate", "CreateVServerGroup", "CreateLoadBalancerHTTPListener", "CreateLoadBalancerHTTPSListener",
		"StartLoadBalancerListener", "CreateRules",
	} {
		for _, crash := range []bool{false, true} {
			name := action
			if crash {
				name += "/crash"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				play(t, func(w *world) {
					id := w.cloud.AddInstance(fakecloud.InstanceSpec{ID: "lb-theirs", Name: "theirs", Spec: "slb.s1.small", Tags: map[string]string{"team": "shop"}})
					w.add(class("slb"))
					w.app("coffee", 1)
					before := w.cloud.Dump().String()
					stale := fakecloud.Fault{Action: action, Stale: goneAfter}
					if crash {
						stale.CrashAfter = func() { w.life.kill() }
					}
					w.cloud.Fail(stale)
					w.add(onInstance(cafe(), id, false))
					w.settle()
					if crash {
						w.restart()
					}
					w.remove(cafe())
					w.settle()
					w.run(2*surveyEvery + surveyGuard + time.Minute)
					if after := w.cloud.Dump().String(); before != after {
						t.Errorf("left over after two surveys:\n%s\n%s", unlike(before, after), w.journal(0))
					}
				})
			})
		}
	}
}
