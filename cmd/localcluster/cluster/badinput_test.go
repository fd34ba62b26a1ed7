package cluster_test

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/controllers/ingress"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

const (
	annotationOverride    = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-force-override-listeners"
	annotationAddressType = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type"
)

// TestBadInput shows that one bad Ingress is told by an event of its own reason, and that a good one
// beside it is served as if the other were not there.
func TestBadInput(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string                             // of the event on Ingress "bad"
		bad    func(*scene) *networkingv1.Ingress // it may create what it refers to
		full   bool                               // it leaves no room for another
	}{
		"unknown instance": {reason: "LoadBalancerNotFound", bad: func(s *scene) *networkingv1.Ingress {
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationID, "lb-doesnotexist")
		}},
		"malformed id": {reason: "InvalidLoadBalancerID", bad: func(s *scene) *networkingv1.Ingress {
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationID, "lb-../../etc")
		}},
		"other VPC": {reason: "NetworkMismatch", bad: func(s *scene) *networkingv1.Ingress {
			id := s.addInstance(fakecloud.InstanceSpec{AddressType: "intranet", Spec: "slb.s1.small", VPC: "vpc-other", VSwitch: "vsw-other"})
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationID, id)
		}},
		"shared performance": {reason: "SharedPerformance", bad: func(s *scene) *networkingv1.Ingress {
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationID, s.addInstance(fakecloud.InstanceSpec{}))
		}},
		"locked": {reason: "LoadBalancerLocked", bad: func(s *scene) *networkingv1.Ingress {
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationID, s.addInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small", Locked: true}))
		}},
		"managed": {reason: "LoadBalancerManaged", bad: func(s *scene) *networkingv1.Ingress {
			id := s.addInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small", Tags: map[string]string{"ack.aliyun.com": "c0ffee"}})
			return annotated(annotated(s.ingress("bad", "bad.example.com/ web"), annotationID, id), annotationOverride, "true")
		}},
		"port taken": {reason: "ListenerOccupied", bad: func(s *scene) *networkingv1.Ingress {
			id := s.addInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small"})
			s.cloud("CreateLoadBalancerHTTPListener", map[string]string{
				"LoadBalancerId": id, "ListenerPort": "80", "BackendServerPort": "8080", "HealthCheck": "off", "StickySession": "off", "Bandwidth": "-1",
			})
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationID, id)
		}},
		"intranet without id": {reason: "IntranetNeedsID", bad: func(s *scene) *networkingv1.Ingress {
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationAddressType, "intranet")
		}},
		"no service": {reason: "ServiceNotFound", bad: func(s *scene) *networkingv1.Ingress { return s.ingress("bad", "bad.example.com/ nobody") }},
		"no port":    {reason: "ServicePortNotFound", bad: badPort},
		"external":   {reason: "ExternalNameService", bad: externalName},
		"resource":   {reason: "ResourceBackend", bad: resourceBackend},
		"no secret": {reason: "SecretNotFound", bad: func(s *scene) *networkingv1.Ingress {
			return withTLS(s.ingress("bad", "bad.example.com/ web"), "nothing")
		}},
		"wrong key":  {reason: "CertificateKeyMismatch", bad: wrongKey},
		"exact path": {reason: "ApproximateExact", bad: func(s *scene) *networkingv1.Ingress { return s.ingress("bad", "=bad.example.com/only web") }},
		"wildcards":  {reason: "UnsupportedPath", bad: func(s *scene) *networkingv1.Ingress { return s.ingress("bad", "bad.example.com/a(b)* web") }},
		"long path": {reason: "UnsupportedPath", bad: func(s *scene) *networkingv1.Ingress {
			return s.ingress("bad", "bad.example.com/"+strings.Repeat("x", 90)+" web")
		}},
		"same path": {reason: "PathConflict", bad: func(s *scene) *networkingv1.Ingress { return s.ingress("bad", "good.example.com/ other") }},
		"too many":  {reason: "RulesExhausted", bad: tooMany, full: true},
		"typo in key": {reason: "UnknownAnnotation", bad: func(s *scene) *networkingv1.Ingress {
			return annotated(s.ingress("bad", "bad.example.com/ web"), annotationID+"s", "lb-x")
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.app("web", 1)
			s.create(s.ingress("good", "good.example.com/ web"))
			address := s.address("good")
			s.create(c.bad(s))
			note := s.expectEvent("bad", c.reason)
			t.Log(note)
			s.expect(address, "http://good.example.com/", 200, "web")
			if !c.full {
				s.create(s.ingress("late", "late.example.com/ web"))
				s.expect(s.address("late"), "http://late.example.com/", 200, "web")
			}
		})
	}
}

