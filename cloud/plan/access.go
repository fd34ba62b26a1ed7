package plan

import (
	"fmt"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// fillACLs brings the lists that listeners use to their entries, before any listener uses them:
// what is wanted comes before what is not goes, since a network that goes may hold one that comes.
func (m *maker) fillACLs() {
	for _, want := range m.target.acls {
		have, there := m.got.Ours.ACL(want.Name)
		if !there {
			m.addFor(cloud.CreateACL{List: cloud.AccessControlList{Name: want.Name, Source: want.Source}},
				"there is none"+asked(want.Source), want.Source)
		}
		m.fillACL(want, have.Entries)
	}
}

// fillACL edits one list's entries. Only a full list loses entries first: those that overlap none of
// the new ones while that suffices.
func (m *maker) fillACL(want cloud.AccessControlList, have []string) {
	missing, surplus := minus(want.Entries, have), overlappingLast(minus(have, want.Entries), want.Entries)
	room := m.policy.Limits.EntriesPerACL - len(have)
	for len(missing) > 0 {
		if room <= 0 && len(surplus) > 0 {
			n, why := makeEntryRoom(surplus, want.Entries, min(len(missing), cloud.MaxEntriesPerCall))
			m.removeEntries(want, surplus[:n], why)
			surplus, room = surplus[n:], room+n
			continue
		}
		n := min(len(missing), cloud.MaxEntriesPerCall)
		if room > 0 {
			n = min(n, room)
		}
		m.addFor(cloud.AddACLEntries{List: want.Name, Entries: missing[:n]}, "new"+asked(want.Source), want.Source)
		missing, room = missing[n:], room-n
	}
	for batch := range slices.Chunk(surplus, cloud.MaxEntriesPerCall) {
		m.removeEntries(want, batch, "no longer wanted")
	}
}

// makeEntryRoom says how many of the surplus entries go first, at most n, and why: those that share
// no address with a wanted one, or else those that do, which is announced.
func makeEntryRoom(surplus, wanted []string, n int) (first int, why string) {
	n = min(n, len(surplus))
	harmless := 0
	for harmless < n && !overlaps(surplus[harmless], wanted) {
		harmless++
	}
	if harmless > 0 {
		return harmless, "no longer wanted, and the list is full"
	}
	return n, "no longer wanted; the list is full, so addresses in both these and the next entries change sides until those are there"
}

func (m *maker) removeEntries(list cloud.AccessControlList, entries []string, why string) {
	m.addFor(cloud.RemoveACLEntries{List: list.Name, Entries: entries}, why+asked(list.Source), list.Source)
}

func minus(entries, others []string) []string {
	return slices.DeleteFunc(slices.Clone(entries), func(e string) bool { return slices.Contains(others, e) })
}

// overlappingLast puts entries that share addresses with a wanted one to the end.
func overlappingLast(entries, wanted []string) []string {
	var apart, shared []string
	for _, e := range entries {
		if overlaps(e, wanted) {
			shared = append(shared, e)
		} else {
			apart = append(apart, e)
		}
	}
	return append(apart, shared...)
}

// overlaps tells whether an entry shares addresses with one of others.
func overlaps(entry string, others []string) bool {
	p, err := cloud.ParseNetwork(entry)
	return err == nil && slices.ContainsFunc(others, func(o string) bool {
		q, err := cloud.ParseNetwork(o)
		return err == nil && p.Overlaps(q)
	})
}

// deleteACLs deletes what no listener uses once the other steps are made.
func (m *maker) deleteACLs() {
	for _, a := range m.got.Ours.ACLs {
		if !m.target.use.acls[a.Name] {
			m.add(cloud.DeleteACL{Name: a.Name}, unwanted(a.Name))
		}
	}
}

// uploadCACertificates uploads what is wanted and not there.
func (m *maker) uploadCACertificates() {
	for _, c := range m.target.authorities {
		if !slices.ContainsFunc(m.got.Ours.CACertificates, func(o cloud.CACertificate) bool { return o.Name == c.Name }) {
			m.addFor(cloud.UploadCACertificate{Certificate: c}, "not uploaded for this group yet"+asked(c.Source), c.Source)
		}
	}
}

func (m *maker) deleteCACertificates() {
	for _, c := range m.got.Ours.CACertificates {
		if !m.target.use.authorities[c.Name] {
			m.add(cloud.DeleteCACertificate{Name: c.Name}, unwanted(c.Name))
		}
	}
}

// tighten sets a listener's new access control before rules are created, so that no path is open
// that was never to be.
func (m *maker) tighten(s *site) {
	if s.fate != inPlace || len(s.missing()) == 0 {
		return
	}
	guarded := s.have
	if s.want.ACL != (cloud.ACL{}) {
		guarded.ACL = s.want.ACL
	}
	if s.want.TLS.CACertificate != "" {
		guarded.TLS.CACertificate = s.want.TLS.CACertificate
	}
	if diff := listenerDiff(s.have, guarded); len(diff) > 0 {
		m.addFor(cloud.SetListener{Listener: guarded}, joinDiff(diff)+", before there are new rules"+asked(s.want.Source), s.want.Source)
		s.have = guarded
	}
}

// loosens tells whether a listener is to lose its access control while rules that it guards are
// still there, so that it has to wait for their end. Mutual TLS never ends in place.
func (s *site) loosens() bool {
	return s.fate == inPlace && s.have.ACL != cloud.ACL{} && s.want.ACL == cloud.ACL{} && len(s.surplus()) > 0
}

// loosen takes a listener's access control away once the rules that it guarded are gone.
func (m *maker) loosen(s *site) {
	if !s.loosens() {
		return
	}
	guarded := s.want
	guarded.ACL = s.have.ACL
	m.addFor(cloud.SetListener{Listener: s.want},
		joinDiff(listenerDiff(guarded, s.want))+", after the rules that it guarded"+asked(s.want.Source), s.want.Source)
}

// resolveAccess replaces the access that a listener is to keep by what it has, also where it is
// created anew, and that of a port that has no listener yet by what our other listeners have.
func (m *maker) resolveAccess(l cloud.Listener) cloud.Listener {
	if m.unguarded(l) {
		m.tellUnguarded(l)
		l.ACL = cloud.ACL{Keep: true}
	}
	for _, have := range m.keepers(l) {
		if l.ACL.Keep {
			l.ACL = have.ACL
		}
		if l.TLS.KeepCA && have.Protocol == cloud.HTTPS {
			l.TLS.CACertificate, l.TLS.KeepCA = have.TLS.CACertificate, false
		}
	}
	l.ACL.Keep, l.TLS.KeepCA = false, false
	return l
}

// keepers are the listeners of ours whose access a listener keeps: its own, or else all that there
// are. A redirect has no say.
func (m *maker) keepers(l cloud.Listener) []cloud.Listener {
	if have, ok := m.got.Ours.Listener(l.Port); ok && have.Forward.Port == 0 {
		return []cloud.Listener{have}
	}
	return slices.DeleteFunc(slices.Clone(m.got.Ours.Listeners), func(o cloud.Listener) bool { return o.Forward.Port != 0 })
}

// unguarded tells whether a listener asks for a list that has no entries, or more than fit. Desired
// states have none; should one come, it is no reason to attach a list that admits everybody, or
// nobody.
func (m *maker) unguarded(l cloud.Listener) bool {
	return slices.ContainsFunc(l.ACL.Names(), func(name string) bool {
		a, ok := m.want.ACL(name)
		return !ok || len(a.Entries) == 0 || len(a.Entries) > m.policy.Limits.EntriesPerACL
	})
}

func (m *maker) tellUnguarded(l cloud.Listener) {
	m.tell(l.Source, cloud.InvalidAnnotation, fmt.Sprintf(
		"listener %d asks for access control by %q, which must have 1 to %d entries; its access control stays as it is",
		l.Port, l.ACL.Lists, m.policy.Limits.EntriesPerACL))
}
