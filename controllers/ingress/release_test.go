package ingress

import (
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func cafe() *networkingv1.Ingress { return ingressOf("cafe", route{"cafe.example", "/", "coffee"}) }

// one makes a class and one Ingress, served.
func (w *world) one() {
	w.Helper()
	w.add(class("slb"))
	w.app("coffee", 1)
	w.add(cafe())
	w.settle()
	w.serves("cafe", "cafe.example", "/", "coffee")
}

func TestInstanceOutlivesItsLastIngressForAGrace(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		address := w.address("cafe")
		w.remove(cafe())
		w.settle()
		state := w.cloud.Dump()
		if len(state.Instances) != 1 || len(state.Listeners)+len(state.Rules)+len(state.Groups)+len(state.Certificates) != 0 {
			w.Errorf("after the last Ingress: want the bare instance, got\n%s", state)
		}
		if got := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(got, "True Unused") {
			w.Errorf("Ready: got %q", got)
		}

		w.run(grace - 2*time.Minute)
		w.add(cafe())
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.address("cafe"); got != address {
			w.Errorf("address after a return within the grace: got %s, want %s", got, address)
		}

		w.remove(cafe())
		w.settle()
		w.run(grace - time.Minute)
		if len(w.cloud.Dump().Instances) != 1 {
			w.Error("the instance went before its grace was over; the return did not reset it")
		}
		seq := w.cloud.Seq()
		w.run(2 * time.Minute)
		w.wrote(seq, "SetLoadBalancerDeleteProtection", "DeleteLoadBalancer")
		if !w.cloud.Dump().Empty() {
			w.Errorf("left over:\n%s", w.cloud.Dump())
		}
		if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
			w.Error("the record outlived its instance")
		}
	})
}

func TestRestartDuringGraceKeepsTheTime(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		w.remove(cafe())
		w.settle()
		w.run(6 * time.Minute)
		w.restart()
		w.settle()
		w.run(3 * time.Minute)
		if len(w.cloud.Dump().Instances) != 1 {
			w.Error("the instance went before its grace was over")
		}
		w.run(2 * time.Minute)
		if !w.cloud.Dump().Empty() {
			w.Errorf("a restart began the grace anew:\n%s", w.cloud.Dump())
		}
	})
}

func TestRetainKeepsTheInstance(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		c, config := classWith("slb", v1alpha1.SLBConfigSpec{ReclaimPolicy: v1alpha1.ReclaimRetain})
		w.add(c, config)
		w.app("coffee", 1)
		w.add(cafe())
		w.settle()
		w.remove(cafe())
		w.run(24 * time.Hour)
		if n := len(w.cloud.Dump().Instances); n != 1 {
			w.Fatalf("instances: got %d, want the retained one", n)
		}
		seq := w.cloud.Seq()
		w.remove(w.record("class.slb.0"))
		w.run(time.Hour)
		w.wrote(seq, "TagResources") // it is its user's now
		if w.exists(&v1alpha1.SLBInstance{}, "", "class.slb.0") {
			w.Error("a deleted record of a retained instance has to go")
		}

		w.add(cafe())
		w.settle()
		if n := len(w.cloud.Dump().Instances); n != 1 {
			w.Errorf("instances: got %d; the retained one has our tags and is to be found again", n)
		}
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

func TestReleaseWithoutClass(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		w.remove(cafe())
		w.remove(class("slb"))
		w.settle()
		w.run(grace + time.Minute)
		if !w.cloud.Dump().Empty() {
			w.Errorf("an end needs no class; left over:\n%s", w.cloud.Dump())
		}
	})
}

func TestReleaseRefusesWhatAUserProtects(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		// Neither the record nor the instance's tags say that the protection is ours.
		w.do("UntagResources", map[string]string{"ResourceType": "instance", "ResourceId.1": w.lb(), "TagKey.1": cloud.TagProtected})
		w.run(5 * time.Hour)
		record := w.record("class.slb.0")
		record.Status.DeleteProtectionSet = false
		w.must(w.api.Status().Update(w.Context(), record))
		w.remove(cafe())
		w.run(grace + time.Hour)
		if n := len(w.cloud.Dump().Instances); n != 1 {
			w.Fatalf("instances: got %d, want the protected one", n)
		}
		if notes := w.life.told.of("class.slb.0", cloud.DeleteProtected); len(notes) != 1 {
			w.Errorf("DeleteProtected: told %d times, want once: %q", len(notes), notes)
		}
		if got := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(got, "False DeleteProtected") {
			w.Errorf("Ready: got %q, want False DeleteProtected", got)
		}
		w.do("SetLoadBalancerDeleteProtection", map[string]string{"LoadBalancerId": w.lb(), "DeleteProtection": "off"})
		w.run(5 * time.Minute)
		if !w.cloud.Dump().Empty() {
			w.Errorf("the user lifted the protection; left over:\n%s", w.cloud.Dump())
		}
	})
}

func TestReleaseOfAnInstanceByID(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		id := w.cloud.AddInstance(fakecloud.InstanceSpec{Name: "theirs", Spec: "slb.s1.small", Tags: map[string]string{"team": "shop"}})
		w.do("CreateVServerGroup", map[string]string{"LoadBalancerId": id, "VServerGroupName": "theirs"})
		group := idIn(w.find("group", "theirs"))
		w.do("CreateLoadBalancerHTTPListener", map[string]string{
			"LoadBalancerId": id, "ListenerPort": "80", "Bandwidth": "-1", "VServerGroupId": group, "HealthCheck": "off", "StickySession": "off",
		})
		w.do("CreateLoadBalancerHTTPListener", map[string]string{"LoadBalancerId": id, "ListenerPort": "8080", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "VServerGroupId": group})
		w.add(class("slb"))
		w.app("coffee", 1)
		w.add(onInstance(cafe(), id, true))
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		record := w.record("id." + id)
		if len(record.Status.TakenOver) != 1 || record.Status.TakenOver[0].Port != 80 {
			w.Errorf("taken over: got %+v, want port 80", record.Status.TakenOver)
		}
		if claims := cloud.ClaimsOf(tagsOf(w.find("instance", id))); len(claims) != 1 || claims[0] != "c-1" {
			w.Errorf("claims: got %v, want c-1", claims)
		}

		w.remove(cafe())
		w.settle()
		state := w.cloud.Dump()
		if len(state.Listeners) != 1 || !strings.Contains(state.Listeners[0], "/8080 ") {
			w.Errorf("listeners: want the one on 8080 alone, got %q", state.Listeners)
		}
		if len(state.Groups) != 1 || !strings.Contains(state.Groups[0], "name=theirs") {
			w.Errorf("groups: want the user's alone, got %q", state.Groups)
		}
		if len(state.Certificates) != 0 {
			w.Errorf("certificates: got %q", state.Certificates)
		}
		if line := w.find("instance", id); !strings.Contains(line, "{team=shop}") {
			w.Errorf("tags: want the user's alone, got %s", line)
		}
		if w.exists(&v1alpha1.SLBInstance{}, "", "id."+id) {
			w.Error("the record outlived its group")
		}
	})
}

func tagsOf(line string) map[string]string {
	_, rest, _ := strings.Cut(line, "tags={")
	rest, _, _ = strings.Cut(rest, "}")
	tags := map[string]string{}
	for pair := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(pair, "=")
		tags[key] = value
	}
	return tags
}
