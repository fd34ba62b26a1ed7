package dataplane

import (
	"net/http"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// program is one ListenerView made ready to serve. It is read by many requests at once; only the
// pools that it points to change, each under its own lock.
type program struct {
	assignment
	fallback target            // of requests that no rule takes
	targets  map[string]target // by rule id
	acl      acl
	tls      *secrets // nil for http
}

// target is where requests go and how they are spread.
type target struct {
	pool   *pool
	sticky *fakecloud.StickyView
}

// compile makes the program of an assignment. Pools and TLS secrets of the previous program, which
// may be nil, go on where the view has not changed them.
func (b *backends) compile(a assignment, previous *program) *program {
	p := &program{assignment: a, targets: make(map[string]target, len(a.view.Rules)), acl: newACL(a.view.ACL)}
	keep := b.begin()
	p.fallback = keep.target(a.view.Default, a.view.Policy)
	for _, rule := range a.view.Rules {
		p.targets[rule.ID] = keep.target(rule.Group, rule.Policy)
	}
	keep.end()
	if a.view.TLS != nil {
		p.tls = newSecrets(a.view.TLS, previous)
	}
	return p
}

const (
	// The service's defaults, which a view that leaves them out means.
	idleTimeout    = 15 * time.Second
	requestTimeout = 60 * time.Second
)

func (p *program) idleTimeout() time.Duration {
	if p.view.IdleTimeout > 0 {
		return p.view.IdleTimeout
	}
	return idleTimeout
}

func (p *program) requestTimeout() time.Duration {
	if p.view.RequestTimeout > 0 {
		return p.view.RequestTimeout
	}
	return requestTimeout
}

// proxy routes one request and lets a member of its group answer.
func (p *program) proxy(w http.ResponseWriter, r *http.Request) {
	to, ok := p.route(r)
	if !ok {
		answer(w, r, http.StatusNotFound, "This host has forwarding rules, and none of them fits the path.")
		return
	}
	m := to.choose(r)
	if m == nil {
		answer(w, r, http.StatusServiceUnavailable, "The vServer group has no usable backend server.")
		return
	}
	defer m.release()
	(&exchange{program: p, to: to, member: m, w: w, in: r}).run(r.Context())
}
