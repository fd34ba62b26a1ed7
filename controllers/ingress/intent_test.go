package ingress

import (
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestLateEffectAfterTheEnd: the call was lost, its Ingress went, and then the effect landed.
func TestLateEffectAfterTheEnd(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateLoadBalancer", "CreateVServerGroup", "UploadServerCertificate"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.cloud.Fail(fakecloud.Fault{Action: action, Late: 90 * time.Second})
				w.add(class("slb"))
				w.app("coffee", 1)
				w.add(cafe())
				w.run(time.Second)
				w.remove(cafe())
				w.run(time.Hour)
				if !w.cloud.Dump().Empty() {
					w.Errorf("left over:\n%s", w.cloud.Dump())
				}
				if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
					w.Errorf("the record outlived its group: %+v", w.record("class.slb.0").Status)
				}
			})
		})
	}
}

// TestInstanceThatIsNotFoundForAMomentIsKept: a reading may answer with what was true before.
func TestInstanceThatIsNotFoundForAMomentIsKept(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		w.cloud.Fail(fakecloud.Fault{Action: "CreateLoadBalancer", Stale: 15 * time.Second})
		w.add(cafe())
		w.run(5 * time.Minute)
		if n := len(w.cloud.Dump().Instances); n != 1 {
			w.Errorf("instances: got %d, want 1:\n%s", n, w.journal(0))
		}
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}
