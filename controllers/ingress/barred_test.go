package ingress

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// TestBarredChangesAreLoud closes each part of the guard under a controller at work. Nothing is sent,
// it is told in every way, and once the guard is open the work goes on.
func TestBarredChangesAreLoud(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		guard  func(*setup, *atomic.Bool)
		synced func(*atomic.Bool) bool
	}{
		"Lease": {"another replica may lead", func(s *setup, closed *atomic.Bool) {
			s.fence = func(time.Duration) error {
				if closed.Load() {
					return errors.New("the lease is over")
				}
				return nil
			}
		}, func(*atomic.Bool) bool { return true }},
		"Caches": {"what is wanted may be half of it", func(*setup, *atomic.Bool) {}, func(closed *atomic.Bool) bool { return !closed.Load() }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var closed atomic.Bool
			play(t, func(w *world) {
				w.one()
				w.life.synced = func(context.Context) bool { return tc.synced(&closed) }
				closed.Store(true)
				seq := w.cloud.Seq()
				w.app("tea", 1)
				w.add(ingressOf("bar", route{"bar.example", "/", "tea"}))
				w.run(time.Hour)
				w.wrote(seq)
				if told := w.life.told.of("class.slb.0", cloud.ChangeBarred); len(told) != 1 || !strings.Contains(told[0], "nothing was changed") {
					w.Errorf("%s: told %q, want one event", tc.reason, told)
				}
				if n := w.sum("slb_ingress_plan_steps_total", "outcome", string(cloud.Barred)); n < 3 || n > 30 {
					w.Errorf("%s: counted %v barred steps, want some, further and further apart", tc.reason, n)
				}
				if got := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(got, "False ChangeBarred: ") {
					w.Errorf("Ready: got %q", got)
				}
				closed.Store(false)
				w.run(6 * time.Minute)
				w.settle()
				w.serves("bar", "bar.example", "/", "tea")
				w.serves("cafe", "cafe.example", "/", "coffee")
			}, func(s *setup) { tc.guard(s, &closed) })
		})
	}
}
