package ingress

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestIngressOnSeveralInstances: its status has the addresses of all, and only as long as they serve.
func TestIngressOnSeveralInstances(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(3)
		both := wideIn("both", "one.example", 25)
		both.Spec.Rules = append(both.Spec.Rules, wideIn("", "two.example", 25).Spec.Rules...)
		w.add(both)
		w.settle()
		w.placedWell(both)
		ing := read(w, &networkingv1.Ingress{}, "shop", "both")
		if got := len(addresses(ing)); got != 2 {
			w.Fatalf("addresses: got %d, want 2", got)
		}
		first := w.at("one.example")
		if got := addresses(ing)[0]; got != first[0] {
			w.Errorf("the first address is %s, want that of the first instance, %s", got, first[0])
		}
		seq := w.cloud.Seq()
		w.run(audits)
		w.wrote(seq)

		both.Spec.Rules = both.Spec.Rules[25:]
		edit(w, ing, func(ing *networkingv1.Ingress) { ing.Spec = both.Spec })
		w.settle()
		w.placedWell(both)
		w.scale("coffee", 2)
		seq = w.cloud.Seq()
		w.settle()
		w.wrote(seq, "AddVServerGroupBackendServers")
	})
}

// TestWildcardKeepsItsTenants: a namespace under whose wildcard another one has a host on another
// instance does not get the wildcard, and hosts that a wildcard covers join it.
func TestWildcardKeepsItsTenants(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(3)
		theirs := wideIn("theirs", "b.shop.example", 20)
		theirs.Namespace = "rival"
		w.add(wideIn("big", "a.shop.example", 30))
		w.wait(time.Second)
		w.add(theirs)
		w.settle()
		want := map[string][]string{"class.slb.0": {"a.shop.example"}, "class.slb.1": {"b.shop.example"}}
		if diff := cmp.Diff(want, w.placed()); diff != "" {
			w.Fatalf("placed (-want +got):\n%s", diff)
		}
		w.add(wideIn("star", "*.shop.example", 1))
		w.settle()
		if notes := w.life.told.of("star", cloud.HostClaimed); len(notes) != 1 {
			w.Errorf("HostClaimed: got %q, want it told once", notes)
		}
		if at := w.at("*.shop.example"); len(at) != 0 {
			w.Errorf("the wildcard is served at %v over another namespace's host", at)
		}
		w.remove(theirs)
		w.settle()
		if at := w.at("*.shop.example"); !slices.Equal(at, w.at("a.shop.example")) {
			w.Errorf("the wildcard is at %v, want where the oldest host is that it covers", at)
		}
		w.add(wideIn("c", "c.shop.example", 15))
		w.settle()
		if at := w.at("c.shop.example"); !slices.Equal(at, w.at("*.shop.example")) {
			w.Errorf("c is at %v, want with the wildcard", at)
		}
		late := wideIn("late", "d.shop.example", 1)
		late.Namespace = "rival"
		w.add(late)
		w.settle()
		if notes := w.life.told.of("late", cloud.HostClaimed); len(notes) != 1 {
			w.Errorf("HostClaimed: got %q, want it told once", notes)
		}
		want = map[string][]string{"class.slb.0": {"a.shop.example", "*.shop.example", "c.shop.example"}, "class.slb.1": nil}
		if diff := cmp.Diff(want, w.placed()); diff != "" {
			w.Errorf("what belongs to another namespace takes no room: placed (-want +got):\n%s", diff)
		}
	})
}

// TestNamedInstanceOfTheClass: an Ingress that names one of the class's instances gets its hosts there,
// except those that are elsewhere already.
func TestNamedInstanceOfTheClass(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(3)
		w.add(wide("a", 30), wide("b", 30))
		w.settle()
		second := w.record("class.slb.1").Status.LoadBalancerID
		named := onInstance(wide("named", 2), second, false)
		named.Spec.Rules = append(named.Spec.Rules, ingressOf("", route{"a.example", "/extra", "coffee"}).Spec.Rules...)
		w.add(named)
		w.settle()
		if at := w.at("named.example"); !slices.Equal(at, w.at("b.example")) {
			w.Errorf("named.example is at %v, want at the named instance", at)
		}
		if notes := w.life.told.of("named", cloud.HostElsewhere); len(notes) != 1 {
			w.Errorf("HostElsewhere: got %q, want it told once", notes)
		}
		w.placedWell(wide("a", 30), wide("b", 30))
	})
}

