package dataplane_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// echo switches protocols and sends back what comes.
func echo(t *testing.T) fakecloud.MemberView {
	t.Helper()
	return pod(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Sec-Websocket-Key") == "" {
			http.Error(w, "not a WebSocket", http.StatusBadRequest)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(conn, buffered)
	})
}

// upgrade asks for a WebSocket on a raw connection and reads the answer's head.
func upgrade(t *testing.T, conn net.Conn) *bufio.Reader {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err := io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, nil) //nolint:bodyclose // the connection goes on
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %v, %v, want 101", res, err)
	}
	return reader
}

func mustEcho(t *testing.T, conn net.Conn, reader *bufio.Reader) {
	t.Helper()
	for i := range 3 {
		line := fmt.Sprintf("message %d\n", i)
		if _, err := io.WriteString(conn, line); err != nil {
			t.Fatal(err)
		}
		if got, err := reader.ReadString('\n'); got != line {
			t.Fatalf("got %q, %v, want %q", got, err, line)
		}
	}
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	members := group("rsp-1", echo(t))
	p := serve(t, plain(members), secure(fakecloud.TLSView{Default: certified(t, "x"), HTTP2: true}, members))
	addr, secureAddr := p.addr(80), p.addr(443)
	t.Run("HTTP", func(t *testing.T) {
		t.Parallel()
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		reader := upgrade(t, conn)
		mustEcho(t, conn, reader)
		l := plain(members, rule("b.example", "", group("rsp-2")))
		l.XForwardedFor = true
		p.program(l, secure(fakecloud.TLSView{Default: certified(t, "y")}, members))
		mustEcho(t, conn, reader) // reprogramming leaves it alone
	})
	t.Run("HTTPS", func(t *testing.T) {
		t.Parallel()
		conn, err := tls.Dial("tcp", secureAddr, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		mustEcho(t, conn, upgrade(t, conn))
	})
}

func TestSilentWebSocketIsCut(t *testing.T) {
	t.Parallel()
	l := plain(group("rsp-1", echo(t)))
	l.RequestTimeout = 2 * time.Second // ample for the handshake, which it counts for as well
	p := serve(t, l)
	conn, err := net.Dial("tcp", p.addr(80))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if rest, err := io.ReadAll(upgrade(t, conn)); err != nil || len(rest) != 0 {
		t.Errorf("got %q, %v, want the end after the request timeout", rest, err)
	}
}

func TestGoneListenerEndsWebSockets(t *testing.T) {
	t.Parallel()
	p := serve(t, plain(group("rsp-1", echo(t))))
	conn, err := net.Dial("tcp", p.addr(80))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reader := upgrade(t, conn)
	p.program()
	if _, err := reader.ReadByte(); err == nil {
		t.Error("a WebSocket of a listener that is gone goes on")
	} else if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("a WebSocket of a listener that is gone is not closed")
	}
}
