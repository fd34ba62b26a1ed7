package dataplane_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

// certified makes a self-signed certificate that is also good as a client's and as its own CA.
func certified(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func secure(view fakecloud.TLSView, fallback fakecloud.GroupView) fakecloud.ListenerView {
	return fakecloud.ListenerView{Port: 443, Protocol: "https", Default: fallback, TLS: &view}
}

// handshake gives what a client that asks for a name sees.
func (p plane) handshake(config *tls.Config) (tls.ConnectionState, error) {
	p.t.Helper()
	config.InsecureSkipVerify = true // the tests look at the certificate themselves
	conn, err := tls.Dial("tcp", p.addr(443), config)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState(), nil
}

func (p plane) certificate(config *tls.Config) string {
	p.t.Helper()
	state, err := p.handshake(config)
	if err != nil {
		p.t.Fatal(err)
	}
	return state.PeerCertificates[0].Subject.CommonName
}

func TestCertificateByName(t *testing.T) {
	t.Parallel()
	p := serve(t, secure(fakecloud.TLSView{
		Default: certified(t, "default"),
		Extensions: map[string]tls.Certificate{
			"a.example.com":    certified(t, "exact"),
			"*.example.com":    certified(t, "wide"),
			"*.in.example.com": certified(t, "narrow"),
		},
	}, group("rsp-1")))
	for asked, want := range map[string]string{
		"a.example.com":      "exact",
		"A.Example.COM":      "exact",
		"b.example.com":      "wide",
		"c.b.example.com":    "wide",
		"b.in.example.com":   "narrow",
		"c.b.in.example.com": "narrow",
		"example.com":        "default",
		"other.org":          "default",
		"":                   "default",
	} {
		if got := p.certificate(&tls.Config{ServerName: asked}); got != want {
			t.Errorf("name %q: got %s, want %s", asked, got, want)
		}
	}
}

func TestNewCertificateIsForNewHandshakes(t *testing.T) {
	t.Parallel()
	members := group("rsp-1", named(t, "pod"))
	p := serve(t, secure(fakecloud.TLSView{Default: certified(t, "old")}, members))
	config := &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: patience}
	t.Cleanup(client.CloseIdleConnections)
	ask := func() string {
		got := do(t, client, p.secureRequest(http.MethodGet))
		return got.TLS.PeerCertificates[0].Subject.CommonName
	}
	if got := ask(); got != "old" {
		t.Fatalf("got %s", got)
	}
	p.program(secure(fakecloud.TLSView{Default: certified(t, "new")}, members))
	if got := ask(); got != "old" {
		t.Errorf("got %s, want the connection to stay as it was made", got)
	}
	client.CloseIdleConnections()
	if got := ask(); got != "new" {
		t.Errorf("got %s, want a new connection to see the new certificate, ticket or not", got)
	}
}

func (p plane) secureRequest(method string) *http.Request {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, "https://"+p.addr(443)+"/x?y", http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	request.Host = "a.example.com"
	return request
}

func TestTLSPolicies(t *testing.T) {
	t.Parallel()
	for policy, c := range map[string]struct {
		reason  string
		offered uint16
		got     uint16 // 0: refused
	}{
		"tls_cipher_policy_1_0":                 {reason: "the oldest version is served", offered: tls.VersionTLS10, got: tls.VersionTLS10},
		"tls_cipher_policy_1_1":                 {reason: "below the minimum", offered: tls.VersionTLS10},
		"tls_cipher_policy_1_2":                 {reason: "1.3 needs a policy that names it", offered: tls.VersionTLS13, got: tls.VersionTLS12},
		"tls_cipher_policy_1_2_strict":          {reason: "below the minimum", offered: tls.VersionTLS11},
		"tls_cipher_policy_1_2_strict_with_1_3": {reason: "1.3 is served", offered: tls.VersionTLS13, got: tls.VersionTLS13},
	} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			p := serve(t, secure(fakecloud.TLSView{Default: certified(t, "x"), Policy: policy}, group("rsp-1")))
			state, err := p.handshake(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: c.offered})
			if (err != nil) != (c.got == 0) || state.Version != c.got {
				t.Errorf("%s: got version %#x, error %v; want %#x", c.reason, state.Version, err, c.got)
			}
		})
	}
}

