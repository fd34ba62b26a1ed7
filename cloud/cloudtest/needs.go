package cloudtest

import (
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func isDelete(c cloud.Change) bool {
	switch x := c.(type) {
	case cloud.DeleteLoadBalancer, cloud.DeleteListener, cloud.DeleteExtension, cloud.DeleteServerGroup,
		cloud.DeleteCertificate, cloud.RemoveMembers, cloud.DeleteACL, cloud.RemoveACLEntries,
		cloud.DeleteCACertificate:
		return true
	case cloud.DeleteRules:
		return len(x.Rules) == 1
	}
	return false
}

// creates are the Refs that a change makes and that the service makes once only.
func creates(c cloud.Change) []cloud.Ref {
	switch x := c.(type) {
	case cloud.CreateListener, cloud.CreateExtension, cloud.CreateACL:
		return []cloud.Ref{c.Target()}
	case cloud.CreateRules:
		return refsOf(x.Rules)
	}
	return nil
}

// needs are the Refs that have to be there for a change.
func needs(c cloud.Change) []cloud.Ref {
	switch x := c.(type) {
	case cloud.CreateListener:
		return ours(listenerNeeds(x.Listener))
	case cloud.SetListener:
		return ours(append(listenerNeeds(x.Listener), x.Target()))
	case cloud.StartListener, cloud.TagListener, cloud.SetExtension, cloud.AddMembers, cloud.SetMembers,
		cloud.AddACLEntries:
		return []cloud.Ref{c.Target()}
	case cloud.CreateRules:
		refs := []cloud.Ref{cloud.ListenerRef(x.Port)}
		for _, r := range x.Rules {
			refs = append(refs, cloud.ServerGroupRef(r.Group))
		}
		return ours(refs)
	case cloud.SetRule:
		return ours([]cloud.Ref{x.Target(), cloud.ServerGroupRef(x.Rule.Group)})
	case cloud.DeleteRules:
		return refsOf(x.Rules)
	case cloud.CreateExtension:
		return ours([]cloud.Ref{cloud.ListenerRef(x.Extension.Port), cloud.CertificateRef(x.Extension.Certificate)})
	}
	return nil
}

func listenerNeeds(l cloud.Listener) []cloud.Ref {
	if l.Forward.Port != 0 {
		return []cloud.Ref{cloud.ListenerRef(l.Forward.Port)}
	}
	refs := []cloud.Ref{cloud.ServerGroupRef(l.Group)}
	for _, name := range l.ACL.Names() {
		refs = append(refs, cloud.ACLRef(name))
	}
	if l.Protocol == cloud.HTTPS {
		refs = append(refs, cloud.CertificateRef(l.TLS.Certificate))
	}
	if l.TLS.CACertificate != "" {
		refs = append(refs, cloud.CACertificateRef(l.TLS.CACertificate))
	}
	return refs
}

// ours leaves out references to what is not ours; the service has those.
func ours(refs []cloud.Ref) []cloud.Ref {
	var out []cloud.Ref
	for _, ref := range refs {
		if !strings.HasPrefix(ref.Name, "id:") {
			out = append(out, ref)
		}
	}
	return out
}

func refsOf(rules []cloud.Rule) []cloud.Ref {
	refs := make([]cloud.Ref, len(rules))
	for i, r := range rules {
		refs[i] = r.Ref()
	}
	return refs
}

// batch is how many things one call carries, and how many it may.
func batch(c cloud.Change) (size, most int) {
	switch x := c.(type) {
	case cloud.CreateRules:
		return len(x.Rules), cloud.MaxRulesPerCall
	case cloud.DeleteRules:
		return len(x.Rules), cloud.MaxRulesPerCall
	case cloud.CreateServerGroup:
		return len(x.Group.Members), cloud.MaxMembersPerCall
	case cloud.AddMembers:
		return len(x.Members), cloud.MaxMembersPerCall
	case cloud.SetMembers:
		return len(x.Members), cloud.MaxMembersPerCall
	case cloud.RemoveMembers:
		return len(x.Members), cloud.MaxMembersPerCall
	case cloud.AddACLEntries:
		return len(x.Entries), cloud.MaxEntriesPerCall
	case cloud.RemoveACLEntries:
		return len(x.Entries), cloud.MaxEntriesPerCall
	}
	return 0, 0
}
