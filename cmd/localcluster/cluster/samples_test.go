package cluster_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

const annotationID = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id"

// withID makes a sample use an instance of the fake.
func withID(id string) func(*unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) {
		if o.GetKind() != "Ingress" {
			return
		}
		annotations := o.GetAnnotations()
		annotations[annotationID] = id
		o.SetAnnotations(annotations)
	}
}

func TestSampleCafe(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.sample("cafe.yaml")
	address := s.address("cafe")
	for path, service := range map[string]string{"/coffee": "coffee", "/coffee/large": "coffee", "/tea": "tea"} {
		r := s.expect(address, "http://cafe.example.com"+path, 200, service)
		if r.Path != path || r.Host != "cafe.example.com" || r.Ingress != "cafe" || r.Namespace != s.namespace {
			t.Errorf("%s reached the pod as %+v", path, r.Answer)
		}
		if got := r.Headers.Get("X-Forwarded-Proto"); got != "http" {
			t.Errorf("X-Forwarded-Proto is %q", got)
		}
	}
	s.expect(address, "http://cafe.example.com/juice", 404, "")
	s.expect(address, "http://other.example.com/coffee", 503, "")
	s.expect(address, "https://cafe.example.com/coffee", 200, "coffee")

	record := s.record(s.group())
	instance := s.instance(record.Status.LoadBalancerID)
	if instance.AddressType != "internet" || instance.Spec != "slb.s1.small" || !instance.DeleteProtection {
		t.Errorf("the created instance is %+v", instance)
	}
}

func TestSampleExistingInstance(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.addInstance(fakecloud.InstanceSpec{AddressType: "internet", Spec: "slb.s2.small"})
	// Somebody serves on port 80 already; the sample's annotation allows to take it over.
	s.cloud("CreateLoadBalancerHTTPListener", map[string]string{
		"LoadBalancerId": id, "ListenerPort": "80", "BackendServerPort": "8080", "HealthCheck": "off", "StickySession": "off", "Bandwidth": "-1",
	})
	s.sample("existing-instance.yaml", withID(id))
	address := s.address("existing-instance")
	if want := s.instance(id).Address; address != want {
		t.Errorf("address is %s, the instance's is %s", address, want)
	}
	s.expect(address, "http://shop.example.com/", 200, "shop")
	s.expect(address, "https://shop.example.com/any/path", 200, "shop")
	s.expectEvent("existing-instance", "ListenersTakenOver")
}

func TestSampleIntranetInstance(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.addInstance(fakecloud.InstanceSpec{AddressType: "intranet", Spec: "slb.s2.small"})
	s.sample("intranet-instance.yaml", withID(id))
	s.expect(s.address("intranet-instance"), "http://ledger.internal.example.com/", 200, "ledger")
}

func TestSampleTLS(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	certificate := newCertificate(t, "secure.example.com")
	s.create(secretOf("secure-example-com", certificate))
	s.sample("tls.yaml")
	address := s.address("tls")
	r := s.expect(address, "https://secure.example.com/", 200, "secure")
	if got := r.TLS.PeerCertificates[0]; got.SerialNumber.Cmp(certificate.serial) != 0 {
		t.Errorf("the certificate served is %s with serial %s, want serial %s", got.Subject, got.SerialNumber, certificate.serial)
	}
	if got := r.Headers.Get("X-Forwarded-Proto"); got != "https" {
		t.Errorf("X-Forwarded-Proto is %q", got)
	}
}

func TestSampleHTTPSWithoutSecret(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.sample("https-without-secret.yaml")
	r := s.expect(s.address("https-without-secret"), "https://plain.example.com/", 200, "plain")
	if got := r.TLS.PeerCertificates[0].Subject.CommonName; got != "slb-ingress-controller fallback certificate" {
		t.Errorf("the certificate served is %q", got)
	}
}

func secretOf(name string, c certificate) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Type:       corev1.SecretTypeTLS,
		Data:       map[string][]byte{corev1.TLSCertKey: c.chain, corev1.TLSPrivateKeyKey: c.key},
	}
}
