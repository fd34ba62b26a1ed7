package ingress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// story is what the sweeps disturb: creates, changes and deletes of every kind.
func story(w *world) {
	w.Helper()
	w.shop()
	w.secrets.put("shop", "bar", pairOf("*.example")) // a new certificate for bar.example
	w.settle()
	edit(w, ingressOf("cafe"), setPath("/espresso"))
	w.scale("coffee", 3)
	w.settle()
	w.remove(ingressOf("bar"))
	w.scale("coffee", 1)
	w.settle()
}

// ending is what is left of a story: the account, the record and the statuses, without ids.
func (w *world) ending() string {
	w.Helper()
	w.settle()
	w.run(2 * audits)
	seq := w.cloud.Seq()
	w.run(audits)
	w.wrote(seq)
	record := w.record("class.slb.0")
	return fmt.Sprintf("%s\n%s\nclaims %v\nintents %v\nextensions %d\n%s\ncafe at %s", w.dump(),
		w.condition("class.slb.0", v1alpha1.ConditionReady), record.Status.Claims, record.Status.Intents,
		len(record.Status.DomainExtensions), record.Status.Use, w.address("cafe"))
}

// reference is the story undisturbed.
type reference struct {
	account      string   // as the story left it
	ending       string   // after audits
	calls        []string // writes to the service
	clusterCalls int      // writes to the cluster
}

func undisturbed(t *testing.T) reference {
	t.Helper()
	var r reference
	play(t, func(w *world) {
		story(w)
		r.account, r.calls, r.clusterCalls = w.dump(), w.writes(0), w.api.writes
		r.ending = w.ending()
	})
	return r
}

// TestSweepOfCalls disturbs the story at each write to the service, in each way that matters, and
// expects the same end: nothing lost, nothing left over, nothing twice.
func TestSweepOfCalls(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	if len(want.calls) < 20 {
		t.Fatalf("the story has %d writes; that is not the story it was: %q", len(want.calls), want.calls)
	}
	ways := map[string]func(*world, *fakecloud.Fault){
		"CrashBefore": func(w *world, f *fakecloud.Fault) { f.CrashBefore = func() { w.life.kill() } },
		"CrashAfter":  func(w *world, f *fakecloud.Fault) { f.CrashAfter = func() { w.life.kill() } },
		"ReplyLost":   func(_ *world, f *fakecloud.Fault) { f.LoseReply = true },
		"FailedAfter": func(_ *world, f *fakecloud.Fault) { f.After = "InternalError" },
		"Late":        func(_ *world, f *fakecloud.Fault) { f.Late = 20 * time.Second },
	}
	for way, arm := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			for n, action := range want.calls {
				t.Run(fmt.Sprintf("%02d%s", n+1, action), func(t *testing.T) {
					inSample(t, n)
					play(t, func(w *world) {
						f := fakecloud.Fault{Writes: true, Nth: n + 1}
						arm(w, &f)
						w.cloud.Fail(f)
						story(w)
						// What lands late, after it was made again, has to wait for a survey.
						if diff := cmp.Diff(want.account, w.dump()); diff != "" && way != "Late" {
							w.Errorf("the account differs (-undisturbed +disturbed):\n%s\n%s", diff, strings.Join(w.writes(0), " "))
						}
						got := w.ending()
						if diff := cmp.Diff(want.ending, got); diff != "" {
							w.Errorf("the end differs (-undisturbed +disturbed):\n%s\n%s", diff, strings.Join(w.writes(0), " "))
						}
					})
				})
			}
		})
	}
}

// TestSweepOfClusterWrites crashes the controller around each of its writes to the cluster.
func TestSweepOfClusterWrites(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	for _, after := range []bool{false, true} {
		t.Run(map[bool]string{false: "Before", true: "After"}[after], func(t *testing.T) {
			t.Parallel()
			for n := range want.clusterCalls {
				t.Run(fmt.Sprintf("%02d", n+1), func(t *testing.T) {
					inSample(t, n)
					play(t, func(w *world) {
						w.crashAtClusterWrite(n+1, after)
						story(w)
						if diff := cmp.Diff(want.account, w.dump()); diff != "" {
							w.Errorf("the account differs (-undisturbed +disturbed):\n%s", diff)
						}
						if diff := cmp.Diff(want.ending, w.ending()); diff != "" {
							w.Errorf("the end differs (-undisturbed +disturbed):\n%s", diff)
						}
						if w.lives != 2 {
							w.Errorf("%d lives, want a crash", w.lives)
						}
					})
				})
			}
		})
	}
}

func (w *world) crashAtClusterWrite(n int, after bool) {
	if after {
		w.api.done = func() {
			n--
			if n == 0 {
				w.life.kill()
			}
		}
		return
	}
	w.api.fault = func(string, client.Object) error {
		n--
		if n == 0 {
			w.life.kill()
			return errDead
		}
		return nil
	}
}

// TestLateInstanceIsNotMadeTwice is the dearest of the unknown outcomes: an instance costs money.
func TestLateInstanceIsNotMadeTwice(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.cloud.Fail(fakecloud.Fault{Action: "CreateLoadBalancer", Late: 30 * time.Second})
		w.add(class("slb"))
		w.app("coffee", 1)
		w.add(cafe())
		w.run(10 * time.Minute)
		if n := len(w.cloud.Dump().Instances); n != 1 {
			w.Errorf("instances: got %d, want 1:\n%s", n, w.journal(0))
		}
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

// TestInstanceIsMadeAnewWithAnotherToken: a token that is used again is answered with the instance
// that is gone.
func TestInstanceIsMadeAnewWithAnotherToken(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		old := w.lb()
		w.do("SetLoadBalancerDeleteProtection", map[string]string{"LoadBalancerId": old, "DeleteProtection": "off"})
		w.do("DeleteLoadBalancer", map[string]string{"LoadBalancerId": old})
		w.run(audits)
		if w.lb() == old {
			w.Fatal("the instance is not new")
		}
		w.serves("cafe", "cafe.example", "/", "coffee")
		tokens := map[string]bool{}
		for _, c := range w.cloud.Journal() {
			if c.Action == "CreateLoadBalancer" {
				tokens[c.Params["ClientToken"]] = true
			}
		}
		if len(tokens) != 2 {
			w.Errorf("tokens: got %v, want one for each instance", tokens)
		}
		if n := len(w.life.told.of("class.slb.0", cloud.InstanceCreated)); n != 2 {
			w.Errorf("told of %d new instances, want 2", n)
		}
		var ing networkingv1.Ingress
		w.exists(&ing, "shop", "cafe")
		if len(ing.Status.LoadBalancer.Ingress) != 1 {
			w.Errorf("status: got %+v, want the new address alone", ing.Status.LoadBalancer.Ingress)
		}
	})
}
