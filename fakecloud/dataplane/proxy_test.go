package dataplane_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

// wirePod is a backend server that keeps each request as it came over the wire, up to the empty
// line, and answers with fixed octets.
func wirePod(t *testing.T, answer string) (fakecloud.MemberView, <-chan string) {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	heads := make(chan string, 16)
	go func() {
		for {
			conn, err := socket.Accept()
			if err != nil {
				return
			}
			heads <- readHead(conn)
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	return memberAt(t, "http://"+socket.Addr().String(), 100), heads
}

func readHead(conn net.Conn) string {
	reader := bufio.NewReader(conn)
	var head strings.Builder
	for {
		line, err := reader.ReadString('\n')
		if err != nil || line == "\r\n" {
			return head.String()
		}
		head.WriteString(line)
	}
}

// send writes a request by hand, so that no client library tidies it up.
func (p plane) send(request string) *http.Response {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr(80))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		p.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		p.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

const emptyAnswer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

// passage is a request as a client sends it and as the backend server gets it.
type passage struct {
	reason string
	sent   string
	want   string
}

func passages() map[string]passage {
	return map[string]passage{
		"EscapedPath": {
			reason: "neither decoded nor cleaned nor encoded anew",
			sent:   "GET /a%2Fb/../c//d|e%20f?x=%zz;y&& HTTP/1.1\r\nHost: Shop.Example:8080\r\nUser-Agent: curl/8\r\n\r\n",
			want:   "GET /a%2Fb/../c//d|e%20f?x=%zz;y&& HTTP/1.1\r\nHost: Shop.Example:8080\r\nUser-Agent: curl/8\r\n",
		},
		"TwoSlashes": {
			reason: "a path that looks like an authority is a path",
			sent:   "GET //a/b? HTTP/1.1\r\nHost: a\r\n\r\n",
			want:   "GET //a/b? HTTP/1.1\r\nHost: a\r\n",
		},
		"NoUserAgent": {
			reason: "no User-Agent is added",
			sent:   "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
			want:   "GET / HTTP/1.1\r\nHost: a\r\n",
		},
		"Length": {
			reason: "a body of known length keeps it",
			sent:   "PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
			want:   "PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n",
		},
		"ZeroLength": {
			reason: "an explicit zero is sent too",
			sent:   "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
			want:   "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n",
		},
		"Chunked": {
			reason: "an unknown length stays unknown",
			sent:   "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
			want:   "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n",
		},
		"HopByHop": {
			reason: "the connection's headers end at the load balancer",
			sent:   "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX-End: 2\r\n\r\n",
			want:   "GET / HTTP/1.1\r\nHost: a\r\nX-End: 2\r\n",
		},
		"OldClient": {
			reason: "the backend side is HTTP/1.1 whatever the client speaks",
			sent:   "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
			want:   "GET / HTTP/1.1\r\nHost: a\r\n",
		},
		"ForwardedOff": {
			reason: "with the switches off the client's headers pass",
			sent:   "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: gopher\r\n\r\n",
			want:   "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: gopher\r\n",
		},
	}
}

func TestRequestPassesUnchanged(t *testing.T) {
	t.Parallel()
	for name, c := range passages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			member, heads := wirePod(t, emptyAnswer)
			p := serve(t, plain(group("rsp-1", member)))
			p.send(c.sent) //nolint:bodyclose // send closes it with the test
			if diff := cmp.Diff(c.want, <-heads); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func TestForwardedHeaders(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	l := plain(group("rsp-1", pod(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header })))
	l.XForwardedFor, l.XForwardedForProto = true, true
	l.XForwardedForSLBIP, l.XForwardedForSLBID, l.XForwardedForSLBPort, l.XForwardedForPort = true, true, true, true
	p := serve(t, l)
	request := p.request("a", "/")
	request.Header.Set("X-Forwarded-For", "9.9.9.9")
	request.Header.Set("X-Forwarded-Proto", "gopher")
	do(t, browser(t), request)

	got := <-seen
	want := map[string]string{
		"X-Forwarded-For": "9.9.9.9, 127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "80",
		"Slb-Ip": instanceAddress, "Slb-Id": instanceID,
	}
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("%s: got %q, want %q", name, got.Get(name), value)
		}
	}
	if port := got.Get("X-Forwarded-Client-Srcport"); port == "" || port == "80" {
		t.Errorf("X-Forwarded-Client-srcport: got %q, want the client's port", port)
	}
}

