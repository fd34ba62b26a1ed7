package ingress

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// tally counts runs. It is safe for concurrent use.
type tally struct {
	mu     sync.Mutex
	began  time.Time
	loud   bool
	told   map[string]int // failures printed in full, by scenario
	hashes map[string]bool
	wrong  map[string]int // runs by the oracle that they violate

	plans, fired, distinct, converged, calls int
	passed                                   time.Duration
	printed                                  time.Time
}

func newTally(loud bool) *tally {
	return &tally{began: time.Now(), printed: time.Now(), loud: loud, told: map[string]int{}, hashes: map[string]bool{}, wrong: map[string]int{}}
}

// count adds a run. One whose fault did not act, or that took the course of another one, counts as a
// plan and as nothing else.
func (a *tally) count(out played) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plans++
	a.calls += out.calls
	a.passed += out.passed
	kinds := map[string]bool{}
	for _, v := range out.wrong {
		kinds[v.oracle] = true
	}
	for kind := range kinds {
		a.wrong[kind]++
	}
	if out.fired {
		a.fired++
		if !a.hashes[out.hash] {
			a.hashes[out.hash] = true
			a.distinct++
			if len(out.wrong) == 0 {
				a.converged++
			}
		}
	}
	if a.loud && time.Since(a.printed) > 2*time.Second {
		a.printed = time.Now()
		a.progress()
	}
}

// mostTold is how many failures of a scenario are printed in full.
const mostTold = 3

func (a *tally) mayTell(scenario string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told[scenario]++
	return a.told[scenario] <= mostTold
}

func (a *tally) progress() {
	fmt.Fprintf(os.Stderr, "sim: %s\n", a.line())
}

func (a *tally) line() string {
	seconds := time.Since(a.began).Seconds()
	return fmt.Sprintf("%d plans, %d distinct, %d wrong, %.0f plans/s", a.plans, a.distinct, a.distinct-a.converged, float64(a.plans)/seconds)
}

// report tells the result to people.
func (a *tally) report(t *testing.T) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "simulation: %s; %d calls, %.0f virtual hours in %.0f s\n", a.line(), a.calls, a.passed.Hours(), time.Since(a.began).Seconds())
	fmt.Fprintf(&b, "  plans %d, fired %d, distinct %d, converged %d", a.plans, a.fired, a.distinct, a.converged)
	for _, kind := range []string{"converge", "quiet", "leak", "foreign", "lost route", "wrong route", "secret", "panic", "scenario"} {
		fmt.Fprintf(&b, ", %s %d", kind, a.wrong[kind])
	}
	t.Log(b.String())
	if a.loud {
		fmt.Fprintln(os.Stdout, b.String())
	}
}
