package config_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
)

// lag holds the events of SLBInstances back until the controller reads one past its cache. A cache
// that is behind is a matter of luck otherwise, and so is the right that it takes then.
type lag struct {
	over chan struct{}
	end  func()
}

func newLag() *lag {
	l := &lag{over: make(chan struct{})}
	l.end = sync.OnceFunc(func() { close(l.over) })
	return l
}

// wrap is a rest.Config's WrapTransport.
func (l *lag) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		_, rest, ours := strings.Cut(req.URL.Path, "/slbinstances")
		resp, err := next.RoundTrip(req)
		switch {
		case !ours || err != nil:
		case rest == "" && req.URL.Query().Get("watch") == "true":
			resp.Body = &heldBody{ReadCloser: resp.Body, until: l.over, closed: make(chan struct{})}
		case rest != "" && req.Method == http.MethodGet:
			l.end()
		}
		return resp, err
	})
}

// heldBody is an answer whose body arrives late.
type heldBody struct {
	io.ReadCloser

	until  <-chan struct{}
	closed chan struct{}
	once   sync.Once
}

func (b *heldBody) Read(p []byte) (int, error) {
	select {
	case <-b.until:
	case <-b.closed:
	}
	return b.ReadCloser.Read(p)
}

func (b *heldBody) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.ReadCloser.Close()
}
