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

// halfAnHour bounds what a survey takes to find something and a reconcile to remove it.
const halfAnHour = 30 * time.Minute

// TestLateTwinIsCollected: a create was lost, repeated, and then landed after all. Nothing tells, and
// audits are hours apart.
func TestLateTwinIsCollected(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateVServerGroup", "UploadServerCertificate"} {
		for _, restarted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", action, restarted), func(t *testing.T) {
				t.Parallel()
				play(t, func(w *world) {
					w.one()
					w.secrets.put("shop", "bar", pairOf("bar.example"))
					w.app("tea", 1)
					const late = 15 * time.Minute
					w.cloud.Fail(fakecloud.Fault{Action: action, Late: late})
					w.add(withTLS(ingressOf("bar", route{"bar.example", "/", "tea"}), "bar", "bar.example"))
					w.run(3 * time.Minute)
					if restarted {
						w.restart()
						w.settle()
					}
					settled := w.dump()
					w.serves("bar", "bar.example", "/", "tea")
					w.run(late - 3*time.Minute + time.Second)
					if w.dump() == settled {
						w.Fatal("nothing landed late")
					}
					w.run(halfAnHour)
					if diff := cmp.Diff(settled, w.dump()); diff != "" {
						w.Errorf("half an hour after a late effect (-before +after):\n%s", diff)
					}
				})
			})
		}
	}
}

// spareInstance makes a second instance with the marks of the class's group.
func (w *world) spareInstance(tags map[string]string, protected string) string {
	w.Helper()
	params := map[string]string{"LoadBalancerSpec": "slb.s1.small", "DeleteProtection": protected, "LoadBalancerName": "spare"}
	n := 0
	for _, list := range []map[string]string{cloud.Owner{Cluster: "c-1", Group: "class.slb.0"}.Tags(), tags} {
		for key, value := range list {
			n++
			params[fmt.Sprintf("Tag.%d.Key", n)], params[fmt.Sprintf("Tag.%d.Value", n)] = key, value
		}
	}
	w.do("CreateLoadBalancer", params)
	return w.lb("name=spare")
}

// TestSpareInstance: a second instance of a group is released if it was surely made by a lost call.
func TestSpareInstance(t *testing.T) {
	t.Parallel()
	ours := map[string]string{cloud.TagProtected: "true"}
	cases := map[string]struct {
		reason    string
		tags      map[string]string
		protected string
		use       string // what somebody makes on it
		stays     bool
	}{
		"Bare":      {"made as the controller makes instances", ours, "on", "", false},
		"Open":      {"a class may go without protection", nil, "off", "", false},
		"Protected": {"a user protects it", nil, "on", "", true},
		"Retained":  {"it was left to its user for good", map[string]string{cloud.TagRetained: "true"}, "off", "", true},
		"Listener":  {"it serves something", ours, "on", "CreateLoadBalancerHTTPListener", true},
		"Group":     {"somebody prepares it", ours, "off", "CreateVServerGroup", true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.one()
				before := w.lb()
				id := w.spareInstance(tc.tags, tc.protected)
				switch tc.use {
				case "CreateLoadBalancerHTTPListener":
					w.do(tc.use, map[string]string{
						"LoadBalancerId": id, "ListenerPort": "8080", "BackendServerPort": "80", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off",
					})
				case "CreateVServerGroup":
					w.do(tc.use, map[string]string{"LoadBalancerId": id, "VServerGroupName": "mine"})
				}
				there := func() bool { return strings.Contains(w.cloud.Dump().String(), "instance "+id) }
				w.run(time.Second)
				if !there() {
					w.Fatal("gone before a survey found it twice")
				}
				w.run(halfAnHour)
				if there() != tc.stays {
					w.Errorf("%s: there %t, want %t\n%s", tc.reason, there(), tc.stays, w.journal(0))
				}
				w.run(24 * time.Hour)
				told := w.life.told.of("class.slb.0", cloud.SurplusLoadBalancer)
				if tc.stays != (len(told) == 1) {
					w.Errorf("%s: told %d times: %q", tc.reason, len(told), told)
				}
				if released := w.life.told.of("class.slb.0", cloud.InstanceReleased); tc.stays == (len(released) == 1) {
					w.Errorf("%s: told of releases %q", tc.reason, released)
				}
				if got := w.record("class.slb.0").Status.LoadBalancerID; got != before {
					w.Errorf("the group's instance changed from %s to %s", before, got)
				}
				w.serves("cafe", "cafe.example", "/", "coffee")
			})
		})
	}
}

