package ingress

import (
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
)

// toNobody gives the first path of an Ingress, or its default backend, a Service that does not exist.
func toNobody(w *world, name string) {
	edit(w, ingressOf(name), func(ing *networkingv1.Ingress) {
		if ing.Spec.DefaultBackend != nil {
			ing.Spec.DefaultBackend.Service.Name = "nobody"
			return
		}
		ing.Spec.Rules[0].HTTP.Paths[0].Backend = backendOf("nobody")
	})
}

// TestKeptIsOnesOwn: an Ingress whose backend breaks keeps what its path was served by, also in a new
// process and after changes, and nothing that another Ingress was served by.
func TestKeptIsOnesOwn(t *testing.T) {
	t.Parallel()
	const host = "tea.example"
	cases := map[string]struct {
		harm func(*world)
		want string
	}{
		"Typo":    {func(w *world) { toNobody(w, "first") }, "tea"},
		"Restart": {func(w *world) { w.restart(); toNobody(w, "first") }, "tea"},
		"Lost, and the Service goes": {func(w *world) {
			w.lose("class.slb.0")
			w.remove(serviceOf("tea"))
		}, "tea"},
		"Changed before": {func(w *world) {
			edit(w, ingressOf("first"), func(ing *networkingv1.Ingress) { ing.Spec.Rules[0].HTTP.Paths[0].Backend = backendOf("milk") })
			w.settle()
			toNobody(w, "first")
		}, "milk"},
		"Made exact": {func(w *world) {
			edit(w, ingressOf("first"), func(ing *networkingv1.Ingress) {
				ing.Spec.Rules[0].HTTP.Paths[0].PathType = new(networkingv1.PathTypeExact)
			})
			toNobody(w, "first")
		}, "tea"},
		"Successor on record": {func(w *world) {
			w.add(ingressOf("next", route{host, "/x", "nobody"}))
			w.remove(ingressOf("first"))
			record := w.record("class.slb.0") // as if the process died between the record and the calls
			record.Status.Claims[0].Ingress, record.Status.Claims[0].Groups = "shop/next", nil
			w.must(w.api.Status().Update(w.Context(), record))
			w.restart()
		}, ""},
		"Successor without a record": {func(w *world) {
			w.add(ingressOf("next", route{host, "/x", "nobody"}))
			w.remove(ingressOf("first"))
			w.lose("class.slb.0")
		}, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.add(class("slb"))
				w.app("tea", 1)
				w.app("milk", 1)
				w.add(ingressOf("first", route{host, "/x", "tea"}), ingressOf("other", route{"other.example", "/", "milk"}))
				w.settle()
				w.wait(time.Second)
				tc.harm(w)
				w.settle()
				for range 2 {
					if got := w.answer(w.address("other"), portHTTP, host, "/x"); got != tc.want && (tc.want != "" || got == "tea") {
						t.Errorf("%q answers, wanted is %q", got, tc.want)
					}
					w.restart()
					w.run(audits)
				}
			})
		})
	}
}

// TestBrokenDefaultSuccessor is the same of the default backend, which is the listeners' own.
func TestBrokenDefaultSuccessor(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("tea", 1)
		w.app("milk", 1)
		first, next := ingressOf("first"), ingressOf("next")
		first.Spec.DefaultBackend, next.Spec.DefaultBackend = new(backendOf("tea")), new(backendOf("nobody"))
		w.add(first, ingressOf("other", route{"other.example", "/", "milk"}))
		w.settle()
		address := w.address("other")
		toNobody(w, "first")
		w.settle()
		if got := w.answer(address, portHTTP, "unknown.example", "/"); got != "tea" {
			t.Errorf("%q answers while the default backend is broken", got)
		}
		w.wait(time.Second)
		w.add(next)
		w.settle()
		w.remove(ingressOf("first"))
		w.settle()
		if got := w.answer(address, portHTTP, "unknown.example", "/"); got == "tea" {
			t.Errorf("%q answers after its Ingress went", got)
		}
	})
}
