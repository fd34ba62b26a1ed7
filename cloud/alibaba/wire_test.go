package alibaba_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
	"github.com/slb-ingress/slb-ingress-controller/cloud/cloudtest"
)

// TestURLsAreBare sends every kind of call and looks at the URLs and at where they went.
func TestURLsAreBare(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		options  alibaba.Options
		slb, ecs string
	}{
		"Region":   {alibaba.Options{Region: "eu-central-1"}, "https://slb.eu-central-1.aliyuncs.com/", "https://ecs.eu-central-1.aliyuncs.com/"},
		"Old":      {alibaba.Options{Region: "cn-hangzhou"}, "https://slb.aliyuncs.com/", "https://ecs-cn-hangzhou.aliyuncs.com/"},
		"Unknown":  {alibaba.Options{Region: "xx-new-1"}, "https://slb.xx-new-1.aliyuncs.com/", "https://ecs.xx-new-1.aliyuncs.com/"},
		"VPC":      {alibaba.Options{Region: "cn-hangzhou", Network: "vpc"}, "https://slb-vpc.cn-hangzhou.aliyuncs.com/", "https://ecs-vpc.cn-hangzhou.aliyuncs.com/"},
		"Endpoint": {alibaba.Options{Region: "cn-hangzhou", Endpoint: "slb.example.com:8443"}, "https://slb.example.com:8443/", "https://slb.example.com:8443/"},
		"Both":     {alibaba.Options{Region: "cn-hangzhou", Endpoint: "http://localhost:1", ECSEndpoint: "ecs.example.com"}, "http://localhost:1/", "https://ecs.example.com/"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{answers: map[string][]answer{
				"UploadServerCertificate":   {ok(`{"ServerCertificateId":"c-1"}`)},
				"DescribeNetworkInterfaces": {ok(`{"RequestId":"a"}`)},
			}}
			client := s.client(t, func(o *alibaba.Options) {
				o.Region, o.Network, o.Endpoint, o.ECSEndpoint = tc.options.Region, tc.options.Network, tc.options.Endpoint, tc.options.ECSEndpoint
			})
			certificate := cloudtest.NewCertificate(t, "a.example.com")
			if _, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, cloud.UploadCertificate{Certificate: certificate}); err != nil {
				t.Fatalf("UploadCertificate: %v", err)
			}
			if _, err := client.InterfacesOf(t.Context(), addresses("10.1.0.1")); err != nil {
				t.Fatalf("InterfacesOf: %v", err)
			}
			if diff := cmp.Diff([]string{tc.slb, tc.ecs}, []string{s.calls[0].url, s.calls[1].url}); diff != "" {
				t.Errorf("URLs (-want +got):\n%s", diff)
			}
			if got := s.calls[0].form.Get("PrivateKey"); got != string(certificate.Key) {
				t.Error("the key is not in the body")
			}
			for _, c := range s.calls {
				for _, name := range []string{"Signature", "AccessKeyId", "Timestamp", "SignatureNonce"} {
					if c.form.Get(name) == "" {
						t.Errorf("%s lacks %s", c.form.Get("Action"), name)
					}
				}
			}
		})
	}
}

func addresses(texts ...string) []netip.Addr {
	var list []netip.Addr
	for _, text := range texts {
		list = append(list, netip.MustParseAddr(text))
	}
	return list
}

// TestOverTCP works on the fake through a socket and TLS-less loopback, as a laptop does.
func TestOverTCP(t *testing.T) {
	t.Parallel()
	fake := newFake(nil)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	client, err := alibaba.New(alibaba.Options{Region: "cn-hangzhou", Endpoint: server.URL, Credentials: key()})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	certificate := cloudtest.NewCertificate(t, "a.example.com")
	if _, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, cloud.UploadCertificate{Certificate: certificate}); err != nil {
		t.Fatalf("UploadCertificate: %v", err)
	}
	got, err := client.Observe(t.Context(), cloud.Query{Owner: owner()})
	if err != nil || len(got.Ours.Certificates) != 1 || !got.Ours.Certificates[0].NotAfter.Equal(certificate.NotAfter) {
		t.Errorf("Observe: got %+v (%v), want the certificate", got.Ours.Certificates, err)
	}
	if found, err := client.InterfacesOf(t.Context(), addresses("10.1.0.1")); err != nil || len(found) != 1 {
		t.Errorf("InterfacesOf: got %v (%v), want one", found, err)
	}
}

// TestRedirect points at another server, which must never hear of it.
func TestRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	client, err := alibaba.New(alibaba.Options{Region: "cn-hangzhou", Endpoint: server.URL, Credentials: key()})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	_, err = client.Observe(t.Context(), cloud.Query{Owner: owner()})
	if got, want := fmt.Sprint(err), "DescribeLoadBalancers: unexpected answer: HTTP 307 Temporary Redirect"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNobodyListens: a write that never left is no doubt.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	client, err := alibaba.New(alibaba.Options{Region: "cn-hangzhou", Endpoint: "http://" + address, Credentials: key()})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	_, err = client.Apply(t.Context(), cloud.Scope{Owner: owner()}, cloud.UploadCertificate{Certificate: cloudtest.NewCertificate(t, "a")})
	if got := cloud.KindOf(err); got != cloud.Unavailable {
		t.Errorf("got %q (%v), want %q", got, err, cloud.Unavailable)
	}
	if got, want := fmt.Sprint(err), "UploadServerCertificate: no answer: dial: connection refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUntrusted: a server that cannot prove who it is hears nothing, so no write is in doubt.
