package ingress

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// instance is one that a user made for the shop.
func (w *world) instance() string {
	return w.cloud.AddInstance(fakecloud.InstanceSpec{Name: "theirs", Spec: "slb.s1.small"})
}

// together settles several worlds that share an account.
func together(worlds ...*world) {
	for range 10 {
		for _, w := range worlds {
			w.settle()
		}
	}
}

func TestTwoClustersClaimOneInstance(t *testing.T) {
	t.Parallel()
	play(t, func(low *world) {
		high := newWorld(low.TB, func(s *setup) { s.shared, s.options.ClusterID = low.cloud, "c-2" })
		defer high.end()
		id := low.instance()
		for _, w := range []*world{low, high} {
			w.add(class("slb"))
			w.app("coffee", 1)
			w.add(onInstance(cafe(), id, false))
			w.pump()
		}
		// Each has read the instance before the other's claim is there.
		low.cloud.Fail(fakecloud.Fault{Action: "TagResources", Times: 2, Latency: time.Second})
		var both sync.WaitGroup
		for _, w := range []*world{low, high} {
			w.queue.clear()
			both.Go(func() { reconcileOnce(w.Context(), w, "id."+id) })
		}
		both.Wait()
		if claims := cloud.ClaimsOf(tagsOf(low.find("instance", id))); len(claims) != 2 {
			low.Fatalf("claims: got %v, want both clusters' for a moment", claims)
		}
		seq := low.cloud.Seq()
		high.queue.at("id."+id, time.Now())
		high.settle()
		if got := high.writes(seq); !slices.Equal(got, []string{"UntagResources"}) {
			low.Errorf("the loser's writes: got %q, want its withdrawal alone", got)
		}
		low.queue.at("id."+id, time.Now())
		together(low, high)
		low.serves("cafe", "cafe.example", "/", "coffee")
		if got := high.address("cafe"); got != "" {
			low.Errorf("the loser's Ingress shows %s", got)
		}
		if notes := high.life.told.of("cafe", cloud.LoadBalancerClaimed); len(notes) != 1 || !strings.Contains(notes[0], "c-1") {
			low.Errorf("the loser was told %q, want one event that names c-1", notes)
		}
		seq = low.cloud.Seq()
		high.run(10 * time.Minute)
		high.wrote(seq)

		low.remove(cafe())
		together(low)
		high.run(2 * time.Minute)
		high.settle()
		high.serves("cafe", "cafe.example", "/", "coffee")
	})
}

func reconcileOnce(ctx context.Context, w *world, group string) {
	if _, err := w.life.Reconcile(ctx, reconcile.Request{NamespacedName: types.NamespacedName{Name: group}}); err != nil {
		w.Errorf("reconcile of %s: %v", group, err)
	}
}

func TestIDOfTwoClassesBelongsToTheFirst(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.instance()
		w.add(class("slb"), class("other"))
		w.app("coffee", 1)
		w.app("tea", 1)
		w.add(onInstance(cafe(), id, false))
		w.settle()
		w.wait(time.Second)
		w.add(onInstance(ingressIn("other", "bar", route{"bar.example", "/", "tea"}), id, false))
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.address("bar"); got != "" {
			w.Errorf("the second class's Ingress shows %s", got)
		}
		if notes := w.life.told.of("bar", cloud.LoadBalancerClaimed); len(notes) != 1 {
			w.Errorf("the second class was told %q, want one event", notes)
		}
		w.remove(cafe())
		w.settle()
		w.serves("bar", "bar.example", "/", "tea")
		if got := w.record("id." + id).Spec.Class; got != "other" {
			w.Errorf("class on record: got %q, want other", got)
		}
	})
}

func TestIDOfTheClassesOwnInstanceJoinsIt(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		id := w.lb()
		w.app("tea", 1)
		w.add(onInstance(ingressOf("bar", route{"bar.example", "/", "tea"}), id, false))
		w.settle()
		w.serves("bar", "bar.example", "/", "tea")
		if w.exists(w.record("class.slb.0"), "", "id."+id) {
			w.Error("the class's own instance got a second record")
		}
		w.remove(cafe())
		w.run(grace + time.Minute)
		w.serves("bar", "bar.example", "/", "tea")

		// The instance goes behind our back: nobody asked for another one.
		seq := w.cloud.Seq()
		w.do("SetLoadBalancerDeleteProtection", map[string]string{"LoadBalancerId": id, "DeleteProtection": "off"})
		w.do("DeleteLoadBalancer", map[string]string{"LoadBalancerId": id})
		w.run(audits)
		if got := w.writes(seq); slices.Contains(got, "CreateLoadBalancer") {
			w.Errorf("it made an instance that no Ingress asks for: %q", got)
		}
		if notes := w.life.told.of("bar", cloud.LoadBalancerNotFound); len(notes) != 1 {
			w.Errorf("told %q, want one event %s", notes, cloud.LoadBalancerNotFound)
		}
		if got := w.address("bar"); got != "" {
			w.Errorf("the Ingress still shows %s, which is gone", got)
		}
	})
}

func TestIngressMovesBetweenGroups(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.instance()
		w.one()
		first := w.address("cafe")
		edit(w, cafe(), func(ing *networkingv1.Ingress) { ing.Annotations = map[string]string{annotationID: id} })
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		second := w.address("cafe")
		if second == first || !strings.Contains(w.find("instance", id), second) {
			w.Errorf("address: got %s, want that of the named instance", second)
		}
		edit(w, cafe(), func(ing *networkingv1.Ingress) { ing.Annotations = nil })
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.address("cafe"); got != first {
			w.Errorf("address: got %s, want %s again, within the grace", got, first)
		}
		w.run(time.Hour)
		if strings.Contains(w.find("instance", id), "slb-ingress") {
			w.Error("the instance that was left is still claimed")
		}
	})
}
