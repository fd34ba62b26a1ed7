package desired

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// seedPair makes a certificate that is valid in 2030, of an authority, and its key in PKCS#8.
func seedPair(f *testing.F) (chain, key []byte) {
	f.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"a.example"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		f.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		f.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// FuzzReadCertificate: a Secret is read or told to be wrong, without a word of what is in it; what is
// read is in a form that reads as itself.
func FuzzReadCertificate(f *testing.F) {
	chain, key := seedPair(f)
	f.Add(chain, key)
	f.Add(slices.Concat([]byte("# a comment\n\n"), chain, chain), slices.Concat([]byte("-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n"), key))
	f.Add(key, chain)
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	f.Add([]byte(strings.Repeat("-----BEGIN ", 50)), []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"))
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, chain, key []byte) {
		secret := func(chain, key []byte) *corev1.Secret {
			return &corev1.Secret{Data: map[string][]byte{corev1.TLSCertKey: chain, corev1.TLSPrivateKeyKey: key}}
		}
		c, err := ReadCertificate(secret(chain, key), now)
		if err != nil {
			for line := range strings.Lines(string(key)) {
				if line = strings.TrimSpace(line); len(line) > 40 && strings.Contains(err.Error(), line) {
					t.Errorf("the error shows a line of the key: %v", err)
				}
			}
			return
		}
		again, err := ReadCertificate(secret(c.Chain, c.Key), now)
		if diff := cmp.Diff(c, again); diff != "" || err != nil || string(again.Key) != string(c.Key) {
			t.Errorf("read again: %v\n%s", err, diff)
		}
	})
}

// FuzzReadAuthority is the same for CA certificates.
func FuzzReadAuthority(f *testing.F) {
	chain, key := seedPair(f)
	f.Add(chain)
	f.Add(slices.Concat(key, chain))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n"))
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		secret := func(data []byte) *corev1.Secret { return &corev1.Secret{Data: map[string][]byte{caKey: data}} }
		a := readAuthority(secret(data), now)
		if a.fault != nil && !a.fault.notice {
			if len(a.certificate.PEM) > 0 && a.fault.reason != cloud.CertificateExpired {
				t.Errorf("a faulty authority has a certificate: %+v", a.fault)
			}
			return
		}
		if again := readAuthority(secret(a.certificate.PEM), now); again.certificate.Name != a.certificate.Name {
			t.Errorf("read again: %q becomes %q", a.certificate.Name, again.certificate.Name)
		}
	})
}

// FuzzGroupNames: a name is taken apart into what it was made of, and into nothing else; the two kinds
// of names are never mixed up.
func FuzzGroupNames(f *testing.F) {
	f.Add("slb", 0)
	f.Add("a.b.c", 7)
	f.Add("class.slb.0", -1)
	f.Add("lb-1", 0)
	f.Add("lb-../x", 1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if class, number, ok := ParseClassGroup(GroupName(text, n)); text != "" && n >= 0 && (!ok || class != text || number != n) {
			t.Errorf("%q %d becomes %q %d", text, n, class, number)
		}
		if class, number, ok := ParseClassGroup(text); ok && GroupName(class, number) != text {
			t.Errorf("%q becomes %q %d", text, class, number)
		}
		id, ok := ParseIDGroup(GroupNameByID(text))
		if ok && (id != text || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "") {
			t.Errorf("%q becomes id %q", text, id)
		}
		if _, _, both := ParseClassGroup(GroupNameByID(text)); both {
			t.Errorf("%q is the name of a class's group", GroupNameByID(text))
		}
	})
}

// FuzzReferences: what an Ingress refers to is in its own namespace, whatever it writes.
func FuzzReferences(f *testing.F) {
	f.Add([]byte(`{"tls":[{"secretName":"a"},{"secretName":"other/b"}],"defaultBackend":{"service":{"name":"../x"}}}`), "c")
	f.Add([]byte(`{"rules":[{"host":"a","http":{"paths":[{"path":"/","backend":{"service":{"name":"s"}}},{"backend":{"resource":{"kind":"K"}}}]}},{}]}`), "other/ca")
	f.Fuzz(func(t *testing.T, spec []byte, ca string) {
		ing := &networkingv1.Ingress{}
		if json.Unmarshal(spec, &ing.Spec) != nil {
			return
		}
		ing.ObjectMeta = metav1.ObjectMeta{Namespace: "own", Name: "i", Annotations: map[string]string{"slb.ingress.k8s.alibabacloud/ca-secret": ca}}
		for _, list := range [][]types.NamespacedName{Services(ing), Secrets(ing)} {
			for i, name := range list {
				if name.Namespace != "own" {
					t.Errorf("refers to %q", name)
				}
				if i > 0 && list[i-1].String() >= name.String() {
					t.Errorf("not in order: %q", list)
				}
			}
		}
		for _, port := range AddedPorts(ing, nil) {
			t.Errorf("asks for port %d", port)
		}
	})
}
