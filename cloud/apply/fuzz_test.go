package apply_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// FuzzRun fails calls of a plan as its bytes say, one byte for each call, any number of them: nothing
// that is referred to is missing, what the result says is what the service has, and going on ends.
func FuzzRun(f *testing.F) {
	f.Add(uint8(0), []byte{0, 0, 1})
	f.Add(uint8(1), []byte{2, 0, 0, 3, 0, 4})
	f.Add(uint8(2), []byte{0, 9, 0, 9, 0, 9, 0, 9})
	f.Add(uint8(3), []byte{5, 5, 5, 5, 5, 5, 5, 5, 5, 5})
	kinds := []cloud.ErrorKind{
		"", cloud.NotFound, cloud.Busy, cloud.Throttled, cloud.Quota, cloud.Denied,
		cloud.Invalid, cloud.Conflict, cloud.Unavailable, cloud.Unknown,
	}
	f.Fuzz(func(t *testing.T, leg uint8, fate []byte) {
		start, to := &service{}, shop()
		switch leg % 4 {
		case 1:
			start, to = having(t, shop()), moved()
		case 2:
			start, to = having(t, shop()), cloud.Stack{}
		case 3:
			start, to = having(t, moved()), guarded(shop(), "allow", "10.0.0.0/8", "192.0.2.1/32")
		}
		s := &service{state: start.state, made: 1000}
		s.refuse = func(n int, c cloud.Change) error {
			s.lost = false
			if n > len(fate) || kinds[int(fate[n-1])%len(kinds)] == "" {
				return nil
			}
			kind := kinds[int(fate[n-1])%len(kinds)]
			s.lost = kind == cloud.Unknown && fate[n-1] >= 128
			return &cloud.Error{Kind: kind, Op: c.Op(), Code: "Injected"}
		}
		todo := makePlan(to, start.state)
		result := runAll(t, s, todo, start.state)
		checkAccount(t, todo, result)
		if result.Known {
			if diff := cmp.Diff(s.state, result.Observed); diff != "" {
				t.Errorf("the state is not as known (-service +result):\n%s", diff)
			}
		}
		s.refuse = nil
		rest := makePlan(to, s.state)
		if second := runAll(t, s, rest, s.state); !second.Complete() {
			t.Errorf("going on: %v, pending %d", second.Failed, len(second.Pending))
		}
		if again := makePlan(to, s.state); !again.Empty() {
			t.Errorf("after going on there is more to do:\n%s", again)
		}
	})
}
