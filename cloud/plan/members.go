package plan

import (
	"fmt"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// memberPlan brings the members of all groups of an instance to what is wanted. They share one
// quota, so groups cannot be planned one by one.
type memberPlan struct {
	m      *maker
	groups []*groupPlan
	used   int  // memberships on the instance, as the plan stands now
	freed  bool // unwanted groups are deleted
}

type groupPlan struct {
	name   string
	source cloud.Source
	exists bool
	held   int // members now
	floor  int // the fewest that may be left while others come
	add    []cloud.Member
	set    []cloud.Member
	remove []cloud.Member
}

func (m *maker) planMembers() *memberPlan {
	p := &memberPlan{m: m}
	for _, g := range m.got.Ours.ServerGroups {
		p.used += len(g.Members)
	}
	for _, want := range m.target.groups {
		have, exists := m.got.Ours.ServerGroup(want.Name)
		p.groups = append(p.groups, diffGroup(want, have, exists))
	}
	p.cut()
	return p
}

func diffGroup(want, have cloud.ServerGroup, exists bool) *groupPlan {
	g := &groupPlan{name: want.Name, source: want.Source, exists: exists, held: len(have.Members)}
	for _, member := range want.Members {
		i := slices.IndexFunc(have.Members, member.Same)
		switch {
		case i < 0:
			g.add = append(g.add, member)
		case have.Members[i].Weight != member.Weight && !want.Hold:
			g.set = append(g.set, member)
		}
	}
	if !want.Hold {
		for _, member := range have.Members {
			if !slices.ContainsFunc(want.Members, member.Same) && !slices.Contains(want.Doubtful, member.IP) {
				g.remove = append(g.remove, member)
			}
		}
	}
	g.floor = (min(g.held, len(want.Members)) + 1) / 2
	return g
}

// cut leaves out members for which the instance has no room even when everything unwanted is gone,
// one by one from the group that would have most.
func (p *memberPlan) cut() {
	limit, total, left := p.m.policy.Limits.MembersPerInstance, 0, 0
	for _, g := range p.groups {
		total += g.final()
	}
	wanted := total
	for ; total > limit; total-- {
		var most *groupPlan
		for _, g := range p.groups {
			if len(g.add) > 0 && (most == nil || g.final() > most.final()) {
				most = g
			}
		}
		if most == nil {
			break
		}
		most.add = most.add[:len(most.add)-1]
		left++
	}
	if left > 0 {
		p.m.tell(p.m.policy.Source, cloud.QuotaExceeded, fmt.Sprintf(
			"the Services have %d backend servers, the instance takes %d; %d are left out; raise the quota slb_quota_backendservers_num",
			wanted, limit, left))
	}
}

// final is the number of members after the plan.
func (g *groupPlan) final() int { return g.held + len(g.add) - len(g.remove) }

// early adds, sets and removes members, in this order as far as the quota lets it. What finds no
// room before unwanted groups are deleted is left for late, but for one member of each group.
func (p *memberPlan) early() {
	p.balance()
	for _, g := range p.groups {
		if !g.exists { // rules need it, even while it is empty
			p.addBatch(g, 0)
		}
	}
	for _, g := range p.groups {
		for batch := range slices.Chunk(g.set, cloud.MaxMembersPerCall) {
			p.m.addFor(cloud.SetMembers{Group: g.name, Members: batch}, "weights differ"+asked(g.source), g.source)
		}
	}
	for _, g := range p.groups {
		n := len(g.remove)
		if len(g.add) > 0 {
			n = max(min(n, g.held-g.floor), 0)
		}
		p.removeFrom(g, n, "no longer wanted")
	}
}

// late adds what had to wait for unwanted groups to be deleted, and removes what had to wait for
// these members.
func (p *memberPlan) late() {
	p.used -= p.unwanted()
	p.freed = true
	p.balance()
	for _, g := range p.groups {
		p.removeFrom(g, len(g.remove), "no longer wanted")
	}
}

// unwanted counts the members of groups that are deleted.
func (p *memberPlan) unwanted() int {
	n := 0
	for _, g := range p.m.got.Ours.ServerGroups {
		if !p.m.target.usesGroup(g.Name) {
			n += len(g.Members)
		}
	}
	return n
}

// balance adds members, and makes room for them as long as there is a way.
func (p *memberPlan) balance() {
	for !p.addAll() && (p.removeSlice() || p.removeOne()) {
		continue
	}
}

func (p *memberPlan) room() int { return p.m.policy.Limits.MembersPerInstance - p.used }

// addAll adds what there is room for, first of all to groups that have nothing, and tells whether
// that was everything.
func (p *memberPlan) addAll() bool {
	pending := 0
	for _, g := range p.groups {
		pending += len(g.add)
	}
	fits := pending <= p.room()
	for _, g := range p.groups {
		if !fits && g.held == 0 {
			p.addTo(g, min(1, p.room()))
		}
	}
	for _, g := range p.groups {
		p.addTo(g, p.room())
	}
	return fits
}

// addTo creates the group if it is missing, and adds at most n members.
func (p *memberPlan) addTo(g *groupPlan, n int) {
	n = min(max(n, 0), len(g.add))
	if n == 0 && (g.exists || len(g.add) > 0) {
		return
	}
	p.addBatch(g, n)
	if rest := n - cloud.MaxMembersPerCall; rest > 0 {
		p.addTo(g, rest)
	}
}

func (p *memberPlan) addBatch(g *groupPlan, n int) {
	batch := g.add[:min(n, cloud.MaxMembersPerCall)]
	if !g.exists {
		p.m.addFor(cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: g.name, Members: batch, Source: g.source}},
			"there is none"+asked(g.source), g.source)
		g.exists = true
	} else {
		p.m.addFor(cloud.AddMembers{Group: g.name, Members: batch}, "new"+asked(g.source), g.source)
	}
	g.add = g.add[len(batch):]
	g.held += len(batch)
	p.used += len(batch)
}

// removeSlice makes room by taking unwanted members out of groups that keep at least half, and
// tells whether there were any.
func (p *memberPlan) removeSlice() bool {
	pending := 0
	for _, g := range p.groups {
		pending += len(g.add)
	}
	need := pending - p.room()
	for _, g := range p.groups {
		n := min(need, len(g.remove), g.held-g.floor, cloud.MaxMembersPerCall)
		if n > 0 {
			p.removeFrom(g, n, "no longer wanted, and the instance is full; at least half stay until others are there")
			return true
		}
	}
	return false
}

// removeOne makes room where no group can keep half: a member that is alone is replaced. It does
// not, if unwanted groups will make room later.
func (p *memberPlan) removeOne() bool {
	if !p.freed && p.unwanted() > 0 {
		return false
	}
	for _, g := range p.groups {
		if len(g.remove) > 0 {
			p.removeFrom(g, 1, "no longer wanted; the instance is full, so the group has fewer than half until others are there")
			return true
		}
	}
	return false
}

func (p *memberPlan) removeFrom(g *groupPlan, n int, why string) {
	for batch := range slices.Chunk(g.remove[:n], cloud.MaxMembersPerCall) {
		p.m.addFor(cloud.RemoveMembers{Group: g.name, Members: batch}, why+asked(g.source), g.source)
	}
	g.remove = g.remove[n:]
	g.held -= n
	p.used -= n
}
