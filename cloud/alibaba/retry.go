package alibaba

import (
	"context"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Retry says how long a call is repeated. Only answers that surely had no effect are: Busy and
// Throttled. Pauses double from First to Longest and are jittered to between half and all of that.
type Retry struct {
	First     time.Duration // 0: 500 ms
	Longest   time.Duration // 0: 5 s
	Busy      time.Duration // in all, while the service is busy; 0: 30 s; negative: never
	Throttled time.Duration // in all, while it throttles; 0: 20 s; negative: never
}

func (r Retry) withDefaults() Retry {
	fill := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	fill(&r.First, 500*time.Millisecond)
	fill(&r.Longest, 5*time.Second)
	fill(&r.Busy, 30*time.Second)
	fill(&r.Throttled, 20*time.Second)
	return r
}

// budget is for how long after the first attempt an error of this kind is retried.
func (r Retry) budget(kind cloud.ErrorKind) time.Duration {
	switch kind {
	case cloud.Busy:
		return r.Busy
	case cloud.Throttled:
		return r.Throttled
	default:
		return 0
	}
}

// pause is the longest pause before a further attempt, counted from 0.
func (r Retry) pause(attempt int) time.Duration {
	d := r.First
	for range attempt {
		if d >= r.Longest/2 {
			return r.Longest
		}
		d *= 2
	}
	return min(d, r.Longest)
}

// again pauses before the next attempt and tells whether there is to be one. It does not begin a
// pause that the budget or the context would cut short.
func (c *Client) again(ctx context.Context, kind cloud.ErrorKind, attempt int, since time.Time) bool {
	budget := c.retry.budget(kind)
	if budget <= 0 {
		return false
	}
	pause := c.jitter.spread(c.retry.pause(attempt))
	end := time.Now().Add(pause)
	if end.After(since.Add(budget)) {
		return false
	}
	if deadline, ok := ctx.Deadline(); ok && end.After(deadline) {
		return false
	}
	return sleep(ctx, pause)
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
