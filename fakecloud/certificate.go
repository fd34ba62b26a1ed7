package fakecloud

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the service's fingerprints have 20 octets
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (t *txn) uploadCertificate() (object, *Error) {
	wanted, err := t.createTags()
	if err != nil {
		return nil, err
	}
	if id := t.p["AliCloudCertificateId"]; id != "" {
		return nil, refuse("InvalidParameter.AliCloudCertificateId", "The specified certificate %q does not exist.", id)
	}
	for _, name := range []string{"ServerCertificate", "PrivateKey"} {
		if t.p[name] == "" {
			return nil, missing(name)
		}
	}
	if len(t.st.certs) >= t.c.opts.Quotas.Certificates {
		return nil, refuse("OverQuota", "The region may have %d server certificates.", t.c.opts.Quotas.Certificates)
	}
	if err := t.checkKey(t.p["PrivateKey"]); err != nil {
		return nil, err
	}
	chain, leaf, err := readChain(t.p["ServerCertificate"], "IllegalParam.ServerCertificate")
	if err != nil {
		return nil, err
	}
	key, bad := tls.X509KeyPair([]byte(chain), []byte(t.p["PrivateKey"]))
	if bad != nil {
		return nil, refuse("InvalidParameter", "The certificate and the private key do not match.")
	}
	c, err := t.newCertificate(leaf)
	if err != nil {
		return nil, err
	}
	c.id, c.name, c.tags, c.pair, c.pem = t.c.ids.certificate(t.c.opts.Account), t.p["ServerCertificateName"], wanted, key, chain
	t.touch(c.id)
	t.st.certs[c.id] = c
	return uploaded(t.certificateFields(c)), nil
}

// checkKey: RSA keys as PKCS#1 and EC keys as EC PRIVATE KEY; the documents want PKCS#8 converted.
func (t *txn) checkKey(text string) *Error {
	var key *pem.Block
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			key = block
		}
	}
	switch {
	case key == nil:
		return refuse("KeyFormatError", "The private key is not in PEM format.")
	case key.Type == "ENCRYPTED PRIVATE KEY" || key.Headers["DEK-Info"] != "":
		return refuse("PrivateKeyEncryption", "The private key is encrypted.")
	case key.Type == "PRIVATE KEY" && !t.c.opts.Switches.AcceptPKCS8:
		return refuse("KeyFormatError", "The private key is in PKCS#8 format: convert it to PKCS#1 or SEC 1.")
	}
	return nil
}

// readChain gives the certificates of a PEM text, the server's first.
func readChain(text, code string) (string, *x509.Certificate, *Error) {
	var leaf *x509.Certificate
	var chain strings.Builder
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return "", nil, refuse(code, "The certificate holds something else: %s.", block.Type)
		}
		if leaf == nil {
			leaf = cert
		}
		chain.Write(pem.EncodeToMemory(block))
	}
	if leaf == nil {
		return "", nil, refuse(code, "The certificate is not in PEM format.")
	}
	return chain.String(), leaf, nil
}

func (t *txn) newCertificate(leaf *x509.Certificate) (*certificate, *Error) {
	sum := sha1.Sum(leaf.Raw) //nolint:gosec // as above
	octets := make([]string, len(sum))
	for n, b := range sum {
		octets[n] = fmt.Sprintf("%02x", b)
	}
	c := &certificate{
		fingerprint: strings.Join(octets, ":"), common: leaf.Subject.CommonName, names: leaf.DNSNames,
		created: t.now, expires: leaf.NotAfter, resourceGroup: t.p["ResourceGroupId"],
	}
	setDefault(&c.resourceGroup, "rg-default")
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		c.algorithm, c.keyLength = "RSA", key.N.BitLen()
		if !slices.Contains([]int{1024, 2048, 4096}, c.keyLength) {
			return nil, refuse("OperationDenied.IllegalKeyLength", "A key of %d bits is not supported.", c.keyLength)
		}
	case *ecdsa.PublicKey:
		c.algorithm, c.keyLength = "ECDSA", key.Params().BitSize
		if t.c.opts.Switches.RefuseECC {
			return nil, refuse("EccCertificateNotSupport", "Certificates with an ECC key are not supported.")
		}
	default:
		return nil, refuse("ServerCertificate.NotSupport", "The key algorithm of the certificate is not supported.")
	}
	return c, nil
}

// certificateFields never holds contents. SubjectAlternativeName is one string that is a JSON list.
func (t *txn) certificateFields(c *certificate) object {
	names := []string{}
	if len(c.names) > 0 {
		text, err := json.Marshal(c.names)
		if err == nil {
			names = append(names, string(text))
		}
	}
	o := caFields(c)
	delete(o, "CACertificateId")
	delete(o, "CACertificateName")
	o["ServerCertificateId"], o["ServerCertificateName"] = c.id, c.name
	o["RegionId"], o["RegionIdAlias"] = t.c.opts.Region, t.c.opts.Region
	o["IsAliCloudCertificate"], o["AliCloudCertificateId"], o["AliCloudCertificateName"] = 0, "", ""
	o["SubjectAlternativeNames"] = object{"SubjectAlternativeName": names}
	return o
}

// uploaded drops what only the lists tell.
func uploaded(o object) object {
	for _, name := range []string{"Tags", "EncryptionAlgorithm", "EncryptionKeyLength"} {
		delete(o, name)
	}
	return o
}

