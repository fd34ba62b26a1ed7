package cluster_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const annotationPrefix = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"

// setAnnotation sets an annotation of an Ingress, or removes it if the value is empty.
func (s *scene) setAnnotation(ingress, name, value string) {
	s.Helper()
	text := "null"
	if value != "" {
		text = fmt.Sprintf("%q", value)
	}
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%s}}}`, annotationPrefix+name, text)
	s.must(s.world.Client.Patch(s.Context(), &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: ingress}},
		client.RawPatch(types.MergePatchType, patch)))
}

// admits waits until a visitor is served, or until it is not.
func (s *scene) admits(who visitor, want bool, address, url string) {
	s.Helper()
	s.eventually(fmt.Sprintf("GET %s from %q: served %t", url, who.from, want), func(ctx context.Context) error {
		r, err := s.requestAs(ctx, who, address, url)
		if served := err == nil && r.Status == 200; served != want {
			return fmt.Errorf("status %d, error %w", r.Status, err)
		}
		return nil
	})
}

// TestAccessByAddress admits, refuses and admits again by the address that a client comes from.
func TestAccessByAddress(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	ing := s.ingress("web", "web.example.com/ web")
	ing.Annotations[annotationPrefix+"allow-cidrs"] = "127.0.30.0/24,192.0.2.1"
	s.create(ing)
	address := s.address("web")
	const url = "http://web.example.com/"
	inside, outside := visitor{from: "127.0.30.7"}, visitor{from: "127.0.31.7"}
	for _, at := range []string{url, "https://web.example.com/"} {
		s.admits(inside, true, address, at)
		s.admits(outside, false, address, at)
	}
	s.setAnnotation("web", "allow-cidrs", "127.0.31.0/24")
	s.admits(outside, true, address, url)
	s.admits(inside, false, address, url)

	s.setAnnotation("web", "allow-cidrs", "127.0.31.0/33")
	if note := s.expectEvent("web", "InvalidAnnotation"); !strings.Contains(note, `"127.0.31.0/33"`) {
		t.Errorf("the event does not name the entry: %q", note)
	}
	s.admits(inside, false, address, url)
	s.admits(outside, true, address, url)

	s.setAnnotation("web", "allow-cidrs", "")
	s.setAnnotation("web", "deny-cidrs", "127.0.31.7")
	s.admits(outside, false, address, url)
	s.admits(visitor{from: "127.0.31.8"}, true, address, url)
	s.setAnnotation("web", "deny-cidrs", "")
	s.admits(outside, true, address, url)
	s.eventually("no list is left", func(context.Context) error { return s.noLists() })
}

func (s *scene) noLists() error {
	if left := s.world.Cloud.Dump().ACLs; slices.ContainsFunc(left, func(line string) bool { return strings.Contains(line, s.group()) }) {
		return fmt.Errorf("lists: %q", left)
	}
	return nil
}

// TestMutualTLS serves clients whose certificate the Secret's CA has signed, and no others.
func TestMutualTLS(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	one, other := newAuthority(t, "one"), newAuthority(t, "other")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "clients"}, Data: map[string][]byte{"ca.crt": one.pem}}
	ing := s.ingress("web", "web.example.com/ web")
	ing.Annotations[annotationPrefix+"ca-secret"] = "clients"
	s.create(secret, ing)
	address := s.address("web")
	const url = "https://web.example.com/"
	ofOne, ofOther := visitor{certificates: one.client(t)}, visitor{certificates: other.client(t)}
	s.admits(ofOne, true, address, url)
	s.admits(ofOther, false, address, url)
	s.admits(visitor{}, false, address, url)

	secret.Data["ca.crt"] = other.pem
	s.must(s.world.Client.Update(t.Context(), secret))
	s.admits(ofOther, true, address, url)
	s.admits(ofOne, false, address, url)

	s.must(s.world.Client.Delete(t.Context(), secret))
	s.expectEvent("web", "SecretNotFound")
	s.admits(ofOther, true, address, url)
	s.admits(visitor{}, false, address, url)

	s.setAnnotation("web", "ca-secret", "")
	s.admits(visitor{}, true, address, url)
	s.eventually("no CA certificate is left", func(context.Context) error {
		for _, line := range s.world.Cloud.Dump().Certificates {
			if strings.HasPrefix(line, "ca ") && strings.Contains(line, s.group()) {
				return errors.New(line)
			}
		}
		return nil
	})
}

// authority signs clients' certificates.
type authority struct {
	pem         []byte
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(tb testing.TB, name string) authority {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	return authority{pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), certificate: template, key: key}
}

func (a authority) client(tb testing.TB) []tls.Certificate {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "client"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		tb.Fatal(err)
	}
	return []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
}

// TestListenPorts adds ports, which serve what 80 and 443 serve, and takes them away again. A
// listener that somebody else made stays and is told of.
func TestListenPorts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	certificate := newCertificate(t, "web.example.com")
	s.create(secretOf("tls", certificate))
	ing := s.ingress("web", "web.example.com/ web")
	ing.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{"web.example.com"}, SecretName: "tls"}}
	s.create(ing)
	address := s.address("web")
	id := s.record(s.group()).Status.LoadBalancerID
	s.cloud("CreateLoadBalancerHTTPListener", map[string]string{
		"LoadBalancerId": id, "ListenerPort": "9090", "BackendServerPort": "8080", "HealthCheck": "off", "StickySession": "off", "Bandwidth": "-1",
	})
	s.setAnnotation("web", "listen-ports", `[{"HTTP":9080},{"HTTPS":9443},{"HTTP":9090}]`)
	s.expect(address, "http://web.example.com:9080/", 200, "web")
	r := s.expect(address, "https://web.example.com:9443/", 200, "web")
	if got := r.TLS.PeerCertificates[0].SerialNumber; got.Cmp(certificate.serial) != 0 {
		t.Errorf("port 9443 presents the certificate with serial %s", got)
	}
	s.eventually("the status has the ports that serve", func(ctx context.Context) error { return s.showsPorts(ctx, 80, 443, 9080, 9443) })
	if note := s.expectEvent("web", "ListenerOccupied"); !strings.Contains(note, "9090") {
		t.Errorf("the event does not name the port: %q", note)
	}

	s.setAnnotation("web", "listen-ports", "")
	s.eventually("what was added is gone, and nothing else", func(context.Context) error {
		left := strings.Join(s.world.Cloud.Dump().Listeners, "\n")
		switch {
		case strings.Contains(left, id+"/9080 "), strings.Contains(left, id+"/9443 "):
			return errors.New(left)
		case !strings.Contains(left, id+"/9090 "), !strings.Contains(left, id+"/443 "):
			return fmt.Errorf("too much is gone: %s", left)
		}
		return nil
	})
	s.eventually("the status follows", func(ctx context.Context) error { return s.showsPorts(ctx, 80, 443) })
	s.expect(address, "http://web.example.com/", 200, "web")
}

func (s *scene) showsPorts(ctx context.Context, want ...int32) error {
	var ing networkingv1.Ingress
	if err := s.world.Client.Get(ctx, types.NamespacedName{Namespace: s.namespace, Name: "web"}, &ing); err != nil {
		return err
	}
	var got []int32
	for _, entry := range ing.Status.LoadBalancer.Ingress {
		for _, port := range entry.Ports {
			got = append(got, port.Port)
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("ports %v", got)
	}
	return nil
}
