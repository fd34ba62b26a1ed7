package ingress

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// classOf makes class slb with room for so many instances, and a Service.
func (w *world) classOf(instances int) {
	w.Helper()
	c, config := classWith("slb", v1alpha1.SLBConfigSpec{})
	config.Spec.MaxInstances = instances
	w.add(c, config)
	w.app("coffee", 1)
}

// allow changes how many instances class slb may have.
func (w *world) allow(instances int) {
	w.Helper()
	edit(w, &v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: "slb"}}, func(c *v1alpha1.SLBConfig) { c.Spec.MaxInstances = instances })
	w.settle()
}

// wide makes an Ingress with one host of its own name and so many paths.
func wide(name string, paths int) *networkingv1.Ingress {
	return wideIn(name, name+".example", paths)
}

func wideIn(name, host string, paths int) *networkingv1.Ingress {
	var routes []route
	for i := range paths {
		routes = append(routes, route{host, fmt.Sprintf("/p%02d", i), "coffee"})
	}
	return ingressOf(name, routes...)
}

// placed are the hosts by record as they are on record.
func (w *world) placed() map[string][]string {
	w.Helper()
	var list v1alpha1.SLBInstanceList
	w.must(w.api.List(w.Context(), &list))
	hosts := map[string][]string{}
	for _, record := range list.Items {
		hosts[record.Name] = record.Status.Hosts
	}
	return hosts
}

// at is which instances have rules of a host, by their names in the account.
func (w *world) at(host string) []string {
	w.Helper()
	var names []string
	for _, i := range w.cloud.View().Instances {
		for _, l := range i.Listeners {
			has := slices.ContainsFunc(l.Rules, func(r fakecloud.RuleView) bool { return r.Domain == host })
			if has && !slices.Contains(names, i.Address) {
				names = append(names, i.Address)
			}
		}
	}
	return names
}

// placedWell checks that each host is on exactly one instance and served there, at the address that
// its Ingress shows.
func (w *world) placedWell(ingresses ...*networkingv1.Ingress) {
	w.Helper()
	for _, ing := range ingresses {
		now := read(w, &networkingv1.Ingress{}, ing.Namespace, ing.Name)
		var want []string
		for _, host := range desired.Hosts(ing) {
			at := w.at(host)
			if len(at) != 1 {
				w.Errorf("host %q is on instances %v, want one", host, at)
				continue
			}
			want = append(want, at...)
			for _, r := range ing.Spec.Rules {
				if path := r.HTTP.Paths[0].Path; r.Host == host {
					if got := w.answer(at[0], portHTTP, host, path); got != r.HTTP.Paths[0].Backend.Service.Name {
						w.Errorf("%s%s at %s: answered by %q", host, path, at[0], got)
					}
				}
			}
		}
		slices.Sort(want)
		if got := slices.Sorted(slices.Values(addresses(now))); !slices.Equal(got, slices.Compact(want)) {
			w.Errorf("Ingress %s shows %v, its hosts are at %v", ing.Name, got, want)
		}
	}
}

// thousand is 300 Ingresses with 1,000 paths.
func thousand() []*networkingv1.Ingress {
	var list []*networkingv1.Ingress
	for i := range 300 {
		paths := 3
		if i%3 == 0 {
			paths = 4
		}
		list = append(list, wide(fmt.Sprintf("shop-%03d", i), paths))
	}
	return list
}

// TestThousandPaths is what maxInstances is for.
func TestThousandPaths(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(30)
		all := thousand()
		for _, ing := range all {
			w.add(ing)
			w.pump() // a watch of the fake API holds few events
		}
		w.run(5 * time.Minute)
		w.placedWell(all...)
		if n := len(w.cloud.Dump().Instances); n != 25 {
			w.Errorf("1,000 paths are on %d instances, want 25", n)
		}

		before := w.placed()
		more := wide("shop-300", 1)
		w.add(more)
		seq := w.cloud.Seq()
		w.settle()
		w.placedWell(more)
		for record, hosts := range before {
			if got := w.placed()[record]; !slices.Equal(got[:len(hosts)], hosts) {
				w.Errorf("%s had %v and has %v: a host moved", record, hosts, got)
			}
		}
		for _, call := range w.writes(seq) {
			if strings.HasPrefix(call, "Delete") || strings.HasPrefix(call, "Set") {
				w.Errorf("the 1,001st path caused %s", call)
			}
		}
		if n := len(w.cloud.Dump().Instances); n != 26 {
			w.Errorf("instances: got %d, want 26: 25 are full", n)
		}
	})
}

