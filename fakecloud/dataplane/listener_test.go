package dataplane_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

func TestReprogrammingDropsNothing(t *testing.T) {
	t.Parallel()
	odd := plain(group("rsp-odd", named(t, "odd")))
	even := plain(group("rsp-odd", named(t, "odd")), rule("a.example", "", group("rsp-even", named(t, "even"))))
	untouched := plain(group("rsp-other", named(t, "other")))
	untouched.Port = 81
	p := serve(t, odd, untouched)

	var clients sync.WaitGroup
	stop := make(chan struct{})
	for _, port := range []int{80, 81} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.addr(port)+"/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "a.example"
		client := browser(t)
		clients.Go(func() { askUntil(t, stop, client, request) })
	}
	for i := range 200 {
		if i%2 == 0 {
			p.program(even, untouched)
		} else {
			p.program(odd, untouched)
		}
	}
	close(stop)
	clients.Wait()
}

// askUntil reports every request that does not end in 200.
func askUntil(t *testing.T, stop <-chan struct{}, client *http.Client, request *http.Request) {
	for {
		res, err := client.Do(request)
		if err != nil {
			t.Errorf("a request failed: %v", err)
			return
		}
		_, err = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("a request got %d, %v", res.StatusCode, err)
		}
		select {
		case <-stop:
			return
		default:
		}
	}
}

// held is a backend server that says when it was asked and answers when it is let.
func held(t *testing.T) (member fakecloud.MemberView, asked, let chan struct{}) {
	t.Helper()
	asked, let = make(chan struct{}, 1), make(chan struct{})
	return pod(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-let:
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "held")
	}), asked, let
}

func TestRequestInFlightSurvivesChange(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(p plane){
		"OtherGroup":  func(p plane) { p.program(plain(group("rsp-2"))) },
		"MemberGone":  func(p plane) { p.program(plain(group("rsp-1"))) },
		"ListenerOff": func(p plane) { p.program() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			member, asked, let := held(t)
			p := serve(t, plain(group("rsp-1", member)))
			client, request := browser(t), p.request("a", "/")
			got := make(chan string, 1)
			go func() {
				res, err := client.Do(request)
				if err != nil {
					got <- err.Error()
					return
				}
				defer res.Body.Close()
				body, _ := io.ReadAll(res.Body)
				got <- string(body)
			}()
			<-asked
			change(p)
			close(let)
			if body := <-got; body != "held" {
				t.Errorf("got %q, want the answer of the member that had been asked", body)
			}
		})
	}
}

func TestGoneListenerRefusesConnections(t *testing.T) {
	t.Parallel()
	p := serve(t, plain(group("rsp-1", named(t, "pod"))))
	addr := p.addr(80)
	p.program()
	if conn, err := net.Dial("tcp", addr); err == nil {
		_ = conn.Close()
		t.Error("a listener that is gone accepted a connection")
	}
	if all := p.Listeners(); len(all) != 0 {
		t.Errorf("got %v, want no listener", all)
	}
}

func TestGraceEnds(t *testing.T) {
	t.Parallel()
	member, asked, _ := held(t)
	p := serveWith(t, dataplane.Options{Ports: anyPort, Grace: time.Millisecond}, plain(group("rsp-1", member)))
	client, request := browser(t), p.request("a", "/")
	failed := make(chan error, 1)
	go func() {
		res, err := client.Do(request)
		if err == nil {
			_ = res.Body.Close()
		}
		failed <- err
	}()
	<-asked
	p.Close()
	if err := <-failed; err == nil {
		t.Error("a request outlived the grace of its listener")
	}
	if err := p.Apply(viewOf()); err == nil {
		t.Error("a closed data plane accepted a view")
	}
}

