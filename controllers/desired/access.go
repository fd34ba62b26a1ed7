package desired

import (
	"fmt"
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

// guard reads what a member says of who may reach it, and tells what is wrong. A member whose word
// cannot be read is withheld: what is served of it stays as it is and nothing is added, since that
// could be open to more than its author said. What the class enforces is no word of the member's.
func (b *builder) guard(m *member, faults []annotations.Fault, class classSettings) {
	for _, f := range faults {
		switch {
		case class.enforced[f.Name]:
		case slices.Contains(listNames(), f.Name):
			m.listBroken = true
		case f.Name == annotations.CASecret:
			m.authorityBroken = true
		case f.Name == annotations.ListenPorts:
			m.portsBroken = true
		}
	}
	b.tellLists(m)
	if name, ok := m.config.Values[annotations.CASecret]; ok {
		m.authority = b.authority(m, types.NamespacedName{Namespace: m.Namespace, Name: name})
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
		"annotation %q cannot stand beside %q: a listener either admits the networks of a list or refuses them, and the list is either the controller's or one that is named by its id; remove one of the two",
		m.config.Key(kinds[0]), m.config.Key(kinds[1]))})
}

func (m *member) withheld() bool { return m.listBroken || m.authorityBroken }

// authority reads a member's CA certificate; nil if it cannot be used.
func (b *builder) authority(m *member, name types.NamespacedName) *cloud.CACertificate {
	a := authority{fault: &fault{reason: cloud.SecretNotFound, message: fmt.Sprintf("Secret %q does not exist", name)}}
	if secret := b.Secrets[name]; secret != nil {
		a = readAuthority(secret, b.Now)
	}
	field := annotationField(m.config.Key(annotations.CASecret))
	if a.fault != nil {
		b.tell(m.Ingress, field, *a.fault)
	}
	if a.fault != nil && !a.fault.notice {
		b.again(a.notBefore)
		return nil
	}
	b.again(a.notBefore)
	b.again(a.certificate.NotAfter)
	a.certificate.Source = m.source(field)
	return &a.certificate
}

// decideAccess settles what the listeners of the instance share: the first member that says anything
// of a matter decides it, and those that say otherwise are told. While its word is broken the
// listeners keep what they have; what the next one says is for listeners that have to be created.
func (b *builder) decideAccess(members []*member) access {
	var decided access
	broken, list := b.first(members, listNames(), func(m *member) (string, bool) {
		return m.lists(), m.listBroken
	})
	switch {
	case list == nil:
	case list.networks() != "":
		decided.acl = b.addACL(list)
	default:
		decided.byID = list.config.Values.Only(listNames())
	}
	decided.acl.Keep = broken
	broken, authority := b.first(members, []annotations.Name{annotations.CASecret}, func(m *member) (string, bool) {
		if m.authority == nil {
			return "", m.authorityBroken
		}
		return m.authority.Name, false
	})
	if authority != nil {
		decided.authority = authority.authority.Name
		b.stack.CACertificates = append(b.stack.CACertificates, *authority.authority)
	}
	decided.keepCA = broken
	return decided
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
// broken one. Others that say something else are told that it has no effect.
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
				"annotation %q has no effect: the listeners are shared, and %s, which claimed a path of the instance first, says something else",
				key, namedFor(m, decider))})
		case value != decider.config.Values[name]:
			b.tellConflict(m, decider, name)
		}
	}
}

// addACL adds a member's list to the stack and returns its use.
func (b *builder) addACL(m *member) cloud.ACL {
	name, acl := annotations.AllowCIDRs, cloud.ACL{Type: "white", Lists: listAllow}
	if _, ok := m.config.Values[annotations.DenyCIDRs]; ok {
		name, acl = annotations.DenyCIDRs, cloud.ACL{Type: "black", Lists: listDeny}
	}
	entries, _ := annotations.ParseNetworks(m.config.Values[name]) // read before
	b.stack.ACLs = append(b.stack.ACLs, cloud.AccessControlList{
		Name: acl.Lists, Entries: entries, Source: m.source(annotationField(m.config.Key(name))),
	})
	return acl
}

// decidePorts settles the ports of the instance: 80, 443 and those that the first member with a word
// on it adds; while that word is broken, those on record.
func (b *builder) decidePorts(members []*member) []annotations.Port {
	ports := []annotations.Port{{Number: portHTTP, Protocol: cloud.HTTP}, {Number: portHTTPS, Protocol: cloud.HTTPS}}
	broken, first := b.first(members, []annotations.Name{annotations.ListenPorts}, func(m *member) (string, bool) {
		if more := m.ports(); len(more) > 0 {
			return fmt.Sprint(more), false
		}
		return "", m.portsBroken
	})
	switch {
	case broken:
		return append(ports, b.recordedPorts()...)
	case first != nil:
		ports = slices.Concat(ports, first.ports())
	}
	return ports
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
