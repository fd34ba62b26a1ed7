package ingress

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// annotate sets annotations of the Ingress cafe, and removes those without a value.
func (w *world) annotate(values map[annotations.Name]string) {
	w.Helper()
	edit(w, read(w, &networkingv1.Ingress{}, "shop", "cafe"), func(ing *networkingv1.Ingress) {
		if ing.Annotations == nil {
			ing.Annotations = map[string]string{}
		}
		for name, value := range values {
			key := annotations.Prefix + string(name)
			delete(ing.Annotations, key)
			if value != "" {
				ing.Annotations[key] = value
			}
		}
	})
	w.settle()
}

// guarded is the shop with a list and two added ports.
func (w *world) guarded() {
	w.Helper()
	w.shop()
	w.annotate(map[annotations.Name]string{
		annotations.AllowCIDRs: "10.0.0.0/8,192.0.2.1", annotations.ListenPorts: `[{"HTTP":8080},{"HTTPS":8443}]`,
	})
}

func TestAccessInTheLoop(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		before := w.dump()
		w.annotate(map[annotations.Name]string{annotations.AllowCIDRs: "10.0.0.0/8,192.0.2.1", annotations.ListenPorts: `[{"HTTP":8080}]`})
		for _, port := range []string{"/80 ", "/443 ", "/8080 "} {
			w.find("listener", port, "acl=acl-", "AclType=white")
		}
		w.find("acl", "entries=[10.0.0.0/8 192.0.2.1/32]")
		if got := w.answer(w.address("cafe"), 8080, "cafe.example", "/tea"); got != "tea" {
			t.Errorf("port 8080: answered by %q, want tea", got)
		}
		want := []v1alpha1.ListenPort{{Port: 8080, Protocol: "http"}}
		if diff := cmp.Diff(want, w.record("class.slb.0").Status.ListenPorts); diff != "" {
			t.Errorf("ports on record (-want +got):\n%s", diff)
		}
		seq := w.cloud.Seq()
		w.run(audits)
		w.wrote(seq)

		w.annotate(map[annotations.Name]string{annotations.AllowCIDRs: "", annotations.ListenPorts: ""})
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			t.Errorf("without the annotations (-before +after):\n%s", diff)
		}
		if got := w.record("class.slb.0").Status.ListenPorts; len(got) != 0 {
			t.Errorf("ports on record at the end: %v", got)
		}
	})
}

func TestAuditRepairsAccess(t *testing.T) {
	t.Parallel()
	list := func(w *world) string { return idIn(w.find("acl", "slb-ingress-")) }
	entries := func(cidr string) string { return fmt.Sprintf(`[{"entry":%q}]`, cidr) }
	cases := map[string]struct {
		reason string
		drift  func(*world)
		want   []string
	}{
		"EntryRemoved": {"an entry comes back", func(w *world) {
			w.do("RemoveAccessControlListEntry", map[string]string{"AclId": list(w), "AclEntrys": entries("10.0.0.0/8")})
		}, []string{"AddAccessControlListEntry"}},
		"EntryAdded": {"an entry that nobody asked for goes", func(w *world) {
			w.do("AddAccessControlListEntry", map[string]string{"AclId": list(w), "AclEntrys": entries("11.0.0.0/8")})
		}, []string{"RemoveAccessControlListEntry"}},
		"Detached": {"a listener gets its list back", func(w *world) {
			w.do("SetLoadBalancerHTTPListenerAttribute", map[string]string{"LoadBalancerId": w.lb(), "ListenerPort": "8080", "AclStatus": "off"})
		}, []string{"SetLoadBalancerHTTPListenerAttribute"}},
		"PortDeleted": {"an added port comes back with everything on it", func(w *world) {
			w.do("DeleteLoadBalancerListener", map[string]string{"LoadBalancerId": w.lb(), "ListenerPort": "8080", "ListenerProtocol": "http"})
		}, []string{"CreateLoadBalancerHTTPListener", "StartLoadBalancerListener", "CreateRules"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.guarded()
				before := w.dump()
				tc.drift(w)
				seq := w.cloud.Seq()
				w.run(audits)
				w.wrote(seq, tc.want...)
				if diff := cmp.Diff(before, w.dump()); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
				}
			})
		})
	}
}