// TestNothingIsPlacedWhileTheServiceIsSilent: a host that may be served somewhere is not placed
// elsewhere.
func TestNothingIsPlacedWhileTheServiceIsSilent(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(3)
		w.cloud.Fail(fakecloud.Fault{Before: "ServiceUnavailable", Times: -1})
		w.add(wide("a", 1))
		w.run(10 * time.Minute)
		if got := w.placed(); len(got) != 0 {
			w.Errorf("placed: got %v", got)
		}
		w.cloud.Heal()
		w.run(10 * time.Minute)
		w.placedWell(wide("a", 1))
	})
}

// TestDefaultBackendIsAHost: requests to unknown hosts have one instance.
func TestDefaultBackendIsAHost(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(2)
		w.app("tea", 1)
		def := ingressOf("default")
		backend := backendOf("tea")
		def.Spec.DefaultBackend = &backend
		w.add(wide("a", 40), def, wide("b", 2))
		w.settle()
		w.placedWell(wide("a", 40), wide("b", 2))
		if got := w.answer(w.address("default"), portHTTP, "unknown.example", "/"); got != "tea" {
			w.Errorf("an unknown host at the default backend's instance: answered by %q", got)
		}
		if got := w.answer(w.address("b"), portHTTP, "unknown.example", "/"); got != "503" {
			w.Errorf("an unknown host at another instance: answered by %q", got)
		}
	})
}

// TestQuotaIsWarnedOfOnce for each time that four fifths are crossed.
func TestQuotaIsWarnedOfOnce(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(1)
		w.add(wide("a", 31))
		w.settle()
		warned := func(want int) {
			w.Helper()
			if notes := w.life.told.of("class.slb.0", cloud.QuotaNearlyUsed); len(notes) != want {
				w.Errorf("QuotaNearlyUsed: got %q, want %d", notes, want)
			}
		}
		warned(0)
		for i := range 3 {
			w.add(wide(fmt.Sprintf("b%d", i), 1))
			w.settle()
			warned(1)
		}
		w.run(audits)
		warned(1)
		for i := range 3 {
			w.remove(wide(fmt.Sprintf("b%d", i), 1))
		}
		w.settle()
		w.add(wide("c", 2))
		w.settle()
		warned(2)
		if use := w.record("class.slb.0").Status.Use; !strings.HasPrefix(use, "rules 33/40") {
			w.Errorf("use: got %q", use)
		}
	})
}

// TestEventsReachTheInstancesConcerned and no others.
func TestEventsReachTheInstancesConcerned(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		change func(*world)
		want   []string
	}{
		"Endpoints": {"the instance that serves a host of an Ingress with the Service", func(w *world) { w.scale("tea", 2) }, []string{"class.slb.1"}},
		"Ingress":   {"its instance, and whoever places new hosts", func(w *world) { edit(w, ingressOf("a"), setPath("/new")) }, []string{"class.slb.0", "places.slb"}},
		"New":       {"whoever places new hosts", func(w *world) { w.add(wide("c", 1)) }, []string{"places.slb"}},
		"Class":     {"all of the class", func(w *world) { w.remove(class("slb")) }, []string{"class.slb.0", "class.slb.1", "places.slb"}},
		"Hosts": {"the instance, and whoever places lost hosts", func(w *world) {
			record := w.record("class.slb.1")
			record.Status.Hosts = nil
			w.must(w.api.Status().Update(w.Context(), record))
		}, []string{"class.slb.1", "places.slb"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.classOf(3)
				w.app("tea", 1)
				b := ingressOf("b")
				for i := range 20 {
					b.Spec.Rules = append(b.Spec.Rules, ingressOf("", route{"b.example", fmt.Sprintf("/%d", i), "tea"}).Spec.Rules...)
				}
				w.add(wide("a", 30), b)
				w.settle()
				w.concerned()
				tc.change(w)
				got := slices.DeleteFunc(w.concerned(), func(key string) bool { return strings.HasPrefix(key, "id.") })
				if !slices.Equal(got, tc.want) {
					w.Errorf("%s: got %v, want %v", tc.reason, got, tc.want)
				}
			})
		})
	}
}
