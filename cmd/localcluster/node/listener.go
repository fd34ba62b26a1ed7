package node

import (
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// listener accepts connections that are made inside this process.
type listener struct {
	at      netip.AddrPort
	backlog chan net.Conn
	closed  chan struct{}
	close   func() // idempotent

	mu    sync.Mutex
	conns map[net.Conn]bool // the servers' ends that are open
	next  uint16            // the next client port
}

// firstClientPort begins the range that systems give to clients.
const firstClientPort = 32768

func newListener(at netip.AddrPort, onClose func()) *listener {
	l := &listener{
		at:      at,
		backlog: make(chan net.Conn),
		closed:  make(chan struct{}),
		conns:   make(map[net.Conn]bool),
		next:    firstClientPort,
	}
	l.close = sync.OnceFunc(func() {
		onClose()
		close(l.closed)
	})
	return l
}

// Accept returns the next connection, or net.ErrClosed after Close.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.backlog:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses new connections; those that were accepted stay open.
func (l *listener) Close() error {
	l.close()
	return nil
}

// Addr is the virtual address.
func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.at) }

// connect hands one end of a new connection to Accept and returns the other.
func (l *listener) connect(ctx context.Context, from netip.Addr) (net.Conn, error) {
	near, far := net.Pipe()
	client, server := l.name(near, far, from)
	select {
	case l.backlog <- server:
		return client, nil
	case <-l.closed:
		_ = server.Close()
		return nil, os.NewSyscallError("connect", syscall.ECONNREFUSED)
	case <-ctx.Done():
		_ = server.Close()
		return nil, ctx.Err()
	}
}

// name gives both ends their addresses and remembers the server's end.
func (l *listener) name(near, far net.Conn, from netip.Addr) (client, server net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	here := net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, l.next))
	l.next++
	if l.next == 0 {
		l.next = firstClientPort
	}
	server = &conn{Conn: far, local: l.Addr(), remote: here, forget: l.forget}
	l.conns[server] = true
	return &conn{Conn: near, local: here, remote: l.Addr(), forget: func(net.Conn) {}}, server
}

func (l *listener) forget(server net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, server)
}

// cut closes what is still open, hijacked connections included.
func (l *listener) cut() {
	l.mu.Lock()
	open := make([]net.Conn, 0, len(l.conns))
	for server := range l.conns {
		open = append(open, server)
	}
	l.mu.Unlock()
	for _, server := range open {
		_ = server.Close() // A pipe's Close has no error.
	}
}

// conn is one end of a pipe with the addresses of a TCP connection.
type conn struct {
	net.Conn
	local, remote net.Addr
	forget        func(net.Conn)
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) Close() error {
	c.forget(c)
	return c.Conn.Close()
}
