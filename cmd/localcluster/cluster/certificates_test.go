package cluster_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// newECCertificate is newCertificate with a key that is made in no time.
func newECCertificate(tb testing.TB, serial int64, host string) certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	return certificate{
		chain:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		serial: template.SerialNumber,
	}
}

// raiseExtensions tells the controller that a listener may have ten domain extensions.
func (s *scene) raiseExtensions() {
	s.Helper()
	s.create(&v1alpha1.SLBConfig{
		ObjectMeta: metav1.ObjectMeta{Name: s.class},
		Spec:       v1alpha1.SLBConfigSpec{Quotas: &v1alpha1.Quotas{DomainExtensionsPerListener: 10}},
	})
	var class networkingv1.IngressClass
	s.must(s.world.Client.Get(s.Context(), types.NamespacedName{Name: s.class}, &class))
	class.Spec.Parameters = classWith(s.class, s.class).Spec.Parameters
	s.must(s.world.Client.Update(s.Context(), &class))
}

// TestManyCertificates has thirty hosts with a certificate each: the oldest is the default one, the
// next have domain extensions as far as the quota goes, and the others are served with the default
// certificate and told. Every host answers.
func TestManyCertificates(t *testing.T) {
	t.Parallel()
	const hosts = 30
	for _, quota := range []int{3, 10} {
		t.Run(fmt.Sprint(quota), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.app("web", 1)
			if quota > 3 {
				s.raiseExtensions()
			}
			var rest []string
			for i := range hosts {
				name := fmt.Sprintf("h%02d", i)
				s.create(secretOf(name, newECCertificate(t, int64(i), name+".example.com")))
				s.create(withTLS(s.ingress(name, name+".example.com/ web"), name))
				if i > quota {
					rest = append(rest, name)
				}
			}
			address := s.address(fmt.Sprintf("h%02d", hosts-1))
			for i := range hosts {
				want := int64(0)
				if i <= quota {
					want = int64(i)
				}
				s.presents(address, fmt.Sprintf("h%02d.example.com", i), want)
			}
			s.recordsCertificates(quota, hosts)
			for _, name := range rest {
				s.expectEvent(name, "DomainExtensionsExhausted")
			}
		})
	}
}

// presents waits until a host answers with the certificate of a serial number.
func (s *scene) presents(address, host string, serial int64) {
	s.Helper()
	s.eventually(fmt.Sprintf("%s presents certificate %d", host, serial), func(ctx context.Context) error {
		r, err := s.request(ctx, address, "https://"+host+"/")
		if err != nil {
			return err
		}
		if got := r.TLS.PeerCertificates[0].SerialNumber; r.Status != 200 || got.Cmp(big.NewInt(serial)) != 0 {
			return fmt.Errorf("it answers %d with certificate %s", r.Status, got)
		}
		return nil
	})
}

// recordsCertificates waits until the record says who is served with what.
func (s *scene) recordsCertificates(quota, hosts int) {
	s.Helper()
	want := []string{s.namespace + "/h00:"}
	for i := range hosts {
		host := fmt.Sprintf(" h%02d.example.com", i)
		if i == 0 || i > quota {
			want[0] += host
		} else {
			want = append(want, fmt.Sprintf("%s/h%02d:%s", s.namespace, i, host))
		}
	}
	s.eventually("the record lists the certificates", func(context.Context) error {
		var got []string
		for _, c := range s.record(s.group()).Status.Certificates {
			got = append(got, c.Secret+": "+strings.Join(c.Domains, " "))
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("got %q, want %q", got, want)
		}
		return nil
	})
}

// TestRotateOften replaces the listener's default certificate and that of a domain extension twenty
// times under a loop of requests, each of which shakes hands anew.
func TestRotateOften(t *testing.T) {
	t.Parallel()
	const rotations = 20
	s := newScene(t)
	s.app("web", 1)
	seq := s.world.Cloud.Seq()
	secrets := map[string]string{} // by a certificate's logical name
	next := func(name string, serial int64) certificate {
		c := newECCertificate(t, serial, name+".example.com")
		sum := sha256.Sum256(c.chain)
		secrets[hex.EncodeToString(sum[:])] = name
		return c
	}
	for _, name := range []string{"first", "second"} {
		s.create(secretOf(name, next(name, 0)))
		s.create(withTLS(s.ingress(name, name+".example.com/ web"), name))
	}
	address := s.address("second")
	s.presents(address, "first.example.com", 0)
	s.presents(address, "second.example.com", 0)

	stopFirst := s.requestLoop(address, "https://first.example.com/")
	stopSecond := s.requestLoop(address, "https://second.example.com/")
	for i := range int64(rotations) {
		for _, name := range []string{"first", "second"} {
			secret := secretOf(name, next(name, i+1))
			secret.Namespace = s.namespace
			s.must(s.world.Client.Update(t.Context(), secret))
		}
		s.presents(address, "first.example.com", i+1)
		s.presents(address, "second.example.com", i+1)
	}
	if failed := slices.Concat(stopFirst(), stopSecond()); len(failed) > 0 {
		t.Errorf("%d requests failed, the first: %v", len(failed), failed[0])
	}
	s.eventually("one certificate of each Secret is left", func(context.Context) error {
		live, most := s.liveCertificates(seq, secrets)
		for name, n := range most {
			if n > 2 {
				t.Errorf("Secret %s had %d certificates at a time", name, n)
			}
		}
		if !maps.Equal(live, map[string]int{"first": 1, "second": 1}) {
			return errors.New(fmt.Sprint(live))
		}
		return nil
	})
}

// liveCertificates counts, by Secret, the certificates that the journal says are left and the most
// that there were at a time.
func (s *scene) liveCertificates(seq int, secrets map[string]string) (live, most map[string]int) {
	live, most = map[string]int{}, map[string]int{}
	secretByID := map[string]string{}
	for _, call := range s.world.Cloud.JournalSince(seq) {
		if call.Code != "" {
			continue
		}
		switch call.Action {
		case "UploadServerCertificate":
			name := secrets[tagOf(call.Params, cloud.TagCertificate)]
			if name == "" || len(call.Resources) == 0 {
				continue // of another test
			}
			secretByID[call.Resources[0]] = name
			live[name]++
			most[name] = max(most[name], live[name])
		case "DeleteServerCertificate":
			if name := secretByID[call.Params["ServerCertificateId"]]; name != "" {
				live[name]--
			}
		}
	}
	return live, most
}

// tagOf is the value of a tag among a call's parameters.
func tagOf(params map[string]string, key string) string {
	for name, value := range params {
		if prefix, ok := strings.CutSuffix(name, ".Key"); ok && value == key {
			return params[prefix+".Value"]
		}
	}
	return ""
}
