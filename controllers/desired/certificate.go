package desired

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Caps on a Secret's contents, before anything is decoded: reading PEM takes time that can grow with
// the square of its length, and a Secret may have 1 MiB. A chain of a few certificates has some 10 KiB,
// and the largest key that the service takes some 3 KiB. Putting a chain in order tries each
// certificate on each other; public chains have at most five.
const (
	maxChainBytes        = 64 << 10
	maxKeyBytes          = 16 << 10
	maxChainCertificates = 20
)

// served is a Secret's certificate, or why it cannot be used.
type served struct {
	certificate cloud.Certificate // of one that cannot be used, its end alone, if it can be read
	notBefore   time.Time
	names       dnsNames
	fault       *fault // a notice leaves the certificate usable
}

func (s *served) usable() bool { return s.fault == nil || s.fault.notice }

// expired tells whether the Secret's certificate is past its end.
func (s *served) expired() bool { return !s.usable() && s.fault.reason == cloud.CertificateExpired }

// broken tells whether the Secret has no certificate to judge, so that what it last had counts.
func (s *served) broken() bool { return !s.usable() && !s.expired() }

// Bounds of the warning before a certificate's end. Renewal is usually done when a third of the
// lifetime is left, so certificates that live for weeks only are not warned of all their life.
const (
	expiryNotice = 30 * 24 * time.Hour
	renewalPart  = 3
)

// warnAt is when the warning of the certificate's end begins: 30 days before it, or when a third of
// its lifetime is left if that is later.
func (s *served) warnAt() time.Time {
	end := s.certificate.NotAfter
	return end.Add(-min(expiryNotice, end.Sub(s.notBefore)/renewalPart))
}

// ReadCertificate reads the certificate and key of a TLS Secret and brings both into the form that
// the service takes: the leaf first and each one's issuer behind it, no blank lines, the key in PKCS#1 or SEC 1. The error says what
// is wrong with the Secret and never shows any of its contents. An expired certificate is an error.
func ReadCertificate(secret *corev1.Secret, now time.Time) (cloud.Certificate, error) {
	s := readSecret(secret, now)
	if !s.usable() {
		return cloud.Certificate{}, errors.New(s.fault.message)
	}
	return s.certificate, nil
}

func readSecret(secret *corev1.Secret, now time.Time) *served {
	invalid := func(reason cloud.Reason, format string, args ...any) *served {
		message := fmt.Sprintf("Secret %q: ", secret.Namespace+"/"+secret.Name) + fmt.Sprintf(format, args...)
		return &served{fault: &fault{reason: reason, message: message}}
	}
	file, key := secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey]
	switch {
	case secret.Type != corev1.SecretTypeTLS && secret.Type != corev1.SecretTypeOpaque && secret.Type != "":
		return invalid(cloud.InvalidCertificate, "it is of type %q; a certificate is in one of type %q", secret.Type, corev1.SecretTypeTLS)
	case len(file) == 0 || len(key) == 0:
		return invalid(cloud.InvalidCertificate, "%s and %s must both be there", corev1.TLSCertKey, corev1.TLSPrivateKeyKey)
	case len(file) > maxChainBytes || len(key) > maxKeyBytes:
		return invalid(cloud.InvalidCertificate, "%s has more than %d bytes or %s more than %d", corev1.TLSCertKey, maxChainBytes, corev1.TLSPrivateKeyKey, maxKeyBytes)
	}
	certificates, err := readChain(file)
	if err != nil {
		return invalid(cloud.InvalidCertificate, "%s: %v", corev1.TLSCertKey, err)
	}
	private, public, err := readKey(key)
	if err != nil {
		return invalid(cloud.InvalidCertificate, "%s: %v", corev1.TLSPrivateKeyKey, err)
	}
	i := leafOf(certificates, public)
	if i < 0 {
		return invalid(cloud.CertificateMismatch, "%s is not the key of a certificate in %s", corev1.TLSPrivateKeyKey, corev1.TLSCertKey).until(certificates[0])
	}
	chain, stray := orderChain(certificates, i)
	leaf := chain[0]
	if !now.Before(leaf.NotAfter) {
		return invalid(cloud.CertificateExpired, "the certificate expired at %s", stamp(leaf.NotAfter)).until(leaf)
	}
	s := newServed(chain, private)
	switch {
	case now.Before(leaf.NotBefore):
		s.fault = invalid(cloud.CertificateNotYet, "the certificate is valid from %s only; it is served all the same", stamp(leaf.NotBefore)).fault
		s.fault.notice = true
	case stray > 0:
		s.fault = invalid(cloud.CertificateChain, "%s has %d certificates that signed none of those before them; they are served behind the chain", corev1.TLSCertKey, stray).fault
		s.fault.notice = true
	}
	return s
}

// until notes the end of a certificate that cannot be used.
func (s *served) until(c *x509.Certificate) *served {
	s.certificate.NotAfter = c.NotAfter.UTC().Truncate(time.Second)
	return s
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func newServed(certificates []*x509.Certificate, key cloud.PrivateKey) *served {
	var chain []byte
	for _, c := range certificates {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	sum := sha256.Sum256(chain)
	leaf := certificates[0]
	var names dnsNames
	for _, name := range leaf.DNSNames {
		names = append(names, strings.ToLower(name))
	}
	return &served{
		certificate: cloud.Certificate{
			Name: hex.EncodeToString(sum[:]), Chain: chain, Key: key, NotAfter: leaf.NotAfter.UTC().Truncate(time.Second),
		},
		notBefore: leaf.NotBefore, names: names,
	}
}

// readChain decodes the certificates of a PEM file. Blocks of other types are not sent anywhere.
func readChain(data []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		data = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		if len(chain) == maxChainCertificates {
			return nil, fmt.Errorf("it holds more than %d certificates", maxChainCertificates)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d cannot be read: %w", len(chain)+1, err)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, errors.New("it holds no PEM certificate")
	}
	return chain, nil
}
