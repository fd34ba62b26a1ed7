package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Who answers for a host, before and after the change.
var (
	both        = map[string]string{"coffee": "coffee", "tea": "tea"}
	coffeeAlone = map[string]string{"coffee": "coffee", "tea": "coffee"}
)

// tell is a whole story, of which the account keeps nothing.
func (s *story) tell(pause func()) {
	s.Helper()
	s.begin()
	s.served("/", both)
	s.change()
	s.served("/shop", coffeeAlone)
	pause()
	s.served("/shop", coffeeAlone)
	s.finish()
}

// calls counts what one story costs, undisturbed.
func calls(t *testing.T) int {
	t.Helper()
	seq := world.Cloud.Seq()
	(&story{t, strings.ToLower(t.Name()) + "-0"}).tell(func() {})
	return len(world.Cloud.JournalSince(seq))
}

// TestKilled kills the program at sampled calls, before or after their effect. It is started again,
// and the story ends as if nothing had been.
func TestKilled(t *testing.T) {
	r := startReplica(t, "first")
	before := foreign(t)
	n := calls(t)
	chance := rand.New(rand.NewPCG(*seed, 1))
	fired, wrong := 0, 0
	for i := range *kills {
		at, after := 1+chance.IntN(n), chance.IntN(2) == 0
		t.Run(fmt.Sprintf("%02d/call%d-after-%t", i+1, at, after), func(t *testing.T) {
			var killed atomic.Bool
			kill := func() { r.signal(syscall.SIGKILL); killed.Store(true) }
			fault := fakecloud.Fault{Nth: at, CrashBefore: kill}
			if after {
				fault.CrashBefore, fault.CrashAfter = nil, kill
			}
			world.Cloud.Fail(fault)
			(&story{t, fmt.Sprintf("killed-%d", i+1)}).tell(func() {})
			world.Cloud.Heal()
			if killed.Load() {
				fired++
			}
			wrong += differs(t, before)
		})
	}
	if fired < *kills*4/5 {
		t.Error("the program was never killed")
	}
	t.Logf("seed %d: %d kills at samples of %d calls, %d fired, %d accounts with a leak or something foreign touched", *seed, *kills, n, fired, wrong)
}

// differs compares the account with what it held before the story, which is what others have in it.
func differs(t *testing.T, before string) int {
	t.Helper()
	diff := cmp.Diff(before, world.Cloud.Dump().String())
	if diff == "" {
		return 0
	}
	t.Errorf("the account (-before +after):\n%s", diff)
	return 1
}

// lease is how long the leases of these tests last.
const lease = 6 * time.Second

// workers is the program's default.
const workers = 4

// TestFrozenLeader stops the leader of two replicas at sampled calls, one of which may land late. When
// another one took over, what the first one had under way may follow: one call for each worker.
func TestFrozenLeader(t *testing.T) {
	replicas := map[string]*replica{}
	for _, key := range []string{"first", "second"} {
		replicas[key] = startReplica(t, key, "--leader-elect", "--lease-duration", lease.String())
	}
	before := foreign(t)
	n := calls(t)
	chance := rand.New(rand.NewPCG(*seed, 2))
	fired, overtaken, landed, wrong := 0, 0, 0, 0
	for i := range *freezes {
		at, late := 1+chance.IntN(n*2/3), chance.IntN(2) == 0
		// Every other time it is long enough for a successor.
		long := time.Duration(chance.Int64N(int64(*longest-time.Second))) + time.Second
		if i%2 == 1 {
			long = max(long, min(*longest, 2*lease))
		}
		t.Run(fmt.Sprintf("%02d/call%d-late-%t-%s", i+1, at, late, long.Round(time.Second)), func(t *testing.T) {
			var frozen atomic.Pointer[string]
			awake := make(chan struct{})
			fault := fakecloud.Fault{Nth: at, When: func(p fakecloud.Params) bool {
				key := p["AccessKeyId"]
				return replicas[key] != nil
			}}
			freeze := func(key string) {
				frozen.Store(&key)
				replicas[key].freeze(long)
				time.AfterFunc(long, func() { close(awake) })
			}
			seq := world.Cloud.Seq()
			armed := armFreeze(fault, late, long, freeze)
			world.Cloud.Fail(armed)
			(&story{t, fmt.Sprintf("frozen-%d", i+1)}).tell(func() {
				if frozen.Load() != nil {
					<-awake
					settle(t)
				}
			})
			world.Cloud.Heal()
			if key := frozen.Load(); key != nil {
				fired++
				if took, more := overtook(*key, seq); took {
					overtaken++
					landed += more
					if more > workers {
						t.Errorf("%d calls of %s landed after its successor's first write, want at most one for each of %d workers", more, *key, workers)
					}
				}
			}
			wrong += differs(t, before)
		})
	}
	if fired < *freezes*4/5 || *freezes >= 10 && overtaken == 0 {
		t.Error("no leader was ever stopped")
	}
	t.Logf("seed %d: %d freezes at samples of %d calls, %d fired, %d leaders were replaced, %d of their calls landed after their successors' first write, %d accounts with a leak or something foreign touched",
		*seed, *freezes, n, fired, overtaken, landed, wrong)
}

// armFreeze completes a fault that stops whoever makes the call. A late call has its effect shortly
// before the process wakes up.
func armFreeze(f fakecloud.Fault, late bool, long time.Duration, freeze func(key string)) fakecloud.Fault {
	ours, seen := f.When, 0
	f.When = func(p fakecloud.Params) bool {
		if !ours(p) {
			return false
		}
		seen++
		if seen == f.Nth {
			freeze(p["AccessKeyId"])
		}
		return true
	}
	if late {
		f.Late = max(long-time.Second, time.Second)
	}
	return f
}

// settle waits until nobody has called for a while: a replica that woke up has made what it could.
func settle(t *testing.T) {
	t.Helper()
	s := &story{T: t}
	seq, since := world.Cloud.Seq(), time.Now()
	s.eventually("rest", func(context.Context) error {
		if now := world.Cloud.Seq(); now != seq {
			seq, since = now, time.Now()
		}
		if time.Since(since) < callTimeout {
			return errors.New("there are calls still")
		}
		return nil
	})
}

// overtook tells whether another replica wrote after seq, and counts the writes that the first one
// made after that, late effects included.
func overtook(first string, seq int) (took bool, more int) {
	for _, call := range world.Cloud.JournalSince(seq) {
		switch {
		case call.Foreign || !call.Write:
		case call.Caller != first:
			took = true
		case took:
			more++
		}
	}
	return took, more
}
