package dataplane

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// backends holds what one listener knows of its backend servers beyond a view: kept connections,
// requests in flight, positions of the schedulers, health. One Apply at a time changes it.
type backends struct {
	dial Dial

	mu        sync.Mutex
	pools     map[poolKey]*pool
	upstreams map[string]*upstream // by host and port
}

// poolKey tells pools apart: one group may be checked or scheduled differently by a rule of its own
// policy.
type poolKey struct {
	group     string
	scheduler string
	check     string
}

// upstream is one address that requests are sent to, and the connections kept to it.
type upstream struct {
	addr      string
	transport *http.Transport
	inFlight  atomic.Int64
}

func newBackends(o Options) *backends {
	return &backends{dial: limited(o.Dial), pools: map[poolKey]*pool{}, upstreams: map[string]*upstream{}}
}

// limited gives each dial the service's connect timeout.
func limited(dial Dial) Dial {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		return dial(ctx, network, addr)
	}
}

// renewal collects what a new program uses, so that the rest can be let go.
type renewal struct {
	*backends
	pools     map[poolKey]*pool
	upstreams map[string]*upstream
}

func (b *backends) begin() *renewal {
	b.mu.Lock()
	return &renewal{backends: b, pools: map[poolKey]*pool{}, upstreams: map[string]*upstream{}}
}

// end lets go what the new program does not use. Requests that were sent there finish undisturbed.
func (r *renewal) end() {
	b := r.backends
	defer b.mu.Unlock()
	for key, p := range b.pools {
		if r.pools[key] == nil {
			p.close()
		}
	}
	for addr, up := range b.upstreams {
		if r.upstreams[addr] == nil {
			up.transport.CloseIdleConnections()
		}
	}
	b.pools, b.upstreams = r.pools, r.upstreams
}

func (r *renewal) target(group fakecloud.GroupView, policy fakecloud.Policy) target {
	key := poolKey{group: group.ID, scheduler: policy.Scheduler}
	if policy.HealthCheck != nil {
		key.check = fmt.Sprintf("%+v", *policy.HealthCheck)
	}
	p := r.pools[key]
	if p == nil {
		if p = r.backends.pools[key]; p == nil {
			p = &pool{group: group.ID, scheduler: policy.Scheduler}
		}
		r.pools[key] = p
		r.fill(p, group, policy.HealthCheck)
	}
	return target{pool: p, sticky: policy.Sticky}
}

// fill gives the pool the group's members of now; those that stay keep their state.
func (r *renewal) fill(p *pool, group fakecloud.GroupView, check *fakecloud.HealthCheckView) {
	known := p.byIdentity()
	members := make([]*member, 0, len(group.Members))
	for _, view := range group.Members {
		id := identity(view)
		m := known[id]
		delete(known, id)
		if m == nil {
			m = &member{view: view, id: cookieID(view), upstream: r.upstream(view)}
			m.startChecks(check, r.dial)
		} else {
			r.upstreams[m.upstream.addr] = m.upstream
		}
		members = append(members, m)
	}
	p.replace(members, group)
	for _, gone := range known {
		gone.stopChecks()
	}
}

func (r *renewal) upstream(m fakecloud.MemberView) *upstream {
	addr := net.JoinHostPort(m.IP, strconv.Itoa(m.Port))
	up := r.upstreams[addr]
	if up == nil {
		up = r.backends.upstreams[addr]
	}
	if up == nil {
		up = &upstream{addr: addr, transport: newTransport(r.dial)}
	}
	r.upstreams[addr] = up
	return up
}

// newTransport speaks HTTP/1.1 only and touches neither encoding nor headers.
func newTransport(dial Dial) *http.Transport {
	return &http.Transport{
		DialContext:           dial,
		DisableCompression:    true,
		MaxIdleConnsPerHost:   128,
		IdleConnTimeout:       60 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// close ends the health checks and drops the kept connections.
func (b *backends) close() { b.begin().end() }
