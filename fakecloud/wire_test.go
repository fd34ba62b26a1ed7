package fakecloud_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// wireTime is the clock of the wire tests.
func wireTime() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05Z") }

func signedParams(pairs ...string) fakecloud.Params {
	p := fakecloud.Params(with(map[string]string{
		"Action": "DescribeRegions", "Version": "2014-05-15", "Format": "JSON", "SignatureMethod": "HMAC-SHA1",
		"SignatureVersion": "1.0", "SignatureNonce": "n1", "AccessKeyId": fakecloud.DefaultAccessKeyID,
		"Timestamp": stamp(wireTime()),
	}, pairs...))
	p["Signature"] = fakecloud.Sign(http.MethodPost, p, fakecloud.DefaultAccessKeySecret)
	return p
}

func values(p map[string]string) url.Values {
	v := url.Values{}
	for name, value := range p {
		v.Set(name, value)
	}
	return v
}

// post sends some parameters in the URL and the rest in the body.
func post(t *testing.T, cloud *fakecloud.Cloud, query, form map[string]string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/?"+values(query).Encode(), strings.NewReader(values(form).Encode()))
	return send(t, cloud, r)
}

// send has a call of a peer on this machine, or of another one that the call names, answered.
func send(t *testing.T, cloud *fakecloud.Cloud, r *http.Request) (int, map[string]any) {
	t.Helper()
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.RemoteAddr == testPeer {
		r.RemoteAddr = "127.0.0.1:40000"
	}
	w := httptest.NewRecorder()
	cloud.ServeHTTP(w, r)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("the answer is not JSON: %v: %s", err, w.Body)
	}
	return w.Code, answer
}

// testPeer is whom httptest.NewRequest makes calls come from.
const testPeer = "192.0.2.1:1234"

// TestPlainHTTP: a call that others could read is refused, and the journal tells so; one over TLS, of
// this machine or in process is not.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason string
		peer   string
		tls    *tls.ConnectionState
		code   string
	}{
		"Elsewhere":      {"the network between reads it", "192.0.2.7:40000", nil, "Refused.PlainHTTP"},
		"Elsewhere IPv6": {"likewise", "[2001:db8::7]:40000", nil, "Refused.PlainHTTP"},
		"OwnAddress":     {"this machine by an address that others reach cannot be told from others", "10.0.0.5:40000", nil, "Refused.PlainHTTP"},
		"Mapped":         {"an IPv4 peer of a socket for both families", "[::ffff:192.0.2.7]:40000", nil, "Refused.PlainHTTP"},
		"Unreadable":     {"nobody knows where it is", "@", nil, "Refused.PlainHTTP"},
		"TLS":            {"nobody reads it", "192.0.2.7:40000", &tls.ConnectionState{}, ""},
		"Loopback":       {"nobody else is on the way", "127.9.9.9:40000", nil, ""},
		"Loopback IPv6":  {"likewise", "[::1]:40000", nil, ""},
		"MappedLoopback": {"likewise", "[::ffff:127.0.0.1]:40000", nil, ""},
		"InProcess":      {"there is no peer", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := wireCloud()
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(values(signedParams()).Encode()))
			r.RemoteAddr, r.TLS = c.peer, c.tls
			status, answer := send(t, cloud, r)
			code, _ := answer["Code"].(string)
			calls := cloud.Journal()
			if code != c.code || (status == http.StatusOK) != (c.code == "") || len(calls) != 1 || calls[0].Code != c.code {
				t.Errorf("%s: got %d %v and the journal %+v, want code %q", c.reason, status, answer, calls, c.code)
			}
		})
	}
}

func wireCloud() *fakecloud.Cloud {
	return fakecloud.New(fakecloud.Options{
		Now:            wireTime,
		AccessKeys:     map[string]string{fakecloud.DefaultAccessKeyID: fakecloud.DefaultAccessKeySecret, "sts": "s"},
		SecurityTokens: map[string]string{"sts": "token"},
	})
}

