package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// Ledger is O3, O4 and O9. It keeps who created what, by what the journal says of each change and not
// by any mark, and so knows what is foreign.
type Ledger struct {
	cloud   *fakecloud.Cloud
	caller  string
	seq     int
	now     account
	foreign map[string]string // essence by key, of what is there
	ever    map[string]string // listener that it is or was on, by key, of all that was ever foreign
	handed  map[string]bool   // listeners that we may take, with all that is on them
	counts  Counts
	// disturbed: somebody else changed what is ours.
	disturbed bool
}

// NewLedger takes everything that the account holds for foreign. Ours are calls with the access key of
// the caller; if that is empty, all signed ones.
func NewLedger(c *fakecloud.Cloud, caller string) *Ledger {
	l := &Ledger{
		cloud: c, caller: caller, seq: c.Seq(), now: readAccount(c.Dump()), foreign: map[string]string{}, ever: map[string]string{},
		handed: map[string]bool{}, counts: Counts{},
	}
	for key, t := range l.now {
		l.adopt(key, t)
	}
	return l
}

func (l *Ledger) adopt(key string, t thing) { l.foreign[key], l.ever[key] = t.essence(), t.on() }

// HandOver lets us take the listeners of an instance, with their rules and extensions: an Ingress says
// so. They are ours once we changed them.
func (l *Ledger) HandOver(lb string, ports ...int) {
	for _, port := range ports {
		l.handed[lb+"/"+strconv.Itoa(port)] = true
	}
}

// Step takes in what happened since the last one, and gives what was done to somebody else's things.
func (l *Ledger) Step() []string {
	calls := l.cloud.JournalSince(l.seq)
	ours, theirs := false, false
	var wrong []string
	for _, c := range calls {
		l.seq = c.Seq
		if !c.Write {
			continue
		}
		foreign := foreignTo(l.caller, c)
		if !foreign {
			wrong = append(wrong, l.aim(c)...)
		}
		ours, theirs = ours || c.Effect && !foreign, theirs || c.Effect && foreign
	}
	if ours || theirs {
		wrong = append(wrong, l.compare(ours, theirs)...)
	}
	return wrong
}

// foreignTo tells whether somebody else than the caller made a call.
func foreignTo(caller string, c fakecloud.Call) bool {
	return c.Foreign || caller != "" && c.Caller != caller
}

// compare looks at the account after a change that we made, that somebody else did, or both. After
// both, what is new is ours, and what is different about foreign things is their doing.
func (l *Ledger) compare(ours, theirs bool) []string {
	before := l.now
	l.now = readAccount(l.cloud.Dump())
	var wrong []string
	for key, t := range l.now {
		old, known := before[key]
		essence, foreign := l.foreign[key]
		l.disturbed = l.disturbed || theirs && known && !foreign && old.line != t.line
		switch {
		case !known && !ours, foreign && theirs:
			l.adopt(key, t)
		case !known:
			l.counts.add(t, Count{Created: 1})
		case foreign && t.essence() != essence && l.handed[t.on()]:
			delete(l.foreign, key)
		case foreign && t.essence() != essence:
			wrong = append(wrong, fmt.Sprintf("changed what is not ours: %s, was %s", t.line, essence))
		}
	}
	for key, t := range before {
		if _, there := l.now[key]; !there {
			wrong = append(wrong, l.gone(key, t, before, theirs)...)
		}
	}
	slices.Sort(wrong)
	return wrong
}

func (l *Ledger) gone(key string, t thing, before account, theirs bool) []string {
	_, foreign := l.foreign[key]
	delete(l.foreign, key)
	switch {
	case theirs:
		l.disturbed = l.disturbed || !foreign
	case !foreign:
		l.counts.add(t, Count{Deleted: 1})
	case !l.handed[t.on()] && !l.wentWith(t, before):
		return []string{"deleted what is not ours: " + t.line}
	}
	return nil
}

// wentWith tells whether somebody's rule or extension went because it was on a listener of ours: it goes
// with its listener.
func (l *Ledger) wentWith(t thing, before account) bool {
	if t.kind != "rule" && t.kind != "extension" {
		return false
	}
	on, was := before["listener "+t.where()]
	_, still := l.now[on.key()]
	_, theirs := l.ever[on.key()]
	return was && !still && !theirs
}

// ours are the things that we created and that are there.
func (l *Ledger) ours() []thing {
	var all []thing
	for _, key := range slices.Sorted(maps.Keys(l.now)) {
		if _, foreign := l.foreign[key]; !foreign {
			all = append(all, l.now[key])
		}
	}
	return all
}

// Leaks is O3: what we created and nothing needs, if the table is served. lb gives the instance of a
// group.
func (l *Ledger) Leaks(t model.Table, lb func(group string) string) []string {
	groups := map[string]*model.Group{} // by instance
	for name, g := range t.Groups {
		if id := lb(name); id != "" {
			groups[id] = g
		}
	}
	var leaks []string
	for _, o := range l.ours() {
		if !l.needed(o, groups) {
			leaks = append(leaks, "left over: "+o.line)
		}
	}
	return leaks
}

func (l *Ledger) needed(o thing, groups map[string]*model.Group) bool {
	g := groups[o.lb()]
	switch o.kind {
	case "instance":
		return g != nil && g.Instance == model.Present
	case "listener":
		return g != nil && g.Listening
	case "rule":
		return g != nil && g.Listening && (g.Crowded || slices.ContainsFunc(g.Entries, func(e model.Entry) bool { return e.Host == o.host() }))
	case "extension":
		return l.any(func(r thing) bool { return r.kind == "rule" && r.where() == o.where() && r.host() == o.host() })
	}
	return l.any(func(user thing) bool { return user.uses(o.id) })
}

func (l *Ledger) any(is func(thing) bool) bool {
	for _, t := range l.now {
		if is(t) {
			return true
		}
	}
	return false
}

// Instance is the instance of a group: the one that it names, or the one that we created with its tags;
// empty if there is none.
func (l *Ledger) Instance(cluster, group string) string {
	if id, named := strings.CutPrefix(group, "id."); named {
		return id
	}
	for _, o := range l.ours() {
		if o.kind == "instance" && o.tagged("slb-ingress/cluster", cluster) && o.tagged("slb-ingress/group", group) {
			return o.id
		}
	}
	return ""
}

// Counts is how often each thing came and went by our hand.
func (l *Ledger) Counts() Counts { return maps.Clone(l.counts) }
