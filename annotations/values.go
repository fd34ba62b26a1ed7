package annotations

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// LoadBalancer sets onto lb what the values, and the defaults of the table, say of an instance.
// created tells that it is one of our own: of another one nothing is said that would change it.
func (v Values) LoadBalancer(lb *cloud.LoadBalancer, created bool) {
	for _, row := range Table() {
		if value := v.of(row); value != "" && row.onLoadBalancer != nil && (created || row.Level != LevelCreated) {
			row.onLoadBalancer(lb, value)
		}
	}
}

// Listener sets onto l, whose protocol is given, what the values, and the defaults of the table, say
// of a listener.
func (v Values) Listener(l *cloud.Listener) {
	for _, row := range Table() {
		if value := v.of(row); value != "" && row.onListener != nil && (row.On == "" || row.On == l.Protocol) {
			row.onListener(l, value)
		}
	}
}

// Alike tells whether v and o come to the same for every instance and listener.
func (v Values) Alike(o Values) bool {
	for _, protocol := range []cloud.Protocol{cloud.HTTP, cloud.HTTPS} {
		a, b := cloud.Listener{Protocol: protocol}, cloud.Listener{Protocol: protocol}
		v.Listener(&a)
		o.Listener(&b)
		if a != b {
			return false
		}
	}
	a, b := cloud.LoadBalancer{Tags: map[string]string{}}, cloud.LoadBalancer{Tags: map[string]string{}}
	v.LoadBalancer(&a, true)
	o.LoadBalancer(&b, true)
	return reflect.DeepEqual(a, b)
}

// Spread is what the values, and the defaults of the table, say of how requests are spread, as of a
// listener's.
func (v Values) Spread() cloud.Spread {
	l := cloud.Listener{Protocol: cloud.HTTP}
	v.Listener(&l)
	return l.Spread()
}

// Ruled is the part of v that each Ingress decides for its own rules.
func (v Values) Ruled() Values {
	part := Values{}
	for _, row := range Table() {
		if value, ok := v[row.Name]; ok && row.Level == LevelRule {
			part[row.Name] = value
		}
	}
	return part
}

func (v Values) of(row Row) string { return cmp.Or(v[row.Name], row.Default) }

// Only is the part of v that has the names.
func (v Values) Only(names []Name) Values {
	part := Values{}
	for _, name := range names {
		if value, ok := v[name]; ok {
			part[name] = value
		}
	}
	return part
}

// Over lays v over lower, which counts where v is silent. Neither is changed.
func (v Values) Over(lower Values) Values {
	merged := maps.Clone(lower)
	if merged == nil {
		merged = Values{}
	}
	maps.Copy(merged, v)
	return merged
}

// Shared are the bundles that the Ingresses of an instance decide together.
func Shared() [][]Name { return bundles(LevelInstance, LevelCreated, LevelListener) }

// Bundles are the names that go together and that a class can enforce, in the order of the table.
func Bundles() [][]Name { return bundles(LevelInstance, LevelCreated, LevelListener, LevelRule) }

func bundles(levels ...Level) [][]Name {
	var bundles [][]Name
	at := map[string]int{}
	for _, row := range Table() {
		if !slices.Contains(levels, row.Level) {
			continue
		}
		i, ok := at[row.bundle()]
		if !ok {
			i = len(bundles)
			at[row.bundle()], bundles = i, append(bundles, nil)
		}
		bundles[i] = append(bundles[i], row.Name)
	}
	return bundles
}

// FromFields reads the spec of an SLBConfig, as JSON decodes it into a map. Faults are in the order
// of the table; their keys are fields, and name what the API server would have refused.
func FromFields(spec map[string]any) (Values, []Fault) {
	values := Values{}
	var faults []Fault
	for _, row := range Table() {
		text, ok := row.Type.text(fieldAt(spec, row.Field))
		switch {
		case !ok:
		case row.Type.Accepts(text):
			values[row.Name] = text
		default:
			key := "spec." + row.Field
			message := fmt.Sprintf("%s has value %q and needs %s, such as %q", key, Clip(text), row.Type.Want, row.Example)
			if row.Type.why != nil {
				message += fmt.Sprintf(": %v", row.Type.why(text))
			}
			faults = append(faults, Fault{Name: row.Name, Key: key, Reason: cloud.InvalidConfig, Message: message})
		}
	}
	return values, faults
}

// fieldAt walks along a path of names; nil if there is nothing.
func fieldAt(spec map[string]any, path string) any {
	var at any = spec
	for name := range strings.SplitSeq(path, ".") {
		object, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = object[name]
	}
	return at
}

// text spells a field's value as an annotation would. An object that is there switches on what a
// switch says.
func (t Type) text(value any) (text string, ok bool) {
	if t.spell != nil {
		return t.spell(value), value != nil
	}
	switch x := value.(type) {
	case string:
		return x, x != ""
	case bool:
		if x {
			return t.yes, true
		}
		return t.no, true
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64), true
	case json.Number:
		return x.String(), true
	case []any:
		parts := make([]string, len(x))
		for i, part := range x {
			parts[i] = fmt.Sprint(part)
		}
		return strings.Join(parts, ","), true
	case map[string]any:
		if t.yes != "" {
			return t.yes, true
		}
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(x)) {
			pairs = append(pairs, fmt.Sprintf("%s=%v", key, x[key]))
		}
		return strings.Join(pairs, ","), len(pairs) > 0
	}
	return "", false
}
