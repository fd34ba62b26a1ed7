package cloud

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// After returns what the service has once the change was made, given the ids that the call
// returned. It is the model by which a plan's end is known without reading the service again, and
// by which the planner's promises are tested. o is not changed.
func (o Observed) After(owner Owner, c Change, ids IDs) Observed {
	next := o.Clone()
	maps.Copy(next.IDs, ids)
	c.effect(&next, owner, ids)
	next.Ours.Normalize()
	return next
}

func (c CreateLoadBalancer) effect(o *Observed, owner Owner, ids IDs) {
	lb := c.LoadBalancer
	tags := owner.Tags()
	maps.Copy(tags, lb.Tags)
	o.Instance = &Instance{
		ID: ids[LoadBalancerRef()], Name: lb.Name, Address: lb.Address, AddressType: lb.AddressType, Spec: lb.Spec,
		ChargeType: cmp.Or(lb.ChargeType, ChargeBySpec), Status: StatusActive, VSwitchID: lb.VSwitchID,
		MasterZone: lb.MasterZone, SlaveZone: lb.SlaveZone, ResourceGroup: lb.ResourceGroup,
		DeleteProtection: lb.DeleteProtection, Tags: tags,
		InternetChargeType:     cmp.Or(lb.InternetChargeType, PayByTraffic),
		Bandwidth:              lb.Bandwidth,
		ModificationProtection: cmp.Or(lb.ModificationProtection, NonProtection),
	}
}

func (c TagLoadBalancer) effect(o *Observed, _ Owner, _ IDs) {
	if o.Instance.Tags == nil {
		o.Instance.Tags = map[string]string{}
	}
	maps.Copy(o.Instance.Tags, c.Tags)
}

func (c UntagLoadBalancer) effect(o *Observed, _ Owner, _ IDs) {
	for _, key := range c.Keys {
		delete(o.Instance.Tags, key)
	}
}

func (c SetDeleteProtection) effect(o *Observed, _ Owner, _ IDs) {
	o.Instance.DeleteProtection = c.On
}

func (c SetLoadBalancerName) effect(o *Observed, _ Owner, _ IDs) { o.Instance.Name = c.Name }

func (c ModifyLoadBalancerInstanceSpec) effect(o *Observed, _ Owner, _ IDs) {
	o.Instance.Spec = c.Spec
}

func (c ModifyLoadBalancerInternetSpec) effect(o *Observed, _ Owner, _ IDs) {
	o.Instance.InternetChargeType, o.Instance.Bandwidth = c.ChargeType, c.Bandwidth
}

func (c SetLoadBalancerModificationProtection) effect(o *Observed, _ Owner, _ IDs) {
	o.Instance.ModificationProtection = c.Status
}

func (DeleteLoadBalancer) effect(o *Observed, _ Owner, _ IDs) {
	for ref := range o.IDs {
		if !ref.Kind.Regional() {
			delete(o.IDs, ref)
		}
	}
	o.Instance, o.Foreign, o.Ours = nil, Foreign{}, o.Ours.Regional()
}

func (c CreateListener) effect(o *Observed, _ Owner, _ IDs) {
	l := c.Listener
	l.Running = false
	o.Ours.Listeners = append(o.Ours.Listeners, l)
	o.IDs[l.Ref()] = ID(strconv.Itoa(l.Port))
}

func (c SetListener) effect(o *Observed, _ Owner, _ IDs) {
	for _, list := range [][]Listener{o.Ours.Listeners, o.Foreign.Listeners} {
		for i, l := range list {
			if l.Port == c.Listener.Port {
				list[i] = c.Listener
				list[i].Running = l.Running
			}
		}
	}
}

func (c StartListener) effect(o *Observed, _ Owner, _ IDs) {
	for _, list := range [][]Listener{o.Ours.Listeners, o.Foreign.Listeners} {
		for i := range list {
			if list[i].Port == c.Port {
				list[i].Running = true
			}
		}
	}
}

func (c TagListener) effect(o *Observed, _ Owner, _ IDs) {
	i := slices.IndexFunc(o.Foreign.Listeners, func(l Listener) bool { return l.Port == c.Port })
	if i < 0 {
		return
	}
	o.Ours.Listeners = append(o.Ours.Listeners, o.Foreign.Listeners[i])
	o.Foreign.Listeners = slices.Delete(o.Foreign.Listeners, i, i+1)
}

func (c DeleteListener) effect(o *Observed, _ Owner, _ IDs) {
	on := func(l Listener) bool { return l.Port == c.Port }
	o.Ours.Listeners = slices.DeleteFunc(o.Ours.Listeners, on)
	o.Foreign.Listeners = slices.DeleteFunc(o.Foreign.Listeners, on)
	delete(o.IDs, ListenerRef(c.Port))
	o.dropRules(func(r Rule) bool { return r.Port == c.Port })
	o.dropExtensions(func(e Extension) bool { return e.Port == c.Port })
}

func (c CreateRules) effect(o *Observed, _ Owner, _ IDs) {
	for _, r := range c.Rules {
		r.Own = Spread{}
		o.Ours.Rules = append(o.Ours.Rules, r)
	}
}

func (c SetRule) effect(o *Observed, _ Owner, _ IDs) {
	for i, r := range o.Ours.Rules {
		if r.Ref() == c.Rule.Ref() {
			o.Ours.Rules[i].Group, o.Ours.Rules[i].Own = c.Rule.Group, c.Rule.Own
		}
	}
}

func (c DeleteRules) effect(o *Observed, _ Owner, _ IDs) {
	gone := make(map[Ref]bool, len(c.Rules))
	for _, r := range c.Rules {
		gone[r.Ref()] = true
	}
	o.dropRules(func(r Rule) bool { return gone[r.Ref()] })
}

