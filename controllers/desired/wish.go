package desired

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Wish is a value that somebody gave for the instance that is to be created. Some of them only the
// service can judge, such as the id of a vSwitch; who is told when it refuses one is told by this.
type Wish struct {
	Name   annotations.Name
	Value  string // as it was written
	Source cloud.Source
	Said   string // where, for a message, such as `annotation "…"` or `field spec.vSwitchID`
}

// wishes are the values of the settled settings that CreateLoadBalancer sends, in the order of the table.
func (b *builder) wishes(members []*member, class annotations.Values) []Wish {
	var list []Wish
	if b.byID() {
		return nil
	}
	for _, row := range annotations.Table() {
		value, ok := b.settings[row.Name]
		if row.Level != annotations.LevelCreated || !ok {
			continue
		}
		i := slices.IndexFunc(members, func(m *member) bool { return m.config.Values[row.Name] == value })
		switch said, by := class[row.Name]; {
		case i >= 0:
			m, key := members[i], members[i].config.Key(row.Name)
			list = append(list, Wish{row.Name, m.config.Written(row.Name), m.source(annotationField(key)), fmt.Sprintf("annotation %q", key)})
		case by && said == value:
			field := "spec." + row.Field
			list = append(list, Wish{row.Name, value, cloud.Source{Object: b.configObject(), Field: field}, "field " + field})
		}
	}
	return list
}

// Problem is what the one who has a wish is told when the service refuses it.
func (w Wish) Problem(reason cloud.Reason, why string) cloud.Problem {
	return cloud.Problem{
		Object: w.Source.Object, Field: w.Source.Field, Reason: reason,
		Message: fmt.Sprintf("%s has value %q, and the service refuses to create the load balancer with it: %s", w.Said, cmp.Or(w.Value, "none"), why),
	}
}
