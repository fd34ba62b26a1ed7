package compat

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// translate borrows what the keys come to, in the order of the table: of two keys that say the same,
// the later one counts.
func (r *reader) translate(entries []entry) {
	of := bundles()
	outcomes := make([]outcome, len(entries))
	spoilt := map[string]bool{}
	for i, e := range entries {
		outcomes[i] = e.translate(e.value, r.given)
		if outcomes[i].spoils {
			spoilt[of[e.Names[0]]] = true
		}
	}
	for i, e := range entries {
		bundle := of[e.Names[0]]
		switch by := r.taken[bundle]; {
		case by != "":
			r.tellTaken(e, outcomes[i], by)
		case outcomes[i].problem != "":
			r.tell(e, cloud.InvalidAnnotation, "cannot be kept: "+outcomes[i].problem)
		case !spoilt[bundle]:
			r.borrow(e, outcomes[i])
		}
	}
}

// tellTaken tells of a key whose matter another key decides, if that says otherwise.
func (r *reader) tellTaken(e entry, o outcome, by string) {
	same := o.problem == ""
	for name, value := range o.values {
		same = same && r.config.Values[name] == value
	}
	if !same {
		r.tell(e, cloud.AnnotationConflict, fmt.Sprintf("has no effect: %q decides this and says otherwise; our own keys come first, then those of %s", by, Nginx.title()))
	}
}

func (r *reader) borrow(e entry, o outcome) {
	for _, name := range slices.Sorted(maps.Keys(o.values)) {
		if f, ok := r.config.Borrow(name, annotations.Borrowed{Key: e.full(), Written: e.value, Value: o.values[name]}); !ok {
			r.faults = append(r.faults, f)
			return
		}
	}
	if o.note != "" {
		r.faults = append(r.faults, annotations.Fault{
			Key: e.full(), Reason: cloud.CompatibilityNote, Notice: true,
			Message: fmt.Sprintf("annotation %q with value %q: %s", e.full(), annotations.Clip(e.value), o.note),
		})
	}
}

// told is how many keys one message names; an event holds 1024 bytes.
const told = 5

// summary is what is noted, as one fault, so that an Ingress that comes with many keys gets one event.
// One that is not served has other things to hear of.
func (r *reader) summary() []annotations.Fault {
	if len(r.notes) == 0 || slices.ContainsFunc(r.faults, func(f annotations.Fault) bool { return f.Guards }) {
		return nil
	}
	return []annotations.Fault{{
		Key: r.source.Prefix() + "*", Reason: cloud.CompatibilityNote, Notice: true,
		Message: "without effect here: " + enumerate(r.notes, ", "),
	}}
}

func enumerate(items []string, separator string) string {
	if len(items) <= told {
		return strings.Join(items, separator)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:told], separator), len(items)-told)
}

// unread notes keys that the class does not ask for, if they would do anything.
func unread(source Source, keys map[string]string) []annotations.Fault {
	entries, _ := match(source, keys)
	var heard []string
	refuses := ""
	for _, e := range entries {
		if e.Effect == Noted || e.isHarmless(e.value) {
			continue
		}
		heard = append(heard, fmt.Sprintf("%q", e.key))
		if e.Effect == NotServed && refuses == "" {
			refuses = e.key
		}
	}
	if len(heard) == 0 {
		return nil
	}
	message := fmt.Sprintf("annotations of %s are not read: %s; they would be if compatibility of the class's SLBConfig had %q", source.title(), enumerate(heard, ", "), source)
	if refuses != "" {
		message += fmt.Sprintf(", and the Ingress would not be served because of %q", refuses)
	}
	return []annotations.Fault{{Key: source.Prefix() + "*", Reason: cloud.CompatibilityOff, Notice: true, Message: message}}
}