func TestGateway(t *testing.T) {
	t.Parallel()
	sts := func(pairs ...string) fakecloud.Params {
		p := signedParams(append([]string{"AccessKeyId", "sts"}, pairs...)...)
		p["Signature"] = fakecloud.Sign(http.MethodPost, p, "s")
		return p
	}
	tampered := signedParams()
	tampered["RegionId"] = "mars"
	for reason, c := range map[string]struct {
		params fakecloud.Params
		code   string
		status int
	}{
		"good":              {signedParams(), "", 200},
		"spaces and stars":  {signedParams("AcceptLanguage", "a b*~/+é"), "", 200},
		"STS":               {sts("SecurityToken", "token"), "", 200},
		"STS, other token":  {sts("SecurityToken", "other"), "InvalidSecurityToken.Malformed", 400},
		"unknown key":       {signedParams("AccessKeyId", "x"), "InvalidAccessKeyId.NotFound", 404},
		"tampered":          {tampered, "SignatureDoesNotMatch", 400},
		"no signature":      {with(signedParams(), "Signature", ""), "MissingParameter", 400},
		"no nonce":          {signedParams("SignatureNonce", ""), "MissingParameter", 400},
		"other method":      {signedParams("SignatureMethod", "HMAC-SHA256"), "IncompleteSignature", 400},
		"clock at the edge": {signedParams("Timestamp", stamp(wireTime().Add(-15*time.Minute))), "", 200},
		"clock behind":      {signedParams("Timestamp", stamp(wireTime().Add(-15*time.Minute-time.Second))), "InvalidTimeStamp.Expired", 400},
		"clock ahead":       {signedParams("Timestamp", stamp(wireTime().Add(15*time.Minute+time.Second))), "InvalidTimeStamp.Expired", 400},
		"clock unreadable":  {signedParams("Timestamp", "noon"), "InvalidTimeStamp.Format", 400},
		"unknown version":   {signedParams("Version", "2020-01-01"), "InvalidVersion", 400},
		"unknown operation": {signedParams("Action", "MakeCoffee"), "InvalidAction.NotFound", 404},
		"other product":     {signedParams("Version", "2014-05-26"), "InvalidAction.NotFound", 404},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			status, answer := post(t, wireCloud(), nil, c.params)
			code, _ := answer["Code"].(string)
			if status != c.status || code != c.code {
				t.Errorf("got %d %v, want %d %q", status, answer, c.status, c.code)
			}
			// The SDK panics on an error whose fields are no strings.
			for _, name := range []string{"RequestId", "HostId", "Code", "Message"} {
				if _, text := answer[name].(string); c.code != "" && !text {
					t.Errorf("%s of the error is no string: %v", name, answer[name])
				}
			}
		})
	}
}

func TestMergeOfQueryAndForm(t *testing.T) {
	t.Parallel()
	p := signedParams()
	query := with(p, "Signature", "", "Timestamp", "")
	form := map[string]string{"Signature": p["Signature"], "Timestamp": p["Timestamp"]}
	if status, answer := post(t, wireCloud(), query, form); status != 200 {
		t.Errorf("got %d %v", status, answer)
	}
}

func TestNonceReuse(t *testing.T) {
	t.Parallel()
	now := wireTime()
	cloud := fakecloud.New(fakecloud.Options{Now: func() time.Time { return now }})
	send := func() string {
		_, answer := post(t, cloud, nil, signedParams("Timestamp", stamp(now)))
		return fmt.Sprint(answer["Code"])
	}
	if code := send(); code != "<nil>" {
		t.Fatalf("first use: got %s", code)
	}
	if code := send(); code != "SignatureNonceUsed" {
		t.Errorf("second use: got %s", code)
	}
	now = now.Add(30 * time.Minute)
	if code := send(); code != "<nil>" {
		t.Errorf("after the time in which a replay is possible: got %s", code)
	}
}

func TestUnsupportedMethod(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPut, "/?"+values(signedParams()).Encode(), http.NoBody)
	if status, answer := send(t, wireCloud(), r); status != 400 || answer["Code"] != "UnsupportedHTTPMethod" {
		t.Errorf("got %d %v", status, answer)
	}
}

// TestSecretInURL: a key in the URL is refused, whatever its name, and the journal tells so.
func TestSecretInURL(t *testing.T) {
	t.Parallel()
	pair := newPair(t, "a.com")
	for reason, query := range map[string]map[string]string{
		"by name":    {"PrivateKey": "x"},
		"by content": {"Note": pair.key},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			cloud := wireCloud()
			status, answer := post(t, cloud, query, signedParams("Action", "UploadServerCertificate"))
			if status != 400 || answer["Code"] != "Refused.SecretInURL" {
				t.Errorf("got %d %v", status, answer)
			}
			if calls := cloud.Journal(); len(calls) != 1 || calls[0].Code != "Refused.SecretInURL" {
				t.Errorf("journal: %+v", calls)
			}
			checkSecrecy(t, cloud, pair)
		})
	}
}

