package ingress

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// FallbackSecret is the Secret of the controller's namespace that holds the self-signed
// certificate which port 443 presents when no Ingress has one.
const FallbackSecret = "slb-ingress-fallback-certificate" //nolint:gosec // a name, not a secret

// The fallback certificate: an RSA key, which the service takes in every region, and a life so long
// that it never has to be replaced under traffic that does not verify it anyway.
const (
	fallbackBits = 2048
	fallbackLife = 10 * 365 * 24 * time.Hour
	fallbackName = "slb-ingress-controller fallback certificate"
)

// loadFallback returns the fallback certificate, generating it if the Secret does not exist. Two
// replicas that generate at once end with the same one: the later create is refused.
func loadFallback(ctx context.Context, api corev1client.SecretInterface, now time.Time) (cloud.Certificate, error) {
	secret, err := api.Get(ctx, FallbackSecret, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		if secret, err = newFallback(now); err != nil {
			return cloud.Certificate{}, err
		}
		secret, err = api.Create(ctx, secret, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			secret, err = api.Get(ctx, FallbackSecret, metav1.GetOptions{})
		}
	}
	if err != nil {
		return cloud.Certificate{}, fmt.Errorf("fallback certificate, Secret %q: %w", FallbackSecret, err)
	}
	certificate, err := desired.ReadCertificate(secret, now)
	if err != nil {
		return cloud.Certificate{}, fmt.Errorf("fallback certificate, Secret %q: %w; delete the Secret to have a new one generated", FallbackSecret, err)
	}
	return certificate, nil
}

func newFallback(now time.Time) (*corev1.Secret, error) {
	key, err := rsa.GenerateKey(rand.Reader, fallbackBits)
	if err != nil {
		return nil, fmt.Errorf("generating the fallback key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("generating the fallback certificate's serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: fallbackName},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(fallbackLife),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing the fallback certificate: %w", err)
	}
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: FallbackSecret},
		Type:       corev1.SecretTypeTLS,
		Data: map[string][]byte{
			corev1.TLSCertKey:       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			corev1.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		},
	}, nil
}
