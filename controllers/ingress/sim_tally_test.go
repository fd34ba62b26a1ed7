package ingress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// tally counts runs and tells people how it goes. It is safe for concurrent use.
type tally struct {
	mu      sync.Mutex
	began   time.Time
	printed time.Time
	loud    bool           // somebody watches
	told    map[string]int // failures printed in full, by scenario
	hashes  map[string]bool
	wrong   map[string]int // runs by what was wrong with them
	done    float64        // part of the work that is done, from 0 to 1

	plans, fired, distinct, converged, calls, spared int
	passed                                           time.Duration
}

func newTally(loud bool) *tally {
	return &tally{began: time.Now(), printed: time.Now(), loud: loud, told: map[string]int{}, hashes: map[string]bool{}, wrong: map[string]int{}}
}

// count adds a run. One whose fault did not act, or that took the course of another one, counts as a
// plan and as nothing else, unless it went wrong.
func (a *tally) count(out simResult) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plans++
	a.calls += out.calls
	a.passed += out.passed
	if out.spared > 0 {
		a.spared++
	}
	for kind := range kindsOf(out.wrong) {
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
	if a.loud && time.Since(a.printed) > time.Second {
		a.progress()
	}
}

// kinds are what can be wrong, in words, by the oracle that says so.
func kindsOf(list []violation) map[string]bool {
	words := map[string]string{
		"converge": "not converged", "O1": "not converged", "quiet": "restless", "O2": "restless", "O3": "leaks",
		"foreign": "foreign touched", "O4": "foreign touched", "O6": "secret hits", "O7": "over budget", "panic": "panics",
	}
	kinds := map[string]bool{}
	for _, v := range list {
		switch {
		case v.oracle == "O5" && strings.Contains(v.text, "lost:"):
			kinds["lost routes"] = true
		case v.oracle == "O5":
			kinds["wrong routes"] = true
		case words[v.oracle] != "":
			kinds[words[v.oracle]] = true
		default:
			kinds["other"] = true
		}
	}
	return kinds
}

// advance says how much of the work is done.
func (a *tally) advance(part float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done = min(a.done+part, 1)
}

// setDone says how much of the time is over.
func (a *tally) setDone(part float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done = min(max(part, 0), 1)
}

// mostTold is how many failures of a scenario are printed in full.
const mostTold = 3

func (a *tally) mayTell(scenario string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told[scenario]++
	return a.told[scenario] <= mostTold
}

// progress is a bar on a terminal and otherwise a line every ten seconds. The caller holds the lock.
func (a *tally) progress() {
	switch {
	case terminal(os.Stderr):
		full := int(a.done * 30)
		fmt.Fprintf(os.Stderr, "\r[%s%s] %3.0f %% %s ", strings.Repeat("#", full), strings.Repeat(".", 30-full), 100*a.done, a.line())
	case time.Since(a.printed) > 10*time.Second:
		fmt.Fprintf(os.Stderr, "sim: %3.0f %% %s\n", 100*a.done, a.line())
	default:
		return
	}
	a.printed = time.Now()
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (a *tally) line() string {
	return fmt.Sprintf("%d plans, %d distinct, %d wrong, %.0f plans/s", a.plans, a.distinct, a.distinct-a.converged, float64(a.plans)/time.Since(a.began).Seconds())
}

// report tells the result to people.
func (a *tally) report(t *testing.T) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	var b strings.Builder
	a.summary(&b)
	t.Log(b.String())
	if a.loud {
		fmt.Fprintf(os.Stdout, "\n%s", b.String())
	}
}

func (a *tally) summary(w io.Writer) {
	seconds := time.Since(a.began).Seconds()
	fmt.Fprintf(w, "simulation: %d plans, of which %d acted, %d of them distinct\n", a.plans, a.fired, a.distinct)
	fmt.Fprintf(w, "  converged        %d of %d\n", a.converged, a.distinct)
	for _, kind := range []string{
		"not converged", "restless", "leaks", "foreign touched", "lost routes", "wrong routes", "secret hits", "over budget", "panics", "other",
	} {
		fmt.Fprintf(w, "  %-16s %d\n", kind, a.wrong[kind])
	}
	fmt.Fprintf(w, "  runs in which an effect landed late and changed a route until the next reading: %d (the service has no fencing)\n", a.spared)
	fmt.Fprintf(w, "  %.0f s, %.0f plans/s, %d cloud calls, %.0f virtual hours\n", seconds, float64(a.plans)/seconds, a.calls, a.passed.Hours())
}
