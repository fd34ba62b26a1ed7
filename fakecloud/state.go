package fakecloud

import (
	"crypto/tls"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// state is everything that a write can change and a read can see. It is cloned whole for a stale
// view, so it holds no pointer to anything outside it but parsed certificates, which never change.
type state struct {
	instances  map[string]*instance
	groups     map[string]*group
	certs      map[string]*certificate
	cas        map[string]*certificate
	acls       map[string]*acl
	servers    map[string]ServerSpec
	gone       map[string]bool // network interfaces of ENICIDR that were removed
	tokens     map[string]tokenUse
	lingering  map[string]time.Time // reference "kind/id" still held until then
	lastRental netip.Addr
}

func newState() *state {
	return &state{
		instances: map[string]*instance{},
		groups:    map[string]*group{},
		certs:     map[string]*certificate{},
		cas:       map[string]*certificate{},
		acls:      map[string]*acl{},
		servers:   map[string]ServerSpec{},
		gone:      map[string]bool{},
		tokens:    map[string]tokenUse{},
		lingering: map[string]time.Time{},
	}
}

func (s *state) clone() *state {
	c := *s
	c.instances = cloneMap(s.instances, (*instance).clone)
	c.groups = cloneMap(s.groups, (*group).clone)
	c.certs = cloneMap(s.certs, (*certificate).clone)
	c.cas = cloneMap(s.cas, (*certificate).clone)
	c.acls = cloneMap(s.acls, (*acl).clone)
	c.servers = maps.Clone(s.servers)
	c.gone = maps.Clone(s.gone)
	c.tokens = maps.Clone(s.tokens)
	c.lingering = maps.Clone(s.lingering)
	return &c
}

func cloneMap[V any](m map[string]*V, clone func(*V) *V) map[string]*V {
	c := make(map[string]*V, len(m))
	for k, v := range m {
		c[k] = clone(v)
	}
	return c
}

// tokenUse remembers what a ClientToken made.
type tokenUse struct {
	instance string
	params   string // canonical text of the call
	answer   object
	pending  bool // the effect is still to come
}

type tags map[string]string

type instance struct {
	InstanceSpec
	created   time.Time
	stopped   bool // by SetLoadBalancerStatus
	busyUntil time.Time
	listeners map[int]*listener
}

func (i *instance) clone() *instance {
	c := *i
	c.Tags = maps.Clone(i.Tags)
	c.listeners = make(map[int]*listener, len(i.listeners))
	for port, l := range i.listeners {
		c.listeners[port] = l.clone()
	}
	return &c
}

// guaranteed says whether the instance is guaranteed-performance, which ENI members, extensions,
// lists, redirects and TLS policies need.
func (i *instance) guaranteed() bool { return i.ChargeType == "PayByCLCU" || i.Spec != "" }

func (i *instance) status() string {
	switch {
	case i.Locked:
		return "locked"
	case i.stopped || len(i.listeners) == 0:
		return "inactive"
	}
	return "active"
}

func (i *instance) ports() []int { return slices.Sorted(maps.Keys(i.listeners)) }

// listener keeps its settings as the words of the wire, since nothing in the state machine computes
// with most of them.
type listener struct {
	port       int
	protocol   string
	attrs      Params
	group      string
	aclIDs     []string
	tags       tags
	rules      []*rule
	extensions []*extension

	started   bool
	busyUntil time.Time
	busyState string // "starting" or "configuring", while busy
}

func (l *listener) clone() *listener {
	c := *l
	c.attrs = maps.Clone(l.attrs)
	c.aclIDs = slices.Clone(l.aclIDs)
	c.tags = maps.Clone(l.tags)
	c.rules = cloneList(l.rules)
	c.extensions = cloneList(l.extensions)
	for _, r := range c.rules {
		r.attrs = maps.Clone(r.attrs)
	}
	return &c
}

func cloneList[V any](list []*V) []*V {
	c := make([]*V, len(list))
	for i, v := range list {
		copied := *v
		c[i] = &copied
	}
	return c
}

func (l *listener) busy(now time.Time) bool { return now.Before(l.busyUntil) }

func (l *listener) status(now time.Time) string {
	switch {
	case l.busy(now):
		return l.busyState
	case l.started:
		return "running"
	}
	return "stopped"
}

// serves says whether requests are answered: a listener that is configured keeps serving.
func (l *listener) serves(now time.Time) bool {
	return l.started && l.status(now) != "starting"
}

func (l *listener) settle(state string, until time.Time) {
	l.busyState, l.busyUntil = state, until
}

type rule struct {
	id, name, domain, url string
	group                 string
	attrs                 Params // ListenerSync and, when it is off, the rule's own settings
}

type extension struct {
	id, domain, cert string
}

type group struct {
	id, instance, name string
	created            time.Time
	managed            string
	tags               tags
	members            []member
	busyUntil          time.Time
}

func (g *group) clone() *group {
	c := *g
	c.tags = maps.Clone(g.tags)
	c.members = slices.Clone(g.members)
	return &c
}

type member struct {
	serverID, ip, kind, description string
	port, weight                    int
	vpc                             string
}

func (m member) same(other member) bool {
	return m.serverID == other.serverID && m.ip == other.ip && m.port == other.port && m.kind == other.kind
}

type certificate struct {
	id, name, fingerprint, common string
	names                         []string
	algorithm                     string
	keyLength                     int
	created, expires              time.Time
	tags                          tags
	resourceGroup                 string
	pair                          tls.Certificate // server certificates only
	pem                           string          // public part
}

func (c *certificate) clone() *certificate {
	copied := *c
	copied.tags = maps.Clone(c.tags)
	return &copied
}

type acl struct {
	id, name, version string
	created           time.Time
	tags              tags
	entries           []aclEntry
	busyUntil         time.Time
}

type aclEntry struct{ cidr, comment string }

func (a *acl) clone() *acl {
	c := *a
	c.tags = maps.Clone(a.tags)
	c.entries = slices.Clone(a.entries)
	return &c
}
