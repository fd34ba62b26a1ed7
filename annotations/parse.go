package annotations

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Parse reads all annotations of the table. Faults are in the order of their keys. Annotations
// outside the prefixes are nobody's business here.
func Parse(values map[string]string) (Config, []Fault) {
	config := Config{Values: Values{}, keys: map[Name]string{}, written: map[Name]string{}}
	if !anyOurs(values) {
		return config, nil
	}
	var faults []Fault
	table := Table()
	for _, row := range table {
		key, value, ok := lookup(values, row.Name)
		if !ok {
			continue
		}
		config.keys[row.Name] = key
		if f, ok := row.check(key, value, value); !ok {
			faults = append(faults, f)
			continue
		}
		config.Values[row.Name] = value
	}
	faults = append(faults, unknown(values, table)...)
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Key, b.Key) })
	return config, faults
}

// maxValue is the longest value that is looked at, in bytes. The API server lets all annotations of an
// object have 256 KiB; the longest that a row has a use for is a list of 300 networks, some 6 KiB.
const maxValue = 8 << 10

// maxUnknown is how many unknown keys are told one by one. Each is compared with every row to find
// what may have been meant, and an object has room for thousands.
const maxUnknown = 20

// anyOurs spares most Ingresses the walk through the table.
func anyOurs(values map[string]string) bool {
	for key := range values {
		if _, _, ok := cut(key); ok {
			return true
		}
	}
	return false
}

func lookup(values map[string]string, name Name) (key, value string, ok bool) {
	for _, prefix := range prefixes() {
		key = prefix + string(name)
		if value, ok = values[key]; ok {
			return key, value, true
		}
	}
	return "", "", false
}

// shown is how much of a bad value a message repeats.
const shown = 64

// check tells whether the row can read a value; written is what the Ingress has in its place.
func (r Row) check(key, written, value string) (Fault, bool) {
	if len(written) > maxValue {
		return r.tooLong(key, written), false
	}
	if !r.Type.Accepts(value) {
		return r.fault(key, written, value), false
	}
	return Fault{}, true
}

func (r Row) fault(key, written, value string) Fault {
	message := fmt.Sprintf("annotation %q has value %q and needs %s, such as %q", key, Clip(written), r.Type.Want, r.Example)
	if r.Type.why != nil {
		message += fmt.Sprintf(": %v", r.Type.why(value))
	}
	return r.faultOf(key, message)
}

func (r Row) tooLong(key, value string) Fault {
	return r.faultOf(key, fmt.Sprintf("annotation %q has %d bytes, and no value that is of use has more than %d", key, len(value), maxValue))
}

func (r Row) faultOf(key, message string) Fault {
	return Fault{Name: r.Name, Key: key, Reason: r.reason(), Message: message, Guards: r.Guards, Withholds: r.Withholds}
}

// Clip shortens a value for a message, between two characters.
func Clip(value string) string {
	if len(value) > shown {
		return strings.ToValidUTF8(value[:shown], "") + "…"
	}
	return value
}

// unknown tells of the first keys, by name, that no row has, and how many more there are.
func unknown(values map[string]string, table []Row) []Fault {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		_, name, ok := cut(key)
		if ok && !slices.ContainsFunc(table, func(r Row) bool { return r.Name == name }) {
			keys = append(keys, key)
		}
	}
	var faults []Fault
	for _, key := range keys[:min(len(keys), maxUnknown)] {
		prefix, name, _ := cut(key)
		faults = append(faults, Fault{
			Key: key, Reason: cloud.UnknownAnnotation,
			Message: fmt.Sprintf("annotation %q is not known%s", key, suggestion(prefix, name, table)),
		})
	}
	if more := len(keys) - len(faults); more > 0 {
		faults[maxUnknown-1].Message += fmt.Sprintf("; %d more are not known either", more)
	}
	return faults
}

func cut(key string) (prefix string, name Name, ok bool) {
	for _, prefix := range prefixes() {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			return prefix, Name(name), true
		}
	}
	return "", "", false
}