// TestStrict refuses what Approximate serves wider than asked.
func TestStrict(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	class := "strict-" + s.class
	s.create(&v1alpha1.SLBConfig{
		ObjectMeta: metav1.ObjectMeta{Name: class},
		Spec:       v1alpha1.SLBConfigSpec{PathMatching: v1alpha1.PathMatchingStrict},
	}, classWith(class, class))
	s.class = class
	s.create(s.ingress("strict", "=strict.example.com/only web", "strict.example.com/ web"))
	s.expect(s.address("strict"), "http://strict.example.com/", 200, "web")
	if note := s.expectEvent("strict", "ApproximateExact"); !strings.Contains(note, "/only") {
		t.Errorf("the event does not name the path: %q", note)
	}
}

// TestHostOfAnotherNamespace keeps a host with the namespace that had it first, also against an
// Ingress that is older and was edited later.
func TestHostOfAnotherNamespace(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	other := &scene{TB: t, world: s.world, namespace: s.namespace + "-b", class: s.class}
	s.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: other.namespace}})
	other.app("thief", 1)
	older := other.ingress("older", "other.example.com/ thief")
	other.create(older)
	other.address("older")

	s.create(s.ingress("owner", "mine.example.com/ web"))
	address := s.address("owner")
	s.expect(address, "http://mine.example.com/", 200, "web")

	changed := older.DeepCopy()
	changed.Spec.Rules = append(changed.Spec.Rules, other.ingress("", "mine.example.com/theirs thief").Spec.Rules...)
	s.must(s.world.Client.Patch(t.Context(), changed, client.MergeFrom(older)))
	other.expectEvent("older", "HostClaimed")
	s.expect(address, "http://mine.example.com/theirs", 200, "web")

	s.deleteIngress("owner")
	s.expect(address, "http://mine.example.com/theirs", 200, "thief")
}

func annotated(ing *networkingv1.Ingress, key, value string) *networkingv1.Ingress {
	ing.Annotations[key] = value
	return ing
}

func withTLS(ing *networkingv1.Ingress, secret string) *networkingv1.Ingress {
	ing.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{ing.Spec.Rules[0].Host}, SecretName: secret}}
	return ing
}

func badPort(s *scene) *networkingv1.Ingress {
	ing := s.ingress("bad", "bad.example.com/ web")
	ing.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Port.Number = 8888
	return ing
}

func externalName(s *scene) *networkingv1.Ingress {
	s.create(&corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "outside"},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeExternalName, ExternalName: "outside.example.com",
			Ports: []corev1.ServicePort{{Port: 80}},
		},
	})
	return s.ingress("bad", "bad.example.com/ outside")
}

func resourceBackend(s *scene) *networkingv1.Ingress {
	ing := s.ingress("bad", "bad.example.com/ web")
	group := "storage.example.com"
	ing.Spec.Rules[0].HTTP.Paths[0].Backend = networkingv1.IngressBackend{
		Resource: &corev1.TypedLocalObjectReference{APIGroup: &group, Kind: "Bucket", Name: "static"},
	}
	return ing
}

func wrongKey(s *scene) *networkingv1.Ingress {
	a, b := newCertificate(s, "bad.example.com"), newCertificate(s, "bad.example.com")
	s.create(secretOf("mixed", certificate{chain: a.chain, key: b.key}))
	return withTLS(s.ingress("bad", "bad.example.com/ web"), "mixed")
}

func tooMany(s *scene) *networkingv1.Ingress {
	var paths []string
	for i := range 45 {
		paths = append(paths, fmt.Sprintf("many.example.com/p%02d web", i))
	}
	s.app("second", 1)
	return s.ingress("bad", paths...)
}

func classWith(name, config string) *networkingv1.IngressClass {
	group := v1alpha1.GroupName
	return &networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: networkingv1.IngressClassSpec{
			Controller: ingress.ControllerName,
			Parameters: &networkingv1.IngressClassParametersReference{APIGroup: &group, Kind: "SLBConfig", Name: config},
		},
	}
}
