package node

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
)

func TestAllocate(t *testing.T) {
	t.Parallel()
	n, err := newNetwork(netip.MustParsePrefix("10.0.0.8/29"))
	if err != nil {
		t.Fatal(err)
	}
	allocate := func(wanted, want string) {
		t.Helper()
		var preferred netip.Addr
		if wanted != "" {
			preferred = netip.MustParseAddr(wanted)
		}
		got, err := n.allocate(preferred)
		if err != nil || got.String() != want {
			t.Errorf("allocate(%q): got %s and error %v, want %s", wanted, got, err, want)
		}
	}
	allocate("", "10.0.0.10")          // .8 is the range's own, .9 the gateway
	allocate("10.0.0.12", "10.0.0.12") // free: as wished
	allocate("10.0.0.12", "10.0.0.11") // taken
	n.release(netip.MustParseAddr("10.0.0.10"))
	allocate("10.9.9.9", "10.0.0.13") // not of the range
	allocate("", "10.0.0.14")
	allocate("", "10.0.0.10") // a freed address is reused last, after a turn around the range
	if ip, err := n.allocate(netip.Addr{}); err == nil {
		t.Errorf("allocate on a full range: got %s, want an error", ip)
	}
}

func TestNewNetworkRefuses(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"10.0.0.0/30", "fd00::/64"} {
		if _, err := newNetwork(netip.MustParsePrefix(prefix)); err == nil {
			t.Errorf("range %q was accepted", prefix)
		}
	}
}

func TestDial(t *testing.T) {
	t.Parallel()
	n, err := newNetwork(netip.MustParsePrefix("10.0.0.0/24"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := n.listen(netip.MustParseAddrPort("10.0.0.5:80"))
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- conn
	}()
	client, err := n.dial(t.Context(), "tcp", "10.0.0.5:80")
	if err != nil {
		t.Fatal(err)
	}
	server := <-accepted
	if got := client.RemoteAddr().String(); got != "10.0.0.5:80" {
		t.Errorf("remote address: got %s, want 10.0.0.5:80", got)
	}
	if got, want := server.RemoteAddr().String(), client.LocalAddr().String(); got != want {
		t.Errorf("the server sees %s, the client is %s", got, want)
	}

	l.cut()
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("reading after the server's end was cut: got %v, want EOF", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting after Close: got %v, want net.ErrClosed", err)
	}
	for _, addr := range []string{"10.0.0.5:80", "10.0.0.5:81", "10.0.0.6:80"} {
		if _, err := n.dial(t.Context(), "tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling %s: got %v, want connection refused", addr, err)
		}
	}
}

func TestDialElsewhere(t *testing.T) {
	t.Parallel()
	n, err := newNetwork(netip.MustParsePrefix("10.0.0.0/24"))
	if err != nil {
		t.Fatal(err)
	}
	outside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = outside.Close() }()
	conn, err := n.dial(t.Context(), "tcp", outside.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
