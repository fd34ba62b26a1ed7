package ingress

import (
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// memory remembers what the service has for each group, from the last reading and what was done
// since. It forgets that after an unknown outcome and when an audit is due. It also remembers what
// the service refused for good, which is not sent again. Safe for concurrent use.
type memory struct {
	mu       sync.Mutex
	groups   map[string]remembered
	rejected map[string]map[cloud.Ref]cloud.Problem
	// spreads are settings of rules' own that the service refused, and its error.
	spreads   map[string]map[cloud.Spread]error
	creations map[string]refusedCreation
	unknown   map[string][]string  // ids that somebody names and the last reading did not find
	gone      map[string]time.Time // since when a recorded instance is missing
	spare     map[string][]spare   // further instances with a group's tags
	orphans   map[string]bool      // groups with marks and without a record
	// late is by when a call of the group that had no answer has landed, if it ever does. What it
	// changes may have been changed again by then. It outlives the group, which may come back.
	late map[string]time.Time
}

// spare is an instance with a group's tags beside the one on record.
type spare struct {
	id  cloud.ID
	why string // it stays; empty: that was not judged yet
}

type remembered struct {
	observed cloud.Observed
	ports    []int     // that were read
	until    time.Time // when an audit is due
}

func newMemory() *memory {
	return &memory{
		groups: map[string]remembered{}, rejected: map[string]map[cloud.Ref]cloud.Problem{},
		creations: map[string]refusedCreation{},
		spreads:   map[string]map[cloud.Spread]error{}, unknown: map[string][]string{}, gone: map[string]time.Time{},
		spare: map[string][]spare{}, orphans: map[string]bool{}, late: map[string]time.Time{},
	}
}

// get gives what is remembered of a group, if it covers the ports.
func (m *memory) get(group string, now time.Time, ports []int) (cloud.Observed, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, ok := m.late[group]; ok && !now.Before(at) {
		delete(m.late, group)
		delete(m.groups, group)
	}
	r, ok := m.groups[group]
	missing := func(port int) bool { return !slices.Contains(r.ports, port) }
	if !ok || !now.Before(r.until) || slices.ContainsFunc(ports, missing) {
		return cloud.Observed{}, false
	}
	return r.observed, true
}

// put remembers a reading.
func (m *memory) put(group string, r remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.groups[group] = r
}

// update replaces what is remembered without moving the audit.
func (m *memory) update(group string, o cloud.Observed) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.groups[group]; ok {
		r.observed = o
		m.groups[group] = r
	}
}

// expire brings a group's next reading forward.
func (m *memory) expire(group string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.groups[group]; ok && at.Before(r.until) {
		r.until = at
		m.groups[group] = r
	}
}

// unanswered notes that a call of a group had no answer, and by when it has landed: then the service is
// read again.
func (m *memory) unanswered(group string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for other, at := range m.late { // of groups that did not come back
		if now.Sub(at) > lateBound {
			delete(m.late, other)
		}
	}
	m.late[group] = now.Add(lateBound)
}

// forget drops what the service has, so that it is read again.
func (m *memory) forget(group string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.groups, group)
}

// end drops everything of a group that is no more.
func (m *memory) end(group string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.groups, group)
	delete(m.rejected, group)
	delete(m.spreads, group)
	delete(m.creations, group)
	delete(m.unknown, group)
	delete(m.gone, group)
	delete(m.spare, group)
	delete(m.orphans, group)
}

// missing notes that a group's instance was not found, and tells for how long it has not been.
func (m *memory) missing(group string, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.gone[group]; !ok {
		m.gone[group] = now
	}
	return now.Sub(m.gone[group])
}

// newlyUnknown notes the ids that are not known, and tells whether there is one that was not among those of
// the last time.
func (m *memory) newlyUnknown(group string, ids []string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.unknown[group]
	m.unknown[group] = ids
	return slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(before, id) })
}

// found notes that a group's instance is there, or need not be.
func (m *memory) found(group string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.gone, group)
}

// untilAudit tells how long until a group's next audit; zero if nothing is remembered.
func (m *memory) untilAudit(group string, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.groups[group]; ok {
		until := r.until
		if at, ok := m.late[group]; ok && at.Before(until) {
			until = at
		}
		return max(until.Sub(now), time.Second)
	}
	return 0
}

// auditAfter spreads the audits of groups that started together over a third of the interval. It
// depends on the group alone, so a run can be repeated.
func auditAfter(group string, interval time.Duration) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(group))
	return interval + interval/3*time.Duration(h.Sum32()%1000)/1000
}