func TestResponsePassesUnchanged(t *testing.T) {
	t.Parallel()
	member, _ := wirePod(t, "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nX-Own: 1\r\n\r\nok")
	own, _ := wirePod(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: own/1\r\n\r\nok")
	p := serve(t, plain(group("rsp-1", member), rule("own.example", "", group("rsp-2", own))))
	got := p.get(browser(t), "a", "/")
	if got.body != "ok" || got.ContentLength != 2 || got.Header.Get("X-Own") != "1" {
		t.Errorf("got %v %q", got.Header, got.body)
	}
	if _, guessed := got.Header["Content-Type"]; guessed {
		t.Errorf("a Content-Type was made up: %v", got.Header)
	}
	if got.Header.Get("Server") == "" {
		t.Error("no Server header was added")
	}
	if got := p.get(browser(t), "own.example", "/"); got.Header.Get("Server") != "own/1" {
		t.Errorf("Server: got %q, want the backend server's", got.Header.Get("Server"))
	}
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	garbage, _ := wirePod(t, "SSH-2.0-lookalike\r\n\r\n")
	silent := pod(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	l := plain(group("rsp-1", silent))
	l.RequestTimeout = 50 * time.Millisecond
	p := serve(t, l)
	if got := p.get(browser(t), "a", "/"); got.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("silence: got %d, want 504", got.StatusCode)
	}
	p.program(plain(group("rsp-2", garbage)))
	if got := p.get(browser(t), "a", "/"); got.StatusCode != http.StatusBadGateway {
		t.Errorf("garbage: got %d, want 502", got.StatusCode)
	}
}

func TestStreamIsFlushedAndTrailersPass(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	p := serve(t, plain(group("rsp-1", pod(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		_, _ = io.WriteString(w, "first ")
		_ = http.NewResponseController(w).Flush()
		<-more
		_, _ = io.WriteString(w, "second")
		w.Header().Set("X-Sum", "12")
	}))))
	res, err := browser(t).Do(p.request("a", "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := make([]byte, 6)
	if _, err := io.ReadFull(res.Body, first); err != nil {
		t.Fatal(err) // the second part is sent only after the first has come through
	}
	close(more)
	rest, err := io.ReadAll(res.Body)
	if err != nil || string(first)+string(rest) != "first second" || res.Trailer.Get("X-Sum") != "12" {
		t.Errorf("got %q %q, trailer %v, error %v", first, rest, res.Trailer, err)
	}
}

func TestDialHook(t *testing.T) {
	t.Parallel()
	member := named(t, "virtual")
	asked := make(chan string, 1)
	p := serveWith(t, dataplane.Options{
		Ports: anyPort,
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			asked <- addr
			return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("%s:%d", member.IP, member.Port))
		},
	}, plain(group("rsp-1", fakecloud.MemberView{ServerID: "eni-9", IP: "10.244.0.7", Port: 8080, Weight: 1})))
	if got := p.get(browser(t), "a", "/"); got.body != "virtual" {
		t.Errorf("got %d %q, want the pod behind the hook", got.StatusCode, got.body)
	}
	if addr := <-asked; addr != "10.244.0.7:8080" {
		t.Errorf("dialed %q, want the member's address", addr)
	}
}

func TestConnectIsRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, plain(group("rsp-1", named(t, "pod"))))
	//nolint:bodyclose // send closes it with the test
	if res := p.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("got %d, want 405", res.StatusCode)
	}
}

func TestClientConnectionCarries100Requests(t *testing.T) {
	t.Parallel()
	p := serve(t, plain(group("rsp-1", named(t, "pod"))))
	client := browser(t)
	for i := 1; i <= 100; i++ {
		if got := p.get(client, "a", "/"); got.Close != (i == 100) {
			t.Fatalf("request %d: Connection: close is %v", i, got.Close)
		}
	}
}

func TestIdleConnectionIsClosed(t *testing.T) {
	t.Parallel()
	l := plain(group("rsp-1", named(t, "pod")))
	p := serve(t, l)
	conn, err := net.Dial("tcp", p.addr(80))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	l.IdleTimeout = 50 * time.Millisecond
	p.program(l) // the setting of the moment counts, also for a connection that was there before
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil || !strings.HasSuffix(string(all), "pod") {
		t.Errorf("got %q and %v, want one answer and the end", all, err)
	}
}

func TestExpectedContinueIsPassedOn(t *testing.T) {
	t.Parallel()
	p := serve(t, plain(group("rsp-1", pod(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))))
	conn, err := net.Dial("tcp", p.addr(80))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("got %q, %v, want the leave to send the body", line, err)
	}
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	if line, err := reader.ReadString('\n'); err != nil || line != "\r\n" {
		t.Fatalf("got %q, %v, want the end of the interim answer", line, err)
	}
	res, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || string(body) != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestBrokenAnswerIsNotMadeWhole(t *testing.T) {
	t.Parallel()
	member, _ := wirePod(t, "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\nContent-Type: text/plain\r\n\r\nhalf")
	for name, zip := range map[string]bool{"Plain": false, "Gzip": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := plain(group("rsp-1", member))
			l.Gzip = zip
			p := serve(t, l)
			res, err := browser(t).Do(p.request("a", "/"))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if body, err := io.ReadAll(res.Body); err == nil {
				t.Errorf("got %q as if it were all", body)
			}
		})
	}
}
