package alibaba_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
	"github.com/slb-ingress/slb-ingress-controller/cloud/cloudtest"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

const (
	oidcEnv    = "ALIBABA_TEST_OIDC_CHILD"
	oidcToken  = "canary.oidc-token/0123456789+abcdefghijklmnopqrstuvwxyz=="
	stsID      = "STS.canaryid"
	stsSecret  = "canary-of-the-assumed-roles-secret/0123456789"
	stsToken   = "canary-of-the-assumed-roles-token/0123456789+=="
	stsHost    = "sts.aliyuncs.com"
	oidcServed = "the role was assumed and the service answered"
)

// tokenService stands in for the service that gives a role's key for an OIDC token. It quotes the
// token in its first answers, which are refusals and answers that nobody can read.
type tokenService struct {
	mu   sync.Mutex
	asks []string // URL and body
}

func (s *tokenService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks = append(s.asks, r.URL.String()+" "+string(body))
	switch len(s.asks) {
	case 1:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"Code":"AuthenticationFail.OIDCToken.Invalid","Message":"%s is expired"}`, oidcToken)
	case 2:
		fmt.Fprintf(w, `{"Credentials":"%s`, oidcToken)
	case 3:
		panic(http.ErrAbortHandler)
	default:
		fmt.Fprintf(w, `{"Credentials":{"AccessKeyId":%q,"AccessKeySecret":%q,"SecurityToken":%q,"Expiration":"2999-01-01T00:00:00Z"}}`,
			stsID, stsSecret, stsToken)
	}
}

func (s *tokenService) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asks
}

// serveTokens serves over TLS and gives the proxy by which its public name is reached, and the file
// with the certificate that it shows.
func serveTokens(t *testing.T) (service *tokenService, proxy, trusted string) {
	t.Helper()
	certificate := cloudtest.NewCertificate(t, stsHost)
	pair, err := tls.X509KeyPair(certificate.Chain, certificate.Key)
	if err != nil {
		t.Fatal(err)
	}
	trusted = filepath.Join(t.TempDir(), "trusted.pem")
	if err := os.WriteFile(trusted, certificate.Chain, 0o600); err != nil {
		t.Fatal(err)
	}
	service = &tokenService{}
	server := httptest.NewUnstartedServer(service)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	through := httptest.NewServer(tunnel(server.Listener.Addr().String()))
	t.Cleanup(through.Close)
	return service, through.URL, trusted
}

// tunnel is a proxy that leads to one address, whatever is asked for.
func tunnel(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		far, err := net.Dial("tcp", to)
		if err != nil || r.Method != http.MethodConnect || r.Host != stsHost+":443" {
			http.Error(w, "no tunnel to "+r.Host, http.StatusBadGateway)
			return
		}
		near, sent, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			_, _ = io.Copy(far, sent)
			_ = far.Close()
		}()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}
}

// TestOIDCTokenLeaksNowhere assumes a role by the token of a service account, as in a cluster, with
// DEBUG=sdk, and searches everything that was printed, errors and the fake's journal among it. It is
// a process of its own, since the SDK and package http read their environment when they start.
func TestOIDCTokenLeaksNowhere(t *testing.T) {
	t.Parallel()
	if os.Getenv(oidcEnv) != "" {
		assumeRole(t)
		return
	}
	service, proxy, trusted := serveTokens(t)
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(oidcToken), 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOIDCTokenLeaksNowhere$", "-test.v")
	child.Env = []string{
		oidcEnv + "=1", "DEBUG=sdk", "HOME=" + t.TempDir(), "HTTPS_PROXY=" + proxy, "SSL_CERT_FILE=" + trusted,
		"ALIBABA_CLOUD_ECS_METADATA_DISABLED=true", "ALIBABA_CLOUD_OIDC_TOKEN_FILE=" + tokenFile,
		"ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1:oidc-provider/p", "ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/r",
	}
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), oidcServed) {
		t.Fatalf("child: %v, %d asks\n%s", err, len(service.heard()), out)
	}
	secrets, err := oracle.NewSecrets(map[string]string{"OIDC token": oidcToken, "key of the role": stsSecret, "token of the role": stsToken})
	if err != nil {
		t.Fatal(err)
	}
	asks := service.heard()
	if len(asks) != 4 {
		t.Fatalf("the token service was asked %d times, want 4", len(asks))
	}
	url, body, _ := strings.Cut(asks[0], " ")
	if len(secrets.Search("body", body)) == 0 { // the control: what was sent can be found
		t.Error("the token is not in the body that the token service got")
	}
	for sink, text := range map[string]string{"the URL": url, "what was printed": string(out)} {
		for _, found := range secrets.Search(sink, text) {
			t.Error(found)
		}
	}
}

// assumeRole prints all that the adapter tells while its key cannot be had, and then can.
func assumeRole(t *testing.T) {
	credentials := alibaba.NewCredentials(alibaba.CredentialsOptions{TokenFile: filepath.Join(t.TempDir(), "none")})
	fake := newFake(func(o *fakecloud.Options) {
		o.AccessKeys, o.SecurityTokens = map[string]string{stsID: stsSecret}, map[string]string{stsID: stsToken}
	})
	client := newClient(t, fake, func(o *alibaba.Options) { o.Credentials = credentials })
	for range 3 {
		_, err := client.Observe(t.Context(), cloud.Query{Owner: owner()})
		if err == nil {
			t.Fatal("a call succeeded without a key")
		}
		t.Logf("%v %+v %#v", err, err, err)
	}
	if _, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, create()); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	key, err := credentials.Key(context.Background())
	if err != nil || key.ID != stsID || key.Token != stsToken {
		t.Fatalf("Key: got %q (%v), want the role's", key.ID, err)
	}
	t.Logf("%v %+v %#v %s %+v", key, key, key, key.Source, fake.Journal())
	t.Log(oidcServed)
}
