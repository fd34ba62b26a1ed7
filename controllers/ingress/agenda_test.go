package ingress

import (
	"cmp"
	"maps"
	"slices"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// agenda is the controller's queue: which group is due when. It stands in for the work queue of the
// manager, one worker and no chance in it.
type agenda struct {
	queue // everything but Add is out of use

	due    map[string]time.Time
	failed map[string]int // errors in a row
}

func newAgenda() *agenda {
	a := &agenda{}
	a.clear()
	return a
}

func (a *agenda) clear() { a.due, a.failed = map[string]time.Time{}, map[string]int{} }

// Add implements the part of the work queue that event handlers use.
func (a *agenda) Add(request reconcile.Request) { a.at(request.Name, time.Now()) }

// at plans a group's reconcile, unless one is planned earlier.
func (a *agenda) at(group string, when time.Time) {
	if old, ok := a.due[group]; !ok || when.Before(old) {
		a.due[group] = when
	}
}

// next is the group that is due first; ties go by name.
func (a *agenda) next() (string, time.Time, bool) {
	groups := slices.SortedFunc(maps.Keys(a.due), func(x, y string) int {
		return cmp.Or(a.due[x].Compare(a.due[y]), cmp.Compare(x, y))
	})
	if len(groups) == 0 {
		return "", time.Time{}, false
	}
	return groups[0], a.due[groups[0]], true
}

// retry is the manager's pause after an error.
func (a *agenda) retry(group string) time.Duration {
	pause := 5 * time.Millisecond << min(a.failed[group], 20)
	a.failed[group]++
	return min(pause, 1000*time.Second)
}

// run lets a time pass.
func (w *world) run(d time.Duration) {
	w.Helper()
	end := time.Now().Add(d)
	more := true
	for more {
		more = w.runTo(end)
	}
}

// runTo makes one reconcile that is due until then, or tells that there is none.
func (w *world) runTo(end time.Time) bool {
	w.Helper()
	w.pump()
	group, when, ok := w.queue.next()
	if !ok || when.After(end) {
		group, when = "", end
	}
	if w.life.surveyAt.Before(when) {
		return w.survey()
	}
	timer := time.NewTimer(time.Until(when))
	defer timer.Stop()
	select {
	case e := <-w.life.loader.secrets.changed:
		w.routeSecret(e)
		return true
	case <-timer.C:
	}
	if group != "" {
		w.reconcile(group)
	}
	return group != ""
}

// survey lets the time of the next survey come, and makes it.
func (w *world) survey() bool {
	w.Helper()
	time.Sleep(time.Until(w.life.surveyAt))
	w.surveying, w.called = true, 0
	groups, pause := w.life.surveyor.survey(w.Context())
	w.surveying = false
	if w.life.dead {
		w.restart()
		return true
	}
	w.life.surveyAt = time.Now().Add(pause)
	for _, group := range groups {
		w.queue.at(group, time.Now())
	}
	return true
}

// wakeUp is due when held events are to be delivered. No group has such a name.
const wakeUp = "wake up"

// calm is the longest pause between two tries that still counts as one piece of work.
const calm = 45 * time.Second

// settle runs until nothing is due soon.
func (w *world) settle() {
	w.Helper()
	for range 500 {
		w.pump()
		if _, when, ok := w.queue.next(); !ok || time.Until(when) > calm {
			return
		}
		w.runTo(time.Now().Add(calm))
	}
	w.Fatalf("the controller does not come to rest:\n%s", w.journal(0))
}

// reconcile makes one, as the manager would; after a crash it begins another life.
func (w *world) reconcile(group string) {
	w.Helper()
	delete(w.queue.due, group)
	w.called = 0
	if group == wakeUp {
		return
	}
	result, err := w.life.Reconcile(w.logged(), reconcile.Request{NamespacedName: types.NamespacedName{Name: group}})
	switch {
	case w.life.dead || w.life.doomed:
		w.restart()
	case err != nil:
		w.setup.log.write("error: " + err.Error())
		w.queue.at(group, time.Now().Add(w.queue.retry(group)))
	default:
		w.queue.failed[group] = 0
		if result.RequeueAfter > 0 {
			w.queue.at(group, time.Now().Add(result.RequeueAfter))
		}
	}
}

// pump hands every event that is under way to the controller's handlers.
func (w *world) pump() {
	w.Helper()
	for {
		synctest.Wait()
		moved := w.api.deliver()
		if w.api.restart {
			w.api.restart = false
			w.restart()
			moved = true
		}
		select {
		case e := <-w.life.loader.secrets.changed:
			w.routeSecret(e)
			moved = true
		default:
		}
		if !moved {
			return
		}
	}
}
