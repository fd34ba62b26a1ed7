package desired

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// The two access control lists that a group may have. One that admits and one that refuses have
// different names, so that a listener changes from one to the other in one call.
const (
	listAllow = "allow"
	listDeny  = "deny"
)

// access is who gets to the listeners of the instance, as decided.
type access struct {
	acl       cloud.ACL          // a list that the controller keeps; without one, Keep alone
	byID      annotations.Values // settings of lists that their owners keep
	authority string             // name of the CA certificate
	keepCA    bool
}

// listNames are the annotations that decide which clients' addresses are served. Those that name
// lists which their owners keep are translated by their rows.
func listNames() []annotations.Name {
	return append(ownListNames(), annotations.ACLStatus, annotations.ACLType, annotations.ACLID)
}

// ownListNames are those by which the controller keeps a list.
func ownListNames() []annotations.Name {
	return []annotations.Name{annotations.DenyCIDRs, annotations.AllowCIDRs}
}

// ofAccess tells whether an annotation is decided here.
func ofAccess(name annotations.Name) bool {
	return slices.Contains(listNames(), name) || name == annotations.CASecret || name == annotations.ListenPorts
}

// word is what somebody, a member or the class, says of who may reach the listeners and where they
// are, beside the values that are read from the table.
type word struct {
	listBroken      bool                 // the access control list cannot be used
	authority       *cloud.CACertificate // of ca-secret; nil if there is none that can be used
	authorityBroken bool
	portsBroken     bool
}

// heldBack says what becomes of an Ingress that does not say legibly who may reach it.
const heldBack = "; while that is so, what is served of the Ingress stays as it is, and nothing is added"

// guards tells whether an annotation says who may reach an Ingress.
func guards(name annotations.Name) bool {
	return name == annotations.CASecret || slices.Contains(listNames(), name)
}

// broke notes that a value cannot be read.
func (w *word) broke(name annotations.Name) {
	switch {
	case slices.Contains(listNames(), name):
		w.listBroken = true
	case name == annotations.CASecret:
		w.authorityBroken = true
	case name == annotations.ListenPorts:
		w.portsBroken = true
	}
}

// guard reads what a member says of who may reach it, and tells what is wrong. A member whose word
// cannot be read is withheld: what is served of it stays as it is and nothing is added, since that
// could be open to more than its author said. What the class enforces is no word of the member's.
func (b *builder) guard(m *member, faults []annotations.Fault, class classSettings) {
	for _, f := range faults {
		if !class.enforced[f.Name] {
			m.broke(f.Name)
		}
	}
	b.tellLists(m)
	if name, ok := m.config.Values[annotations.CASecret]; ok {
		field := annotationField(m.config.Key(annotations.CASecret))
		m.authority = b.authority(types.NamespacedName{Namespace: m.Namespace, Name: name}, m.source(field))
		m.authorityBroken = m.authority == nil
	}
}

// tellLists tells a member that asks for lists of two kinds: nobody knows which one it means.
func (b *builder) tellLists(m *member) {
	kinds := []annotations.Name{}
	for _, name := range ownListNames() {
		if _, ok := m.config.Values[name]; ok {
			kinds = append(kinds, name)
		}
	}
	if _, ok := m.config.Values[annotations.ACLID]; ok && m.config.Values[annotations.ACLStatus] != "off" {
		kinds = append(kinds, annotations.ACLID)
	}
	if len(kinds) < 2 || !slices.Contains(ownListNames(), kinds[0]) {
		return
	}
	m.listBroken = true
	b.tell(m.Ingress, annotationField(m.config.Key(kinds[0])), fault{reason: cloud.InvalidAnnotation, message: fmt.Sprintf(
		"annotation %q cannot stand beside %q: a listener either admits the networks of a list or refuses them, and the list is either the controller's or one that is named by its id; remove one of the two%s",
		m.config.Key(kinds[0]), m.config.Key(kinds[1]), heldBack)})
}

func (m *member) withheld() bool {
	return m.listBroken || m.authorityBroken || m.withheldByClass || m.overruled
}

// guardClass does for the class what guard does for a member.
func (b *builder) guardClass(class *classSettings) {
	kinds := 0
	for _, name := range append(ownListNames(), annotations.ACLStatus) {
		if _, ok := class.values[name]; ok {
			kinds++
		}
	}
	if kinds > 1 {
		class.listBroken = true
		b.tellConfig("spec.listeners", "give one of acl, allowCIDRs and denyCIDRs: a listener has one list, and either admits its clients or refuses them")
	}
	if class.listBroken {
		maps.DeleteFunc(class.values, func(name annotations.Name, _ string) bool { return slices.Contains(listNames(), name) })
	}
	if name, ok := class.values[annotations.CASecret]; ok {
		class.authority = b.authority(types.NamespacedName{Namespace: b.Namespace, Name: name}, b.configSource(annotations.CASecret))
		class.authorityBroken = class.authority == nil
	}
}

