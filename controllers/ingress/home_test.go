package ingress

import (
	"slices"
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// onClass adds a class whose parameters name an instance; an empty id: none.
func (w *world) onClass(name, id string, edits ...func(*v1alpha1.SLBConfigSpec)) {
	w.Helper()
	c, config := classWith(name, v1alpha1.SLBConfigSpec{})
	config.Spec.LoadBalancerID = id
	for _, edit := range edits {
		edit(&config.Spec)
	}
	w.add(c, config)
}

func TestInstanceForAWholeClass(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.instance()
		none := []string{}
		w.onClass("slb", id, func(s *v1alpha1.SLBConfigSpec) { s.AllowedLoadBalancerIDs = &none })
		w.app("coffee", 1)
		w.app("tea", 1)
		w.add(cafe())
		w.settle()
		w.add(onInstance(ingressOf("bar", route{"bar.example", "/", "tea"}), id, false))
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		w.serves("bar", "bar.example", "/", "tea")
		if !strings.Contains(w.find("instance", id), w.address("cafe")) {
			w.Errorf("the Ingress shows %s, which is not the instance's", w.address("cafe"))
		}
		if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
			w.Error("the class has a second record")
		}
		seq := w.cloud.Seq()
		w.restart()
		w.run(time.Hour)
		w.wrote(seq)

		w.remove(cafe())
		w.settle()
		if record := w.record("id." + id); record.Status.WholeClass {
			w.Error("nobody is there because of the class any more")
		}
		w.remove(ingressOf("bar"))
		w.settle()
		if w.exists(&v1alpha1.SLBInstance{}, "", "id."+id) || strings.Contains(w.find("instance", id), "slb-ingress") {
			w.Error("the instance is not released at once")
		}
		if got := w.writes(0); slices.Contains(got, "CreateLoadBalancer") || slices.Contains(got, "DeleteLoadBalancer") {
			w.Errorf("instances came or went: %q", got)
		}
	})
}

// TestOverrideIsTheClassesToAllow: what is on an instance that was given to a class is not for a
// tenant to take over.
func TestOverrideIsTheClassesToAllow(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.instance()
		w.do("CreateVServerGroup", map[string]string{"LoadBalancerId": id, "VServerGroupName": "theirs"})
		w.do("CreateLoadBalancerHTTPListener", map[string]string{
			"LoadBalancerId": id, "ListenerPort": "80", "Bandwidth": "-1", "StickySession": "off", "HealthCheck": "off",
			"VServerGroupId": idIn(w.find("group", "theirs")),
		})
		w.onClass("slb", id)
		w.app("coffee", 1)
		ing := cafe()
		ing.Annotations = map[string]string{annotations.OwnPrefix + "force-override-listeners": "true"}
		w.add(ing)
		seq := w.cloud.Seq()
		w.settle()
		w.wrote(seq)
		for _, reason := range []cloud.Reason{cloud.ListenerOccupied, cloud.AnnotationConflict} {
			if notes := w.life.told.of("cafe", reason); len(notes) != 1 {
				w.Errorf("told %q, want one event %s", notes, reason)
			}
		}
		edit(w, &v1alpha1.SLBConfig{ObjectMeta: class("slb").ObjectMeta}, func(c *v1alpha1.SLBConfig) { c.Spec.ForceOverrideListeners = true })
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

func TestInstanceOfTwoClasses(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.instance()
		w.onClass("slb", id)
		w.onClass("other", id)
		w.app("coffee", 1)
		w.app("tea", 1)
		w.add(cafe())
		w.settle()
		w.wait(time.Second)
		w.add(ingressIn("other", "bar", route{"bar.example", "/", "tea"}))
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if notes := w.life.told.of("bar", cloud.LoadBalancerClaimed); len(notes) != 1 || !strings.Contains(notes[0], id) {
			w.Errorf("the second class was told %q, want one event that names the instance", notes)
		}
		w.remove(cafe())
		w.settle()
		w.serves("bar", "bar.example", "/", "tea")
	})
}

// TestClassNamesAnInstanceThatAnotherOneCreated: it belongs to the class that created it.
func TestClassNamesAnInstanceThatAnotherOneCreated(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		w.onClass("other", w.lb())
		w.app("tea", 1)
		seq := w.cloud.Seq()
		w.add(ingressIn("other", "bar", route{"bar.example", "/", "tea"}))
		w.settle()
		w.run(time.Hour)
		w.wrote(seq)
		w.serves("cafe", "cafe.example", "/", "coffee")
		if notes := w.life.told.of("bar", cloud.LoadBalancerClaimed); len(notes) != 1 {
			w.Errorf("told %q, want one event", notes)
		}
		if got := w.address("bar"); got != "" {
			w.Errorf("it shows %s", got)
		}
	})
}

