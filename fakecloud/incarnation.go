package fakecloud

import (
	"errors"
	"net/http"
	"sync/atomic"
)

// ErrDead is what a dead Incarnation gets from every call.
var ErrDead = errors.New("the caller is dead")

// Incarnation is one life of a caller in a simulation, used as its http.RoundTripper. After Kill no
// call of it has an effect any more, so that deferred functions of a crashed caller cannot repair what
// a real crash would leave. A call that is under way when Kill comes may still have its effect, but
// never an answer.
type Incarnation struct {
	cloud *Cloud
	dead  atomic.Bool
}

// Incarnation begins a life.
func (c *Cloud) Incarnation() *Incarnation { return &Incarnation{cloud: c} }

// Kill ends it. It may be called from the hooks of a Fault.
func (i *Incarnation) Kill() { i.dead.Store(true) }

// RoundTrip answers as Cloud.RoundTripper does while the caller lives.
func (i *Incarnation) RoundTrip(r *http.Request) (*http.Response, error) {
	if i.dead.Load() {
		if r.Body != nil {
			defer r.Body.Close()
		}
		return nil, ErrDead
	}
	answer, err := transport{i.cloud}.RoundTrip(r)
	if i.dead.Load() {
		return nil, ErrDead
	}
	return answer, err
}
