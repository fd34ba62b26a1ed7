package dataplane

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Server is the data plane of all instances of a fake. Its methods may be called concurrently.
type Server struct {
	options Options

	mu        sync.Mutex
	closed    bool
	listeners map[endpoint]*listener
	refused   map[endpoint]error // wanted, but not bound
	closing   sync.WaitGroup     // listeners that are gone and in their grace
}

// ListenerStatus says how one wanted listener is served.
type ListenerStatus struct {
	InstanceID string
	Port       int
	Protocol   string
	// Address is what is bound, or was tried: the instance's address and the mapped port.
	Address string
	// Err is why it is not bound; nil when it is served.
	Err error
}

// New makes a data plane that serves nothing yet.
func New(options Options) *Server {
	return &Server{
		options:   options.withDefaults(),
		listeners: map[endpoint]*listener{},
		refused:   map[endpoint]error{},
	}
}

// Run serves what the Source says until ctx ends, then closes everything and returns nil once the
// requests in flight are done or their grace is over.
func (s *Server) Run(ctx context.Context) error {
	if s.options.Source == nil {
		return errors.New("cannot run the data plane: Options.Source is not set")
	}
	defer s.Close() //nolint:contextcheck // what is under way outlives ctx by its grace
	for {
		changed := s.options.Source.Changed()
		err := s.Apply(s.options.Source.View()) //nolint:contextcheck // as Close
		if !wait(ctx, changed, err != nil) {
			return nil
		}
	}
}

// wait returns true when it is time to look at the view again, false when ctx is over.
func wait(ctx context.Context, changed <-chan struct{}, retry bool) bool {
	var again <-chan time.Time
	if retry {
		timer := time.NewTimer(bindRetry)
		defer timer.Stop()
		again = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-changed:
	case <-again:
	}
	return ctx.Err() == nil
}

// Apply makes the sockets and what they serve agree with the view. When it returns, new requests
// are served by the new view. Listeners that cannot be bound are joined in the error; all others
// are served nevertheless.
func (s *Server) Apply(view *fakecloud.View) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("cannot apply a view: the data plane is closed")
	}
	wanted := s.wanted(view)
	s.closeUnwanted(wanted)
	refused := map[endpoint]error{}
	var errs []error
	for _, at := range slices.SortedFunc(maps.Keys(wanted), compareEndpoints) {
		if err := s.serve(at, wanted[at]); err != nil {
			refused[at] = err
			errs = append(errs, err)
		}
	}
	s.refused = refused
	return errors.Join(errs...)
}

func (s *Server) wanted(view *fakecloud.View) map[endpoint]assignment {
	wanted := map[endpoint]assignment{}
	for _, instance := range view.Instances {
		for _, l := range instance.Listeners {
			at := endpoint{
				instance: instance.ID, address: instance.Address,
				port: l.Port, bound: s.options.Ports(l.Port), protocol: l.Protocol,
			}
			wanted[at] = assignment{at: at, view: l, options: s.options}
		}
	}
	return wanted
}

func (s *Server) closeUnwanted(wanted map[endpoint]assignment) {
	for at, l := range s.listeners {
		if _, ok := wanted[at]; ok {
			continue
		}
		delete(s.listeners, at)
		s.options.Log.Info("listener is gone", "instance", at.instance, "port", at.port, "protocol", at.protocol)
		l.stopAccepting()
		s.closing.Go(func() { l.drain(s.options.Grace) })
	}
}

// serve opens the listener or reprograms the open one. The caller holds mu.
func (s *Server) serve(at endpoint, a assignment) error {
	if l, ok := s.listeners[at]; ok {
		l.reprogram(a)
		return nil
	}
	l, err := open(a)
	if err != nil {
		err = fmt.Errorf("binding %s for listener %d of instance %q: %w", at.hostport(), at.port, at.instance, err)
		if known := s.refused[at]; known == nil || known.Error() != err.Error() {
			s.options.Log.Error(err, "listener is not served", "instance", at.instance, "port", at.port)
		}
		return err
	}
	s.listeners[at] = l
	s.options.Log.Info("serving listener", "instance", at.instance, "port", at.port, "protocol", at.protocol, "address", l.gate.Addr().String())
	return nil
}

// Close stops accepting, lets requests in flight finish within the grace, and cuts what is left.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.closeUnwanted(nil)
	s.refused = nil
	s.mu.Unlock()
	s.closing.Wait()
}

// Listeners tells each wanted listener, by instance and port, and where it is bound.
func (s *Server) Listeners() []ListenerStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	statuses := map[endpoint]ListenerStatus{}
	for at, err := range s.refused {
		statuses[at] = at.status(at.hostport(), err)
	}
	for at, l := range s.listeners {
		statuses[at] = at.status(l.gate.Addr().String(), nil)
	}
	var sorted []ListenerStatus
	for _, at := range slices.SortedFunc(maps.Keys(statuses), compareEndpoints) {
		sorted = append(sorted, statuses[at])
	}
	return sorted
}

// Port gives the port that is bound for a listener's port.
func (s *Server) Port(port int) int { return s.options.Ports(port) }