func TestAddressTypeIsAsked(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.instance()
		w.onClass("slb", id, func(s *v1alpha1.SLBConfigSpec) { s.AddressType = cloud.AddressIntranet })
		w.app("coffee", 1)
		w.add(cafe())
		seq := w.cloud.Seq()
		w.settle()
		w.wrote(seq)
		if notes := w.life.told.of("cafe", cloud.AddressTypeMismatch); len(notes) != 1 {
			w.Errorf("told %q, want one event", notes)
		}
	})
	play(t, func(w *world) {
		id := w.instance()
		w.onClass("slb", id)
		w.app("coffee", 1)
		w.app("tea", 1)
		ing := ingressOf("bar", route{"bar.example", "/", "tea"})
		ing.Annotations = map[string]string{annotations.OwnPrefix + "address-type": cloud.AddressIntranet}
		w.add(ing)
		w.wait(time.Second)
		w.add(cafe())
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if notes := w.life.told.of("bar", cloud.AddressTypeMismatch); len(notes) != 1 {
			w.Errorf("told %q, want one event on the one Ingress that asks for another address", notes)
		}
	})
}

// TestClassGetsOtherParameters: Ingresses do not move because of it. The group is frozen until they
// have left, and the class's next Ingress is where the parameters say.
func TestClassGetsOtherParameters(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ reason, from, to string }{
		"CreatedToNamed": {"the class had an instance of its own", "", "first"},
		"NamedToNamed":   {"the class had another instance", "first", "second"},
		"NamedToCreated": {"the class had an instance that was there", "first", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				ids := map[string]string{"": "", "first": w.instance(), "second": w.cloud.AddInstance(fakecloud.InstanceSpec{Name: "second", Spec: "slb.s1.small"})}
				w.onClass("slb", ids[tc.from])
				w.app("coffee", 1)
				w.app("tea", 1)
				w.add(cafe())
				w.settle()
				before := w.address("cafe")
				w.onClass("next", ids[tc.to])
				point := func(at string) {
					edit(w, class("slb"), func(c *networkingv1.IngressClass) { c.Spec.Parameters.Name = at })
					w.settle()
				}
				seq := w.cloud.Seq()
				point("next")
				w.add(ingressOf("bar", route{"bar.example", "/", "tea"}))
				w.settle()
				w.restart()
				w.run(24 * time.Hour)
				w.wrote(seq)
				w.serves("cafe", "cafe.example", "/", "coffee")
				for _, name := range []string{"cafe", "bar"} {
					if notes := w.life.told.of(name, cloud.ConfigMissing); len(notes) != 1 {
						w.Errorf("%s: %s was told %q, want one event", tc.reason, name, notes)
					}
				}
				point("slb")
				w.serves("bar", "bar.example", "/", "tea")

				point("next")
				w.remove(cafe())
				w.remove(ingressOf("bar"))
				w.settle()
				w.add(cafe())
				w.settle()
				w.serves("cafe", "cafe.example", "/", "coffee")
				if after := w.address("cafe"); after == before {
					w.Errorf("%s: it is still served at %s", tc.reason, after)
				}
				w.run(time.Hour)
				if tc.from == "" && w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
					w.Error("the former instance was not released")
				}
			})
		})
	}
}

func TestEventsReachTheGroupOfAClassesInstance(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.town()
		w.onClass("vip", "lb-vip")
		want := []string{"class.vip.0", "id.lb-vip"}
		if got := w.concerned(); !slices.Equal(got, want) {
			w.Errorf("class and parameters: got %v, want %v", got, want)
		}
		w.add(ingressIn("vip", "new", route{"new.example", "/", "nobodys"}))
		if got := w.concerned(); !slices.Equal(got, want) {
			w.Errorf("an Ingress: got %v, want %v", got, want)
		}
		w.scale("nobodys", 2)
		if got := w.concerned(); !slices.Equal(got, want) {
			w.Errorf("endpoints: got %v, want %v", got, want)
		}
		w.remove(&v1alpha1.SLBConfig{ObjectMeta: class("vip").ObjectMeta})
		if got := w.concerned(); !slices.Equal(got, want) {
			w.Errorf("parameters deleted: got %v, want %v", got, want)
		}
	})
}
