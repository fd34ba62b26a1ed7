package ingress

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func TestDeletionIsBlockedWhileIngressesExist(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		seq := w.cloud.Seq()
		w.remove(w.record("class.slb.0"))
		w.settle()
		w.run(time.Hour)
		w.wrote(seq)
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.condition("class.slb.0", v1alpha1.ConditionDeletionBlocked); !strings.HasPrefix(got, "True IngressesExist") {
			w.Errorf("DeletionBlocked: got %q", got)
		}
		if notes := w.life.told.of("class.slb.0", cloud.DeletionBlocked); len(notes) != 1 {
			w.Errorf("DeletionBlocked: told %d times, want once", len(notes))
		}
		w.remove(cafe())
		w.settle()
		if !w.cloud.Dump().Empty() {
			w.Errorf("a deleted record waits for no grace; left over:\n%s", w.cloud.Dump())
		}
		if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
			w.Error("the record outlived its group")
		}
		w.add(cafe())
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

func TestLostRecordIsRebuilt(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		lose   func(*world)
	}{
		"StatusCleared": {
			"somebody cleared the status",
			func(w *world) {
				record := w.record("class.slb.0")
				record.Status = v1alpha1.SLBInstanceStatus{}
				w.must(w.api.Status().Update(w.Context(), record))
			},
		},
		"ObjectGone": {
			"somebody removed the finalizer and deleted the object",
			func(w *world) {
				w.remove(edit(w, w.record("class.slb.0"), func(r *v1alpha1.SLBInstance) { r.Finalizers = nil }))
			},
		},
	}
	for name, tc := range cases {
		for _, restart := range []bool{false, true} {
			t.Run(name+map[bool]string{true: "Restart", false: "Running"}[restart], func(t *testing.T) {
				t.Parallel()
				play(t, func(w *world) {
					w.shop()
					// A younger Ingress must not take the path because the record is lost.
					rival := ingressOf("rival", route{"cafe.example", "/coffee", "tea"})
					w.add(rival)
					w.add(onInstance(ingressOf("byid", route{"byid.example", "/", "tea"}), w.lb(), false))
					w.settle()
					claims, before, seq := w.record("class.slb.0").Status.Claims, w.dump(), w.cloud.Seq()
					tc.lose(w)
					if restart {
						w.restart()
					}
					w.queue.at("class.slb.0", time.Now())
					w.settle()
					w.run(audits)
					w.wrote(seq)
					if diff := cmp.Diff(before, w.dump()); diff != "" {
						w.Errorf("%s: the account changed (-before +after):\n%s", tc.reason, diff)
					}
					record := w.record("class.slb.0")
					byText := func(a, b v1alpha1.Claim) int {
						return strings.Compare(a.Host+a.Path+a.Ingress, b.Host+b.Path+b.Ingress)
					}
					slices.SortFunc(claims, byText)
					got := slices.SortedFunc(slices.Values(record.Status.Claims), byText)
					if diff := cmp.Diff(claims, got); diff != "" {
						w.Errorf("claims (-before +after):\n%s", diff)
					}
					if record.Status.LoadBalancerID != w.lb() || len(record.Status.DomainExtensions) != 1 {
						w.Errorf("record: got %+v", record.Status)
					}
					w.serves("cafe", "cafe.example", "/coffee", "coffee")
					w.serves("byid", "byid.example", "/", "tea")

					for _, ing := range []string{"cafe", "bar", "rival", "byid"} {
						w.remove(read(w, &networkingv1.Ingress{}, "shop", ing))
					}
					// That the delete protection is ours is on the instance's tags, too.
					w.run(grace + 5*time.Minute)
					if !w.cloud.Dump().Empty() {
						w.Errorf("left over at the end:\n%s\n%s", w.cloud.Dump(), w.condition("class.slb.0", v1alpha1.ConditionReady))
					}
				})
			})
		}
	}
}

func TestNothingIsSentBeforeItIsOnRecord(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		fault  error
	}{
		"Conflict":    {"somebody else changed the record meanwhile", apierrors.NewConflict(schema.GroupResource{Resource: "slbinstances"}, "class.slb.0", nil)},
		"Unavailable": {"the API server does not answer", apierrors.NewInternalError(errDead)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.shop()
				seq, asked := w.cloud.Seq(), 0
				w.api.fault = func(verb string, o client.Object) error {
					if _, ok := o.(*v1alpha1.SLBInstance); ok && verb == "update status" {
						asked++
						return tc.fault
					}
					return nil
				}
				w.app("milk", 1)
				w.add(ingressOf("milk", route{"milk.example", "/", "milk"}))
				w.run(time.Minute)
				w.wrote(seq)
				if asked < 2 {
					w.Errorf("%s: tried %d times, want retries", tc.reason, asked)
				}
				w.api.fault = nil
				w.run(time.Minute)
				w.settle()
				w.serves("milk", "milk.example", "/", "milk")
			})
		})
	}
}

func TestIntentsAreOnRecordBeforeTheCall(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		var recorded []string
		for _, action := range []string{"CreateLoadBalancer", "CreateVServerGroup", "UploadServerCertificate"} {
			w.cloud.Fail(fakecloudHook(action, func() {
				for _, intent := range w.record("class.slb.0").Status.Intents {
					recorded = append(recorded, action+" "+intent.Kind+" "+intent.Name)
				}
			}))
		}
		w.shop()
		for _, want := range []string{
			"CreateLoadBalancer LoadBalancer ", "CreateVServerGroup ServerGroup shop/coffee/80", "CreateVServerGroup ServerGroup shop/tea/80",
		} {
			if !slices.Contains(recorded, want) {
				w.Errorf("on record before the call: got %q, want %q too", recorded, want)
			}
		}
		if !slices.ContainsFunc(recorded, func(s string) bool { return strings.HasPrefix(s, "UploadServerCertificate Certificate ") }) {
			w.Errorf("on record before the call: got %q, want the certificate too", recorded)
		}
		if left := w.record("class.slb.0").Status.Intents; len(left) != 0 {
			w.Errorf("intents at rest: got %v", left)
		}
	})
}

func TestReadFollowsOurOwnWrites(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		stale := w.record("class.slb.0")
		r := newRecords(w.api, w.api)
		record := w.record("class.slb.0")
		record.Status.CreateAttempts = 7
		w.must(r.write(w.Context(), stale, record))

		// A cache that has not seen the write yet must not be believed.
		r.client = staleClient{Client: w.api, record: stale}
		got, err := r.read(w.Context(), "class.slb.0")
		if err != nil || got.Status.CreateAttempts != 7 {
			w.Errorf("read: got %+v (%v), want our own write", got, err)
		}
		r.wrote("class.slb.0", "")
		r.client = staleClient{Client: w.api, record: stale}
		r.live = goneReader{}
		if got, err := r.read(w.Context(), "class.slb.0"); got != nil || err != nil {
			w.Errorf("read after the end: got %+v (%v), want nothing", got, err)
		}
	})
}