// lose removes a record as a user does who removes its finalizer while no controller runs.
func (w *world) lose(name string, more ...client.Object) {
	w.Helper()
	w.end()
	record := w.record(name)
	record.Finalizers = nil
	w.must(w.api.Update(w.Context(), record))
	for _, o := range append(more, record) {
		w.remove(o)
	}
	w.start()
}

// TestLostRecordOfAGroupThatIsGone: nothing in the cluster tells of the group any more, and what it
// left in the account is charged.
func TestLostRecordOfAGroupThatIsGone(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		w.lose("class.slb.0", cafe(), ingressOf("bar"))
		w.settle()
		seq := w.cloud.Seq()
		w.run(10 * time.Minute)
		w.wrote(seq)
		w.run(halfAnHour + grace)
		if left := w.cloud.Dump(); !left.Empty() {
			w.Errorf("left over:\n%s", left)
		}
		if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
			w.Error("the record that was written anew stays")
		}
	})
}

// TestLostRecordIsFoundByItsIngress: a group that is used needs no survey.
func TestLostRecordIsFoundByItsIngress(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		before := w.dump()
		w.lose("class.slb.0")
		w.run(24 * time.Hour)
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			w.Errorf("the account (-before +after):\n%s", diff)
		}
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

// TestLostRecordOfAReusedInstance: of an instance that is its user's, what is ours goes.
func TestLostRecordOfAReusedInstance(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		id := w.instance()
		before := w.cloud.Dump().String()
		w.add(onInstance(cafe(), id, false))
		w.settle()
		w.lose("id."+id, cafe())
		w.run(halfAnHour)
		if diff := cmp.Diff(before, w.cloud.Dump().String()); diff != "" {
			w.Errorf("the user's instance (-before +after):\n%s", diff)
		}
	})
}

// TestLostRecordsThatStay: whether the instance may go cannot be told.
func TestLostRecordsThatStay(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		policy v1alpha1.ReclaimPolicy
		also   func() []client.Object
		record bool
	}{
		"ClassGone": {"a class that is missing changes nothing", v1alpha1.ReclaimDelete, func() []client.Object { return []client.Object{class("slb")} }, false},
		"ConfigGone": {"it may have said Retain", v1alpha1.ReclaimDelete, func() []client.Object {
			_, config := classWith("slb", v1alpha1.SLBConfigSpec{})
			return []client.Object{config}
		}, false},
		"Retained": {"the class says so", v1alpha1.ReclaimRetain, func() []client.Object { return nil }, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				c, config := classWith("slb", v1alpha1.SLBConfigSpec{ReclaimPolicy: tc.policy})
				w.add(c, config)
				w.app("coffee", 1)
				w.add(cafe())
				w.settle()
				id := w.lb()
				w.lose("class.slb.0", append(tc.also(), cafe())...)
				w.run(24 * time.Hour)
				if !strings.Contains(w.cloud.Dump().String(), "instance "+id) {
					w.Errorf("%s: the instance is gone", tc.reason)
				}
				if got := w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0"); got != tc.record {
					w.Errorf("%s: record there %t, want %t", tc.reason, got, tc.record)
				}
			})
		})
	}
}

