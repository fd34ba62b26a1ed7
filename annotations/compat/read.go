package compat

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Options are what the translation depends on beside the annotations. The zero Options read our own
// keys only, and note that others are there.
type Options struct {
	Sources []Source // those that the class asks for
	TLS     bool     // the Ingress has spec.tls
	Open    []string // hosts of its rules that spec.tls does not name
}

// Read reads an Ingress's annotations, our own and those of other controllers. Faults are in the order
// of their keys.
func Read(values map[string]string, o Options) (annotations.Config, []annotations.Fault) {
	config, faults := annotations.Parse(values)
	for _, source := range Sources() {
		keys := keysOf(values, source)
		switch {
		case len(keys) == 0:
		case slices.Contains(o.Sources, source):
			r := reader{source: source, config: &config, given: given{keys: keys, tls: o.TLS, open: o.Open}, taken: taken(config)}
			faults = append(faults, r.read()...)
		default:
			faults = append(faults, unread(source, keys)...)
		}
	}
	slices.SortStableFunc(faults, func(a, b annotations.Fault) int { return strings.Compare(a.Key, b.Key) })
	return config, faults
}

func keysOf(values map[string]string, source Source) map[string]string {
	keys := map[string]string{}
	for key, value := range values {
		if rest, ok := strings.CutPrefix(key, source.Prefix()); ok {
			keys[rest] = value
		}
	}
	return keys
}

// taken are the bundles that keys read before decide, each with one of these keys.
func taken(config annotations.Config) map[string]string {
	by := map[string]string{}
	for _, row := range annotations.Table() {
		if bundle := cmp.Or(row.Bundle, string(row.Name)); config.Has(row.Name) && by[bundle] == "" {
			by[bundle] = config.Key(row.Name)
		}
	}
	return by
}

func bundles() map[annotations.Name]string {
	of := map[annotations.Name]string{}
	for _, row := range annotations.Table() {
		of[row.Name] = cmp.Or(row.Bundle, string(row.Name))
	}
	return of
}

// entry is one key of the Ingress with its row.
type entry struct {
	Row

	key   string // without prefix
	value string
}

func (e entry) full() string { return e.Source.Prefix() + e.key }

// reader reads the keys of one source.
type reader struct {
	given

	source Source
	config *annotations.Config
	taken  map[string]string // see taken
	faults []annotations.Fault
	notes  []string
}

func (r *reader) read() []annotations.Fault {
	entries, unknown := match(r.source, r.keys)
	for _, key := range unknown {
		r.tell(entry{key: key, value: r.keys[key], Row: Row{Source: r.source}}, cloud.UnknownAnnotation, fmt.Sprintf("is none that %s documents; correct it or remove it", r.source.title()))
	}
	var kept []entry
	for _, e := range entries {
		switch {
		case r.ignoredByCanary(e):
			r.note(e, "a canary has the settings of the Ingress whose paths it shares")
		case e.isHarmless(e.value):
		case e.translate != nil:
			kept = append(kept, e)
		default:
			r.judge(e)
		}
	}
	r.translate(kept)
	return append(r.faults, r.summary()...)
}

// most is how many keys of a family, and how many unknown ones, are looked at one by one: an object
// has room for thousands.
const most = 20

// match finds the rows of keys, in the order of the table.
func match(source Source, keys map[string]string) (entries []entry, unknown []string) {
	known := map[string]bool{}
	sorted := slices.Sorted(maps.Keys(keys))
	for _, row := range table(source) {
		if value, ok := keys[row.Key]; ok && !row.family() {
			known[row.Key] = true
			entries = append(entries, entry{row, row.Key, value})
		}
		if !row.family() {
			continue
		}
		count := 0
		for _, key := range sorted {
			if strings.HasPrefix(key, row.Key) {
				known[key] = true
				count++
				if count <= most {
					entries = append(entries, entry{row, key, keys[key]})
				}
			}
		}
	}
	unknown = slices.DeleteFunc(sorted, func(key string) bool { return known[key] })
	return entries, unknown[:min(len(unknown), most)]
}

// ignoredByCanary tells whether ingress-nginx does not look at the key, because the Ingress is a canary.
func (r *reader) ignoredByCanary(e entry) bool {
	if canary, _ := flag(r.keys["canary"]); !canary || r.source != Nginx {
		return false
	}
	return !slices.ContainsFunc([]string{"canary", "affinity", "session-cookie-", "load-balance", "upstream-hash-by"}, func(p string) bool {
		return strings.HasPrefix(e.key, p)
	})
}

// judge tells of a key that is not translated.
func (r *reader) judge(e entry) {
	for _, name := range e.Names {
		if r.config.Has(name) {
			r.note(e, fmt.Sprintf("%q stands in its place", r.config.Key(name)))
			return
		}
	}
	switch fix := ""; e.Effect {
	case Noted:
		r.note(e, e.Why)
	default:
		if e.Fix != "" {
			fix = "; " + e.Fix
		}
		effect := "cannot be had"
		if e.Effect == NotServed {
			effect += ", and the Ingress is not served"
		}
		r.tell(e, cloud.UnsupportedAnnotation, fmt.Sprintf("%s: %s%s", effect, e.Why, fix))
		r.faults[len(r.faults)-1].Guards = e.Effect == NotServed
	}
}

func (r *reader) tell(e entry, reason cloud.Reason, why string) {
	r.faults = append(r.faults, annotations.Fault{
		Key: e.full(), Reason: reason, Message: fmt.Sprintf("annotation %q with value %q %s", e.full(), annotations.Clip(e.value), why),
	})
}

func (r *reader) note(e entry, why string) {
	r.notes = append(r.notes, fmt.Sprintf("%q (%s)", e.key, why))
}