// checkSecrecy looks for key material in everything that a Cloud tells about itself.
func checkSecrecy(t *testing.T, cloud *fakecloud.Cloud, pair keyPair) {
	t.Helper()
	text := fmt.Sprintf("%#v %+[1]v", cloud.Journal()) + cloud.Dump().String()
	secrets := slices.Concat(strings.Split(pair.key, "\n")[1:3], strings.Split(pair.pkcs8, "\n")[1:3],
		[]string{"PRIVATE KEY", fakecloud.DefaultAccessKeySecret})
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the journal or the dump holds %q", secret)
		}
	}
}

// TestJournalSecrecy uploads a key in every way that works or fails.
func TestJournalSecrecy(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	client := inProcess(t, s.Cloud)
	if _, err := client.UploadServerCertificate(uploadRequest("a", s.pair)); err != nil {
		t.Fatal(err)
	}
	for _, params := range []map[string]string{
		{"ServerCertificate": s.pair.key, "PrivateKey": s.pair.cert},
		{"ServerCertificate": s.pair.cert, "PrivateKey": s.pair.pkcs8},
		{"ServerCertificateName": s.pair.key},
		{"ServerCertificate": `{"nested":"` + s.pair.key + `"}`, "PrivateKey": "x"},
	} {
		if _, err := s.Do("UploadServerCertificate", params); err == nil {
			t.Errorf("a bad upload succeeded: %v", params)
		}
	}
	checkSecrecy(t, s.Cloud, s.pair)
	found := false
	for _, call := range s.Journal() {
		found = found || strings.HasPrefix(call.Params["PrivateKey"], "sha256:") && call.Effect && !call.Foreign
	}
	if !found {
		t.Error("no upload is in the journal with its key as sha256")
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	if n := s.Writes(); n != 0 {
		t.Errorf("writes of a foreign user counted: %d", n)
	}
	from := s.Seq()
	if err := add(t, s, inProcess(t, s.Cloud), "10.244.0.2"); err != nil {
		t.Fatal(err)
	}
	calls := s.JournalSince(from)
	if len(calls) != 1 || s.Writes() != 1 {
		t.Fatalf("got %d calls and %d writes, want one of each: %+v", len(calls), s.Writes(), calls)
	}
	call := calls[0]
	if !call.Write || !call.Effect || call.Status != 200 || call.Code != "" || call.RequestID == "" || call.Caller == "" {
		t.Errorf("call: %+v", call)
	}
	if text := strings.Join(call.Resources, " "); !strings.Contains(text, s.group) || !strings.Contains(text, s.lb) {
		t.Errorf("resources: %s", text)
	}
	call.Params["VServerGroupId"], call.Resources[0] = "edited", "edited"
	if again := s.JournalSince(from)[0]; again.Params["VServerGroupId"] == "edited" || again.Resources[0] == "edited" {
		t.Error("a reader can edit the journal")
	}
}

func TestJournalLimit(t *testing.T) {
	t.Parallel()
	cloud := fakecloud.New(fakecloud.Options{JournalLimit: 10})
	for range 100 {
		do(t, cloud, "DescribeRegions", nil)
	}
	calls := cloud.Journal()
	if len(calls) < 10 || len(calls) > 20 || calls[len(calls)-1].Seq != 100 {
		t.Errorf("got %d calls, the last with seq %d", len(calls), calls[len(calls)-1].Seq)
	}
}

// TestDeterminism: the same seed and the same calls give the same ids, and reads in between change none.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	build := func(seed int64, reads int) string {
		cloud := fakecloud.New(fakecloud.Options{Seed: seed, Now: wireTime, ENICIDR: podRange()})
		for range 3 {
			lb := do(t, cloud, "CreateLoadBalancer", map[string]string{"LoadBalancerSpec": "slb.s1.small"})["LoadBalancerId"].(string)
			do(t, cloud, "CreateVServerGroup", map[string]string{"LoadBalancerId": lb, "BackendServers": membersJSON("10.244.0.1")})
			for range reads {
				do(t, cloud, "DescribeLoadBalancers", nil)
			}
		}
		return cloud.Dump().String()
	}
	one := build(1, 0)
	if again := build(1, 2); again != one {
		t.Errorf("same seed, other ids:\n%s\n%s", one, again)
	}
	if other := build(2, 0); other == one {
		t.Error("another seed gives the same ids")
	}
}