// TestInstanceThatWasLetGoStays: its user deleted the record of a retained instance, and may change
// the class later on.
func TestInstanceThatWasLetGoStays(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		c, config := classWith("slb", v1alpha1.SLBConfigSpec{ReclaimPolicy: v1alpha1.ReclaimRetain})
		w.add(c, config)
		w.app("coffee", 1)
		w.add(cafe())
		w.settle()
		w.remove(cafe())
		w.settle()
		w.remove(w.record("class.slb.0"))
		w.settle()
		edit(w, config, func(config *v1alpha1.SLBConfig) { config.Spec.ReclaimPolicy = v1alpha1.ReclaimDelete })
		seq := w.cloud.Seq()
		w.run(24 * time.Hour)
		w.wrote(seq)
		if n := len(w.cloud.Dump().Instances); n != 1 {
			w.Errorf("instances: got %d, want that which was let go", n)
		}
	})
}

// TestSurveyLeavesOthersAlone: the account is full of what looks like ours.
func TestSurveyLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		tag := func(pairs ...string) map[string]string {
			params := map[string]string{"LoadBalancerSpec": "slb.s1.small"}
			for i := 0; i < len(pairs); i += 2 {
				params[fmt.Sprintf("Tag.%d.Key", i/2+1)], params[fmt.Sprintf("Tag.%d.Value", i/2+1)] = pairs[i], pairs[i+1]
			}
			return params
		}
		for _, params := range []map[string]string{
			tag(cloud.TagCluster, "c-2", cloud.TagGroup, "class.slb.0"),
			tag(cloud.TagCluster, "c-1"),
			tag(cloud.TagGroup, "class.slb.0"),
			tag(cloud.TagCluster, "c-1", cloud.TagGroup, "class.slb"),
			tag(cloud.TagCluster, "c-1", cloud.TagGroup, "../class.slb.0"),
			tag(cloud.TagCluster, "c-10", cloud.TagGroup, "class.gone.0"),
			tag("slb-ingress/claim-c-2", "class.slb.0"),
		} {
			w.do("CreateLoadBalancer", params)
		}
		before, seq := w.cloud.Dump().String(), w.cloud.Seq()
		w.run(48 * time.Hour)
		w.wrote(seq)
		if diff := cmp.Diff(before, w.cloud.Dump().String()); diff != "" {
			w.Errorf("the account (-before +after):\n%s", diff)
		}
		var records v1alpha1.SLBInstanceList
		w.must(w.api.List(w.Context(), &records))
		if len(records.Items) != 1 {
			w.Errorf("%d records, want that of the class", len(records.Items))
		}
	})
}

// TestSurveyLooksTwice: a list of tags may tell of what is gone, or of what is noted a moment later. So
// nothing comes of what one survey found until another finds it still, after the guard.
func TestSurveyLooksTwice(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		w.spareInstance(nil, "off")
		looked := func(when string, want ...string) {
			t.Helper()
			groups, pause := w.life.surveyor.survey(w.Context())
			if diff := cmp.Diff(want, groups); diff != "" {
				w.Errorf("%s: groups to reconcile (-want +got):\n%s", when, diff)
			}
			if len(want) == 0 && pause != surveyGuard {
				w.Errorf("%s: it looks again after %s, want the guard, %s", when, pause, surveyGuard)
			}
		}
		looked("at once")
		w.wait(surveyGuard - time.Second)
		looked("within the guard")
		w.wait(time.Second)
		looked("after the guard", "class.slb.0")
	})
}

// TestSurveyFailure: a service or permission that fails costs nothing but the survey.
func TestSurveyFailure(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		id := w.spareInstance(nil, "off")
		w.cloud.Fail(fakecloud.Fault{Action: "ListTagResources", Before: "Forbidden.RAM", Times: -1})
		w.run(2 * time.Hour)
		edit(w, ingressOf("cafe"), func(ing *networkingv1.Ingress) { setPath("/espresso")(ing) })
		w.settle()
		w.serves("cafe", "cafe.example", "/espresso", "coffee")
		if !strings.Contains(w.cloud.Dump().String(), "instance "+id) {
			w.Error("something was released that no survey found")
		}
		w.cloud.Heal()
		w.run(halfAnHour)
		if strings.Contains(w.cloud.Dump().String(), "instance "+id) {
			w.Error("the survey did not come back")
		}
	})
}
