package fakecloud

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Cloud is one account of the service in one region. All methods are safe for concurrent use. It owns
// no goroutine and no socket.
type Cloud struct {
	opts  Options
	valid validator
	ops   map[string]operation
	timed bool // the clock is the real (or a bubble's) clock, so timers may follow it

	mu       sync.Mutex
	st       *state
	ids      ids
	journal  []Call
	seq      int
	writes   int
	faults   []*armed
	late     []lateEffect
	stale    staleView
	nonces   nonceBook
	counters map[string]*counter

	view    *View
	changed chan struct{}
	report  func(instanceID string, port int) []MemberHealth
	flip    time.Time // when a starting listener comes up next; zero: none
	watched bool
}

// New makes an account without load balancers.
func New(o Options) *Cloud {
	c := &Cloud{
		timed:    o.Now == nil,
		opts:     o.withDefaults(),
		ops:      operations(),
		st:       newState(),
		ids:      ids{seed: o.Seed, made: map[string]uint64{}},
		counters: map[string]*counter{},
		changed:  make(chan struct{}),
	}
	c.valid = validator{words: parseWords(paramText), patterns: patterns(), switches: o.Switches}
	return c
}

// Operations are the names of all operations that a Cloud answers, sorted.
func Operations() []string { return slices.Sorted(maps.Keys(operations())) }

// View is what the service serves now. It is made anew only after a change and shared by its readers,
// who must not edit it.
func (c *Cloud) View() *View {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now()
	c.advance(now)
	if c.view == nil {
		c.view = c.st.view(now, c.opts.Switches)
	}
	return c.view
}

// Changed is closed at the next change of the view. Take it before reading the view, so that no
// change is missed, and call again for the next one.
func (c *Cloud) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now()
	c.advance(now)
	c.watched = true
	c.arm(now)
	return c.changed
}

// Tick makes what is due happen: listeners come up, late effects land. Every call does so too; only an
// account with a clock of its own that nobody calls needs it.
func (c *Cloud) Tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now()
	c.advance(now)
	c.arm(now)
}

// advance brings the account to now. The caller holds the lock.
func (c *Cloud) advance(now time.Time) {
	for len(c.late) > 0 && !c.late[0].due.After(now) {
		effect := c.late[0]
		c.late = c.late[1:]
		c.land(effect, now)
	}
	if !c.flip.IsZero() && !c.flip.After(now) {
		c.touch(now)
	}
}

// touch forgets the view and wakes those who wait for a new one.
func (c *Cloud) touch(now time.Time) {
	c.view = nil
	c.flip = c.st.nextFlip(now)
	close(c.changed)
	c.changed = make(chan struct{})
	c.arm(now)
}

// arm sets a timer for the next thing that happens by itself, if somebody waits for it.
func (c *Cloud) arm(now time.Time) {
	if !c.timed || !c.watched {
		return
	}
	next := c.flip
	if len(c.late) > 0 && (next.IsZero() || c.late[0].due.Before(next)) {
		next = c.late[0].due
	}
	if next.After(now) {
		time.AfterFunc(next.Sub(now), c.Tick) //nolint:forbidigo // only when the clock is the process's own
	}
}

func (s *state) nextFlip(now time.Time) time.Time {
	var next time.Time
	for _, i := range s.instances {
		for _, l := range i.listeners {
			if l.busyState == starting && l.busy(now) && (next.IsZero() || l.busyUntil.Before(next)) {
				next = l.busyUntil
			}
		}
	}
	return next
}
