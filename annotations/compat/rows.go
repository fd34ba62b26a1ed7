package compat

import (
	"strconv"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// The constructors of rows: each is one line of a table.

func honoured(key, example, why string) Row {
	return Row{Key: key, Verdict: Same, Effect: Honoured, Why: why, Example: example}
}

func refused(key, example, why, fix string) Row {
	return Row{Key: key, Verdict: Impossible, Effect: NotServed, Why: why, Fix: fix, Example: example}
}

func warned(key, example, why, fix string) Row {
	return Row{Key: key, Verdict: Impossible, Effect: Warned, Why: why, Fix: fix, Example: example}
}

func noted(key string, verdict Verdict, why string) Row {
	return Row{Key: key, Verdict: verdict, Effect: Noted, Why: why, Example: "x"}
}

// by says how a value comes to values of our own, and of which rows.
func (r Row) by(translate func(string, given) outcome, names ...annotations.Name) Row {
	r.translate, r.Names = translate, names
	return r
}

// unless names the values that ask for what is so anyway.
func (r Row) unless(values ...string) Row {
	r.harmless = values
	return r
}

// instead names the rows of our own that stand in the key's place.
func (r Row) instead(names ...annotations.Name) Row {
	r.Names = names
	return r
}

// but says another verdict.
func (r Row) but(verdict Verdict) Row {
	r.Verdict = verdict
	return r
}

// as hands a value on as it is; our own row says whether it can be read.
func as(name annotations.Name) func(string, given) outcome {
	return func(v string, _ given) outcome { return outcome{values: annotations.Values{name: v}} }
}

// one hands a value on as another word for it.
func one(name annotations.Name, words map[string]string) func(string, given) outcome {
	return func(v string, _ given) outcome {
		if word, ok := words[v]; ok {
			v = word
		}
		return outcome{values: annotations.Values{name: v}}
	}
}

// flag reads a switch as ingress-nginx does, which takes what Go takes for one.
func flag(value string) (on, ok bool) {
	on, err := strconv.ParseBool(value)
	return on, err == nil
}

// switched hands a switch on in the words that our own row has.
func switched(name annotations.Name, yes, no string) func(string, given) outcome {
	return func(v string, _ given) outcome {
		word := no
		on, ok := flag(v)
		if on {
			word = yes
		}
		if !ok {
			word = v // our own row refuses it
		}
		return outcome{values: annotations.Values{name: word}}
	}
}

// list hands a comma list on without blanks.
func list(name annotations.Name) func(string, given) outcome {
	return func(v string, _ given) outcome {
		entries := strings.Split(v, ",")
		for i := range entries {
			entries[i] = strings.TrimSpace(entries[i])
		}
		return outcome{values: annotations.Values{name: strings.Join(entries, ",")}}
	}
}

func cannot(problem string) outcome { return outcome{problem: problem} }
