package desired

import (
	"bytes"
	"crypto/x509"
	"slices"
)

// leafOf finds the certificate that a key belongs to; -1 if it is not there. Files with the issuer
// first are common enough, and the service wants the leaf first.
func leafOf(certificates []*x509.Certificate, key publicKey) int {
	return slices.IndexFunc(certificates, func(c *x509.Certificate) bool { return key.Equal(c.PublicKey) })
}

// orderChain puts the leaf first and behind each certificate the one that signed it, and drops
// repetitions. Certificates that belong to no place of that chain keep their order behind it; stray
// is how many they are.
func orderChain(certificates []*x509.Certificate, leaf int) (chain []*x509.Certificate, stray int) {
	chain = []*x509.Certificate{certificates[leaf]}
	var rest []*x509.Certificate
	for _, c := range certificates {
		if !slices.ContainsFunc(append(chain, rest...), c.Equal) {
			rest = append(rest, c)
		}
	}
	for len(rest) > 0 {
		last := chain[len(chain)-1]
		i := slices.IndexFunc(rest, func(c *x509.Certificate) bool { return signed(c, last) })
		if i < 0 {
			break
		}
		chain = append(chain, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	return append(chain, rest...), len(rest)
}

// signed tells whether the issuer's key signed a certificate.
func signed(issuer, c *x509.Certificate) bool {
	return bytes.Equal(c.RawIssuer, issuer.RawSubject) && c.CheckSignatureFrom(issuer) == nil
}