// TestLostPorts takes added ports away although nothing on record tells that they were added.
func TestLostPorts(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		before := w.dump()
		w.annotate(map[annotations.Name]string{annotations.ListenPorts: `[{"HTTP":8080},{"HTTPS":8443}]`})
		record := w.record("class.slb.0")
		record.Status = v1alpha1.SLBInstanceStatus{}
		w.must(w.api.Status().Update(w.Context(), record))
		w.restart()
		edit(w, read(w, &networkingv1.Ingress{}, "shop", "cafe"), func(ing *networkingv1.Ingress) { ing.Annotations = nil })
		w.settle()
		w.run(time.Minute)
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			t.Errorf("the account (-before +after):\n%s", diff)
		}
		w.serves("cafe", "cafe.example", "/coffee", "coffee")
	})
}

// TestAddedPortTaken leaves a listener alone that somebody else has where a port is to be added, even
// with override: that is for 80 and 443.
func TestAddedPortTaken(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		w.do("CreateLoadBalancerHTTPListener", map[string]string{
			"LoadBalancerId": w.lb(), "ListenerPort": "8080", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "BackendServerPort": "80",
		})
		theirs := w.find("listener", "/8080 ")
		w.annotate(map[annotations.Name]string{annotations.ListenPorts: `[{"HTTP":8080},{"HTTP":8081}]`, annotations.ForceOverride: "true"})
		if got := w.find("listener", "/8080 "); got != theirs {
			t.Errorf("their listener is now\n%s", got)
		}
		if got := w.answer(w.address("cafe"), 8081, "cafe.example", "/tea"); got != "tea" {
			t.Errorf("port 8081: answered by %q, want tea", got)
		}
		if told := w.life.told.of("cafe", cloud.ListenerOccupied); len(told) != 1 {
			t.Errorf("events: %v, want one %s", told, cloud.ListenerOccupied)
		}
		if got := w.record("class.slb.0").Status.TakenOver; len(got) != 0 {
			t.Errorf("on record as taken over: %v", got)
		}
		w.annotate(map[annotations.Name]string{annotations.ListenPorts: ""})
		if got := w.find("listener", "/8080 "); got != theirs {
			t.Errorf("their listener is now\n%s", got)
		}
	})
}

// authoritySecret is a Secret of the controller's namespace with a CA certificate.
func authoritySecret(name string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "slb-system", Name: name},
		Type:       corev1.SecretTypeOpaque,
		Data:       map[string][]byte{"ca.crt": authorityOf(name)},
	}
}

// TestAccessOfAClass: nothing is served until the class's CA is there; its ports come and go with it.
func TestAccessOfAClass(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		c, config := classWith("slb", v1alpha1.SLBConfigSpec{})
		config.Spec.Listeners = &v1alpha1.ListenerSettings{
			AllowCIDRs: []string{"10.0.0.0/8"}, CASecretName: "clients",
			ListenPorts: []v1alpha1.ListenPortSettings{{Port: 8080, Protocol: "HTTP"}},
		}
		w.add(c, config)
		w.app("coffee", 1)
		w.add(cafe())
		w.settle()
		if rules := w.cloud.Dump().Rules; len(rules) != 0 {
			t.Errorf("served without the CA: %q", rules)
		}
		if notes := w.life.told.of("cafe", cloud.InvalidConfig); len(notes) != 1 {
			t.Errorf("told %q, want one event", notes)
		}
		w.secrets.mu.Lock()
		w.secrets.store(types.NamespacedName{Namespace: "slb-system", Name: "clients"}, authoritySecret("clients"))
		w.secrets.mu.Unlock()
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.answer(w.address("cafe"), 8080, "cafe.example", "/"); got != "coffee" {
			t.Errorf("port 8080: answered by %q, want coffee", got)
		}
		for _, port := range []string{"/80 ", "/443 ", "/8080 "} {
			w.find("listener", port, "acl=acl-", "AclType=white")
		}
		seq := w.cloud.Seq()
		w.restart()
		w.run(time.Hour)
		w.wrote(seq)

		w.secrets.remove("slb-system", "clients")
		w.settle()
		w.wrote(seq)
		edit(w, config, func(c *v1alpha1.SLBConfig) { c.Spec.Listeners = nil })
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.answer(w.address("cafe"), 8080, "cafe.example", "/"); got != "closed" {
			t.Errorf("port 8080: answered by %q, want it closed", got)
		}
		if acls := w.cloud.Dump().ACLs; len(acls) != 0 {
			t.Errorf("lists are left: %q", acls)
		}
	})
}
