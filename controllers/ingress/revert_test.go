package ingress

import (
	"slices"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

const second = time.Second

// TestBadInputReverted is O14: what was wrong and was taken back has left no trace, and while it was
// wrong everybody else was served.
func TestBadInputReverted(t *testing.T) {
	t.Parallel()
	var want fakecloud.State
	judged(t, func(m *watchman) {
		badScene(m.world)
		m.rest()
		m.run(2 * audits)
		m.close()
		want = m.cloud.Dump()
	})
	for name, input := range badInputs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judged(t, func(m *watchman) {
				badScene(m.world)
				m.rest()
				input.do(m.world)
				m.rest()
				m.run(5 * time.Minute)
				m.rest()
				input.undo(m.world)
				m.rest()
				m.run(2 * audits)
				m.close()
				if differ := oracle.SameEnd(want, m.cloud.Dump()); len(differ) > 0 {
					t.Errorf("a trace is left: %q", differ)
				}
				seq := m.cloud.Seq()
				m.run(24 * time.Hour)
				const perSurvey = 6 // calls, and a survey every 10 minutes at most
				m.judge.Quiet(seq, 24*(20+6*perSurvey))
			})
		})
	}
}

// TestVictims is O8: beside an Ingress that is wrong, others are served as soon as without it, when they
// come and when they change.
func TestVictims(t *testing.T) {
	t.Parallel()
	alone := victimTimes(t, func(*world) {})
	for name, input := range badInputs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			beside := victimTimes(t, input.do)
			if len(beside) != len(alone) {
				t.Fatalf("%d waits, want %d", len(beside), len(alone))
			}
			for i := range alone {
				for _, wrong := range oracle.Isolation(beside[i], alone[i]) {
					t.Errorf("wait %d: %s", i, wrong)
				}
			}
		})
	}
}

// victimTimes are how long it takes until a new Ingress is served, a changed one, and more pods are.
func victimTimes(t *testing.T, spoil func(*world)) []time.Duration {
	t.Helper()
	var times []time.Duration
	judged(t, func(m *watchman) {
		badScene(m.world)
		m.rest()
		spoil(m.world)
		m.world.pump()
		m.world.add(ingressOf("late", route{"late.example", "/", "coffee"}))
		times = append(times, m.until("late.example", "/", "coffee"))
		m.rest()
		edit(m.world, ingressOf("victim1"), setPath("/new"))
		times = append(times, m.until("victim1.example", "/new", "coffee"))
		m.scale("tea", 0)
		times = append(times, m.until("cafe.example", "/tea", "503"))
	})
	return slices.Clone(times)
}

// until lets time pass until a request is answered by a Service, and gives how much. It is asked after
// each call, too.
func (m *watchman) until(host, path, service string) time.Duration {
	m.Helper()
	began := time.Now()
	var served time.Time
	m.passed = func() {
		address := m.addressOfGroup("class.slb.0")
		if served.IsZero() && m.answer(address, portHTTP, host, path) == service && m.answer(address, portHTTPS, host, path) == service {
			served = time.Now()
		}
	}
	defer func() { m.passed = func() {} }()
	for m.passed(); served.IsZero() && time.Since(began) < time.Hour; m.passed() {
		m.run(second)
	}
	if served.IsZero() {
		m.Errorf("%s%s is not answered by %s within an hour: %s", host, path, service, tellBad(m.world, service))
	}
	return served.Sub(began)
}
