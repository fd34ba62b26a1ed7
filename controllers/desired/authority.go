package desired

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// caKey is the key of a Secret under which a CA certificate is.
const caKey = corev1.ServiceAccountRootCAKey

// authority is a Secret's CA certificate, or why it cannot be used.
type authority struct {
	certificate cloud.CACertificate
	notBefore   time.Time
	fault       *fault // a notice leaves the certificate usable
}

// readAuthority reads ca.crt of a Secret. Of several certificates the first is the one that expires
// and is judged; all are sent.
func readAuthority(secret *corev1.Secret, now time.Time) authority {
	invalid := func(reason cloud.Reason, format string, args ...any) *fault {
		return &fault{reason: reason, message: fmt.Sprintf("Secret %q: ", secret.Namespace+"/"+secret.Name) + fmt.Sprintf(format, args...)}
	}
	data := secret.Data[caKey]
	switch {
	case secret.Type != corev1.SecretTypeTLS && secret.Type != corev1.SecretTypeOpaque && secret.Type != "":
		return authority{fault: invalid(cloud.InvalidCertificate, "it is of type %q; a CA certificate is in one of type %q", secret.Type, corev1.SecretTypeOpaque)}
	case len(data) == 0:
		return authority{fault: invalid(cloud.InvalidCertificate, "%s must be there", caKey)}
	case len(data) > maxChainBytes:
		return authority{fault: invalid(cloud.InvalidCertificate, "%s has more than %d bytes", caKey, maxChainBytes)}
	}
	certificates, err := readChain(data)
	if err == nil {
		err = checkAuthorities(certificates)
	}
	if err != nil {
		return authority{fault: invalid(cloud.InvalidCertificate, "%s: %v", caKey, err)}
	}
	a := newAuthority(certificates)
	switch ca := certificates[0]; {
	case !now.Before(ca.NotAfter):
		a.fault = invalid(cloud.CertificateExpired, "the CA certificate expired at %s", ca.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(ca.NotBefore):
		a.fault = invalid(cloud.CertificateNotYet, "the CA certificate is valid from %s only; it is used all the same", ca.NotBefore.UTC().Format(time.RFC3339))
		a.fault.notice = true
	}
	return a
}

// checkAuthorities finds what the service refuses (UploadCACertificate), before it is sent.
func checkAuthorities(certificates []*x509.Certificate) error {
	for i, c := range certificates {
		if !c.IsCA {
			return fmt.Errorf("certificate %d is not one of a certificate authority", i+1)
		}
	}
	switch key := certificates[0].PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); !slices.Contains([]int{1024, 2048, 4096}, bits) {
			return fmt.Errorf("it has an RSA key of %d bits; the service takes 1024, 2048 and 4096", bits)
		}
		return nil
	case *ecdsa.PublicKey:
		return nil
	default:
		return errors.New("it has a key of another type than RSA and EC, which are what the service takes")
	}
}

func newAuthority(certificates []*x509.Certificate) authority {
	var text []byte
	for _, c := range certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	sum := sha256.Sum256(text)
	return authority{
		certificate: cloud.CACertificate{
			Name: hex.EncodeToString(sum[:]), PEM: text, NotAfter: certificates[0].NotAfter.UTC().Truncate(time.Second),
		},
		notBefore: certificates[0].NotBefore,
	}
}
