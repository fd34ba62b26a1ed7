package fakecloud

import (
	"maps"
	"slices"
)

func (t *txn) createGroup() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	wanted, err := t.createTags()
	if err != nil {
		return nil, err
	}
	g := &group{instance: i.ID, name: t.p["VServerGroupName"], created: t.now, tags: wanted, managed: i.ServiceManaged}
	if t.p["BackendServers"] != "" {
		list, err := t.members("BackendServers")
		if err != nil {
			return nil, err
		}
		if g.members, err = t.join(g, nil, list); err != nil {
			return nil, err
		}
	}
	g.id = t.c.ids.next("rsp")
	t.touch(g.id)
	t.st.groups[g.id] = g
	t.extend(i)
	return object{"VServerGroupId": g.id, "BackendServers": memberList(g.members)}, nil
}

func (t *txn) setGroup() (object, *Error) {
	g, err := t.group()
	if err != nil {
		return nil, err
	}
	name, text := t.p["VServerGroupName"], t.p["BackendServers"]
	if name == "" && text == "" {
		return nil, missing("VServerGroupName")
	}
	if text != "" {
		list, err := t.members("BackendServers")
		if err != nil {
			return nil, err
		}
		n, cut := t.batch(len(list))
		t.reweigh(g, list[:n])
		if cut != nil {
			return nil, cut
		}
	}
	if name != "" {
		g.name = name
	}
	return object{"VServerGroupId": g.id, "VServerGroupName": g.name, "BackendServers": memberList(g.members)}, nil
}

// reweigh changes weight and description of members that are there; it adds none.
func (t *txn) reweigh(g *group, list []member) {
	for _, m := range list {
		for n := range g.members {
			if g.members[n].same(m) {
				g.members[n].weight, g.members[n].description = m.weight, m.description
			}
		}
	}
	t.busyGroup(g)
}

func (t *txn) busyGroup(g *group) {
	if d := t.c.opts.Busy.Group; d > 0 {
		g.busyUntil = t.now.Add(d)
	}
}

func (t *txn) deleteGroup() (object, *Error) {
	g, err := t.group()
	if err != nil {
		return nil, err
	}
	listeners, rules := t.st.usersOf(g.id)
	switch {
	case len(listeners) > 0 || t.st.lingers("vip/"+g.id, t.now):
		return nil, refuse("RspoolVipExist", "The group %s is used by a listener.", g.id)
	case len(rules) > 0 || t.st.lingers("rule/"+g.id, t.now):
		return nil, refuse("RspoolRuleExist", "The group %s is used by a forwarding rule.", g.id)
	}
	delete(t.st.groups, g.id)
	return object{}, nil
}

// usersOf lists the listeners and rules that point at a group, in order of instance and port.
func (s *state) usersOf(id string) ([]place, []*rule) {
	var listeners []place
	var rules []*rule
	for _, lb := range slices.Sorted(maps.Keys(s.instances)) {
		i := s.instances[lb]
		for _, port := range i.ports() {
			l := i.listeners[port]
			if l.group == id {
				listeners = append(listeners, place{l, i})
			}
			for _, r := range l.rules {
				if r.group == id {
					rules = append(rules, r)
				}
			}
		}
	}
	return listeners, rules
}

func (t *txn) describeGroups() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	wanted, err := t.tagFilter()
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, id := range slices.Sorted(maps.Keys(t.st.groups)) {
		g := t.st.groups[id]
		named := t.p["Description"] == "" || t.p["Description"] == g.name
		if g.instance == i.ID && named && wanted.allOf(g.tags) {
			found = append(found, t.listedGroup(g))
		}
	}
	return object{"VServerGroups": object{"VServerGroup": found}}, nil
}

func (t *txn) listedGroup(g *group) object {
	o := object{
		"VServerGroupId": g.id, "VServerGroupName": g.name, "ServerCount": len(g.members),
		"CreateTime": clockText(g.created), "Tags": tagList(g.tags), "ServiceManagedMode": g.managed,
	}
	listeners, rules := t.st.usersOf(g.id)
	uses := object{}
	if t.p["IncludeListener"] == "true" {
		list := []object{}
		for _, at := range listeners {
			list = append(list, object{"LoadBalancerId": at.lb.ID, "Port": at.port, "Protocol": at.protocol})
		}
		uses["Listeners"] = object{"Listener": list}
	}
	if t.p["IncludeRule"] == "true" {
		uses["Rules"] = object{"Rule": ruleList(rules)}
	}
	if len(uses) > 0 {
		o["AssociatedObjects"] = uses
	}
	return o
}

func (t *txn) describeGroupAttribute() (object, *Error) {
	g, err := t.group()
	if err != nil {
		return nil, err
	}
	return object{
		"VServerGroupId": g.id, "VServerGroupName": g.name, "LoadBalancerId": g.instance,
		"CreateTime": clockText(g.created), "Tags": tagList(g.tags), "ServiceManagedMode": g.managed,
		"BackendServers": memberList(g.members),
	}, nil
}
