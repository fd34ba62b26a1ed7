package dataplane

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

const protocolHTTPS = "https"

// listener is one open socket and the program that its requests run.
type listener struct {
	gate    *gate
	server  *http.Server
	program atomic.Pointer[program]
	backend *backends
}

// open binds the socket and begins to serve.
func open(a assignment) (*listener, error) {
	socket, err := new(net.ListenConfig).Listen(context.Background(), "tcp", a.at.hostport())
	if err != nil {
		return nil, err
	}
	l := &listener{backend: newBackends(a.options)}
	l.gate = newGate(socket, func(client net.Addr) bool { return l.program.Load().acl.admits(client) })
	l.server = &http.Server{
		Handler:                      l,
		ReadHeaderTimeout:            60 * time.Second,
		ConnContext:                  rememberConn,
		ConnState:                    l.connState,
		DisableGeneralOptionsHandler: true,                       // OPTIONS * is the backend's to answer
		ErrorLog:                     log.New(io.Discard, "", 0), // a client's broken handshake is no news
	}
	if a.at.protocol == protocolHTTPS {
		l.server.TLSConfig = l.tlsConfig()
	}
	l.reprogram(a)
	go l.accept()
	return l, nil
}

// accept runs until the gate is closed, which is the only error that it can end with.
func (l *listener) accept() {
	if l.server.TLSConfig != nil {
		_ = l.server.ServeTLS(l.gate, "", "")
		return
	}
	_ = l.server.Serve(l.gate)
}

// reprogram makes the new view count from the next request on.
func (l *listener) reprogram(a assignment) {
	l.program.Store(l.backend.compile(a, l.program.Load()))
}

// stopAccepting closes the socket, so that new connections are refused at once.
func (l *listener) stopAccepting() { _ = l.gate.Close() }

// drain waits for the requests in flight, then cuts whatever connection is left: those past their
// grace, and upgraded ones, which never become idle.
func (l *listener) drain(grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		_ = l.server.Close()
	}
	l.gate.cut()
	l.backend.close()
}

// ServeHTTP runs one request through the program of this moment.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := l.program.Load()
	w = &countedResponse{ResponseWriter: w, last: connOf(r).count() >= requestsPerConnection}
	switch {
	case r.Method == http.MethodConnect:
		answer(w, r, http.StatusMethodNotAllowed, "A load balancer is not a forward proxy.")
	case p.view.Forward != nil:
		p.redirect(w, r)
	default:
		p.proxy(w, r)
	}
}

// connState closes a connection that is idle for longer than the listener says at that moment;
// http.Server's own setting could not be changed while it serves.
func (l *listener) connState(conn net.Conn, state http.ConnState) {
	c := clientOf(conn)
	if c == nil {
		return
	}
	if state == http.StateIdle {
		c.expectWithin(l.program.Load().idleTimeout())
		return
	}
	c.expected()
}
