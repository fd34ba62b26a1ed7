package oracle

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// Traffic is O5. It asks every request that the tables tell apart, between the table that was served
// last and the newest: one that all of them serve must be served, and none may be answered by a pod
// that none of them gives it, or with a certificate that none of them lets its name have.
//
// What the design announces is excused: a redirect that is switched re-creates the listener on 80, and
// where the service has no room for an extension its host has the listener's certificate.
type Traffic struct {
	base    expected
	later   []expected
	probes  []model.Probe
	ever    map[model.Probe]bool // all that was asked so far
	excused map[excuse]bool
	checked *fakecloud.View
	told    map[string]bool
}

type excuse struct {
	group string
	port  int
}

// certificates is the port by which those are excused that a group presents.
const certificates = 0

// expected is a table with its answers so far.
type expected struct {
	model.Table

	answers map[model.Probe]model.Answer
}

func expect(t model.Table) expected { return expected{t, map[model.Probe]model.Answer{}} }

func (e expected) answer(p model.Probe) model.Answer {
	a, ok := e.answers[p]
	if !ok {
		a = e.Answer(p)
		e.answers[p] = a
	}
	return a
}

// NewTraffic begins with nothing served.
func NewTraffic() *Traffic {
	return &Traffic{base: expect(model.Table{}), ever: map[model.Probe]bool{}, excused: map[excuse]bool{}, told: map[string]bool{}}
}

// Expect adds the table that holds from now on.
func (t *Traffic) Expect(table model.Table) {
	t.later = append(t.later, expect(table))
	all := map[model.Probe]bool{}
	for _, e := range t.window() {
		for _, p := range e.Probes() {
			all[p], t.ever[p] = true, true
		}
	}
	t.probes = slices.SortedFunc(maps.Keys(all), model.ComparePaths)
	t.checked = nil
	for name, g := range table.Groups {
		if before := t.before(name); before != nil && before.Redirect != g.Redirect {
			t.Excuse(name, model.HTTP)
		}
	}
}

// before is a group as the table before the newest has it.
func (t *Traffic) before(name string) *model.Group {
	if len(t.later) > 1 {
		return t.later[len(t.later)-2].Groups[name]
	}
	return t.base.Groups[name]
}

// Excuse lets the requests to a port of a group be lost until the newest table is served.
func (t *Traffic) Excuse(group string, port int) { t.excused[excuse{group, port}] = true }

// Converged says that the newest table is served.
func (t *Traffic) Converged() {
	if len(t.later) == 0 {
		return
	}
	t.base, t.later = t.later[len(t.later)-1], nil
	t.probes = t.base.Probes()
	clear(t.excused)
	t.checked = nil
}

// Ever is every request that was asked so far, sorted: what was served once must not be served for ever.
func (t *Traffic) Ever() []model.Probe {
	return slices.SortedFunc(maps.Keys(t.ever), model.ComparePaths)
}

// Newest is the table that holds now.
func (t *Traffic) Newest() model.Table {
	if len(t.later) == 0 {
		return t.base.Table
	}
	return t.later[len(t.later)-1].Table
}

func (t *Traffic) window() []expected { return append([]expected{t.base}, t.later...) }

// Check judges what an account serves; lb gives the instance of a group, empty if there is none. Each
// wrong is told once.
func (t *Traffic) Check(v *fakecloud.View, lb func(group string) string) []string {
	if v == t.checked {
		return nil
	}
	t.checked = v
	var wrong []string
	say := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !t.told[text] {
			t.told[text] = true
			wrong = append(wrong, text)
		}
	}
	for _, p := range t.probes {
		t.ask(p, answer(v, lb(p.Group), p), say)
	}
	for group, g := range t.Newest().Groups {
		if g.Listening && !t.excused[excuse{group, certificates}] {
			t.shake(v, lb(group), group, say)
		}
	}
	slices.Sort(wrong)
	return wrong
}

type say func(format string, args ...any)

func (t *Traffic) ask(p model.Probe, got seen, say say) {
	window := t.window()
	if t.lost(window, p, got) {
		say("lost: %s:%d %s%s gets %v, and was and will be served by %v", p.Group, p.Port, p.Host, p.Path, got, window[len(window)-1].answer(p))
		return
	}
	if got.kind == model.Redirected && !slices.ContainsFunc(window, func(e expected) bool {
		kind := e.answer(p).Kind
		return kind == model.Redirected || kind == model.Any
	}) {
		say("wrong: %s:%d %s%s is redirected", p.Group, p.Port, p.Host, p.Path)
	}
	for _, member := range slices.Sorted(maps.Keys(got.weights)) {
		if !slices.ContainsFunc(window, func(e expected) bool { return allows(e.answer(p), member, window) }) {
			say("wrong: %s:%d %s%s is answered by %s; wanted are %v", p.Group, p.Port, p.Host, p.Path, member, window[len(window)-1].answer(p))
		}
	}
}

func (t *Traffic) lost(window []expected, p model.Probe, got seen) bool {
	if len(got.weights) > 0 || t.excused[excuse{p.Group, p.Port}] {
		return false
	}
	return !slices.ContainsFunc(window, func(e expected) bool { return !e.answer(p).Serves() })
}

// shake checks the certificates of a group.
func (t *Traffic) shake(v *fakecloud.View, lb, group string, say say) {
	for _, name := range t.Newest().Names(group) {
		var allowed []string
		for _, e := range t.window() {
			own := e.Certificates(group, name)
			if e.Groups[group] != nil && len(own) == 0 && e.Groups[group].Listening {
				return // not judged
			}
			allowed = append(allowed, own...)
		}
		if got := presented(v, lb, name); got != "" && !slices.Contains(allowed, got) {
			say("wrong: %s presents certificate %.8s for %s, and may present %.8s", group, got, name, allowed)
		}
	}
}
