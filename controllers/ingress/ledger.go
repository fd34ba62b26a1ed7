package ingress

import (
	"maps"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// ledger remembers what was told of each group, so that an event is emitted once for a cause, and
// how often in a row it failed. Safe for concurrent use.
type ledger struct {
	mu     sync.Mutex
	groups map[string]*account
}

type account struct {
	told     map[cloud.Problem]bool
	ends     map[types.NamespacedName]time.Time // of certificates, by Secret
	failures int
	repeats  int
}

func newLedger() *ledger { return &ledger{groups: map[string]*account{}} }

func (l *ledger) account(group string) *account {
	a := l.groups[group]
	if a == nil {
		a = &account{told: map[cloud.Problem]bool{}}
		l.groups[group] = a
	}
	return a
}

// replace records the problems of a group and returns those that are new, in their order.
func (l *ledger) replace(group string, problems []cloud.Problem) []cloud.Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(group)
	told := make(map[cloud.Problem]bool, len(problems))
	var fresh []cloud.Problem
	for _, p := range problems {
		if !a.told[p] && !told[p] {
			fresh = append(fresh, p)
		}
		told[p] = true
	}
	a.told = told
	return fresh
}

// add records further problems of a group and returns those that are new.
func (l *ledger) add(group string, problems []cloud.Problem) []cloud.Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(group)
	var fresh []cloud.Problem
	for _, p := range problems {
		if !a.told[p] {
			fresh = append(fresh, p)
		}
		a.told[p] = true
	}
	return fresh
}

// again returns the time to wait before a plan goes on after a reading: none to speak of for the
// first time in a row, longer and longer if the reading does not show what was written.
func (l *ledger) again(group string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(group)
	a.repeats++
	if a.repeats == 1 {
		return soon
	}
	return min(firstPause(cloud.Busy)<<min(a.repeats-2, maxDoublings), maxPause)
}

func (l *ledger) forget(group string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.groups, group)
}

// counts gives the number of problems by reason over all groups.
func (l *ledger) counts() map[cloud.Reason]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[cloud.Reason]int{}
	for _, a := range l.groups {
		for p := range a.told {
			counts[p.Reason]++
		}
	}
	return counts
}

// expire records the ends of the certificates that a group names.
func (l *ledger) expire(group string, ends map[types.NamespacedName]time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.account(group).ends = ends
}

// ends gives the ends of certificates over all groups.
func (l *ledger) ends() map[types.NamespacedName]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[types.NamespacedName]time.Time{}
	for _, a := range l.groups {
		maps.Copy(all, a.ends)
	}
	return all
}

// Bounds of the pauses between tries of a group that fails. A change of an object is served at
// once all the same.
const (
	maxPause     = 5 * time.Minute
	maxDoublings = 8
)

// firstPause is the pause after the first failure of a kind.
func firstPause(kind cloud.ErrorKind) time.Duration {
	switch kind {
	case cloud.Busy, cloud.Conflict, cloud.NotFound:
		return 2 * time.Second
	case cloud.Unavailable, cloud.Unknown:
		return 5 * time.Second
	case cloud.Throttled:
		return 15 * time.Second
	case cloud.Quota, cloud.Denied, cloud.Invalid:
		return time.Minute
	default:
		return 5 * time.Second
	}
}

// pause counts a failure and returns the time to wait: doubling from the kind's first pause.
func (l *ledger) pause(group string, kind cloud.ErrorKind) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(group)
	wait := firstPause(kind) << min(a.failures, maxDoublings)
	a.failures++
	return min(wait, maxPause)
}

func (l *ledger) succeeded(group string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(group)
	a.failures, a.repeats = 0, 0
}
