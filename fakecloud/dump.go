package fakecloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// State is the account in a printable form: one block per resource, sorted, without times, so that two
// accounts can be compared and a test can keep one as text. It holds no secret.
type State struct {
	Instances    []string
	Listeners    []string
	Rules        []string
	Extensions   []string
	Groups       []string
	Certificates []string
	ACLs         []string
}

// Empty says whether the account holds nothing.
func (d State) Empty() bool { return d.String() == "" }

// String is one line per resource.
func (d State) String() string {
	lines := slices.Concat(d.Instances, d.Listeners, d.Rules, d.Extensions, d.Groups, d.Certificates, d.ACLs)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// Dump is the truth at this moment, stale views aside.
func (c *Cloud) Dump() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now()
	c.advance(now)
	d := State{}
	for _, id := range slices.Sorted(maps.Keys(c.st.instances)) {
		i := c.st.instances[id]
		d.Instances = append(d.Instances, fmt.Sprintf("instance %s name=%s %s %s spec=%s status=%s protected=%t tags=%s",
			id, i.Name, i.AddressType, i.Address, i.Spec, i.status(), i.DeleteProtection, tagText(i.Tags)))
		for _, port := range i.ports() {
			d.addListener(place{i.listeners[port], i}, i.listeners[port].status(now))
		}
	}
	d.addGroups(c.st)
	d.addRegional(c.st)
	return d
}

func (d *State) addListener(at place, status string) {
	l := at.listener
	where := fmt.Sprintf("%s/%d", at.lb.ID, l.port)
	d.Listeners = append(d.Listeners, fmt.Sprintf("listener %s %s %s group=%s acl=%s tags=%s %s",
		where, l.protocol, status, l.group, strings.Join(l.aclIDs, ","), tagText(l.tags), tagText(tags(l.attrs))))
	var rules []string
	for _, r := range l.rules {
		rules = append(rules, fmt.Sprintf("rule %s %s%s name=%s id=%s group=%s %s",
			where, r.domain, r.url, r.name, r.id, r.group, tagText(tags(r.attrs))))
	}
	slices.Sort(rules)
	d.Rules = append(d.Rules, rules...)
	var extensions []string
	for _, e := range l.extensions {
		extensions = append(extensions, fmt.Sprintf("extension %s %s id=%s certificate=%s", where, e.domain, e.id, e.cert))
	}
	slices.Sort(extensions)
	d.Extensions = append(d.Extensions, extensions...)
}

func (d *State) addGroups(s *state) {
	for _, id := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[id]
		var members []string
		for _, m := range g.members {
			members = append(members, fmt.Sprintf("%s/%s:%d*%d", m.serverID, m.ip, m.port, m.weight))
		}
		slices.Sort(members)
		d.Groups = append(d.Groups, fmt.Sprintf("group %s name=%s on=%s tags=%s members=[%s]",
			id, g.name, g.instance, tagText(g.tags), strings.Join(members, " ")))
	}
}

func (d *State) addRegional(s *state) {
	for kind, certs := range map[string]map[string]*certificate{"certificate": s.certs, "ca": s.cas} {
		for id, c := range certs {
			d.Certificates = append(d.Certificates, fmt.Sprintf("%s %s name=%s sha1=%s tags=%s",
				kind, id, c.name, c.fingerprint, tagText(c.tags)))
		}
	}
	slices.Sort(d.Certificates)
	for _, id := range slices.Sorted(maps.Keys(s.acls)) {
		var entries []string
		for _, e := range s.acls[id].entries {
			entries = append(entries, e.cidr)
		}
		slices.Sort(entries)
		d.ACLs = append(d.ACLs, fmt.Sprintf("acl %s name=%s tags=%s entries=[%s]",
			id, s.acls[id].name, tagText(s.acls[id].tags), strings.Join(entries, " ")))
	}
}

func tagText(have tags) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(have)) {
		pairs = append(pairs, key+"="+have[key])
	}
	return "{" + strings.Join(pairs, ",") + "}"
}
