package manager

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// board is the object that replicas contend for, as an API server keeps it.
type board struct {
	mu      sync.Mutex
	record  *resourcelock.LeaderElectionRecord
	version int
}

// handle is one replica's way to the board.
type handle struct {
	*board

	name string
	seen int
	// stopped is until when each call waits: the process is stopped, or the answer does not come.
	stopped atomic.Pointer[time.Time]
	// fails is the answer to every write, if set.
	fails error
}

func (h *handle) stop(long time.Duration) {
	until := time.Now().Add(long)
	h.stopped.Store(&until)
}

func (h *handle) wait() {
	if until := h.stopped.Load(); until != nil {
		time.Sleep(time.Until(*until))
	}
}

func (h *handle) Get(context.Context) (*resourcelock.LeaderElectionRecord, []byte, error) {
	h.wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.record == nil {
		return nil, nil, apierrors.NewNotFound(schema.GroupResource{}, h.name)
	}
	h.seen = h.version
	raw, err := json.Marshal(h.record)
	record := *h.record
	return &record, raw, err
}

func (h *handle) Create(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	return h.Update(ctx, r)
}

func (h *handle) Update(_ context.Context, r resourcelock.LeaderElectionRecord) error {
	h.wait()
	if h.fails != nil {
		return h.fails
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen != h.version {
		return apierrors.NewConflict(schema.GroupResource{}, h.name, errors.New("the object has changed"))
	}
	h.version++
	h.seen, h.record = h.version, &r
	return nil
}

func (h *handle) RecordEvent(string) {}
func (h *handle) Identity() string   { return h.name }
func (h *handle) Describe() string   { return h.name }

func (b *board) replica(name string) (*handle, *lease) {
	h := &handle{board: b, name: name}
	return h, &lease{Interface: h, lasts: leaseDuration, now: time.Now}
}

// contend runs the election as the manager does until ctx ends or the lease is lost.
func contend(ctx context.Context, t *testing.T, l *lease) {
	t.Helper()
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: l, LeaseDuration: leaseDuration, RenewDeadline: renewDeadline, RetryPeriod: retryPeriod, ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) {}, OnStoppedLeading: func() {}},
	})
	if err != nil {
		t.Error(err)
		return
	}
	elector.Run(logr.NewContext(ctx, logr.Discard()))
}

// The shipped program's defaults.
const (
	callTime      = 8 * time.Second
	leaseDuration = 30 * time.Second
	renewDeadline = 15 * time.Second
	retryPeriod   = 3 * time.Second
)