// configSource is the class's field that says the same as an annotation.
func (b *builder) configSource(name annotations.Name) cloud.Source {
	for _, row := range annotations.Table() {
		if row.Name == name {
			return cloud.Source{Object: b.configObject(), Field: "spec." + row.Field}
		}
	}
	return cloud.Source{Object: b.configObject(), Field: "spec"}
}

// withholdAll withholds all members while what the class says of who may connect cannot be used and
// no member says something else that decides it: the listeners must not be open to more than the
// class's author said.
func (b *builder) withholdAll(members []*member, class classSettings) {
	list := class.listBroken && !slices.ContainsFunc(members, func(m *member) bool { return m.lists() != "" })
	ca := class.authorityBroken && !slices.ContainsFunc(members, func(m *member) bool { return m.authority != nil })
	b.closed = list || ca
	if !b.closed {
		return
	}
	for _, m := range members {
		m.withheldByClass = true
		b.tell(m.Ingress, "", fault{reason: cloud.InvalidConfig, message: fmt.Sprintf(
			"what SLBConfig %q of the class says of who may connect cannot be used, see its events: what is served stays as it is, and nothing is added until that is corrected",
			b.Config.Name)})
	}
}

// authority reads the CA certificate of a Secret that a field names, and tells what is wrong with it;
// nil if it cannot be used.
func (b *builder) authority(name types.NamespacedName, source cloud.Source) *cloud.CACertificate {
	a := authority{fault: &fault{reason: cloud.SecretNotFound, message: fmt.Sprintf("Secret %q does not exist; create it, or correct the name", name)}}
	if secret := b.Secrets[name]; secret != nil {
		a = readAuthority(secret, b.Now)
	} else if why, ok := b.Unreadable[name]; ok {
		a.fault = &fault{reason: cloud.ConfigMissing, message: fmt.Sprintf("Secret %q cannot be read: %s; what is served stays as it is", name, why)}
	}
	b.again(a.notBefore)
	if f := a.fault; f != nil {
		if source.Object.Kind == "Ingress" && !f.notice && f.reason != cloud.ConfigMissing { // that one says it
			f.message += heldBack
		}
		b.problems = append(b.problems, cloud.Problem{
			Object: source.Object, Field: source.Field, Reason: f.reason, Message: f.message, Notice: f.notice,
		})
		if !f.notice {
			return nil
		}
	}
	b.again(a.certificate.NotAfter)
	a.certificate.Source = source
	return &a.certificate
}

// decideAccess settles what the listeners of the instance share: the first member that says anything
// of a matter decides it, and those that say otherwise are told; where no member says anything, the
// class does. While a deciding word is broken the listeners keep what they have; what the next one
// says is for listeners that have to be created.
func (b *builder) decideAccess(members []*member, class classSettings) access {
	var decided access
	broken, list := b.first(members, listNames(), func(m *member) (string, bool) {
		return m.lists(), m.listBroken
	})
	switch {
	case list == nil:
		decided.acl = b.addACL(class.values, b.configSource)
	case list.networks() != "":
		decided.acl = b.addACL(list.config.Values, list.sourceOf)
	default:
		decided.byID = list.config.Values.Only(listNames())
	}
	decided.acl.Keep = broken || list == nil && class.listBroken
	b.decideAuthority(members, class, &decided)
	return decided
}

func (b *builder) decideAuthority(members []*member, class classSettings, decided *access) {
	broken, first := b.first(members, []annotations.Name{annotations.CASecret}, func(m *member) (string, bool) {
		if m.authority == nil {
			return "", m.authorityBroken
		}
		return m.authority.Name, false
	})
	authority := class.authority
	if first != nil {
		authority = first.authority
	}
	if authority != nil {
		decided.authority = authority.Name
		b.stack.CACertificates = append(b.stack.CACertificates, *authority)
	}
	decided.keepCA = broken || first == nil && class.authorityBroken
}

// sourceOf is the annotation of a member as the source of what it asks for.
func (m *member) sourceOf(name annotations.Name) cloud.Source {
	return m.source(annotationField(m.config.Key(name)))
}

// lists is what a member says of its clients' addresses, as one text; empty if it says nothing that
// can be used.
func (m *member) lists() string {
	if m.listBroken {
		return ""
	}
	if networks := m.networks(); networks != "" {
		return networks
	}
	byID := m.config.Values.Only(listNames())
	if len(byID) == 0 {
		return ""
	}
	var l cloud.Listener
	byID.Listener(&l)
	return fmt.Sprintf("%+v", l.ACL)
}

