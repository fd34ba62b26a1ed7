package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// BenchmarkCafe tells what the café sample costs: calls of the service to create it, to change one
// path, to scale by one pod and to do nothing, and the time from apply to the first answer of a
// pod. Each figure is of one run, so -benchtime 1x is enough; the calls are exact.
func BenchmarkCafe(b *testing.B) {
	warm := newSceneNamed(b, fmt.Sprintf("warm-%d", time.Now().UnixNano())) // Kubernetes' own controllers start slowly
	warm.sample("cafe.yaml")
	warm.expect(warm.address("cafe"), "http://cafe.example.com/tea", 200, "tea")
	for i := range b.N {
		s := newSceneNamed(b, fmt.Sprintf("bench-%d-%d", time.Now().UnixNano(), i))
		address := benchCreate(b, s)
		benchChange(b, s, address)
		benchScale(b, s, address)
		benchNothing(b, s)
	}
	b.ReportMetric(0, "ns/op") // the whole is no figure
}

func benchCreate(b *testing.B, s *scene) string {
	b.Helper()
	count := s.counting()
	start := time.Now()
	s.sample("cafe.yaml")
	address := s.address("cafe")
	s.expect(address, "http://cafe.example.com/coffee", 200, "coffee")
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms-apply-to-answer")
	s.settled()
	s.waitMembers(3)
	count.report(b, "create")
	return address
}

func benchChange(b *testing.B, s *scene, address string) {
	b.Helper()
	count := s.counting()
	start := time.Now()
	var ing networkingv1.Ingress
	s.must(s.world.Client.Get(s.Context(), types.NamespacedName{Namespace: s.namespace, Name: "cafe"}, &ing))
	before := ing.DeepCopy()
	ing.Spec.Rules[0].HTTP.Paths[0].Path = "/espresso"
	s.must(s.world.Client.Patch(s.Context(), &ing, client.MergeFrom(before)))
	s.expect(address, "http://cafe.example.com/espresso", 200, "coffee")
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms-change-to-answer")
	s.expect(address, "http://cafe.example.com/coffee", 404, "")
	s.expect(address, "https://cafe.example.com/coffee", 404, "")
	count.report(b, "change-path")
}

func benchScale(b *testing.B, s *scene, _ string) {
	b.Helper()
	count := s.counting()
	s.scale("tea", 2)
	s.waitMembers(4)
	count.report(b, "scale-by-one")
}

// benchNothing touches an object without changing what it asks for.
func benchNothing(b *testing.B, s *scene) {
	b.Helper()
	count := s.counting()
	ing := &unstructured.Unstructured{}
	ing.SetAPIVersion("networking.k8s.io/v1")
	ing.SetKind("Ingress")
	ing.SetNamespace(s.namespace)
	ing.SetName("cafe")
	s.must(s.world.Client.Patch(s.Context(), ing, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"touched":"yes"}}}`))))
	// Another Ingress is served after the first was looked at again: the queue is in order.
	s.create(s.ingress("after", "after.example.com/ tea"))
	s.expect(s.address("after"), "http://after.example.com/", 200, "tea")
	rules := count.calls("CreateRules")
	b.ReportMetric(float64(count.writes()-rules), "writes-nothing")
	b.ReportMetric(float64(count.reads()), "reads-nothing")
}

func (s *scene) waitMembers(n int) {
	s.Helper()
	s.eventually(fmt.Sprintf("%d backend servers", n), func(context.Context) error {
		if use := s.record(s.group()).Status.Use; !strings.Contains(use, fmt.Sprintf("backend servers %d/", n)) {
			return errors.New(use)
		}
		return nil
	})
}

// counter counts calls of the service since it was made.
type counter struct {
	s   *scene
	seq int
}

func (s *scene) counting() counter { return counter{s: s, seq: s.world.Cloud.Seq()} }

func (c counter) count(match func(action string, write bool) bool) int {
	n := 0
	for _, call := range c.s.world.Cloud.JournalSince(c.seq) {
		if !call.Foreign && match(call.Action, call.Write) {
			n++
		}
	}
	return n
}

func (c counter) calls(action string) int {
	return c.count(func(a string, _ bool) bool { return a == action })
}

func (c counter) writes() int { return c.count(func(_ string, write bool) bool { return write }) }
func (c counter) reads() int  { return c.count(func(_ string, write bool) bool { return !write }) }

func (c counter) report(b *testing.B, what string) {
	b.Helper()
	b.ReportMetric(float64(c.writes()), "writes-"+what)
	b.ReportMetric(float64(c.reads()), "reads-"+what)
}
