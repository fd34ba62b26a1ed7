package ingress

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func problem(name string, reason cloud.Reason) cloud.Problem {
	return cloud.Problem{Object: cloud.Object{Kind: "Ingress", Name: name}, Reason: reason, Message: "m"}
}

func TestLedgerTellsOnce(t *testing.T) {
	t.Parallel()
	l := newLedger()
	a, b := problem("a", cloud.CloudError), problem("b", cloud.CloudError)
	steps := []struct {
		reason  string
		group   string
		now     []cloud.Problem
		news    []cloud.Problem
		counted int
	}{
		{"what is new is told, and once", "g", []cloud.Problem{a, a}, []cloud.Problem{a}, 1},
		{"what holds on is not told again", "g", []cloud.Problem{a, b}, []cloud.Problem{b}, 2},
		{"another group has its own", "h", []cloud.Problem{a}, []cloud.Problem{a}, 3},
		{"what is over is not counted", "g", nil, nil, 1},
		{"what comes back is told again", "g", []cloud.Problem{a}, []cloud.Problem{a}, 2},
	}
	for _, s := range steps {
		if diff := cmp.Diff(s.news, l.replace(s.group, s.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.reason, diff)
		}
		if got := l.counts()[cloud.CloudError]; got != s.counted {
			t.Errorf("%s: counted %d, want %d", s.reason, got, s.counted)
		}
	}
	l.forget("g")
	if got := l.counts()[cloud.CloudError]; got != 1 {
		t.Errorf("after the end of a group: counted %d, want 1", got)
	}
}

func TestLedgerPauses(t *testing.T) {
	t.Parallel()
	for kind, want := range map[cloud.ErrorKind][]time.Duration{
		cloud.Busy:        {2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second},
		cloud.Unknown:     {5 * time.Second, 10 * time.Second, 20 * time.Second},
		cloud.Throttled:   {15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, maxPause, maxPause},
		cloud.Denied:      {time.Minute, 2 * time.Minute, 4 * time.Minute, maxPause},
		cloud.Quota:       {time.Minute, 2 * time.Minute},
		cloud.Unavailable: {5 * time.Second},
	} {
		l := newLedger()
		for i, pause := range want {
			if got := l.pause("g", kind); got != pause {
				t.Errorf("%s, failure %d: got %v, want %v", kind, i+1, got, pause)
			}
		}
		for range 100 {
			if got := l.pause("g", kind); got <= 0 || got > maxPause {
				t.Fatalf("%s: got %v after many failures", kind, got)
			}
		}
		l.succeeded("g")
		if got := l.pause("g", kind); got != want[0] {
			t.Errorf("%s after a success: got %v, want %v", kind, got, want[0])
		}
	}
}