func TestStrictPolicyNeedsForwardSecrecy(t *testing.T) {
	t.Parallel()
	weak := &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}
	p := serve(t, secure(fakecloud.TLSView{Default: certified(t, "x"), Policy: "tls_cipher_policy_1_2_strict"}, group("rsp-1")))
	if _, err := p.handshake(weak); err == nil {
		t.Error("a suite without forward secrecy was accepted")
	}
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	seen := make(chan *http.Request, 1)
	members := group("rsp-1", pod(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r
		w.Header().Set("Trailer", "X-Sum")
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
		w.Header().Set("X-Sum", "1")
	}))
	view := fakecloud.TLSView{Default: certified(t, "x"), HTTP2: true}
	l := secure(view, members)
	l.XForwardedForProto = true
	p := serve(t, l)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: patience}

	got := do(t, client, p.secureRequest(http.MethodGet))
	if got.ProtoMajor != 2 || got.StatusCode != http.StatusOK || got.Trailer.Get("X-Sum") != "1" {
		t.Errorf("got %s %d, trailer %v", got.Proto, got.StatusCode, got.Trailer)
	}
	r := <-seen
	if r.Proto != "HTTP/1.1" || r.Host != "a.example.com" || r.RequestURI != "/x?y" || r.Header.Get("X-Forwarded-Proto") != "https" {
		t.Errorf("the backend server saw %s %s%s %v", r.Proto, r.Host, r.RequestURI, r.Header)
	}

	view.HTTP2 = false
	p.program(secure(view, members))
	state, err := p.handshake(&tls.Config{NextProtos: []string{"h2", "http/1.1"}})
	if err != nil || state.NegotiatedProtocol != "http/1.1" {
		t.Errorf("with HTTP/2 off: got %q, %v", state.NegotiatedProtocol, err)
	}
}

func TestHTTP2ConnectionIsRenewedWithoutLoss(t *testing.T) {
	t.Parallel()
	p := serve(t, secure(fakecloud.TLSView{Default: certified(t, "x"), HTTP2: true}, group("rsp-1", named(t, "pod"))))
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: patience}
	var connections atomic.Int32
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(conn httptrace.GotConnInfo) {
		if !conn.Reused {
			connections.Add(1)
		}
	}})
	for i := range 250 { // two and a half times what one connection carries
		if got := do(t, client, p.secureRequest(http.MethodGet).WithContext(ctx)); got.body != "pod" {
			t.Fatalf("request %d: got %d %q", i, got.StatusCode, got.body)
		}
	}
	if got := connections.Load(); got < 3 {
		t.Errorf("%d connections for 250 requests, want one for each 100", got)
	}
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	known, stranger := certified(t, "known"), certified(t, "stranger")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: known.Certificate[0]})
	p := serve(t, secure(fakecloud.TLSView{Default: certified(t, "x"), ClientCA: ca}, group("rsp-1", named(t, "pod"))))
	ask := func(certificates ...tls.Certificate) error {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: certificates}}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport, Timeout: patience}).Do(p.secureRequest(http.MethodGet))
		if err == nil {
			_ = res.Body.Close()
		}
		return err
	}
	if err := ask(known); err != nil {
		t.Errorf("a certificate of the CA: %v", err)
	}
	if ask(stranger) == nil || ask() == nil {
		t.Error("a client without a certificate of the CA was served")
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason     string
		forward    fakecloud.ForwardView
		bound      int // of port 443
		host, path string
		status     int
		location   string
	}{
		"Default":  {reason: "301 and no port when 443 is 443", bound: 443, host: "a.example", path: "/x%2Fy?z=1&z", status: 301, location: "https://a.example/x%2Fy?z=1&z"},
		"Code":     {reason: "the code of the listener", forward: fakecloud.ForwardView{Port: 443, Code: 308}, bound: 443, host: "a.example:80", path: "/", status: 308, location: "https://a.example/"},
		"Moved":    {reason: "a port that had to be moved is named", forward: fakecloud.ForwardView{Port: 443, Code: 302}, bound: 8443, host: "a.example:8080", path: "/", status: 302, location: "https://a.example:8443/"},
		"SixBytes": {reason: "an IPv6 host keeps its brackets", bound: 8443, host: "[::1]:8080", path: "/", status: 301, location: "https://[::1]:8443/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := plain(group("rsp-1", named(t, "pod")))
			l.Forward = &c.forward
			ports := func(port int) int {
				if port == 443 {
					return c.bound
				}
				return 0
			}
			p := serveWith(t, dataplane.Options{Ports: ports}, l)
			got := p.get(browser(t), c.host, c.path)
			if got.StatusCode != c.status || got.Header.Get("Location") != c.location {
				t.Errorf("%s: got %d to %q, want %d to %q", c.reason, got.StatusCode, got.Header.Get("Location"), c.status, c.location)
			}
		})
	}
}
