package ingress

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// groups of the town: a Service of each is named in one Ingress of it.
const (
	ofSLB   = "class.slb.0"
	ofOther = "class.other.0"
	ofID    = "id.lb-theirs"
	ofOwn   = "id.lb-own" // where Ingresses belong that name slb's own instance, once that is gone
)

// town has two classes of ours and one of somebody else, and Ingresses in each kind of group.
func (w *world) town() {
	w.Helper()
	slb, config := classWith("slb", v1alpha1.SLBConfigSpec{DefaultBackend: &v1alpha1.ServiceBackend{Namespace: "shop", Name: "notfound", PortNumber: 80}})
	w.add(slb, config, class("other"))
	for _, name := range []string{"coffee", "tea", "milk", "water", "notfound", "nobodys"} {
		w.app(name, 1)
	}
	w.add(
		withTLS(ingressOf("coffee", route{"coffee.example", "/", "coffee"}), "coffee", "coffee.example"),
		withTLS(ingressIn("other", "tea", route{"tea.example", "/", "tea"}), "tea", "tea.example"),
		onInstance(ingressOf("milk", route{"milk.example", "/", "milk"}), "lb-theirs", false),
		onInstance(ingressOf("water", route{"water.example", "/", "water"}), "lb-own", false),
		ingressIn("nginx", "foreign", route{"foreign.example", "/", "coffee"}),
	)
	own := &v1alpha1.SLBInstance{ObjectMeta: metav1.ObjectMeta{Name: ofSLB}, Spec: v1alpha1.SLBInstanceSpec{Class: "slb"}}
	w.add(own)
	own.Status.LoadBalancerID = "lb-own"
	w.must(w.api.Status().Update(w.Context(), own))
	w.pump()
	w.queue.clear()
}

// concerned are the groups that were put on the agenda.
func (w *world) concerned() []string {
	w.Helper()
	w.pump()
	groups := slices.Sorted(maps.Keys(w.queue.due))
	w.queue.clear()
	return groups
}

