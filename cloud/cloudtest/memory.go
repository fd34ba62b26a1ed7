package cloudtest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Memory is a Reader and Writer for one owner, made of the model and the service's refusals. It is
// safe for concurrent use. Writes that change nothing but are taken, such as a repeated delete, are
// among its Changes like all others.
type Memory struct {
	owner cloud.Owner

	mu      sync.Mutex
	state   cloud.Observed
	token   string // of the instance that is there
	serial  int
	changes []cloud.Change
}

var (
	_ cloud.Reader = (*Memory)(nil)
	_ cloud.Writer = (*Memory)(nil)
)

// NewMemory starts with what is given, which has to be as a Reader gives it: normalised, with the id
// of everything. The zero Observed is an empty account.
func NewMemory(owner cloud.Owner, start cloud.Observed) *Memory {
	return &Memory{owner: owner, state: start.Clone()}
}

// State is all that there is, of all ports.
func (m *Memory) State() cloud.Observed {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state.Clone()
}

// Changes are the changes that were made, in order, without those that were refused.
func (m *Memory) Changes() []cloud.Change {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.changes)
}

// Occupy puts somebody else's things on the instance.
func (m *Memory) Occupy(f cloud.Foreign) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state = m.state.Clone()
	theirs := func(ref cloud.Ref) {
		m.serial++
		m.state.IDs[ref] = cloud.ID(m.id("theirs", m.serial))
	}
	for _, l := range f.Listeners {
		l.Group = "id:rsp-theirs"
		m.state.Foreign.Listeners = append(m.state.Foreign.Listeners, l)
		m.state.IDs[l.Ref()] = cloud.ID(strconv.Itoa(l.Port))
	}
	for _, r := range f.Rules {
		r.Group = "id:rsp-theirs"
		m.state.Foreign.Rules = append(m.state.Foreign.Rules, r)
		theirs(r.Ref())
	}
	for _, e := range f.Extensions {
		e.Certificate = "id:cert-theirs"
		m.state.Foreign.Extensions = append(m.state.Foreign.Extensions, e)
		theirs(e.Ref())
	}
}