func (o *Observed) dropRules(gone func(Rule) bool) {
	drop := func(r Rule) bool {
		if gone(r) {
			delete(o.IDs, r.Ref())
			return true
		}
		return false
	}
	o.Ours.Rules = slices.DeleteFunc(o.Ours.Rules, drop)
	o.Foreign.Rules = slices.DeleteFunc(o.Foreign.Rules, drop)
}

func (c CreateExtension) effect(o *Observed, _ Owner, _ IDs) {
	o.Ours.Extensions = append(o.Ours.Extensions, c.Extension)
}

func (c SetExtension) effect(o *Observed, _ Owner, _ IDs) {
	for i, e := range o.Ours.Extensions {
		if e.Ref() == c.Extension.Ref() {
			o.Ours.Extensions[i].Certificate = c.Extension.Certificate
		}
	}
}

func (c DeleteExtension) effect(o *Observed, _ Owner, _ IDs) {
	o.dropExtensions(func(e Extension) bool { return e.Ref() == c.Extension.Ref() })
}

func (o *Observed) dropExtensions(gone func(Extension) bool) {
	drop := func(e Extension) bool {
		if gone(e) {
			delete(o.IDs, e.Ref())
			return true
		}
		return false
	}
	o.Ours.Extensions = slices.DeleteFunc(o.Ours.Extensions, drop)
	o.Foreign.Extensions = slices.DeleteFunc(o.Foreign.Extensions, drop)
}

func (c CreateServerGroup) effect(o *Observed, _ Owner, _ IDs) {
	o.Ours.ServerGroups = append(o.Ours.ServerGroups, c.Group)
}

func (c AddMembers) effect(o *Observed, _ Owner, _ IDs) {
	o.editGroup(c.Group, func(have []Member) []Member { return append(have, c.Members...) })
}

func (c SetMembers) effect(o *Observed, _ Owner, _ IDs) {
	o.editGroup(c.Group, func(have []Member) []Member {
		for i, m := range have {
			if j := slices.IndexFunc(c.Members, m.Same); j >= 0 {
				have[i].Weight = c.Members[j].Weight
			}
		}
		return have
	})
}

func (c RemoveMembers) effect(o *Observed, _ Owner, _ IDs) {
	o.editGroup(c.Group, func(have []Member) []Member {
		return slices.DeleteFunc(have, func(m Member) bool { return slices.ContainsFunc(c.Members, m.Same) })
	})
}

// editGroup replaces a group's members by what edit makes of a copy of them.
func (o *Observed) editGroup(name string, edit func([]Member) []Member) {
	for i, g := range o.Ours.ServerGroups {
		if g.Name == name {
			o.Ours.ServerGroups[i].Members = edit(slices.Clone(g.Members))
		}
	}
}

func (c DeleteServerGroup) effect(o *Observed, _ Owner, _ IDs) {
	o.Ours.ServerGroups = slices.DeleteFunc(o.Ours.ServerGroups, func(g ServerGroup) bool { return g.Name == c.Name })
	delete(o.IDs, ServerGroupRef(c.Name))
}

func (c UploadCertificate) effect(o *Observed, _ Owner, _ IDs) {
	// The service never gives contents back, so neither does the memory of it.
	o.Ours.Certificates = append(o.Ours.Certificates, Certificate{
		Name: c.Certificate.Name, NotAfter: c.Certificate.NotAfter,
	})
	o.RegionCertificates++
}

func (c DeleteCertificate) effect(o *Observed, _ Owner, _ IDs) {
	had := len(o.Ours.Certificates)
	o.Ours.Certificates = slices.DeleteFunc(o.Ours.Certificates, func(x Certificate) bool { return x.Name == c.Name })
	o.RegionCertificates -= had - len(o.Ours.Certificates)
	delete(o.IDs, CertificateRef(c.Name))
}

func (c CreateACL) effect(o *Observed, _ Owner, _ IDs) {
	o.Ours.ACLs = append(o.Ours.ACLs, AccessControlList{Name: c.List.Name})
}

func (c AddACLEntries) effect(o *Observed, _ Owner, _ IDs) {
	o.editACL(c.List, func(have []string) []string { return append(have, c.Entries...) })
}

func (c RemoveACLEntries) effect(o *Observed, _ Owner, _ IDs) {
	o.editACL(c.List, func(have []string) []string {
		return slices.DeleteFunc(have, func(e string) bool { return slices.Contains(c.Entries, e) })
	})
}

// editACL replaces a list's entries by what edit makes of a copy of them.
func (o *Observed) editACL(name string, edit func([]string) []string) {
	for i, a := range o.Ours.ACLs {
		if a.Name == name {
			o.Ours.ACLs[i].Entries = edit(slices.Clone(a.Entries))
		}
	}
}

func (c DeleteACL) effect(o *Observed, _ Owner, _ IDs) {
	o.Ours.ACLs = slices.DeleteFunc(o.Ours.ACLs, func(a AccessControlList) bool { return a.Name == c.Name })
	delete(o.IDs, ACLRef(c.Name))
}

func (c UploadCACertificate) effect(o *Observed, _ Owner, _ IDs) {
	o.Ours.CACertificates = append(o.Ours.CACertificates, CACertificate{
		Name: c.Certificate.Name, NotAfter: c.Certificate.NotAfter,
	})
}

func (c DeleteCACertificate) effect(o *Observed, _ Owner, _ IDs) {
	o.Ours.CACertificates = slices.DeleteFunc(o.Ours.CACertificates, func(x CACertificate) bool { return x.Name == c.Name })
	delete(o.IDs, CACertificateRef(c.Name))
}