func TestEventsReachTheGroupsConcerned(t *testing.T) {
	t.Parallel()
	own := []string{ofSLB, ofOwn}
	cases := map[string]struct {
		reason string
		change func(*world)
		want   []string
	}{
		"IngressCreated":       {"its class's group", func(w *world) { w.add(ingressOf("new", route{"new.example", "/", "tea"})) }, []string{ofSLB}},
		"IngressByIDCreated":   {"the instance's group", func(w *world) { w.add(onInstance(ingressOf("new"), "lb-new", false)) }, []string{"id.lb-new"}},
		"IngressOfOwnInstance": {"both groups that may have it", func(w *world) { w.add(onInstance(ingressOf("new"), "lb-own", false)) }, own},
		"IngressMalformedID":   {"its class's group tells its author", func(w *world) { w.add(onInstance(ingressOf("new"), "what?", false)) }, []string{ofSLB}},
		"IngressWithoutClass": {"class-less Ingresses are not watched", func(w *world) {
			w.add(&networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "new"}})
		}, nil},
		"IngressOldAnnotation": {"the class may be in the old annotation", func(w *world) {
			w.add(&networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "new", Annotations: map[string]string{"kubernetes.io/ingress.class": "other"}}})
		}, []string{ofOther}},
		"IngressChangesClass": {"the group that it leaves and the one that it joins", func(w *world) {
			other := "other"
			edit(w, ingressOf("coffee"), func(ing *networkingv1.Ingress) { ing.Spec.IngressClassName = &other })
		}, []string{ofOther, ofSLB}},
		"IngressStatus": {"nobody: a status asks for nothing", func(w *world) {
			ing := read(w, &networkingv1.Ingress{}, "shop", "coffee")
			ing.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "1.2.3.4"}}
			w.must(w.api.Status().Update(w.Context(), ing))
		}, nil},
		"IngressDeleted": {"its group", func(w *world) { w.remove(ingressIn("other", "tea")) }, []string{ofOther}},
		"ClassDeleted":   {"the groups of the class, by id too", func(w *world) { w.remove(class("slb")) }, []string{ofSLB, ofOwn, ofID}},
		"ClassCreated":   {"the group that waits for it", func(w *world) { w.add(class("new")) }, []string{"class.new.0"}},
		"ConfigChanged": {"every group of a class with these parameters", func(w *world) {
			edit(w, &v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: "slb"}}, func(c *v1alpha1.SLBConfig) { c.Spec.PathMatching = v1alpha1.PathMatchingStrict })
		}, []string{ofSLB, ofOwn, ofID}},
		"RecordDeleted": {"itself, and where its instance's Ingresses would go", func(w *world) { w.remove(w.record(ofSLB)) }, own},
		"RecordStatus": {"nobody: the controller's own writes bring it no work", func(w *world) {
			record := w.record(ofSLB)
			record.Status.Use = "rules 1/40"
			w.must(w.api.Status().Update(w.Context(), record))
		}, nil},
		"RecordLosesInstance": {"the group of that id, whose Ingresses move", func(w *world) {
			record := w.record(ofSLB)
			record.Status.LoadBalancerID = ""
			w.must(w.api.Status().Update(w.Context(), record))
		}, own},
		"ServicePorts": {"the group of an Ingress that names it", func(w *world) {
			edit(w, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "tea"}}, func(s *corev1.Service) { s.Spec.Ports[0].Port = 8080 })
		}, []string{ofOther}},
		"ServiceStatus": {"nobody: an address of another load balancer is none of our business", func(w *world) {
			s := read(w, &corev1.Service{}, "shop", "tea")
			s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "1.2.3.4"}}
			w.must(w.api.Status().Update(w.Context(), s))
		}, nil},
		"DefaultBackend":    {"every group of the class whose parameters name it", func(w *world) { w.scale("notfound", 2) }, []string{ofSLB, ofOwn, ofID}},
		"Endpoints":         {"the group by id", func(w *world) { w.list("milk", 0) }, []string{ofID}},
		"EndpointsOfNobody": {"no Ingress names the Service", func(w *world) { w.scale("nobodys", 3) }, nil},
		"SliceWithoutService": {"no Service has the slice", func(w *world) {
			w.add(&discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "x"}, AddressType: discoveryv1.AddressTypeIPv4})
		}, nil},
		"SliceChangesService": {"both Services' groups", func(w *world) {
			edit(w, sliceOf("milk"), func(s *discoveryv1.EndpointSlice) { s.Labels[discoveryv1.LabelServiceName] = "tea" })
		}, []string{ofOther, ofID}},
		"PodInterface": {"the groups of the Services whose slices list it", func(w *world) {
			edit(w, podOf("tea-0"), func(p *corev1.Pod) { p.Annotations = map[string]string{annotationENI: "eni-1"} })
		}, []string{ofOther}},
		"PodLabels": {"nobody: slices tell of what matters", func(w *world) {
			edit(w, podOf("tea-0"), func(p *corev1.Pod) { p.Labels["x"] = "y" })
		}, nil},
		"Secret": {"the group of an Ingress that names it", func(w *world) {
			w.secrets.put("shop", "tea", pairOf("tea.example"))
			w.reconcile(ofOther)
			w.pump()
			w.queue.clear()
			w.secrets.put("shop", "tea", pairOf("other.example"))
		}, []string{ofOther}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.town()
				tc.change(w)
				slices.Sort(tc.want)
				if diff := cmp.Diff(tc.want, w.concerned()); diff != "" {
					w.Errorf("%s (-want +got):\n%s", tc.reason, diff)
				}
			})
		})
	}
}

func podOf(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
}

func TestIngressesWithoutClass(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		ing := cafe()
		ing.Spec.IngressClassName = nil
		w.add(ing)
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
	}, func(s *setup) { s.options.WatchIngressWithoutClass = true })
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		ing := cafe()
		ing.Spec.IngressClassName = nil
		w.add(ing)
		w.settle()
		if n := w.calls(0); n != 0 {
			w.Errorf("an Ingress without class caused %d calls", n)
		}
	})
}
