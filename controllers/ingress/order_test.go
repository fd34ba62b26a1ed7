package ingress

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

// eventKinds are what a controller is told of from outside.
func eventKinds() []client.Object {
	return []client.Object{
		&networkingv1.IngressClass{}, &networkingv1.Ingress{}, &corev1.Service{}, &discoveryv1.EndpointSlice{}, &corev1.Pod{},
	}
}

// permutations are all orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			order := append([]int{}, shorter[:at]...)
			all = append(all, append(append(order, n-1), shorter[at:]...))
		}
	}
	return all
}

// apart is how long after one kind's events the next kind's arrive.
const apart = 3 * time.Second

// inTurn holds back the events of what follows, so that they arrive kind after kind.
func (w *world) inTurn(order []int) {
	for position, kind := range order {
		for _, s := range w.api.streams {
			if reflect.TypeOf(s.kind) == reflect.TypeOf(eventKinds()[kind]) {
				s.hold(time.Duration(position+1) * apart)
			}
		}
	}
}

// inOrder makes a story in which what happens at once arrives kind after kind.
func inOrder(m *watchman, order []int) {
	turn := func(do func()) {
		m.inTurn(order)
		do()
		m.run(time.Duration(len(order)+1) * apart)
		m.rest()
		m.run(2 * time.Minute)
		m.rest()
	}
	turn(func() {
		m.add(class("slb"))
		m.app("coffee", 2)
		m.app("tea", 1)
		m.world.secrets.put("shop", "cafe", pairOf("cafe.example"))
		m.add(cafeTLS())
		m.add(ingressOf("second", route{"cafe.example", "/milk", "tea"}, route{"cafe.example", "/tea", "coffee"}))
	})
	turn(func() {
		edit(m.world, ingressOf("cafe"), setPath("/espresso"))
		m.scale("coffee", 3)
		m.replaceAll("tea")
	})
	turn(func() {
		m.remove(ingressOf("cafe"))
		m.scale("coffee", 0)
	})
}

// replaceAll puts another pod in the place of a Service's only one.
func (w *world) replaceAll(name string) {
	w.Helper()
	w.add(w.newPod(name, 7))
	edit(w, sliceOf(name), func(s *discoveryv1.EndpointSlice) {
		s.Endpoints[0].Addresses = []string{w.addressOf(name, 7)}
		s.Endpoints[0].TargetRef.Name = fmt.Sprintf("%s-%d", name, 7)
	})
	w.remove(read(w, &corev1.Pod{}, "shop", name+"-0"))
}

// TestOrderOfEvents is O12: whatever order the kinds' events arrive in, the end is the same, and nothing
// is lost on the way.
func TestOrderOfEvents(t *testing.T) {
	t.Parallel()
	var want fakecloud.State
	judged(t, func(m *watchman) {
		inOrder(m, nil)
		m.run(2 * audits)
		m.close()
		want = m.cloud.Dump()
	})
	for i, order := range permutations(len(eventKinds())) {
		if i%4 != 0 && !*simAll {
			continue // a quarter of the orders in every run
		}
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			t.Parallel()
			judged(t, func(m *watchman) {
				inOrder(m, order)
				m.run(2 * audits)
				m.close()
				if differ := oracle.SameEnd(want, m.cloud.Dump()); len(differ) > 0 {
					t.Errorf("another end: %q", differ)
				}
			})
		})
	}
}
