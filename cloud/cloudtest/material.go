package cloudtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// NewCertificate makes a self-signed certificate for hosts that is valid for a year from now.
func NewCertificate(t *testing.T, hosts ...string) cloud.Certificate {
	t.Helper()
	leaf := yearFromNow(hosts[0])
	leaf.DNSNames = hosts
	der, key := selfSigned(t, leaf)
	return cloud.Certificate{Name: sha256Hex(der), Chain: certificatePEM(der), Key: key, NotAfter: leaf.NotAfter}
}

// NewCACertificate makes the certificate of an authority that is valid for a year from now.
func NewCACertificate(t *testing.T, name string) cloud.CACertificate {
	t.Helper()
	authority := yearFromNow(name)
	authority.IsCA, authority.BasicConstraintsValid = true, true
	der, _ := selfSigned(t, authority)
	return cloud.CACertificate{Name: sha256Hex(der), PEM: certificatePEM(der), NotAfter: authority.NotAfter}
}

func yearFromNow(name string) *x509.Certificate {
	now := time.Now().UTC().Truncate(time.Second)
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
	}
}

func selfSigned(t *testing.T, template *x509.Certificate) (der, keyPEM []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("making a key: %v", err)
	}
	der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatalf("making a certificate: %v", err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatalf("encoding a key: %v", err)
	}
	return der, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func sha256Hex(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}
