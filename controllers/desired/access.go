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
	acl       cloud.ACL
	authority string // name of the CA certificate
	keepCA    bool
}

// guard reads what a member says of who may reach it, and tells what is wrong. A member whose word
// cannot be read is withheld: what is served of it stays as it is and nothing is added, since that
// could be open to more than its author said.
func (b *builder) guard(m *member, faults []annotations.Fault) {
	for _, f := range faults {
		switch f.Key {
		case m.config.Key(annotations.AllowCIDRs), m.config.Key(annotations.DenyCIDRs):
			m.listBroken = true
		case m.config.Key(annotations.CASecret):
			m.authorityBroken = true
		case m.config.Key(annotations.ListenPorts):
			m.portsBroken = true
		}
	}
	_, allows := m.config.Values[annotations.AllowCIDRs]
	_, denies := m.config.Values[annotations.DenyCIDRs]
	if allows && denies {
		m.listBroken = true
		b.tell(m.Ingress, annotationField(m.config.Key(annotations.DenyCIDRs)), fault{reason: cloud.InvalidAnnotation, message: fmt.Sprintf(
			"annotation %q cannot stand beside %q: a listener either admits the networks of a list or refuses them; remove one of the two",
			m.config.Key(annotations.DenyCIDRs), m.config.Key(annotations.AllowCIDRs))})
	}
	if name, ok := m.config.Values[annotations.CASecret]; ok {
		m.authority = b.authority(m, types.NamespacedName{Namespace: m.Namespace, Name: name})
		m.authorityBroken = m.authority == nil
	}
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
	broken, list := b.first(members, annotations.AllowCIDRs, func(m *member) (string, bool) {
		return m.networks(), m.listBroken
	})
	if list != nil {
		decided.acl = b.addACL(list)
	}
	decided.acl.Keep = broken
	broken, authority := b.first(members, annotations.CASecret, func(m *member) (string, bool) {
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

// networks is a member's list as one text; empty if it has none that can be used.
func (m *member) networks() string {
	if m.listBroken {
		return ""
	}
	for _, name := range []annotations.Name{annotations.AllowCIDRs, annotations.DenyCIDRs} {
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
func (b *builder) first(members []*member, name annotations.Name, says func(*member) (word string, broken bool)) (broken bool, first *member) {
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
			key := m.config.Key(name)
			if _, denies := m.config.Values[annotations.DenyCIDRs]; denies && name == annotations.AllowCIDRs {
				key = m.config.Key(annotations.DenyCIDRs)
			}
			b.tell(m.Ingress, annotationField(key), fault{reason: cloud.AnnotationConflict, message: fmt.Sprintf(
				"annotation %q has no effect: the listeners are shared, and %s, which claimed a path of the instance first, says something else",
				key, namedFor(m, decider))})
		}
	}
	return broken, first
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
	broken, first := b.first(members, annotations.ListenPorts, func(m *member) (string, bool) {
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