// Observe implements cloud.Reader.
func (m *Memory) Observe(ctx context.Context, q cloud.Query) (cloud.Observed, error) {
	if ctx.Err() != nil {
		return cloud.Observed{}, &cloud.Error{Kind: cloud.Unavailable, Op: "Observe", Message: "canceled"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	got := m.state.Clone()
	if q.Owner != m.owner {
		return cloud.Observed{RegionCertificates: got.RegionCertificates, IDs: cloud.IDs{}}, nil
	}
	if got.Instance == nil || q.LoadBalancer != "" && q.LoadBalancer != got.Instance.ID ||
		q.LoadBalancer == "" && !got.Owned(m.owner) {
		got = cloud.Observed{Ours: got.Ours.Regional(), RegionCertificates: got.RegionCertificates, IDs: got.IDs}
	}
	ports := slices.Clone(q.Ports)
	for _, l := range got.Ours.Listeners {
		if q.Strays {
			ports = append(ports, l.Port)
		}
	}
	limitPorts(&got, ports)
	recordExtensions(&got, q.Extensions)
	got.IDs = idsOf(got)
	return got, nil
}

// limitPorts leaves only what is on the ports.
func limitPorts(o *cloud.Observed, ports []int) {
	elsewhere := func(port int) bool { return !slices.Contains(ports, port) }
	for _, s := range []*[]cloud.Listener{&o.Ours.Listeners, &o.Foreign.Listeners} {
		*s = slices.DeleteFunc(*s, func(l cloud.Listener) bool { return elsewhere(l.Port) })
	}
	for _, s := range []*[]cloud.Rule{&o.Ours.Rules, &o.Foreign.Rules} {
		*s = slices.DeleteFunc(*s, func(r cloud.Rule) bool { return elsewhere(r.Port) })
	}
	for _, s := range []*[]cloud.Extension{&o.Ours.Extensions, &o.Foreign.Extensions} {
		*s = slices.DeleteFunc(*s, func(e cloud.Extension) bool { return elsewhere(e.Port) })
	}
}

// recordExtensions moves extensions whose ids were recorded to ours.
func recordExtensions(o *cloud.Observed, recorded []cloud.ID) {
	o.Foreign.Extensions = slices.DeleteFunc(o.Foreign.Extensions, func(e cloud.Extension) bool {
		if !slices.Contains(recorded, o.IDs[e.Ref()]) {
			return false
		}
		o.Ours.Extensions = append(o.Ours.Extensions, e)
		return true
	})
	o.Ours.Normalize()
}

// idsOf keeps the ids of what is in o.
func idsOf(o cloud.Observed) cloud.IDs {
	ids := cloud.IDs{}
	keep := func(ref cloud.Ref) { ids[ref] = o.IDs[ref] }
	if o.Instance != nil {
		keep(cloud.LoadBalancerRef())
	}
	for _, l := range slices.Concat(o.Ours.Listeners, o.Foreign.Listeners) {
		ids[l.Ref()] = cloud.ID(strconv.Itoa(l.Port))
	}
	for _, r := range slices.Concat(o.Ours.Rules, o.Foreign.Rules) {
		keep(r.Ref())
	}
	for _, e := range slices.Concat(o.Ours.Extensions, o.Foreign.Extensions) {
		keep(e.Ref())
	}
	for _, g := range o.Ours.ServerGroups {
		keep(g.Ref())
	}
	for _, c := range o.Ours.Certificates {
		keep(c.Ref())
	}
	for _, a := range o.Ours.ACLs {
		keep(a.Ref())
	}
	for _, c := range o.Ours.CACertificates {
		keep(c.Ref())
	}
	return ids
}

// Marks implements cloud.Reader.
func (m *Memory) Marks(ctx context.Context, cluster string) ([]cloud.Mark, error) {
	if ctx.Err() != nil {
		return nil, &cloud.Error{Kind: cloud.Unavailable, Op: "Marks", Message: "canceled"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if cluster != m.owner.Cluster {
		return nil, nil
	}
	group := m.owner.Tags()[cloud.TagGroup]
	var marks []cloud.Mark
	if instance := m.state.Instance; instance != nil {
		if m.state.Owned(m.owner) {
			_, retained := instance.Tags[cloud.TagRetained]
			marks = append(marks, cloud.Mark{Kind: cloud.KindLoadBalancer, ID: instance.ID, Group: group, Retained: retained})
		}
		if value := instance.Tags[m.owner.ClaimKey()]; value != "" {
			marks = append(marks, cloud.Mark{Kind: cloud.KindLoadBalancer, ID: instance.ID, Group: value, Claim: true})
		}
	}
	for ref, id := range m.state.IDs {
		switch ref.Kind {
		case cloud.KindServerGroup, cloud.KindCertificate, cloud.KindACL:
			marks = append(marks, cloud.Mark{Kind: ref.Kind, ID: id, Group: group})
		case cloud.KindCACertificate:
			marks = append(marks, cloud.Mark{Kind: cloud.KindCertificate, ID: id, Group: group})
		case cloud.KindLoadBalancer, cloud.KindListener, cloud.KindRule, cloud.KindExtension:
		}
	}
	slices.SortFunc(marks, cloud.CompareMarks)
	return marks, nil
}

// Content implements cloud.Reader.
func (m *Memory) Content(ctx context.Context, lb cloud.ID) (int, error) {
	if ctx.Err() != nil {
		return 0, &cloud.Error{Kind: cloud.Unavailable, Op: "Content", Message: "canceled"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state.Instance == nil || m.state.Instance.ID != lb {
		return 0, nil
	}
	return len(m.state.Ours.Listeners) + len(m.state.Foreign.Listeners) + len(m.state.Ours.ServerGroups), nil
}

// Apply implements cloud.Writer.
func (m *Memory) Apply(ctx context.Context, s cloud.Scope, c cloud.Change) (cloud.IDs, error) {
	if ctx.Err() != nil {
		return nil, &cloud.Error{Kind: cloud.Unavailable, Op: c.Op(), Message: "canceled"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.Owner != m.owner {
		return nil, &cloud.Error{Kind: cloud.Denied, Op: c.Op(), Message: "another owner"}
	}
	if ids, replay := m.replay(c); replay {
		return ids, nil
	}
	if gone, err := m.refuse(s, c); gone || err != nil {
		return nil, err
	}
	c = m.surplus(c)
	ids := m.created(c)
	m.state = m.state.After(m.owner, c, ids)
	m.changes = append(m.changes, c)
	return asked(ids), nil
}

// replay answers a repeated CreateLoadBalancer of one token with the instance that it made.
func (m *Memory) replay(c cloud.Change) (cloud.IDs, bool) {
	create, ok := c.(cloud.CreateLoadBalancer)
	if !ok {
		return nil, false
	}
	if m.state.Instance == nil {
		m.token = create.Token
		return nil, false
	}
	return cloud.IDs{cloud.LoadBalancerRef(): m.state.Instance.ID}, create.Token == m.token
}

// surplus renames what is created a second time, as an observer would name it.
func (m *Memory) surplus(c cloud.Change) cloud.Change {
	if _, taken := m.state.IDs[c.Target()]; !taken {
		return c
	}
	switch x := c.(type) {
	case cloud.CreateServerGroup:
		x.Group.Name += "#" + m.id("rsp", m.serial+1)
		return x
	case cloud.UploadCertificate:
		x.Certificate.Name += "#" + m.id("cert", m.serial+1)
		return x
	case cloud.UploadCACertificate:
		x.Certificate.Name += "#" + m.id("ca", m.serial+1)
		return x
	}
	return c
}

// created makes the ids of what a change creates. They rise, so the first of twins is the lower.
func (m *Memory) created(c cloud.Change) cloud.IDs {
	next := func(kind string) cloud.ID {
		m.serial++
		return cloud.ID(m.id(kind, m.serial))
	}
	ids := cloud.IDs{}
	switch x := c.(type) {
	case cloud.CreateLoadBalancer:
		ids[x.Target()] = next("lb")
	case cloud.CreateListener:
		ids[x.Target()] = cloud.ID(strconv.Itoa(x.Listener.Port))
	case cloud.CreateRules:
		for _, r := range x.Rules {
			ids[r.Ref()] = next("rule")
		}
	case cloud.CreateExtension:
		ids[x.Target()] = next("de")
	case cloud.CreateServerGroup:
		ids[x.Target()] = next("rsp")
	case cloud.UploadCertificate:
		ids[x.Target()] = next("cert")
	case cloud.CreateACL:
		ids[x.Target()] = next("acl")
	case cloud.UploadCACertificate:
		ids[x.Target()] = next("ca")
	}
	return ids
}

func (m *Memory) id(kind string, n int) string { return fmt.Sprintf("%s-%06d", kind, n) }
