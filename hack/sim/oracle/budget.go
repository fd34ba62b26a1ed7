package oracle

import (
	"fmt"
	"slices"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Limits are calls of one operation in any 60 seconds.
type Limits struct {
	Writes, Reads int
	// Of has the operations that are different.
	Of map[string]int
}

// ServiceLimits are those of the service.
func ServiceLimits() Limits {
	return Limits{Writes: 90, Reads: 3000, Of: map[string]int{"SetDomainExtensionAttribute": 400, "DeleteMasterSlaveServerGroup": 400}}
}

func (l Limits) of(c fakecloud.Call) int {
	if n, ok := l.Of[c.Action]; ok {
		return n
	}
	if c.Write {
		return l.Writes
	}
	return l.Reads
}

// Budget is O7: no operation is called more often than the service allows. Refused calls count.
type Budget struct {
	limits Limits
	recent map[string][]time.Time
}

// NewBudget begins with no call made.
func NewBudget(l Limits) *Budget { return &Budget{limits: l, recent: map[string][]time.Time{}} }

// Add takes in calls, oldest first, and gives those that are too many.
func (b *Budget) Add(calls []fakecloud.Call) []string {
	var wrong []string
	for _, c := range calls {
		if c.Foreign || c.Late {
			continue
		}
		recent := slices.Concat(b.recent[c.Action], []time.Time{c.Time})
		for len(recent) > 0 && c.Time.Sub(recent[0]) >= time.Minute {
			recent = recent[1:]
		}
		b.recent[c.Action] = recent
		if limit := b.limits.of(c); len(recent) == limit+1 {
			wrong = append(wrong, fmt.Sprintf("%s: %d calls within 60 s, %d are allowed", c.Action, len(recent), limit))
		}
	}
	return wrong
}

// Quiet is O2: of calls that were made while nothing changed, those that should not have been: any
// write, and reads beyond a bound.
func Quiet(calls []fakecloud.Call, maxReads int) []string {
	var wrong []string
	reads := 0
	for _, c := range calls {
		switch {
		case c.Foreign || c.Late:
		case c.Write:
			wrong = append(wrong, fmt.Sprintf("%s %v (%s) although nothing changed", c.Action, c.Resources, c.Code))
		default:
			reads++
		}
	}
	if reads > maxReads {
		wrong = append(wrong, fmt.Sprintf("%d reads although nothing changed, %d are enough", reads, maxReads))
	}
	return wrong
}