func TestUntrusted(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a call reached a server with an untrusted certificate")
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	client, err := alibaba.New(alibaba.Options{Region: "cn-hangzhou", Endpoint: server.URL, Credentials: key()})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	_, err = client.Apply(t.Context(), cloud.Scope{Owner: owner()}, create())
	if got := cloud.KindOf(err); got != cloud.Unavailable || !strings.Contains(err.Error(), "x509: ") {
		t.Errorf("got %q (%v), want %q because of the certificate", got, err, cloud.Unavailable)
	}
}

const (
	debugEnv    = "ALIBABA_TEST_DEBUG_CHILD"
	secretToken = "CANARY-security-token-0123456789abcdef"
	secretKey   = "CANARY-access-key-secret-0123456789abcdef"
)

// TestNothingLeaks fails calls in every way with DEBUG=sdk, in a process of its own because the SDK
// reads that variable when it starts, and searches everything that was printed.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	if os.Getenv(debugEnv) != "" {
		failEveryWay(t)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNothingLeaks$", "-test.v")
	child.Env = append(os.Environ(), debugEnv+"=1", "DEBUG=sdk")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, out)
	}
	if !strings.Contains(string(out), "UploadServerCertificate") {
		t.Fatalf("the child told of no error:\n%s", out)
	}
	for _, secret := range []string{secretToken, secretKey, "CANARYPEM"} {
		for form, text := range map[string]string{
			"raw": secret, "url": url.QueryEscape(secret), "hex": hex.EncodeToString([]byte(secret)),
			"base64": base64.StdEncoding.EncodeToString([]byte(secret)), "part": secret[:9],
		} {
			if strings.Contains(string(out), text) {
				t.Errorf("%s of %q was printed:\n%s", form, secret[:8], out)
			}
		}
	}
}

func failEveryWay(t *testing.T) {
	pem := "-----BEGIN RSA PRIVATE KEY-----\nCANARYPEM\n-----END RSA PRIVATE KEY-----\n"
	certificate := cloud.Certificate{Name: "n", Chain: []byte("chain"), Key: cloud.PrivateKey(pem)}
	echo := "server string to sign is:POST&%2F&" + url.QueryEscape(pem) + secretToken
	for _, a := range []answer{
		refusal(400, "SignatureDoesNotMatch", echo), refusal(400, "IncompleteSignature", echo),
		refusal(500, "InternalError", "bad "+pem), refusal(400, "X", "bad "+pem), ok("{" + pem),
		{status: 502, body: pem},
		{err: &url.Error{Op: "Post", URL: "https://slb/?PrivateKey=" + url.QueryEscape(pem), Err: context.DeadlineExceeded}},
		{err: fmt.Errorf("Post \"https://slb/?SecurityToken=%s\": reset", secretToken)},
	} {
		s := &script{answers: map[string][]answer{"UploadServerCertificate": {a}}}
		client := s.client(t, func(o *alibaba.Options) {
			o.Credentials = alibaba.StaticCredentials(alibaba.Key{ID: "id", Secret: secretKey, Token: secretToken})
		})
		_, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, cloud.UploadCertificate{Certificate: certificate})
		if err == nil {
			t.Error("a broken call succeeded")
		}
		t.Logf("%v %+v %#v", err, err, certificate)
		t.Logf("%v %+v %#v", alibaba.Key{Secret: secretKey}, alibaba.Key{Token: secretToken}, alibaba.Key{Secret: secretKey})
	}
}

// TestConcurrent makes calls of all kinds at once; the race detector judges.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	fake := newFake(nil)
	client := newClient(t, fake, nil)
	done := make(chan error)
	for i := range 8 {
		go func() {
			o := cloud.Owner{Cluster: "c-1", Group: fmt.Sprintf("class.slb.%d", i)}
			done <- createAndLook(t.Context(), client, o)
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := len(fake.Journal()); got < 8*4 {
		t.Errorf("the fake saw %d calls, want at least %d", got, 8*4)
	}
}

func createAndLook(ctx context.Context, client *alibaba.Client, o cloud.Owner) error {
	ids, err := client.Apply(ctx, cloud.Scope{Owner: o}, cloud.CreateLoadBalancer{
		LoadBalancer: cloud.LoadBalancer{AddressType: cloud.AddressInternet, Spec: "slb.s1.small"}, Token: o.Group,
	})
	if err != nil {
		return err
	}
	if _, err := client.InterfacesOf(ctx, addresses("10.1.0.1", "10.1.0.2")); err != nil {
		return err
	}
	got, err := client.Observe(ctx, cloud.Query{Owner: o})
	if err != nil {
		return err
	}
	if got.Instance == nil || got.Instance.ID != ids[cloud.LoadBalancerRef()] {
		return fmt.Errorf("%s observes %+v, want %v", o.Group, got.Instance, ids)
	}
	return nil
}
