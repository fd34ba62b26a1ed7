package dataplane

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// secrets is the TLS side of a program: the certificates and the configuration of new handshakes.
type secrets struct {
	view   *fakecloud.TLSView
	config *tls.Config
}

// newSecrets goes on with the previous ones when nothing has changed. Otherwise its session tickets
// have a new key: a resumed session would show the old certificate.
func newSecrets(view *fakecloud.TLSView, previous *program) *secrets {
	if previous != nil && previous.tls != nil && sameTLS(previous.tls.view, view) {
		return previous.tls
	}
	s := &secrets{view: view}
	minimum, maximum, suites := cipherPolicy(view.Policy)
	s.config = &tls.Config{
		GetCertificate: s.certificate,
		MinVersion:     minimum,
		MaxVersion:     maximum,
		CipherSuites:   suites,
		NextProtos:     []string{"http/1.1"},
	}
	if view.HTTP2 {
		s.config.NextProtos = []string{"h2", "http/1.1"}
	}
	if len(view.ClientCA) > 0 {
		s.config.ClientAuth = tls.RequireAndVerifyClientCert
		s.config.ClientCAs = x509.NewCertPool()
		s.config.ClientCAs.AppendCertsFromPEM(view.ClientCA) // an empty pool trusts nobody
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	s.config.SetSessionTicketKeys([][32]byte{key})
	return s
}

// tlsConfig asks the program of the moment for each handshake.
func (l *listener) tlsConfig() *tls.Config {
	return &tls.Config{ //nolint:gosec // the policy decides, through the configuration of each handshake
		MinVersion: tls.VersionTLS10,
		NextProtos: []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return l.program.Load().tls.config, nil
		},
	}
}

// certificate picks by the name that the client asks for: its own extension, then the narrowest
// wildcard that covers it, then the default.
func (s *secrets) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.TrimSuffix(strings.ToLower(hello.ServerName), ".")
	if found, ok := s.view.Extensions[name]; ok {
		return &found, nil
	}
	for rest := name; ; {
		_, parent, ok := strings.Cut(rest, ".")
		if !ok {
			return &s.view.Default, nil
		}
		if found, ok := s.view.Extensions["*."+parent]; ok {
			return &found, nil
		}
		rest = parent
	}
}

func sameTLS(a, b *fakecloud.TLSView) bool {
	return a.Policy == b.Policy && a.HTTP2 == b.HTTP2 && bytes.Equal(a.ClientCA, b.ClientCA) &&
		sameCertificate(a.Default, b.Default) && maps.EqualFunc(a.Extensions, b.Extensions, sameCertificate)
}

func sameCertificate(a, b tls.Certificate) bool {
	return slices.EqualFunc(a.Certificate, b.Certificate, bytes.Equal)
}