// TestThousandPathsOnOne: without maxInstances the oldest forty paths are served.
func TestThousandPathsOnOne(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(1)
		all := thousand()
		for _, ing := range all {
			w.add(ing)
			w.pump() // a watch of the fake API holds few events
		}
		w.run(time.Minute)
		for _, l := range w.cloud.View().Instances[0].Listeners {
			if len(l.Rules) != 40 {
				w.Errorf("listener %d has %d rules, want 40", l.Port, len(l.Rules))
			}
		}
		rules := 0
		for _, ing := range all {
			rules += len(ing.Spec.Rules)
			told := len(w.life.told.of(ing.Name, cloud.RulesExhausted)) > 0
			if told != (rules > 40) {
				w.Errorf("Ingress %s, whose last path is the %d., was told %v", ing.Name, rules, told)
			}
			if rules <= 40 {
				w.serves(ing.Name, ing.Name+".example", "/p00", "coffee")
			}
		}
		if len(w.record("class.slb.0").Status.Hosts) != 0 {
			w.Error("a record of the class's only instance lists hosts")
		}
		if notes := w.life.told.of("class.slb.0", cloud.RulesExhausted); len(notes) != 0 {
			w.Errorf("told to the instance: %q", notes)
		}
	})
}

// TestRaisingAndLowering: what is served stays where it is, what was left out is placed.
func TestRaisingAndLowering(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.classOf(1)
		var all []*networkingv1.Ingress
		for i := range 5 {
			all = append(all, wide(fmt.Sprintf("shop-%d", i), 15))
			w.add(all[i])
			w.settle()
			w.wait(time.Second)
		}
		first, served := w.address("shop-0"), w.at("shop-1.example")
		w.allow(3)
		w.placedWell(all[0], all[1], all[3], all[4])
		if got := w.at("shop-1.example"); !slices.Equal(got, served) || got[0] != first {
			w.Errorf("shop-1 was at %v and is at %v", served, got)
		}
		// Ten of its paths were served: it stays, though the other five have no room.
		want := map[string][]string{
			"class.slb.0": {"shop-0.example", "shop-1.example", "shop-2.example"}, "class.slb.1": {"shop-3.example", "shop-4.example"},
		}
		if diff := cmp.Diff(want, w.placed()); diff != "" {
			w.Errorf("placed (-want +got):\n%s", diff)
		}

		w.allow(1)
		w.run(time.Hour)
		if diff := cmp.Diff(want, w.placed()); diff != "" {
			w.Errorf("lowering maxInstances moved hosts (-want +got):\n%s", diff)
		}
		late := wide("late", 1)
		w.add(late)
		w.settle()
		if at := w.at("late.example"); len(at) != 0 {
			w.Errorf("late.example is at %v; the class may have one instance, and it is full", at)
		}
		notes := w.life.told.of("late", cloud.RulesExhausted)
		if len(notes) != 1 || !strings.Contains(notes[0], "maxInstances") {
			w.Errorf("RulesExhausted: got %q", notes)
		}

		// The second instance goes when it is empty, and the class is as if it never had one.
		for _, ing := range all[2:] {
			w.remove(ing)
		}
		w.run(grace + 5*time.Minute)
		if n := len(w.cloud.Dump().Instances); n != 1 {
			w.Errorf("instances: got %d, want the first alone", n)
		}
		w.placedWell(all[0], all[1], late)
		if diff := cmp.Diff(map[string][]string{"class.slb.0": nil}, w.placed()); diff != "" {
			w.Errorf("placed (-want +got):\n%s", diff)
		}
	})
}

