package alibaba

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates are calls of one operation that the service takes in a minute, and our part of them. The
// service counts by region, operation and account, so there is one bucket for each operation. Zero
// fields take the figures that were seen of the service: 90 for most writes, 3000 for reads.
type Rates struct {
	Writes int
	Reads  int
	// Share is our part, above 0 and at most 1; 0: DefaultShare.
	Share float64
}

func (r Rates) withDefaults() Rates {
	if r.Writes <= 0 {
		r.Writes = 90
	}
	if r.Reads <= 0 {
		r.Reads = 3000
	}
	if r.Share <= 0 || r.Share > 1 {
		r.Share = DefaultShare
	}
	return r
}

// limiter keeps one token bucket for each operation, made when the operation is first called. A
// bucket holds one minute's share, so a burst as large as a whole new instance passes at once.
type limiter struct {
	rates   Rates
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimiter(r Rates) *limiter {
	return &limiter{rates: r, buckets: map[string]*rate.Limiter{}}
}

// wait blocks until op may be called, or says that it may not within the context.
func (l *limiter) wait(ctx context.Context, op string) error {
	return l.bucket(op).Wait(ctx)
}

func (l *limiter) bucket(op string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets[op] == nil {
		perMinute := max(1, float64(l.perMinute(op))*l.rates.Share)
		l.buckets[op] = rate.NewLimiter(rate.Limit(perMinute/time.Minute.Seconds()), int(perMinute))
	}
	return l.buckets[op]
}

func (l *limiter) perMinute(op string) int {
	if isRead(op) {
		return l.rates.Reads
	}
	return l.rates.Writes
}

// isRead tells whether an operation changes nothing.
func isRead(op string) bool {
	return strings.HasPrefix(op, "Describe") || strings.HasPrefix(op, "List")
}
