package desired_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// issued is a certificate with its key.
type issued struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func (i issued) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.certificate.Raw})
}

// issue makes a certificate signed by an issuer; the zero issuer makes it sign itself.
func issue(t *testing.T, name string, by issued) issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(name))), Subject: pkix.Name{CommonName: name},
		NotBefore: epoch().Add(-time.Hour), NotAfter: epoch().Add(time.Hour),
		IsCA: name != "leaf", BasicConstraintsValid: true,
	}
	parent, signer := by.certificate, by.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return issued{made, key}
}

func TestChainIsOrdered(t *testing.T) {
	t.Parallel()
	root := issue(t, "root", issued{})
	middle := issue(t, "middle", root)
	leaf := issue(t, "leaf", middle)
	stray := issue(t, "stray", issued{})
	same := issue(t, "middle", root) // the same name, another key
	cases := map[string]struct {
		reason     string
		file, want []issued
	}{
		"InOrder":   {"stays", []issued{leaf, middle, root}, []issued{leaf, middle, root}},
		"Reversed":  {"each behind the one that it signed", []issued{root, middle, leaf}, []issued{leaf, middle, root}},
		"Shuffled":  {"the leaf is found by its key", []issued{middle, leaf, root}, []issued{leaf, middle, root}},
		"Repeated":  {"each once", []issued{leaf, leaf, middle, middle}, []issued{leaf, middle}},
		"LeafAlone": {"nothing is made up", []issued{leaf}, []issued{leaf}},
		"Stray":     {"what has no place is kept behind the chain", []issued{stray, root, leaf, middle}, []issued{leaf, middle, root, stray}},
		"Gap":       {"without the middle there is no chain", []issued{root, leaf}, []issued{leaf, root}},
		"SameName":  {"the signature decides, not the name", []issued{same, leaf, middle}, []issued{leaf, middle, same}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := desired.ReadCertificate(secretOf(join(tc.file), encode(t, "PRIVATE KEY", leaf.key)), epoch())
			if err != nil {
				t.Fatal(err)
			}
			if want := join(tc.want); !bytes.Equal(got.Chain, want) {
				t.Errorf("%s: got\n%s\nwant\n%s", tc.reason, got.Chain, want)
			}
		})
	}
}

func join(list []issued) []byte {
	var file []byte
	for _, i := range list {
		file = append(file, i.pem()...)
	}
	return file
}
