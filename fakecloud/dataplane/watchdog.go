package dataplane

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

var errRequestTimeout = errors.New("the backend server was silent for the request timeout")

// watchdog cancels an exchange when nothing has moved in either direction for the request timeout.
// It is for upgraded connections too: the service cuts a silent WebSocket.
type watchdog struct {
	timeout time.Duration
	timer   *time.Timer
	cancel  context.CancelCauseFunc
}

func watch(ctx context.Context, timeout time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(timeout, func() { cancel(errRequestTimeout) })
	return ctx, &watchdog{timeout: timeout, timer: timer, cancel: cancel}
}

func (d *watchdog) stop() {
	d.timer.Stop()
	d.cancel(nil)
}

func (d *watchdog) moved() { d.timer.Reset(d.timeout) }

// watchedBody reports the reads of a request or response body.
type watchedBody struct {
	io.ReadCloser
	*watchdog
}

func (b watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.moved()
	}
	return n, err
}

// watchedConn reports both directions of an upgraded connection.
type watchedConn struct {
	io.ReadWriteCloser
	*watchdog
}

func (c watchedConn) Read(p []byte) (int, error) {
	n, err := c.ReadWriteCloser.Read(p)
	if n > 0 {
		c.moved()
	}
	return n, err
}

func (c watchedConn) Write(p []byte) (int, error) {
	n, err := c.ReadWriteCloser.Write(p)
	if n > 0 {
		c.moved()
	}
	return n, err
}

// CloseWrite passes on the end of one direction.
func (c watchedConn) CloseWrite() error {
	if half, ok := c.ReadWriteCloser.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// watchResponse wraps the body of a response, which of an upgrade is the connection itself.
func (d *watchdog) watchResponse(res *http.Response) {
	if conn, ok := res.Body.(io.ReadWriteCloser); ok && res.StatusCode == http.StatusSwitchingProtocols {
		res.Body = watchedConn{ReadWriteCloser: conn, watchdog: d}
		return
	}
	res.Body = watchedBody{ReadCloser: res.Body, watchdog: d}
}
