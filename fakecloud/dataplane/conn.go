package dataplane

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// gate accepts the clients that the access control list admits and keeps track of them, since
// http.Server forgets a connection once it was upgraded.
type gate struct {
	net.Listener
	admits func(net.Addr) bool
	once   sync.Once

	mu    sync.Mutex
	conns map[*clientConn]struct{}
}

func newGate(socket net.Listener, admits func(net.Addr) bool) *gate {
	return &gate{Listener: socket, admits: admits, conns: map[*clientConn]struct{}{}}
}

// Accept closes refused clients at once, before any byte of theirs is read.
func (g *gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g.admits(conn.RemoteAddr()) {
			return g.track(conn), nil
		}
		_ = conn.Close()
	}
}

func (g *gate) track(conn net.Conn) *clientConn {
	c := &clientConn{Conn: conn, gate: g}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns[c] = struct{}{}
	return c
}

func (g *gate) forget(c *clientConn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c)
}

// Close closes the socket; http.Server closes it a second time, to no effect.
func (g *gate) Close() error {
	var err error
	g.once.Do(func() { err = g.Listener.Close() })
	return err
}

// cut closes every connection that is still open.
func (g *gate) cut() {
	g.mu.Lock()
	open := make([]*clientConn, 0, len(g.conns))
	for c := range g.conns {
		open = append(open, c)
	}
	g.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

// clientConn is a client's connection, below TLS.
type clientConn struct {
	net.Conn
	gate     *gate
	requests atomic.Int64

	mu   sync.Mutex
	idle *time.Timer
}

func (c *clientConn) Close() error {
	c.expected()
	c.gate.forget(c)
	return c.Conn.Close()
}

// CloseWrite lets http.Server linger and an upgraded connection be closed half.
func (c *clientConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// count says which request of this connection the current one is, from 1.
func (c *clientConn) count() int64 {
	if c == nil {
		return 1
	}
	return c.requests.Add(1)
}

// expectWithin closes the connection unless expected is called in time.
func (c *clientConn) expectWithin(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.idle != nil {
		c.idle.Stop()
	}
	c.idle = time.AfterFunc(d, func() { _ = c.Close() })
}

func (c *clientConn) expected() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.idle != nil {
		c.idle.Stop()
	}
}

// clientOf finds our connection under a *tls.Conn.
func clientOf(conn net.Conn) *clientConn {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	c, _ := conn.(*clientConn)
	return c
}

type connKey struct{}

func rememberConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, clientOf(conn))
}

func connOf(r *http.Request) *clientConn {
	c, _ := r.Context().Value(connKey{}).(*clientConn)
	return c
}

// countedResponse asks the client to leave after the last request that its connection may carry.
type countedResponse struct {
	http.ResponseWriter
	last bool
}

// WriteHeader adds the request to leave as late as possible: interim answers clear the headers, and
// an upgrade has a Connection header of its own.
func (w *countedResponse) WriteHeader(status int) {
	if w.last && status >= http.StatusOK {
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController flush and hijack.
func (w *countedResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }
