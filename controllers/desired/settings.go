package desired

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// classSettings are what the class's parameters say.
type classSettings struct {
	values   annotations.Values
	enforced map[annotations.Name]bool

	word
}

// reused tells whether the group's instance is one that somebody else created.
func (b *builder) reused() bool { return b.byID() }

// ofClass tells whether the group's instance is an existing one that the class names.
func (b *builder) ofClass() bool {
	id, ok := ParseIDGroup(b.Owner.Group)
	return ok && id == b.Config.Spec.LoadBalancerID
}

// classSettings reads the class's parameters as values of the table. On a reused instance those that
// are about its creation mean nothing.
func (b *builder) classSettings() classSettings {
	values, faults := annotations.FromFields(fieldsOf(b.Config.Spec))
	if _, ok := values[annotations.AddressType]; !ok {
		values[annotations.AddressType] = cloud.AddressInternet
	}
	delete(values, annotations.ID) // the group was formed by it
	if b.reused() {
		b.dropCreated(values)
	}
	if b.reused() && !b.ofClass() { // an Ingress named it, and these are not about it
		delete(values, annotations.AddressType)
		delete(values, annotations.ForceOverride)
	}
	class := classSettings{values: values, enforced: b.enforced()}
	for _, f := range faults {
		b.tellConfig(f.Key, f.Message)
		class.broke(f.Name)
	}
	b.dropUnknownOfClass(&class)
	for _, c := range values.Prune() {
		b.tellConfig("spec", fmt.Sprintf("the setting of annotation %q %s", c.Name, c.Why))
		class.listBroken = class.listBroken || c.Withholds
	}
	b.guardClass(&class)
	return class
}

// fieldsOf is the parameters as JSON has them.
func fieldsOf(spec any) map[string]any {
	fields := map[string]any{}
	data, err := json.Marshal(spec)
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	if err != nil {
		panic(fmt.Sprintf("an API type cannot be written as JSON: %v", err)) // no input leads here
	}
	return fields
}

func (b *builder) enforced() map[annotations.Name]bool {
	// A tenant must not take over what is on an instance that somebody else gave to the class.
	enforced := map[annotations.Name]bool{annotations.ForceOverride: b.ofClass()}
	if len(b.Config.Spec.Enforce) == 0 {
		return enforced
	}
	bundles := annotations.Bundles()
	for _, name := range b.Config.Spec.Enforce {
		var bundle []annotations.Name
		if i := slices.IndexFunc(bundles, func(names []annotations.Name) bool { return slices.Contains(names, annotations.Name(name)) }); i >= 0 {
			bundle = bundles[i]
		} else {
			b.tellConfig("spec.enforce", fmt.Sprintf("%q is no annotation of an instance or a listener; give names without their prefix, such as %q", name, "idle-timeout"))
		}
		for _, n := range bundle {
			enforced[n] = true
		}
	}
	return enforced
}

func (b *builder) tellConfig(field, message string) {
	b.problems = append(b.problems, cloud.Problem{Object: b.configObject(), Field: field, Reason: cloud.InvalidConfig, Message: message})
}

// dropCreated removes what is about the creation of an instance, and returns its names in order.
func (b *builder) dropCreated(values annotations.Values) []annotations.Name {
	var gone []annotations.Name
	for _, row := range annotations.Table() {
		if _, ok := values[row.Name]; ok && row.Level == annotations.LevelCreated {
			delete(values, row.Name)
			gone = append(gone, row.Name)
		}
	}
	return gone
}

// own reduces what a member asks for to what can be had in its class, and tells what cannot.
func (b *builder) own(m *member, class classSettings) {
	if b.reused() {
		for _, name := range b.dropCreated(m.config.Values) {
			b.tell(m.Ingress, annotationField(m.config.Key(name)), fault{reason: cloud.IneffectiveAnnotation, notice: true, message: fmt.Sprintf(
				"annotation %q has no effect: it is about instances that the controller creates, and this one was there", m.config.Key(name))})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.config.Values)) {
		if class.enforced[name] {
			b.tell(m.Ingress, annotationField(m.config.Key(name)), fault{reason: cloud.AnnotationConflict, message: fmt.Sprintf(
				"value %q has no effect: the class enforces its own setting by %s in its SLBConfig", m.config.Written(name), b.enforcedBy(name))})
			delete(m.config.Values, name)
		}
	}
	b.dropUnknown(m)
	for {
		all := m.config.Values.Over(class.values)
		removed := false
		for _, c := range all.Prune() {
			for _, name := range b.blamed(m, c.Name) {
				removed = true
				b.drop(m, name, c)
			}
		}
		if !removed {
			return
		}
	}
}

