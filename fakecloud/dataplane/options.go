package dataplane

import (
	"context"
	"net"
	"time"

	"github.com/go-logr/logr"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Source is where the programming comes from. *fakecloud.Cloud is one.
type Source interface {
	// View gives what is to be served now. The result is never changed afterwards.
	View() *fakecloud.View
	// Changed gives a channel that is closed, or sent to, when View would answer something new. It
	// is taken before the View that it guards.
	Changed() <-chan struct{}
}

// Dial opens a connection to a backend server, as net.Dialer.DialContext does.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// Options configure a Server. Only Run needs a Source; every other zero value is usable.
type Options struct {
	Source Source

	// Dial reaches the backend servers; nil dials plainly. It is given at most five seconds.
	Dial Dial

	// Ports maps a listener's port to the port that is bound; nil is LocalPorts.
	Ports PortMap

	// Grace is how long requests in flight may go on after their listener is gone; 0 is 5 s.
	Grace time.Duration

	// Log receives what went wrong; the zero Logger is silent.
	Log logr.Logger
}

const (
	// connectTimeout is the service's own limit for reaching a backend server.
	connectTimeout = 5 * time.Second

	// requestsPerConnection is how many requests the service takes on one client connection.
	requestsPerConnection = 100

	// bindRetry is how often Run tries again to bind a listener whose port was taken.
	bindRetry = 2 * time.Second

	defaultGrace = 5 * time.Second
)

func (o Options) withDefaults() Options {
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Ports == nil {
		o.Ports = LocalPorts()
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	return o
}
