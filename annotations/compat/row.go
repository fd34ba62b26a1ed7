package compat

import (
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// Source is a controller whose annotations are understood.
type Source string

// The sources, as SLBConfig's compatibility names them.
const (
	Nginx Source = "nginx"
	ALB   Source = "alb"
)

// Sources has every source; where two of them decide the same, the first counts. The caller owns it.
func Sources() []Source { return []Source{Nginx, ALB} }

// Prefix is what the source's keys begin with.
func (s Source) Prefix() string { return string(s) + ".ingress.kubernetes.io/" }

// title is what people call the source.
func (s Source) title() string {
	if s == Nginx {
		return "ingress-nginx"
	}
	return "the ALB Ingress controller"
}

// Verdict compares what a key means at its source with what the service can do.
type Verdict string

// The verdicts.
const (
	Same       Verdict = "same"       // the meaning is kept exactly, for the values that are taken
	Differs    Verdict = "differs"    // the service has something near
	Impossible Verdict = "impossible" // the service has nothing like it
	Irrelevant Verdict = "irrelevant" // it is about the other controller's own workings
)

// Effect is what becomes of a key.
type Effect string

// The effects.
const (
	Honoured  Effect = "honoured"
	NotServed Effect = "not served" // without it requests would be admitted or routed as they must not be
	Warned    Effect = "warned"     // served without it, with a Warning
	Noted     Effect = "noted"      // served without it, with a Normal event
)

// Row is one key of a source. Why and Fix are clauses, so that messages and the manual share them.
type Row struct {
	Source  Source
	Key     string // without the prefix; one that ends in "." begins a family of keys
	Verdict Verdict
	Effect  Effect
	Why     string
	Fix     string // what to do instead; may be empty
	// Names are the rows of our own that an honoured key becomes. Of another key they are those that
	// stand in its place: where the Ingress has one of them, the key is only noted.
	Names []annotations.Name
	// Example is a value that is honoured, or that has the effect.
	Example string

	harmless  []string // values, in lower case, that ask for what is so anyway
	translate func(value string, g given) outcome
}

// given is what an Ingress says besides the one value.
type given struct {
	keys map[string]string // of the source, without its prefix
	tls  bool
	open []string
}

// outcome is what comes of one value.
type outcome struct {
	values  annotations.Values
	problem string // why the value cannot be kept and what to write, as a clause
	note    string // what is a little different, or why nothing came of it, as a clause
	spoils  bool   // with the problem: the rest of the bundle means nothing without this value
}

// FullKey is the row's key with its prefix.
func (r Row) FullKey() string { return r.Source.Prefix() + r.Key }

// family tells whether the row is of all keys that begin with its own.
func (r Row) family() bool { return strings.HasSuffix(r.Key, ".") }

func (r Row) isHarmless(value string) bool {
	return slices.Contains(r.harmless, strings.ToLower(strings.TrimSpace(value)))
}

// Table has every key, in the order of the manual. The caller owns it.
func Table() []Row { return slices.Concat(table(Nginx), table(ALB)) }

func table(source Source) []Row {
	var rows []Row
	switch source {
	case Nginx:
		rows = slices.Concat(
			nginxRedirects(), nginxAccess(), nginxSessions(), nginxCanaries(), nginxBackends(), nginxRouting(),
			nginxAuth(), nginxHeaders(), nginxLimits(), nginxProxy(), nginxTelemetry(),
		)
	case ALB:
		rows = slices.Concat(albListeners(), albHealthChecks(), albSessions(), albCanaries(), albRouting(), albInstance())
	}
	for i := range rows {
		rows[i].Source = source
	}
	return rows
}