// enforcedBy is the field by which the class has its way.
func (b *builder) enforcedBy(name annotations.Name) string {
	if name == annotations.ForceOverride && b.ofClass() {
		return "loadBalancerID and forceOverrideListeners"
	}
	return "enforce"
}

// blamed are the annotations of a member that make a setting impossible: its own of that name, else
// if it is about rules, those that stand with the class's of that name. Elsewhere an Ingress may replace
// a part of what the class says, and the rest of that gives way.
func (b *builder) blamed(m *member, name annotations.Name) []annotations.Name {
	if _, ok := m.config.Values[name]; ok {
		return []annotations.Name{name}
	}
	ruled := m.config.Values.Ruled()
	i := slices.IndexFunc(annotations.Bundles(), func(bundle []annotations.Name) bool { return slices.Contains(bundle, name) })
	if i < 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(ruled.Only(annotations.Bundles()[i])))
}

// drop takes an annotation from a member and tells why.
func (b *builder) drop(m *member, name annotations.Name, c annotations.Contradiction) {
	m.listBroken = m.listBroken || c.Withholds
	why := c.Why
	if name != c.Name {
		why = fmt.Sprintf("cannot stand with the class's settings: %q %s", c.Name, c.Why)
	}
	b.tell(m.Ingress, annotationField(m.config.Key(name)), fault{reason: cloud.InvalidAnnotation, message: fmt.Sprintf(
		"annotation %q with value %q %s", m.config.Key(name), m.config.Written(name), why)})
	delete(m.config.Values, name)
}

// settle decides the settings that the members share: each bundle as the first member has it that
// has any of it, and over what the class says. Of settings that each member has for its rules the
// listeners have those of one.
func (b *builder) settle(members []*member, class classSettings, one *member) annotations.Values {
	agreed, lower := one.config.Values.Ruled(), class.values
	for _, bundle := range annotations.Shared() {
		if !slices.ContainsFunc(bundle, ofAccess) {
			maps.Copy(agreed, b.agree(members, bundle))
		}
	}
	if b.access.acl.Lists != "" {
		lower = maps.Clone(lower)
		maps.DeleteFunc(lower, func(name annotations.Name, _ string) bool { return slices.Contains(listNames(), name) })
	}
	maps.Copy(agreed, b.access.byID)
	all := agreed.Over(lower)
	all.Prune()
	return all
}

// agree returns the values of one bundle. Members that say otherwise are told; those that say nothing
// agree.
func (b *builder) agree(members []*member, bundle []annotations.Name) annotations.Values {
	var first *member
	var agreed annotations.Values
	for _, m := range members {
		own := m.config.Values.Only(bundle)
		switch {
		case len(own) == 0:
		case first == nil:
			first, agreed = m, own
		case own.Alike(agreed): // in other words, such as forward-port and ssl-redirect
		default:
			for _, name := range slices.Sorted(maps.Keys(own)) {
				if own[name] != agreed[name] {
					b.tellConflict(m, first, name)
				}
			}
		}
	}
	return agreed
}

func (b *builder) tellConflict(m, first *member, name annotations.Name) {
	says := "decides this by other annotations"
	if _, ok := first.config.Values[name]; ok {
		says = fmt.Sprintf("says %q", first.config.Written(name))
	}
	b.tell(m.Ingress, annotationField(m.config.Key(name)), fault{
		reason: cloud.AnnotationConflict,
		message: fmt.Sprintf("value %q has no effect: the instance is shared, and %s, which claimed a path of it first, %s; let them agree, or use another class",
			m.config.Written(name), namedFor(m, first), says),
	})
}