func TestBindFailureLeavesTheRest(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", instanceAddress+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port
	ports := func(listener int) int {
		if listener == 81 {
			return port
		}
		return 0
	}
	bad := plain(group("rsp-1"))
	bad.Port = 81
	view := viewOf(plain(group("rsp-1", named(t, "pod"))), bad)

	p := plane{Server: dataplane.New(dataplane.Options{Ports: ports}), t: t}
	t.Cleanup(p.Close)
	if err := p.Apply(view); err == nil {
		t.Fatal("a port that is taken was bound")
	}
	if got := p.get(browser(t), "a", "/"); got.body != "pod" {
		t.Errorf("got %d, want the other listener to serve", got.StatusCode)
	}
	if all := p.Listeners(); len(all) != 2 || all[0].Err != nil || all[1].Err == nil {
		t.Errorf("got %v, want the second to say why it is not served", all)
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.Apply(view); err != nil {
		t.Errorf("the port is free now: %v", err)
	}
}

// feed is a Source that a test moves.
type feed struct {
	mu      sync.Mutex
	view    *fakecloud.View
	changed chan struct{}
}

func newFeed(view *fakecloud.View) *feed { return &feed{view: view, changed: make(chan struct{})} }

func (f *feed) View() *fakecloud.View {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.view
}

func (f *feed) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *feed) set(view *fakecloud.View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.view = view
	close(f.changed)
	f.changed = make(chan struct{})
}

func TestRunFollowsItsSource(t *testing.T) {
	t.Parallel()
	source := newFeed(viewOf())
	server := dataplane.New(dataplane.Options{Source: source, Ports: anyPort})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	source.set(viewOf(plain(group("rsp-1", named(t, "pod")))))
	eventually(t, "the listener is served", func() bool { return len(server.Listeners()) == 1 })
	if got := (plane{server, t}).get(browser(t), "a", "/"); got.body != "pod" {
		t.Errorf("got %d %q", got.StatusCode, got.body)
	}
	source.set(viewOf())
	eventually(t, "the listener is gone", func() bool { return len(server.Listeners()) == 0 })
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := dataplane.New(dataplane.Options{}).Run(t.Context()); err == nil {
		t.Error("Run without a Source did not complain")
	}
}

func TestLocalPorts(t *testing.T) {
	t.Parallel()
	ports := dataplane.LocalPorts()
	for _, port := range []int{80, 443} {
		socket, err := net.Listen("tcp4", net.JoinHostPort("127.0.99.2", strconv.Itoa(port)))
		want := port
		if err == nil {
			_ = socket.Close()
		} else if errors.Is(err, os.ErrPermission) {
			want = port + 8000
		}
		if got := ports(port); got != want {
			t.Errorf("port %d: got %d, want %d", port, got, want)
		}
	}
	if got := ports(8443); got != 8443 {
		t.Errorf("got %d, want an unprivileged port to stay", got)
	}
}

func TestACL(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason   string
		acl      fakecloud.ACLView
		admitted bool
	}{
		"White":      {reason: "a client of the list", acl: fakecloud.ACLView{White: true, Entries: []string{"127.0.0.0/24"}}, admitted: true},
		"NotWhite":   {reason: "a client beside the list", acl: fakecloud.ACLView{White: true, Entries: []string{"10.0.0.0/8"}}},
		"EmptyWhite": {reason: "a white list without entries admits nobody", acl: fakecloud.ACLView{White: true}},
		"Black":      {reason: "a client of the list", acl: fakecloud.ACLView{Entries: []string{"127.0.0.1/32"}}},
		"BareBlack":  {reason: "an address without a mask is one address", acl: fakecloud.ACLView{Entries: []string{"127.0.0.1"}}},
		"NotBlack":   {reason: "a client beside the list", acl: fakecloud.ACLView{Entries: []string{"10.0.0.0/8"}}, admitted: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := plain(group("rsp-1", named(t, "pod")))
			l.ACL = &c.acl
			p := serve(t, l)
			conn, err := net.Dial("tcp", p.addr(80))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\nHost: a\r\n\r\n")
			got, _ := io.ReadAll(conn)
			if admitted := len(got) > 0; admitted != c.admitted {
				t.Errorf("%s: admitted is %v", c.reason, admitted)
			}
		})
	}
}
