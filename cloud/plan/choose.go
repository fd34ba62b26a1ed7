package plan

import (
	"fmt"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// foreignStays tells whether rules and extensions of others on a port are there after the plan:
// unless their listener is taken over, re-created or deleted.
func (m *maker) foreignStays(port int, listeners []cloud.Listener) bool {
	want, wanted := cloud.Stack{Listeners: listeners}.Listener(port)
	if _, foreign := m.foreignListener(port); foreign {
		return !wanted
	}
	have, ours := m.got.Ours.Listener(port)
	return !ours || wanted && !mustRecreate(have, want)
}

// chooseRules leaves out rules that have no listener, whose key somebody else holds, or for which
// the listener has no room, and resolves rules that are to stay as they are.
func (m *maker) chooseRules(listeners []cloud.Listener) []cloud.Rule {
	ours := map[cloud.Ref]cloud.Rule{}
	for _, r := range m.got.Ours.Rules {
		ours[r.Ref()] = r
	}
	held := map[cloud.Ref]bool{}
	foreign := map[int]int{} // by port
	for _, r := range m.got.Foreign.Rules {
		if m.foreignStays(r.Port, listeners) {
			held[r.Ref()] = true
			foreign[r.Port]++
		}
	}
	var chosen []cloud.Rule
	for _, r := range m.want.Rules {
		l, ok := cloud.Stack{Listeners: listeners}.Listener(r.Port)
		if !ok || l.Forward.Port != 0 {
			continue
		}
		if held[r.Ref()] {
			m.tell(r.Source, cloud.TakenByForeignRule, fmt.Sprintf(
				"listener %d has a forwarding rule for %q that is not ours; delete that rule to have this path served", r.Port, ruleKey(r)))
			continue
		}
		have, there := ours[r.Ref()]
		if r.Keep && !there {
			continue
		}
		if there && (r.Keep || (r.KeepGroup || m.leavesCanary(have.Group, r.Group)) && m.hasGroup(have.Group)) {
			r.Group = have.Group
		}
		if r.Keep {
			r.Own = have.Own
		}
		r.KeepGroup = false
		chosen = append(chosen, r)
	}
	return append(m.fitRules(chosen, foreign), m.stranded(listeners)...)
}

func (m *maker) hasGroup(name string) bool {
	_, ok := m.got.Ours.ServerGroup(name)
	return ok
}

// leavesCanary tells whether a Service port that shared a group with a canary is to have one of its
// own again while nothing is known of its members: the new group would be empty, and the shared one
// has them.
func (m *maker) leavesCanary(from, to string) bool {
	want, ok := m.want.ServerGroup(to)
	have, _ := m.got.Ours.ServerGroup(to)
	return ok && want.Hold && len(want.Members)+len(have.Members) == 0 && strings.HasPrefix(from, to+"/")
}

// stranded are rules of ours on a wanted port whose listener is not ours: while the listener is
// left alone, so are they.
func (m *maker) stranded(listeners []cloud.Listener) []cloud.Rule {
	var stranded []cloud.Rule
	for _, r := range m.got.Ours.Rules {
		if m.occupied(r.Port, listeners) {
			stranded = append(stranded, r)
		}
	}
	return stranded
}

// occupied tells whether a port is wanted but left to somebody else.
func (m *maker) occupied(port int, listeners []cloud.Listener) bool {
	_, wanted := m.want.Listener(port)
	_, chosen := cloud.Stack{Listeners: listeners}.Listener(port)
	return wanted && !chosen
}