// watch looks at the fences of two replicas every 100 ms. Between the last moment in which one was
// open and the first in which the other is there has to be time for a call.
func watch(t *testing.T, long time.Duration, replicas ...*lease) {
	t.Helper()
	open := make([]time.Time, len(replicas))
	for range long / (100 * time.Millisecond) {
		for i, replica := range replicas {
			if replica.fence(callTime) != nil {
				continue
			}
			open[i] = time.Now()
			if other := open[1-i]; !other.IsZero() && time.Since(other) <= callTime {
				t.Fatalf("replica %d may write, and %s ago the other one might, too", i, time.Since(other))
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// TestFenceOfAFrozenLeader stops a leader for a while. Its fence closes a call's time before another
// replica's opens, and stays closed when it wakes up, until it leads again.
func TestFenceOfAFrozenLeader(t *testing.T) {
	t.Parallel()
	for _, freeze := range []time.Duration{time.Second, 10 * time.Second, 21 * time.Second, 29 * time.Second, 31 * time.Second, time.Minute} {
		t.Run(freeze.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				b := &board{}
				frozen, first := b.replica("first")
				_, second := b.replica("second")
				go contend(ctx, t, first)
				synctest.Wait()
				go contend(ctx, t, second)
				watch(t, 40*time.Second, first, second)
				if first.fence(callTime) != nil || second.fence(callTime) == nil {
					t.Fatalf("fences: first %v, second %v; want the first one open", first.fence(callTime), second.fence(callTime))
				}
				frozen.stop(freeze)
				watch(t, 3*time.Minute, first, second)
				if freeze > leaseDuration+2*retryPeriod && first.fence(callTime) == nil {
					t.Errorf("after %s the first replica leads still", freeze)
				}
				if first.fence(callTime) != nil && second.fence(callTime) != nil {
					t.Error("nobody leads")
				}
			})
		})
	}
}

func TestLeaseKnowsItsRenewals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, l := (&board{}).replica("first")
		mine := resourcelock.LeaderElectionRecord{HolderIdentity: "first", LeaseDurationSeconds: 30}
		closed := func(when string) {
			t.Helper()
			if l.fence(callTime) == nil {
				t.Errorf("the fence is open %s", when)
			}
		}
		open := func(when string) {
			t.Helper()
			if err := l.fence(callTime); err != nil {
				t.Errorf("the fence is closed %s: %v", when, err)
			}
		}
		closed("before the lease is held")
		open1 := l.Create(t.Context(), mine)
		open("once it is held")
		time.Sleep(leaseDuration - callTime - time.Second)
		open("while a call would end in time")
		h.fails = errors.New("no answer")
		failed := l.Update(t.Context(), mine)
		time.Sleep(time.Second)
		closed("when a call may outlive the lease, and a renewal without an answer does not count")
		h.fails = nil
		again := l.Update(t.Context(), mine)
		open("after a renewal")
		h.fails = errors.New("no answer")
		released := l.Update(t.Context(), resourcelock.LeaderElectionRecord{LeaseDurationSeconds: 1})
		closed("while the lease is handed back, whatever the answer")
		if open1 != nil || failed == nil || again != nil || released == nil {
			t.Errorf("answers of the API server: %v, %v, %v, %v", open1, failed, again, released)
		}
	})
}

// TestLeaseCountsFromTheQuestion: the answer to a renewal may take a while, and the cluster counts
// from somewhere in between.
func TestLeaseCountsFromTheQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, l := (&board{}).replica("first")
		h.stop(6 * time.Second)
		if err := l.Create(t.Context(), resourcelock.LeaderElectionRecord{HolderIdentity: "first"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(leaseDuration - callTime - 6*time.Second)
		if l.fence(callTime) == nil {
			t.Error("the fence is open as if the lease began with the answer")
		}
	})
}

// TestLeaseHeedsBothClocks: the monotonic clock of a machine that sleeps stands still, and a wall clock
// can be set back. The clock that went on for longer counts.
func TestLeaseHeedsBothClocks(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason          string
		monotonic, wall time.Duration // since the renewal
		closed          bool
	}{
		"Together": {"a second later the lease is held", time.Second, time.Second, false},
		"Asleep":   {"the machine slept", time.Second, 25 * time.Second, true},
		"SetBack":  {"somebody set the clock back", 25 * time.Second, -time.Hour, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, l := (&board{}).replica("first")
			start := time.Now()
			l.now = func() time.Time { return start }
			if err := l.Create(t.Context(), resourcelock.LeaderElectionRecord{HolderIdentity: "first"}); err != nil {
				t.Fatal(err)
			}
			later := apart(t, start, tc.monotonic, tc.wall)
			l.now = func() time.Time { return later }
			if err := l.fence(callTime); (err != nil) != tc.closed {
				t.Errorf("%s: the fence says %v, should be closed: %t", tc.reason, err, tc.closed)
			}
		})
	}
}

// apart is a time so far after another one by the monotonic clock, and so far by the wall clock. No
// method of time.Time moves one of them alone.
func apart(t *testing.T, start time.Time, monotonic, wall time.Duration) time.Time {
	t.Helper()
	later := start.Add(wall)
	clocks := (*struct {
		wall uint64
		ext  int64 // the monotonic clock, if there is a reading
	})(unsafe.Pointer(&later)) // checked right below
	clocks.ext += int64(monotonic - wall)
	if later.Sub(start) != monotonic || later.Round(0).Sub(start.Round(0)) != wall {
		t.Fatal("time.Time has another layout than this test knows")
	}
	return later
}
