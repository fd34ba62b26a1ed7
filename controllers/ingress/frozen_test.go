package ingress

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func TestMissingConfigurationFreezes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		take   func(*world)
		give   func(*world)
	}{
		"ClassDeleted": {
			"somebody re-creates the class, as Helm does",
			func(w *world) { w.remove(class("slb")) },
			func(w *world) {
				c, _ := classWith("slb", v1alpha1.SLBConfigSpec{})
				w.add(c)
			},
		},
		"ConfigDeleted": {
			"the class's parameters are gone",
			func(w *world) { w.remove(&v1alpha1.SLBConfig{ObjectMeta: class("slb").ObjectMeta}) },
			func(w *world) {
				_, config := classWith("slb", v1alpha1.SLBConfigSpec{})
				w.add(config)
			},
		},
		"ParametersOfAnotherKind": {
			"the class names something that is no SLBConfig",
			func(w *world) {
				edit(w, class("slb"), func(c *networkingv1.IngressClass) { c.Spec.Parameters.Kind = "ConfigMap" })
			},
			func(w *world) {
				edit(w, class("slb"), func(c *networkingv1.IngressClass) { c.Spec.Parameters.Kind = kindSLBConfig })
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.add(classNaming("slb"))
				_, config := classWith("slb", v1alpha1.SLBConfigSpec{})
				w.add(config)
				w.app("coffee", 1)
				w.app("tea", 1)
				w.add(cafe())
				w.settle()
				before, seq := w.dump(), w.cloud.Seq()
				tc.take(w)
				w.settle()
				w.add(ingressOf("bar", route{"bar.example", "/", "tea"}))
				w.scale("coffee", 2)
				w.settle()
				w.restart()
				w.settle()
				w.run(24 * time.Hour)
				w.wrote(seq)
				if diff := cmp.Diff(before, w.dump()); diff != "" {
					w.Errorf("%s: the account changed (-before +after):\n%s", tc.reason, diff)
				}
				if got := w.condition("class.slb.0", v1alpha1.ConditionConfigMissing); !strings.HasPrefix(got, "True ConfigMissing") {
					w.Errorf("%s: Frozen: got %q", tc.reason, got)
				}
				if notes := w.life.told.of("cafe", cloud.ConfigMissing); len(notes) != 1 {
					w.Errorf("%s: told %d times, want once: %q", tc.reason, len(notes), notes)
				}
				tc.give(w)
				w.settle()
				w.serves("bar", "bar.example", "/", "tea")
				if got := w.condition("class.slb.0", v1alpha1.ConditionConfigMissing); !strings.HasPrefix(got, "False ConfigFound") {
					w.Errorf("%s: Frozen at the end: got %q", tc.reason, got)
				}
			})
		})
	}
}

// classNaming is a class that names parameters.
func classNaming(name string) *networkingv1.IngressClass {
	c, _ := classWith(name, v1alpha1.SLBConfigSpec{})
	return c
}

// TestClassOfAnotherController: a class that was never ours has no group, and no call is made.
func TestClassOfAnotherController(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		theirs := class("slb")
		theirs.Spec.Controller = "example.com/other"
		w.add(theirs)
		w.app("coffee", 1)
		id := w.instance()
		w.add(cafe(), onInstance(ingressOf("bar", route{"bar.example", "/", "coffee"}), id, true))
		w.settle()
		w.run(time.Hour)
		if n := w.calls(0); n != 0 || len(w.life.told.all()) != 0 {
			w.Errorf("another controller's class caused %d calls and %v", n, w.life.told.all())
		}
		w.remove(theirs)
		w.add(class("slb"))
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		w.serves("bar", "bar.example", "/", "coffee")
	})
}