// TestLostPlaces: hosts stay where they are though the records that said so are lost.
func TestLostPlaces(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		lose   func(*world, string)
	}{
		"StatusCleared": {"somebody cleared the status", func(w *world, name string) {
			record := w.record(name)
			record.Status = v1alpha1.SLBInstanceStatus{}
			w.must(w.api.Status().Update(w.Context(), record))
		}},
		"ObjectGone": {"somebody removed the finalizer and deleted the object", func(w *world, name string) {
			w.remove(edit(w, w.record(name), func(r *v1alpha1.SLBInstance) { r.Finalizers = nil }))
		}},
	}
	for name, tc := range cases {
		for c, lost := range [][]string{{"class.slb.0"}, {"class.slb.1"}, {"class.slb.2"}, {"class.slb.0", "class.slb.1", "class.slb.2"}} {
			for _, restart := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d%s/Restart=%v", name, len(lost), lost[0], restart), func(t *testing.T) {
					inSample(t, c)
					t.Parallel()
					play(t, func(w *world) {
						w.classOf(5)
						var all []*networkingv1.Ingress
						for i := range 7 {
							all = append(all, wide(fmt.Sprintf("shop-%d", i), 15))
							w.add(all[i])
						}
						w.settle()
						w.placedWell(all...)
						// There is room on the first now, and nothing may go there.
						w.remove(all[0])
						w.settle()
						before, account, seq := w.placed(), w.dump(), w.cloud.Seq()
						for _, name := range lost {
							tc.lose(w, name)
						}
						if restart {
							w.restart()
						}
						w.run(audits)
						w.wrote(seq)
						if diff := cmp.Diff(account, w.dump()); diff != "" {
							w.Errorf("%s: the account changed (-before +after):\n%s", tc.reason, diff)
						}
						after := w.placed()
						for _, hosts := range after {
							slices.Sort(hosts)
						}
						if diff := cmp.Diff(before, after); diff != "" {
							w.Errorf("%s: placed (-before +after):\n%s", tc.reason, diff)
						}
						w.placedWell(all[1:]...)
					})
				})
			}
		}
	}
}

// TestCrashesWhilePlacing: whatever write a crash follows, each host ends up on one instance.
func TestCrashesWhilePlacing(t *testing.T) {
	t.Parallel()
	scene := func(w *world) []*networkingv1.Ingress {
		w.classOf(3)
		all := []*networkingv1.Ingress{wide("a", 25), wide("b", 25), wide("c", 10)}
		for _, ing := range all {
			w.add(ing)
		}
		w.settle()
		return all
	}
	writes := 0
	play(t, func(w *world) {
		scene(w)
		writes = w.api.writes
	})
	if writes < 8 {
		t.Fatalf("the scene has %d writes to the cluster; that is not the scene it was", writes)
	}
	for n := range writes {
		t.Run(fmt.Sprintf("After%d", n), func(t *testing.T) {
			inSample(t, n)
			t.Parallel()
			play(t, func(w *world) {
				done := 0
				w.api.done = func() {
					if done == n {
						w.life.kill()
					}
					done++
				}
				all := scene(w)
				w.run(audits)
				w.placedWell(all...)
				if got := len(w.cloud.Dump().Instances); got != 2 {
					w.Errorf("instances: got %d, want 2:\n%s", got, w.journal(0))
				}
			})
		})
	}
}

// TestEmptyInstanceIsReleased, whatever its number.
func TestEmptyInstanceIsReleased(t *testing.T) {
	t.Parallel()
	for n, empty := range []string{"a", "b"} {
		t.Run(empty, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.classOf(3)
				other := map[string]string{"a": "b", "b": "a"}[empty]
				w.add(wide("a", 30), wide("b", 30))
				w.settle()
				w.placedWell(wide("a", 30), wide("b", 30))
				address := w.address(other)
				w.remove(wide(empty, 30))
				w.run(grace - time.Minute)
				if got := len(w.cloud.Dump().Instances); got != 2 {
					w.Errorf("instances within the grace: got %d", got)
				}
				w.run(2 * time.Minute)
				if w.exists(&v1alpha1.SLBInstance{}, "", fmt.Sprintf("class.slb.%d", n)) || len(w.cloud.Dump().Instances) != 1 {
					w.Errorf("the empty instance outlived its grace:\n%s", w.cloud.Dump())
				}
				w.placedWell(wide(other, 30))
				if got := w.address(other); got != address {
					w.Errorf("%s was at %s and is at %s", other, address, got)
				}

				back := wide("back", 30)
				w.add(back)
				w.settle()
				w.placedWell(back, wide(other, 30))
				w.remove(back)
				w.remove(wide(other, 30))
				w.run(grace + 5*time.Minute)
				if !w.cloud.Dump().Empty() || len(w.placed()) != 0 {
					w.Errorf("left over: %v\n%s", w.placed(), w.cloud.Dump())
				}
			})
		})
	}
}