// networks is the list that a member asks the controller to keep, as one text; empty if there is none.
func (m *member) networks() string {
	for _, name := range ownListNames() {
		if value, ok := m.config.Values[name]; ok {
			list, err := annotations.ParseNetworks(value)
			if err == nil {
				return fmt.Sprint(name, list)
			}
		}
	}
	return ""
}

// first returns the first member with a usable word on a matter, and whether one before it has a
// broken one. Others that say something else are told that it has no effect, and are withheld if the
// matter is who may connect, unless it is a broken word that decides: one bad Ingress stops no other.
func (b *builder) first(members []*member, names []annotations.Name, says func(*member) (word string, broken bool)) (broken bool, first *member) {
	var decider *member
	for _, m := range members {
		word, bad := says(m)
		if word == "" && !bad {
			continue
		}
		if decider == nil {
			decider, broken = m, bad
		}
		if first == nil && !bad {
			first = m
		}
		if deciding, _ := says(decider); m != decider && !bad && word != deciding {
			m.overruled = m.overruled || deciding != "" && guards(names[0])
			b.tellOverruled(m, decider, names)
		}
	}
	return broken, first
}

// tellOverruled tells a member that another one has decided a matter.
func (b *builder) tellOverruled(m, decider *member, names []annotations.Name) {
	for _, name := range names {
		value, ok := m.config.Values[name]
		_, byID := annotations.Values{annotations.ACLStatus: "", annotations.ACLType: "", annotations.ACLID: ""}[name]
		switch key := m.config.Key(name); {
		case !ok:
		case !byID:
			b.tell(m.Ingress, annotationField(key), fault{reason: cloud.AnnotationConflict, message: fmt.Sprintf(
				"annotation %q has no effect: the listeners are shared, and %s, which claimed a path of the instance first, says something else%s; let them agree, or use another class",
				key, namedFor(m, decider), reach(decider, name))})
		case value != decider.config.Values[name]:
			b.tellConflict(m, decider, name)
		}
	}
}

// reach says what it means for an Ingress that another one's word on who may connect counts.
func reach(decider *member, name annotations.Name) string {
	if !guards(name) || decider.withheld() {
		return ""
	}
	return ", and whoever that one admits would reach this Ingress too" + heldBack
}

// addACL adds the list that values ask for to the stack and returns its use; nothing if they ask for
// none.
func (b *builder) addACL(values annotations.Values, source func(annotations.Name) cloud.Source) cloud.ACL {
	name, acl := annotations.AllowCIDRs, cloud.ACL{Type: "white", Lists: listAllow}
	if _, ok := values[annotations.DenyCIDRs]; ok {
		name, acl = annotations.DenyCIDRs, cloud.ACL{Type: "black", Lists: listDeny}
	}
	if _, ok := values[name]; !ok {
		return cloud.ACL{}
	}
	entries, _ := annotations.ParseNetworks(values[name]) // read before
	b.stack.ACLs = append(b.stack.ACLs, cloud.AccessControlList{Name: acl.Lists, Entries: entries, Source: source(name)})
	return acl
}

// decidePorts settles the ports of the instance: 80, 443 and those that the first member with a word
// on it adds, or else the class; while that word is broken, those on record.
func (b *builder) decidePorts(members []*member, class classSettings) []annotations.Port {
	ports := []annotations.Port{{Number: portHTTP, Protocol: cloud.HTTP}, {Number: portHTTPS, Protocol: cloud.HTTPS}}
	broken, first := b.first(members, []annotations.Name{annotations.ListenPorts}, func(m *member) (string, bool) {
		if more := m.ports(); len(more) > 0 {
			return fmt.Sprint(more), false
		}
		return "", m.portsBroken
	})
	switch {
	case broken || first == nil && class.portsBroken:
		return append(ports, b.recordedPorts()...)
	case first != nil:
		return append(ports, first.ports()...)
	}
	more, err := annotations.ParseListenPorts(class.values[annotations.ListenPorts])
	if err != nil {
		return ports // the class adds none
	}
	return append(ports, more...)
}

// recordedPorts are the added ports as they were last decided.
func (b *builder) recordedPorts() []annotations.Port {
	if b.Record == nil {
		return nil
	}
	var ports []annotations.Port
	for _, p := range b.Record.Status.ListenPorts {
		if p.Port != portHTTP && p.Port != portHTTPS {
			ports = append(ports, annotations.Port{Number: p.Port, Protocol: cloud.Protocol(p.Protocol)})
		}
	}
	return ports
}

func (m *member) ports() []annotations.Port {
	ports, err := annotations.ParseListenPorts(m.config.Values[annotations.ListenPorts])
	if err != nil {
		return nil
	}
	return ports
}
