package fakecloud

import (
	"slices"
	"time"
)

// Fault is one entry of a fault plan: which calls it hits and what happens to them. What it says may
// be combined, e.g. a latency and an error.
type Fault struct {
	Action string            // "" hits every operation
	Writes bool              // hits only operations that write
	When   func(Params) bool // nil hits all; must not call the Cloud
	Nth    int               // the first matching call that is hit, from 1; 0 means 1
	Times  int               // how many from there on; 0 means 1, negative all

	Latency time.Duration // wait before anything else
	Before  string        // answer this error code and change nothing
	Status  int           // HTTP status of Before and After; 0 means the code's own

	CrashBefore func() // called instead of the effect; may panic or end the goroutine
	CrashAfter  func() // called after the effect, before the answer

	Partial      int           // let this many items of a batch through, then answer InternalError
	After        string        // change the state, then answer this error code
	LoseReply    bool          // change the state, then break the connection
	ReplyLatency time.Duration // change the state, then wait
	Late         time.Duration // break the connection; the effect lands after this time

	// Stale makes reads answer, for this long, as if this call had not happened yet. StaleReads names
	// the operations that do; nil means all.
	Stale      time.Duration
	StaleReads []string
}

// Fail adds a fault. Of several that match a call, the one added first acts; all of them count it.
func (c *Cloud) Fail(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	setDefault(&f.Nth, 1)
	setDefault(&f.Times, 1)
	c.faults = append(c.faults, &armed{Fault: f})
}

// Heal removes all faults. Late effects that are under way still land, stale views still end by time.
func (c *Cloud) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

type armed struct {
	Fault
	seen int
}

func (a *armed) matches(x *exchange) bool {
	return (a.Action == "" || a.Action == x.action) &&
		(!a.Writes || x.op.write) && (a.When == nil || a.When(x.params))
}

// hit counts the call and says whether the fault acts on it.
func (a *armed) hit() bool {
	a.seen++
	return a.seen >= a.Nth && (a.Times < 0 || a.seen < a.Nth+a.Times)
}

func (c *Cloud) pickFault(x *exchange) Fault {
	var chosen Fault
	found := false
	for _, a := range c.faults {
		if a.matches(x) && a.hit() && !found {
			chosen, found = a.Fault, true
		}
	}
	return chosen
}

func (f Fault) error(code string) *Error {
	err := refuse(code, "The service answered %s.", code)
	if f.Status != 0 {
		err.Status = f.Status
	}
	return err
}

type lateEffect struct {
	due time.Time
	x   *exchange
}

type staleView struct {
	st      *state
	until   time.Time
	actions []string
}

// at is the state to read from, or nil for the truth.
func (s staleView) at(action string, now time.Time) *state {
	if s.st == nil || !now.Before(s.until) {
		return nil
	}
	if s.actions != nil && !slices.Contains(s.actions, action) {
		return nil
	}
	return s.st
}

// counter counts the calls of one operation in the minute that began at start.
type counter struct {
	start time.Time
	calls int
}

func (c *Cloud) throttled(x *exchange, now time.Time) *Error {
	limit := c.opts.Rates.Reads
	if x.op.write {
		limit = c.opts.Rates.Writes
	}
	if limit == 0 || x.foreign {
		return nil
	}
	n := c.counters[x.action]
	if n == nil || now.Sub(n.start) >= time.Minute {
		n = &counter{start: now}
		c.counters[x.action] = n
	}
	n.calls++
	if n.calls > limit {
		return refuse("Throttling.User", "Request was denied due to user flow control: %d calls of %s a minute.", limit, x.action)
	}
	return nil
}
