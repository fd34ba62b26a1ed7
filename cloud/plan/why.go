package plan

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// asked names the objects that asked, each once, in order.
func asked(sources ...cloud.Source) string {
	var names []string
	seen := map[string]bool{}
	for _, s := range sources {
		name := s.Object.String()
		if s.Object == (cloud.Object{}) || seen[name] {
			continue
		}
		seen[name] = true
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return ", asked by " + strings.Join(names, ", ")
}

func sourcesOf(rules []cloud.Rule) []cloud.Source {
	sources := make([]cloud.Source, len(rules))
	for i, r := range rules {
		sources[i] = r.Source
	}
	return sources
}

// listenerDiff lists the fields in which two listeners differ, such as "idleTimeout 15 → 30".
// Source and Running take no part.
func listenerDiff(have, want cloud.Listener) []string {
	have, want = bare(have), bare(want)
	var diffs []string
	fieldDiff("", reflect.ValueOf(have), reflect.ValueOf(want), &diffs)
	return diffs
}

// ruleDiff lists in what two rules of one key differ.
func ruleDiff(have, want cloud.Rule) []string {
	var diffs []string
	if have.Group != want.Group {
		diffs = append(diffs, fmt.Sprintf("group %s → %s", have.Group, want.Group))
	}
	if none := (cloud.Spread{}); have.Own != want.Own && want.Own == none {
		return append(diffs, "own settings → the listener's")
	} else if have.Own == none && want.Own != none {
		diffs = append(diffs, "the listener's settings → its own")
	}
	fieldDiff("", reflect.ValueOf(have.Own), reflect.ValueOf(want.Own), &diffs)
	return diffs
}

// bare clears what does not count when listeners are compared.
func bare(l cloud.Listener) cloud.Listener {
	l.Source, l.Running = cloud.Source{}, false
	return l
}

func fieldDiff(path string, have, want reflect.Value, diffs *[]string) {
	if have.Kind() != reflect.Struct {
		if !have.Equal(want) {
			*diffs = append(*diffs, fmt.Sprintf("%s %s → %s", path, valueText(have), valueText(want)))
		}
		return
	}
	for i := range have.NumField() {
		name := lowerCamel(have.Type().Field(i).Name)
		if path != "" {
			name = path + "." + name
		}
		fieldDiff(name, have.Field(i), want.Field(i), diffs)
	}
}

func valueText(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Bool:
		return onOff(v.Bool())
	case v.IsZero():
		return "none"
	default:
		return fmt.Sprint(v.Interface())
	}
}

// lowerCamel turns a Go field name into the spelling of Kubernetes fields: "CACertificate" becomes
// "caCertificate", "ACL" becomes "acl", "IDs" becomes "ids".
func lowerCamel(name string) string {
	runes := []rune(name)
	n := 0
	for n < len(runes) && (unicode.IsUpper(runes[n]) || unicode.IsDigit(runes[n])) {
		n++
	}
	if n > 1 && n < len(runes) && string(runes[n:]) != "s" {
		n-- // the last capital of a run begins the next word
	}
	return strings.ToLower(string(runes[:n])) + string(runes[n:])
}
