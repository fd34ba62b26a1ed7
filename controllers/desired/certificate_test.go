package desired_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

func secretOf(chain, key []byte) *corev1.Secret {
	s := &corev1.Secret{Type: corev1.SecretTypeTLS, Data: map[string][]byte{"tls.crt": chain, "tls.key": key}}
	s.Namespace, s.Name = "default", "a"
	return s
}

func selfSigned(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: epoch().Add(-time.Hour), NotAfter: epoch().Add(time.Hour), DNSNames: []string{"a.example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func encode(t *testing.T, kind string, key any) []byte {
	t.Helper()
	var der []byte
	var err error
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if kind == "RSA PRIVATE KEY" {
			der = x509.MarshalPKCS1PrivateKey(k)
			break
		}
		der, err = x509.MarshalPKCS8PrivateKey(k)
	case *ecdsa.PrivateKey:
		if kind == "EC PRIVATE KEY" {
			der, err = x509.MarshalECPrivateKey(k)
			break
		}
		der, err = x509.MarshalPKCS8PrivateKey(k)
	default:
		der, err = x509.MarshalPKCS8PrivateKey(k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestReadCertificateForms(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parameters := []byte("-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n")
	cases := map[string]struct {
		reason     string
		chain, key []byte
		want       string // begins the key
	}{
		"RSA":          {reason: "as it is", chain: selfSigned(t, rsaKey), key: encode(t, "RSA PRIVATE KEY", rsaKey), want: "-----BEGIN RSA PRIVATE KEY-----"},
		"RSAPKCS8":     {reason: "the service refuses PKCS#8", chain: selfSigned(t, rsaKey), key: encode(t, "PRIVATE KEY", rsaKey), want: "-----BEGIN RSA PRIVATE KEY-----"},
		"EC":           {reason: "as it is", chain: selfSigned(t, ecKey), key: encode(t, "EC PRIVATE KEY", ecKey), want: "-----BEGIN EC PRIVATE KEY-----"},
		"ECPKCS8":      {reason: "the service refuses PKCS#8", chain: selfSigned(t, ecKey), key: encode(t, "PRIVATE KEY", ecKey), want: "-----BEGIN EC PRIVATE KEY-----"},
		"ECParameters": {reason: "openssl writes the parameters before the key", chain: selfSigned(t, ecKey), key: append(parameters, encode(t, "EC PRIVATE KEY", ecKey)...), want: "-----BEGIN EC PRIVATE KEY-----"},
		"Chain":        {reason: "blank lines and comments go, the order stays", chain: bytes.Join([][]byte{[]byte("leaf\n"), selfSigned(t, rsaKey), []byte("\n\nissuer\n"), selfSigned(t, ecKey)}, nil), key: encode(t, "PRIVATE KEY", rsaKey), want: "-----BEGIN RSA PRIVATE KEY-----"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := desired.ReadCertificate(secretOf(tc.chain, tc.key), epoch())
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if !strings.HasPrefix(string([]byte(got.Key)), tc.want) {
				t.Errorf("%s: the key does not begin with %q", tc.reason, tc.want)
			}
			if bytes.Contains(got.Chain, []byte("\n\n")) || !bytes.HasPrefix(got.Chain, []byte("-----BEGIN CERTIFICATE-----\n")) {
				t.Errorf("%s: the chain is not canonical:\n%s", tc.reason, got.Chain)
			}
			if strings.Count(string(got.Chain), "BEGIN") != strings.Count(string(tc.chain), "BEGIN") {
				t.Errorf("%s: certificates were lost", tc.reason)
			}
			if _, err := tls.X509KeyPair(got.Chain, got.Key); err != nil {
				t.Errorf("%s: %v", tc.reason, err)
			}
			again, err := desired.ReadCertificate(secretOf(got.Chain, got.Key), epoch())
			if err != nil || again.Name != got.Name || len(got.Name) != 64 {
				t.Errorf("%s: name %q, read again %q, %v", tc.reason, got.Name, again.Name, err)
			}
		})
	}
}

func TestReadCertificateRefuses(t *testing.T) {
	t.Parallel()
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1536)
	if err != nil {
		t.Fatal(err)
	}
	chain, key := selfSigned(t, ecKey), encode(t, "PRIVATE KEY", ecKey)
	cases := map[string]struct {
		reason     string
		chain, key []byte
		want       string
	}{
		"Ed25519":     {"the service takes RSA and EC", selfSigned(t, edKey), encode(t, "PRIVATE KEY", edKey), "takes RSA and EC keys"},
		"P224":        {"of three curves", selfSigned(t, p224), encode(t, "PRIVATE KEY", p224), "use P-256"},
		"RSA1536":     {"and three lengths", selfSigned(t, rsaKey), encode(t, "PRIVATE KEY", rsaKey), "1536 bits"},
		"Encrypted":   {"nobody has the passphrase", chain, []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), "encrypted"},
		"OldStyle":    {"nor here", chain, []byte("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n"), "encrypted"},
		"KeyRubbish":  {"nothing is echoed", chain, []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "cannot be decoded"},
		"KeyText":     {"no PEM at all", chain, []byte("s3cret"), "no PEM private key"},
		"ChainText":   {"no PEM at all", []byte("x"), key, "no PEM certificate"},
		"ChainBroken": {"the second one is broken", append(bytes.Clone(chain), []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")...), key, "certificate 2 cannot be read"},
		"ChainHuge":   {"never decoded", bytes.Repeat(chain, 1000), key, "more than 65536 bytes"},
		"KeyHuge":     {"never decoded", chain, bytes.Repeat(key, 1000), "more than 16384"},
		"Mismatch":    {"of no certificate", append(selfSigned(t, p224), chain...), encode(t, "PRIVATE KEY", other), "not the key of a certificate"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := desired.ReadCertificate(secretOf(tc.chain, tc.key), epoch())
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("%s: error %v, want one with %q", tc.reason, err, tc.want)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "AAAA") {
				t.Errorf("%s: the error shows contents: %v", tc.reason, err)
			}
		})
	}
}
