package ingress

import (
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// point gives class slb other parameters.
func (w *world) point(parameters string) {
	w.Helper()
	edit(w, class("slb"), func(c *networkingv1.IngressClass) { c.Spec.Parameters.Name = parameters })
	w.settle()
}

// TestSeveralInsteadOfAnExistingOne: a class that an existing instance serves stays there when it gets
// parameters with several of its own, until nobody of it is on that instance.
func TestSeveralInsteadOfAnExistingOne(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.onClass("slb", w.instance())
		w.onClass("next", "", func(s *v1alpha1.SLBConfigSpec) { s.MaxInstances = 3 })
		w.app("coffee", 1)
		w.add(cafe())
		w.settle()
		address := w.address("cafe")
		seq := w.cloud.Seq()
		w.point("next")
		w.run(time.Hour)
		w.wrote(seq)
		if got := w.address("cafe"); got != address {
			w.Errorf("the Ingress moved from %s to %s", address, got)
		}
		if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
			w.Error("the class has a second home")
		}
		w.remove(cafe())
		w.settle()
		w.add(wide("a", 30), wide("b", 30))
		w.settle()
		w.placedWell(wide("a", 30), wide("b", 30))
	})
}

// TestAnExistingOneInsteadOfSeveral: once the instances of a class serve nobody, the one that its
// parameters name does, though they are not released yet.
func TestAnExistingOneInsteadOfSeveral(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(3)
		w.onClass("next", w.instance())
		w.add(wide("a", 30), wide("b", 30))
		w.settle()
		w.point("next")
		w.placedWell(wide("a", 30), wide("b", 30))
		w.remove(wide("a", 30))
		w.remove(wide("b", 30))
		w.settle()
		w.add(cafe())
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if notes := w.life.told.of("cafe", cloud.ConfigMissing); len(notes) != 0 {
			w.Errorf("told %q, want nothing", notes)
		}
		w.run(time.Hour)
		if got := len(w.cloud.View().Instances); got != 1 {
			w.Errorf("instances: got %d, want the existing one alone", got)
		}
	})
}
