package dataplane

import (
	"sync"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// pool is a vServer group as one listener spreads requests over it.
type pool struct {
	group     string
	scheduler string

	mu      sync.Mutex
	members []*member
}

// member is one backend server of a pool.
type member struct {
	id       string // what a cookie says; it tells nobody the address
	upstream *upstream
	checks   *checks // nil when the group is not checked

	// Guarded by the pool's lock.
	view    fakecloud.MemberView
	current int // its position in the smooth round
}

// memberIdentity is what the service tells members apart by: one network interface may appear with
// several addresses and ports.
type memberIdentity struct {
	server string
	ip     string
	port   int
}

func identity(m fakecloud.MemberView) memberIdentity {
	return memberIdentity{server: m.ServerID, ip: m.IP, port: m.Port}
}

func (p *pool) byIdentity() map[memberIdentity]*member {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := make(map[memberIdentity]*member, len(p.members))
	for _, m := range p.members {
		known[identity(m.view)] = m
	}
	return known
}

// replace sets the members, in the group's order, and their weights.
func (p *pool) replace(members []*member, group fakecloud.GroupView) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members = members
	for i, m := range members {
		m.view = group.Members[i]
	}
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.members {
		m.stopChecks()
	}
}

// usable says whether the member takes new requests. A weight of 0 takes none, not even those that
// a cookie binds to it.
func (m *member) usable() bool { return m.view.Weight > 0 && m.checks.healthy() }

// lease counts a request as in flight until release.
func (m *member) lease() *member {
	m.upstream.inFlight.Add(1)
	return m
}

func (m *member) release() { m.upstream.inFlight.Add(-1) }
