package ingress

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// choosy adds a class that serves namespaces with a label, and the shop's namespace with it.
func (w *world) choosy(name string) {
	w.Helper()
	c, config := classWith(name, v1alpha1.SLBConfigSpec{})
	config.Spec.AllowedNamespaces = &metav1.LabelSelector{MatchLabels: map[string]string{"edge": name}}
	w.add(c, config)
}

func namespaceWith(edge string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"edge": edge}}}
}

// label sets the label of the shop's namespace.
func (w *world) label(edge string) {
	w.Helper()
	edit(w, namespaceWith(""), func(n *corev1.Namespace) { n.Labels["edge"] = edge })
	w.settle()
}

func TestNamespaceThatIsNotAllowedAnyMore(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.choosy("slb")
		w.add(namespaceWith("slb"))
		w.app("coffee", 1)
		w.add(cafe())
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		first := w.address("cafe")

		w.label("none")
		if got := w.address("cafe"); got != "" {
			w.Errorf("the Ingress still shows %s", got)
		}
		for _, port := range []int{portHTTP, portHTTPS} {
			if got := w.answer(first, port, "cafe.example", "/"); got != "closed" {
				w.Errorf("port %d: answered by %q, want it closed", port, got)
			}
		}
		if claims := w.record("class.slb.0").Status.Claims; len(claims) != 0 {
			w.Errorf("it keeps claims: %v", claims)
		}
		w.label("slb")
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.address("cafe"); got != first {
			w.Errorf("address: got %s, want %s again, within the grace", got, first)
		}

		w.label("none")
		w.run(grace + time.Minute)
		if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
			w.Error("the instance outlives the grace")
		}
		seq := w.cloud.Seq()
		w.scale("coffee", 2)
		w.settle()
		w.run(time.Hour)
		w.wrote(seq)
		if notes := w.life.told.of("cafe", cloud.NamespaceNotAllowed); len(notes) != 2 || !strings.Contains(notes[0], `"shop"`) {
			w.Errorf("told %q, want one event for each time", notes)
		}
	})
}

// TestNamespaceNotAllowedFromTheStart: the service is not called, and another class may use the
// instance that the Ingress names.
func TestNamespaceNotAllowedFromTheStart(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.instance()
		w.choosy("slb")
		w.add(namespaceWith("none"), class("other"))
		w.app("coffee", 1)
		w.add(onInstance(cafe(), id, false), ingressOf("bar", route{"bar.example", "/", "coffee"}))
		w.settle()
		if n := w.calls(0); n != 0 {
			w.Errorf("it caused %d calls", n)
		}
		for _, name := range []string{"cafe", "bar"} {
			if notes := w.life.told.of(name, cloud.NamespaceNotAllowed); len(notes) != 1 {
				w.Errorf("%s was told %q, want one event", name, notes)
			}
		}
		w.wait(time.Second)
		w.add(onInstance(ingressIn("other", "tea", route{"tea.example", "/", "coffee"}), id, false))
		w.settle()
		w.serves("tea", "tea.example", "/", "coffee")
	})
}

func TestUnknownNamespaceFreezes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason     string
		take, give func(*world)
	}{
		"Missing": {
			"the Namespace is not to be seen",
			func(w *world) { w.remove(namespaceWith("")) },
			func(w *world) { w.add(namespaceWith("slb")) },
		},
		"BrokenSelector": {
			"the selector cannot be read",
			func(w *world) { w.selectBy("no such operator") },
			func(w *world) { w.selectBy(metav1.LabelSelectorOpExists) },
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.choosy("slb")
				w.add(namespaceWith("slb"))
				w.app("coffee", 1)
				w.app("tea", 1)
				w.add(cafe())
				w.settle()
				seq := w.cloud.Seq()
				tc.take(w)
				w.settle()
				w.add(ingressOf("bar", route{"bar.example", "/", "tea"}))
				w.settle()
				w.restart()
				w.run(24 * time.Hour)
				w.wrote(seq)
				w.serves("cafe", "cafe.example", "/", "coffee")
				if got := w.condition("class.slb.0", v1alpha1.ConditionConfigMissing); !strings.HasPrefix(got, "True ConfigMissing") {
					w.Errorf("%s: condition: got %q", tc.reason, got)
				}
				tc.give(w)
				w.settle()
				w.serves("cafe", "cafe.example", "/", "coffee")
				w.serves("bar", "bar.example", "/", "tea")
			})
		})
	}
}

// selectBy makes class slb ask for the label by an operator.
func (w *world) selectBy(operator metav1.LabelSelectorOperator) {
	w.Helper()
	edit(w, &v1alpha1.SLBConfig{ObjectMeta: class("slb").ObjectMeta}, func(c *v1alpha1.SLBConfig) {
		c.Spec.AllowedNamespaces = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "edge", Operator: operator}}}
	})
}

// TestNamespaceAfterItsIngress: the caches follow the cluster each for itself.
func TestNamespaceAfterItsIngress(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.choosy("slb")
		w.app("coffee", 1)
		w.add(cafe())
		w.settle()
		w.add(namespaceWith("slb"))
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

func TestNamespaceEventsReachTheGroupsConcerned(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.town()
		w.add(namespaceWith("none"))
		if got := w.concerned(); len(got) != 0 {
			w.Errorf("no class looks at namespaces, and they brought work to %v", got)
		}
		edit(w, class("other"), func(c *networkingv1.IngressClass) {
			named, _ := classWith("other", v1alpha1.SLBConfigSpec{})
			c.Spec = named.Spec
		})
		_, config := classWith("other", v1alpha1.SLBConfigSpec{})
		config.Spec.AllowedNamespaces = &metav1.LabelSelector{}
		w.add(config)
		w.concerned()
		edit(w, namespaceWith(""), func(n *corev1.Namespace) { n.Labels["edge"] = "slb" })
		if got := w.concerned(); len(got) != 1 || got[0] != ofOther {
			w.Errorf("got %v, want %s, the group of the class that looks at namespaces", got, ofOther)
		}
		edit(w, namespaceWith(""), func(n *corev1.Namespace) { n.Annotations = map[string]string{"x": "y"} })
		if got := w.concerned(); len(got) != 0 {
			w.Errorf("an annotation brought work to %v", got)
		}
	})
}
