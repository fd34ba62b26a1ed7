package fakecloud

import (
	"maps"
	"slices"
)

// aclBatch is the most entries of one call.
const aclBatch = 50

func (t *txn) createACL() (object, *Error) {
	wanted, err := t.createTags()
	if err != nil {
		return nil, err
	}
	if t.p["AddressIPVersion"] == "ipv6" {
		return nil, refuse("InvalidAction.RegionNotSupport", "IPv6 lists are not offered in this region.")
	}
	if err := t.freeACLName(t.p["AclName"]); err != nil {
		return nil, err
	}
	if len(t.st.acls) >= t.c.opts.Quotas.ACLs {
		return nil, refuse("AclNumberOverLimit", "The region may have %d access control lists.", t.c.opts.Quotas.ACLs)
	}
	a := &acl{id: t.c.ids.next("acl"), name: t.p["AclName"], version: "ipv4", created: t.now, tags: wanted}
	t.touch(a.id)
	t.st.acls[a.id] = a
	return object{"AclId": a.id}, nil
}

// freeACLName: names are unique in a region.
func (t *txn) freeACLName(name string) *Error {
	for _, a := range t.st.acls {
		if a.name == name {
			return refuse("InvalidParameter", "There is already a list with the name %q.", name)
		}
	}
	return nil
}

func (t *txn) describeACLs() (object, *Error) {
	wanted, err := t.tagFilter()
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, id := range slices.Sorted(maps.Keys(t.st.acls)) {
		a := t.st.acls[id]
		if (t.p["AclName"] == "" || t.p["AclName"] == a.name) && wanted.allOf(a.tags) {
			found = append(found, a.answer())
		}
	}
	number, size := t.p.integer("PageNumber", 1), t.p.integer("PageSize", 10)
	shown := page(found, number, size)
	return object{
		"Acls": object{"Acl": shown}, "Count": len(shown), "TotalCount": len(found),
		"PageNumber": number, "PageSize": size,
	}, nil
}

func (a *acl) answer() object {
	return object{
		"AclId": a.id, "AclName": a.name, "AddressIPVersion": a.version, "CreateTime": clockText(a.created),
		"ResourceGroupId": "rg-default", "Tags": tagList(a.tags), "ServiceManagedMode": "Unmanaged",
	}
}

func (t *txn) describeACLAttribute() (object, *Error) {
	a, err := t.acl()
	if err != nil {
		return nil, err
	}
	entries := []object{}
	for _, e := range a.entries {
		if t.p["AclEntryComment"] == "" || t.p["AclEntryComment"] == e.comment {
			entries = append(entries, object{"AclEntryIP": e.cidr, "AclEntryComment": e.comment})
		}
	}
	o := a.answer()
	o["TotalAclEntry"] = len(entries)
	if t.p["Page"] != "" || t.p["PageSize"] != "" {
		entries = page(entries, t.p.integer("Page", 1), t.p.integer("PageSize", 10))
	}
	o["AclEntrys"] = object{"AclEntry": entries}
	o["RelatedListeners"] = object{"RelatedListener": t.st.boundTo(a.id)}
	return o, nil
}

func (s *state) boundTo(id string) []object {
	list := []object{}
	for _, lb := range slices.Sorted(maps.Keys(s.instances)) {
		i := s.instances[lb]
		for _, port := range i.ports() {
			l := i.listeners[port]
			if slices.Contains(l.aclIDs, id) {
				list = append(list, object{
					"LoadBalancerId": lb, "ListenerPort": port, "Protocol": l.protocol, "AclType": l.attrs["AclType"],
				})
			}
		}
	}
	return list
}

func (t *txn) setACLName() (object, *Error) {
	a, err := t.acl()
	if err != nil {
		return nil, err
	}
	if name := t.p["AclName"]; name != a.name {
		if err := t.freeACLName(name); err != nil {
			return nil, err
		}
		a.name = name
	}
	return object{"AclId": a.id}, nil
}

// entries reads AclEntrys. Plain addresses are kept as /32.
func (t *txn) entries() (*acl, []aclEntry, *Error) {
	a, err := t.acl()
	if err != nil {
		return nil, nil, err
	}
	var wanted []struct{ Entry, Comment string }
	text := t.p["AclEntrys"]
	if text != "" && !decodeItems(text, &wanted, "entry", "comment") {
		return nil, nil, refuse("InvalidEntry", "The specified AclEntrys is not a list of entries.")
	}
	if len(wanted) == 0 {
		return nil, nil, refuse("AclEntryEmpty", "AclEntrys names no entry.")
	}
	if len(wanted) > aclBatch {
		return nil, nil, refuse("AclEntryExceedLimit", "AclEntrys holds %d entries: at most %d per call.", len(wanted), aclBatch)
	}
	var list []aclEntry
	for _, w := range wanted {
		prefix, bad := validAddress(w.Entry)
		if bad != nil {
			return nil, nil, refuse("IllegalEntry", "The entry %q is not an IPv4 address or CIDR.", w.Entry)
		}
		list = append(list, aclEntry{prefix.Masked().String(), w.Comment})
	}
	return a, list, nil
}

func (t *txn) addACLEntries() (object, *Error) {
	a, list, err := t.entries()
	if err != nil {
		return nil, err
	}
	next := slices.Clone(a.entries)
	n, cut := t.batch(len(list))
	for _, e := range list[:n] {
		if slices.ContainsFunc(next, func(have aclEntry) bool { return have.cidr == e.cidr }) {
			t.partly = false
			return nil, refuse("InvalidParam.AclEntryExists", "The entry %s exists already.", e.cidr)
		}
		next = append(next, e)
	}
	if len(next) > t.c.opts.Quotas.ACLEntries {
		t.partly = false
		return nil, refuse("AclEntryExceedLimit", "A list may have %d entries.", t.c.opts.Quotas.ACLEntries)
	}
	t.settleACL(a, next)
	return object{}, cut
}

func (t *txn) removeACLEntries() (object, *Error) {
	a, list, err := t.entries()
	if err != nil {
		return nil, err
	}
	n, cut := t.batch(len(list))
	next := slices.DeleteFunc(slices.Clone(a.entries), func(have aclEntry) bool {
		return slices.ContainsFunc(list[:n], func(e aclEntry) bool { return e.cidr == have.cidr })
	})
	t.settleACL(a, next)
	return object{}, cut
}

func (t *txn) settleACL(a *acl, entries []aclEntry) {
	a.entries = entries
	if d := t.c.opts.Busy.ACL; d > 0 {
		a.busyUntil = t.now.Add(d)
	}
}

func (t *txn) deleteACL() (object, *Error) {
	a, err := t.acl()
	if err != nil {
		return nil, err
	}
	if len(t.st.boundTo(a.id)) > 0 || t.st.lingers("acl/"+a.id, t.now) {
		return nil, refuse("OperationFailed.AclBindedWithVip", "The list %s is bound to a listener.", a.id)
	}
	delete(t.st.acls, a.id)
	return object{}, nil
}
