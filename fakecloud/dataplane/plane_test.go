package dataplane_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

const (
	instanceID      = "lb-test"
	instanceAddress = "127.0.99.1"
	patience        = 20 * time.Second
)

// plane is a data plane with one instance whose sockets the kernel has numbered.
type plane struct {
	*dataplane.Server
	t *testing.T
}

func anyPort(int) int { return 0 }

func serve(t *testing.T, listeners ...fakecloud.ListenerView) plane {
	t.Helper()
	return serveWith(t, dataplane.Options{Ports: anyPort}, listeners...)
}

func serveWith(t *testing.T, options dataplane.Options, listeners ...fakecloud.ListenerView) plane {
	t.Helper()
	p := plane{Server: dataplane.New(options), t: t}
	t.Cleanup(p.Close)
	p.program(listeners...)
	return p
}

func viewOf(listeners ...fakecloud.ListenerView) *fakecloud.View {
	return &fakecloud.View{Instances: []fakecloud.InstanceView{
		{ID: instanceID, Address: instanceAddress, Listeners: listeners},
	}}
}

func (p plane) program(listeners ...fakecloud.ListenerView) {
	p.t.Helper()
	if err := p.Apply(viewOf(listeners...)); err != nil {
		p.t.Fatal(err)
	}
}

// addr is where a listener's port is bound.
func (p plane) addr(port int) string {
	p.t.Helper()
	for _, l := range p.Listeners() {
		if l.Port == port {
			return l.Address
		}
	}
	p.t.Fatalf("no listener on port %d", port)
	return ""
}

// reply is a response that was read whole.
type reply struct {
	*http.Response
	body string
}

// browser makes a client with connections of its own, that follows no redirect.
func browser(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// get asks port 80 with a Host header.
func (p plane) get(client *http.Client, host, path string) reply {
	p.t.Helper()
	return do(p.t, client, p.request(host, path))
}

func (p plane) request(host, path string) *http.Request {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, "http://"+p.addr(80)+path, http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	request.Host = host
	return request
}

func do(t *testing.T, client *http.Client, request *http.Request) reply {
	t.Helper()
	res, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{Response: res, body: string(body)}
}

// pod starts a backend server.
func pod(t *testing.T, handler http.HandlerFunc) fakecloud.MemberView {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return memberAt(t, server.URL, 100)
}

// named starts a backend server that answers its name.
func named(t *testing.T, name string) fakecloud.MemberView {
	t.Helper()
	return pod(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
}

func memberAt(t *testing.T, address string, weight int) fakecloud.MemberView {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(parsed.Port())
	if err != nil {
		t.Fatal(err)
	}
	return fakecloud.MemberView{ServerID: "eni-1", IP: parsed.Hostname(), Port: port, Weight: weight}
}

func weighing(m fakecloud.MemberView, weight int) fakecloud.MemberView {
	m.Weight = weight
	return m
}

func group(id string, members ...fakecloud.MemberView) fakecloud.GroupView {
	return fakecloud.GroupView{ID: id, Members: members}
}

func plain(fallback fakecloud.GroupView, rules ...fakecloud.RuleView) fakecloud.ListenerView {
	return fakecloud.ListenerView{Port: 80, Protocol: "http", Default: fallback, Rules: rules}
}

func rule(domain, path string, to fakecloud.GroupView) fakecloud.RuleView {
	return fakecloud.RuleView{ID: "rule-" + domain + path, Domain: domain, URL: path, Group: to}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

// closedPort is an address of this machine where nobody listens.
func closedPort(t *testing.T) fakecloud.MemberView {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	return memberAt(t, "http://"+socket.Addr().String(), 100)
}
