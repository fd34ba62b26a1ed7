package desired

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

type publicKey interface {
	Equal(other crypto.PublicKey) bool
}

// readKey decodes a private key and encodes it as the service takes it: RSA as PKCS#1, EC as SEC 1.
// PKCS#8 was refused when it was last documented. Errors say nothing of the key's contents.
func readKey(data []byte) (cloud.PrivateKey, publicKey, error) {
	block, err := keyBlock(data)
	if err != nil {
		return nil, nil, err
	}
	key, err := decodeKey(block)
	if err != nil {
		return nil, nil, err
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if bits := k.N.BitLen(); !slices.Contains([]int{1024, 2048, 4096}, bits) {
			return nil, nil, fmt.Errorf("it is an RSA key of %d bits; the service takes 1024, 2048 and 4096", bits)
		}
		return encodeKey("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k)), &k.PublicKey, nil
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(k)
		if err != nil || k.Curve == elliptic.P224() {
			return nil, nil, errors.New("it is an EC key of a curve that the service does not take; use P-256, P-384 or P-521")
		}
		return encodeKey("EC PRIVATE KEY", der), &k.PublicKey, nil
	default:
		return nil, nil, fmt.Errorf("it is a key of type %s; the service takes RSA and EC keys", strings.TrimPrefix(fmt.Sprintf("%T", key), "*"))
	}
}

// keyBlock finds the private key among a file's blocks; EC keys come with their parameters before.
func keyBlock(data []byte) (*pem.Block, error) {
	for {
		block, rest := pem.Decode(data)
		switch {
		case block == nil:
			return nil, errors.New("it holds no PEM private key")
		case strings.Contains(block.Type, "ENCRYPTED") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, errors.New("the key is encrypted; store it without a passphrase")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return block, nil
		}
		data = rest
	}
}

func decodeKey(block *pem.Block) (any, error) {
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("keys of PEM type %q cannot be read", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("the %s cannot be decoded", block.Type)
	}
	return key, nil
}

func encodeKey(kind string, der []byte) cloud.PrivateKey {
	return cloud.PrivateKey(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
