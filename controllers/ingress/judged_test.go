package ingress

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// judged runs a scene in which the oracles judge after every call, and tells what they found. Calls
// take time, and the controller reads what events told it.
func judged(t *testing.T, scene func(*watchman), edits ...func(*setup)) {
	t.Helper()
	var m *watchman
	edits = append([]func(*setup){func(s *setup) {
		s.cached = true
		s.wrap = func(_ *life, next http.RoundTripper) http.RoundTripper {
			return afterEach{next, func() {
				if m != nil {
					m.step()
					m.passed()
				}
			}}
		}
	}}, edits...)
	play(t, func(w *world) {
		m = w.watch()
		scene(m)
		for i, v := range m.judge.Violations() {
			if i < longest {
				t.Error(v)
			}
		}
		if t.Failed() && testing.Verbose() {
			t.Log(m.journal(0))
		}
	}, edits...)
}

// afterEach does something after each call, which takes a while.
type afterEach struct {
	next http.RoundTripper
	do   func()
}

// RoundTrip implements http.RoundTripper.
func (a afterEach) RoundTrip(r *http.Request) (*http.Response, error) {
	timer := time.NewTimer(callTime)
	<-timer.C
	answer, err := a.next.RoundTrip(r)
	a.do()
	return answer, err
}

// rest lets the controller do all it can do soon.
func (m *watchman) rest() {
	m.Helper()
	m.world.settle()
	m.settle()
}

// bad is a change that is wrong, and how it is taken back. Both are of objects that exist.
type bad struct {
	do   func(*world)
	undo func(*world)
}

// badEdit changes the bad Ingress and takes that back.
func badEdit(change func(*networkingv1.Ingress)) bad {
	return badChange(ingressOf("bad"), change)
}

func badChange[T client.Object](o T, change func(T)) bad {
	var before T
	return bad{
		do: func(w *world) {
			edit(w, o.DeepCopyObject().(T), func(have T) {
				before = have.DeepCopyObject().(T)
				change(have)
			})
		},
		undo: func(w *world) {
			edit(w, o.DeepCopyObject().(T), func(have T) {
				version := have.GetResourceVersion()
				generation := have.GetGeneration()
				if ing, ok := any(have).(*networkingv1.Ingress); ok {
					status := ing.Status
					old := any(before).(*networkingv1.Ingress)
					ing.ObjectMeta, ing.Spec, ing.Status = *old.ObjectMeta.DeepCopy(), *old.Spec.DeepCopy(), status
				} else {
					restore(have, before)
				}
				have.SetResourceVersion(version)
				have.SetGeneration(generation)
			})
		},
	}
}

func annotate(name, value string) bad {
	return badEdit(func(ing *networkingv1.Ingress) {
		if ing.Annotations == nil {
			ing.Annotations = map[string]string{}
		}
		ing.Annotations["service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"+name] = value
	})
}

// pathOf changes the first path of the bad Ingress.
func pathOf(change func(*networkingv1.HTTPIngressPath)) bad {
	return badEdit(func(ing *networkingv1.Ingress) { change(&ing.Spec.Rules[0].HTTP.Paths[0]) })
}

func hostOf(host string) bad {
	return badEdit(func(ing *networkingv1.Ingress) { ing.Spec.Rules[0].Host = host })
}

// tellBad names a case and what the account holds.
func tellBad(w *world, name string) string { return fmt.Sprintf("%s:\n%s", name, w.cloud.Dump()) }