func caFields(c *certificate) object {
	return object{
		"CACertificateId": c.id, "CACertificateName": c.name, "CommonName": c.common,
		"Fingerprint": c.fingerprint, "EncryptionAlgorithm": c.algorithm, "EncryptionKeyLength": c.keyLength,
		"CreateTime": clockText(c.created), "CreateTimeStamp": c.created.UnixMilli(),
		"ExpireTime": clockText(c.expires), "ExpireTimeStamp": c.expires.UnixMilli(),
		"ResourceGroupId": c.resourceGroup, "Tags": tagList(c.tags),
	}
}

func (t *txn) describeCertificates() (object, *Error) {
	list, err := t.listCertificates(t.st.certs, t.p["ServerCertificateId"], t.certificateFields)
	return object{"ServerCertificates": object{"ServerCertificate": list}}, err
}

func (t *txn) listCertificates(all map[string]*certificate, id string, fields func(*certificate) object) ([]object, *Error) {
	wanted, err := t.tagFilter()
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		c := all[key]
		inGroup := t.p["ResourceGroupId"] == "" || t.p["ResourceGroupId"] == c.resourceGroup
		if (id == "" || id == key) && inGroup && wanted.allOf(c.tags) {
			found = append(found, fields(c))
		}
	}
	return found, nil
}

func (t *txn) certificate(id string) (*certificate, *Error) {
	t.touch(id)
	c := t.st.certs[id]
	if c == nil {
		return nil, refuse("ServerCertificateId.NotFound", "The specified ServerCertificateId does not exist: %s.", id)
	}
	return c, nil
}

func (t *txn) setCertificateName() (object, *Error) {
	c, err := t.certificate(t.p["ServerCertificateId"])
	if err != nil {
		return nil, err
	}
	c.name = t.p["ServerCertificateName"]
	return object{}, nil
}

func (t *txn) deleteCertificate() (object, *Error) {
	c, err := t.certificate(t.p["ServerCertificateId"])
	if err != nil {
		return nil, err
	}
	onListener, onExtension := t.st.certificateUse(c.id)
	switch {
	case onListener || t.st.lingers("cert/"+c.id, t.now):
		return nil, refuse("CertificateAndPrivateKeyIsRefered", "The certificate %s is used by a listener.", c.id)
	case onExtension || t.st.lingers("extension/"+c.id, t.now):
		return nil, refuse("CertificateRelatedDomainExtensionExist", "The certificate %s is used by a domain extension.", c.id)
	}
	delete(t.st.certs, c.id)
	return object{}, nil
}

// certificateUse says whether a listener or an extension uses a server or CA certificate.
func (s *state) certificateUse(id string) (onListener, onExtension bool) {
	for _, i := range s.instances {
		for _, l := range i.listeners {
			onListener = onListener || l.attrs["ServerCertificateId"] == id || l.attrs["CACertificateId"] == id
			for _, e := range l.extensions {
				onExtension = onExtension || e.cert == id
			}
		}
	}
	return onListener, onExtension
}

func (t *txn) uploadCA() (object, *Error) {
	wanted, err := t.createTags()
	if err != nil {
		return nil, err
	}
	if len(t.st.cas) >= t.c.opts.Quotas.CACertificates {
		return nil, refuse("OverQuota", "The region may have %d CA certificates.", t.c.opts.Quotas.CACertificates)
	}
	chain, leaf, err := readChain(t.p["CACertificate"], "CertificateFormatInvalid")
	if err != nil {
		return nil, err
	}
	if !leaf.IsCA {
		return nil, refuse("CertificateTypeMismatched", "The certificate is not one of a certificate authority.")
	}
	c, err := t.newCertificate(leaf)
	if err != nil {
		return nil, err
	}
	c.id, c.name, c.tags, c.pem = t.c.ids.certificate(t.c.opts.Account), t.p["CACertificateName"], wanted, chain
	t.touch(c.id)
	t.st.cas[c.id] = c
	return uploaded(caFields(c)), nil
}

func (t *txn) describeCAs() (object, *Error) {
	list, err := t.listCertificates(t.st.cas, t.p["CACertificateId"], func(c *certificate) object {
		o := caFields(c)
		o["RegionId"] = t.c.opts.Region
		return o
	})
	return object{"CACertificates": object{"CACertificate": list}}, err
}

func (t *txn) ca() (*certificate, *Error) {
	id := t.p["CACertificateId"]
	t.touch(id)
	c := t.st.cas[id]
	if c == nil {
		return nil, refuse("CACertificateId.NotFound", "The specified CACertificateId does not exist: %s.", id)
	}
	return c, nil
}

func (t *txn) setCAName() (object, *Error) {
	c, err := t.ca()
	if err != nil {
		return nil, err
	}
	c.name = t.p["CACertificateName"]
	return object{}, nil
}

func (t *txn) deleteCA() (object, *Error) {
	c, err := t.ca()
	if err != nil {
		return nil, err
	}
	if used, _ := t.st.certificateUse(c.id); used || t.st.lingers("cert/"+c.id, t.now) {
		return nil, refuse("CertificateAndPrivateKeyIsRefered", "The CA certificate %s is used by a listener.", c.id)
	}
	delete(t.st.cas, c.id)
	return object{}, nil
}
