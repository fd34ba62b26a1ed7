package ingress

import (
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// What a survey found and a reconcile of the group has to deal with.

// knows tells whether the last reading of a group had a resource, or is to be taken anew anyway. A
// second instance is known only when it is on record.
func (m *memory) knows(group string, mark cloud.Mark) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.groups[group]
	if !ok {
		return true
	}
	if mark.Kind == cloud.KindLoadBalancer {
		return r.observed.IDs[cloud.LoadBalancerRef()] == mark.ID
	}
	for _, id := range r.observed.IDs {
		if id == mark.ID {
			return true
		}
	}
	return false
}

// doubt has a group read again before its next plan, and notes further instances.
func (m *memory) doubt(group string, instances []cloud.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.groups, group)
	delete(m.spare, group)
	for _, id := range instances {
		m.spare[group] = append(m.spare[group], spare{id: id})
	}
}

// orphan notes that a group has marks and no record.
func (m *memory) orphan(group string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.orphans[group] = true
}

func (m *memory) orphaned(group string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.orphans[group]
}

func (m *memory) spares(group string) []spare {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.spare[group])
}

// judged notes why a further instance stays; an empty reason ends its story.
func (m *memory) judged(group string, id cloud.ID, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.DeleteFunc(m.spare[group], func(s spare) bool { return s.id == id })
	if why != "" {
		list = append(list, spare{id: id, why: why})
	}
	m.spare[group] = list
}
