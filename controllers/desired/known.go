package desired

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// unknownID is the first id that a value names and nobody has; empty if there is none.
func (b *builder) unknownID(name annotations.Name, value string) string {
	if b.Known == nil {
		return ""
	}
	known := b.Known.Certificates
	if name == annotations.ACLID {
		known = b.Known.ACLs
	}
	for id := range strings.SplitSeq(value, ",") {
		if id != "" && !slices.Contains(known, cloud.ID(id)) {
			return id
		}
	}
	return ""
}

// namingOthers are the annotations that name what others keep.
func namingOthers() []annotations.Name {
	return []annotations.Name{annotations.CertID, annotations.ACLID}
}

func missingID(name annotations.Name, id string) string {
	what := "server certificate"
	if name == annotations.ACLID {
		what = "access control list"
	}
	return fmt.Sprintf("no %s has id %q in this account and region, or the controller made it itself; correct the id, or create it there", what, id)
}

// dropUnknown takes from a member what names something that does not exist: the service would refuse the
// listener. Without its list the member is withheld, as with one that cannot be read.
func (b *builder) dropUnknown(m *member) {
	for _, name := range namingOthers() {
		value := m.config.Values[name]
		id := b.unknownID(name, value)
		if id == "" {
			continue
		}
		key := m.config.Key(name)
		message := fmt.Sprintf("annotation %q: %s", key, missingID(name, id))
		if guards(name) {
			message += heldBack
		}
		b.tell(m.Ingress, annotationField(key), fault{reason: cloud.UnknownID, message: message})
		delete(m.config.Values, name)
		if name == annotations.ACLID {
			m.listBroken = true
			delete(m.config.Values, annotations.ACLStatus) // which needs the list
		}
	}
}

// dropUnknownOfClass is dropUnknown for what the class says.
func (b *builder) dropUnknownOfClass(class *classSettings) {
	for _, name := range namingOthers() {
		if id := b.unknownID(name, class.values[name]); id != "" {
			b.problems = append(b.problems, cloud.Problem{
				Object: b.configObject(), Field: "spec." + fieldOf(name), Reason: cloud.UnknownID, Message: missingID(name, id),
			})
			delete(class.values, name)
			if name == annotations.ACLID {
				delete(class.values, annotations.ACLStatus)
			}
			class.broke(name)
		}
	}
}

func fieldOf(name annotations.Name) string {
	for _, row := range annotations.Table() {
		if row.Name == name {
			return row.Field
		}
	}
	return ""
}

// UnknownIDs are the ids that a snapshot's Ingresses and class name and that are not among the Known, in
// order and without repetition.
func UnknownIDs(s Snapshot) []string {
	b := builder{Snapshot: s}
	var unknown []string
	add := func(values annotations.Values) {
		for _, name := range namingOthers() {
			if id := b.unknownID(name, values[name]); id != "" {
				unknown = append(unknown, id)
			}
		}
	}
	for _, ing := range s.Ingresses {
		config, _ := annotations.Parse(ing.Annotations)
		add(config.Values)
	}
	if s.Config != nil {
		values, _ := annotations.FromFields(fieldsOf(s.Config.Spec))
		add(values)
	}
	slices.Sort(unknown)
	return slices.Compact(unknown)
}
