package cloud

import (
	"fmt"
	"slices"
)

// Grant says on what account changes are made. The zero Grant permits nothing.
type Grant struct {
	// Synced: what the wanted state was made from has been read in full.
	Synced bool
	// ProtectionOurs: delete protection of the instance was set by us and may be lifted.
	ProtectionOurs bool
	// TakeOver: listeners 80 and 443 of an instance that is reused were handed over, whosoever's
	// they are.
	TakeOver bool
}

// Permit is the last check before a change is sent, by what is known of the service rather than by
// what was planned. It returns nil if the change touches nothing but what carries the owner's marks
// or was handed over, and an [*Error] of kind Barred otherwise.
func (g Grant) Permit(owner Owner, got Observed, c Change) error {
	why := "the controller's caches are not filled yet"
	if g.Synced {
		why = permission{grant: g, owner: owner, got: got}.refuse(c)
	}
	if why == "" {
		return nil
	}
	return &Error{Kind: Barred, Op: c.Op(), Message: fmt.Sprintf("not sent, %s: %s", c.Target(), why)}
}

// permission is one look at what is known.
type permission struct {
	grant Grant
	owner Owner
	got   Observed
}

const notOurs = "it does not carry this group's marks"

func unless(allowed bool, why string) string {
	if allowed {
		return ""
	}
	return why
}

// refuse returns why a change may not be made; "" if it may.
func (p permission) refuse(c Change) string {
	switch c := c.(type) {
	case CreateLoadBalancer:
		return unless(p.got.Instance == nil, "there is an instance")
	case UploadCertificate, UploadCACertificate, CreateACL:
		return "" // new, and on nobody's instance
	case CreateListener, StartListener, CreateRules, CreateExtension, CreateServerGroup:
		return unless(p.held(), "the instance is neither made for this group nor claimed by this cluster")
	case TagLoadBalancer:
		return p.refuseTag(c)
	case UntagLoadBalancer:
		mine := func(key string) bool { return key == p.owner.ClaimKey() }
		return unless(p.owned() || !slices.ContainsFunc(c.Keys, func(key string) bool { return !mine(key) }), notOurs)
	case SetDeleteProtection:
		return unless(p.owned() && (c.On || p.grant.ProtectionOurs), "the instance or its delete protection is not ours")
	case SetLoadBalancerName, ModifyLoadBalancerInstanceSpec, ModifyLoadBalancerInternetSpec, SetLoadBalancerModificationProtection:
		return unless(p.owned(), notOurs)
	case DeleteLoadBalancer:
		return unless(p.owned() && !p.got.Instance.DeleteProtection, "the instance is not ours or protected")
	default:
		return p.refuseContent(c)
	}
}

// refuseContent judges changes of what is on instances and beside them.
func (p permission) refuseContent(c Change) string {
	switch c := c.(type) {
	case SetListener:
		return unless(p.listener(c.Listener.Port), notOurs)
	case TagListener:
		return unless(p.listener(c.Port), notOurs)
	case DeleteListener:
		return unless(p.listener(c.Port), notOurs)
	case SetRule:
		return unless(p.rule(c.Rule), notOurs)
	case DeleteRules:
		return unless(!slices.ContainsFunc(c.Rules, func(r Rule) bool { return !p.rule(r) }), notOurs)
	case SetExtension:
		return unless(p.extension(c.Extension), notOurs)
	case DeleteExtension:
		return unless(p.extension(c.Extension), notOurs)
	case AddMembers, SetMembers, RemoveMembers, DeleteServerGroup:
		_, ours := p.got.Ours.ServerGroup(c.Target().Name)
		return unless(ours, notOurs)
	case AddACLEntries, RemoveACLEntries, DeleteACL:
		_, ours := p.got.Ours.ACL(c.Target().Name)
		return unless(ours, notOurs)
	case DeleteCertificate:
		return unless(slices.ContainsFunc(p.got.Ours.Certificates, func(o Certificate) bool { return o.Name == c.Name }), notOurs)
	case DeleteCACertificate:
		return unless(slices.ContainsFunc(p.got.Ours.CACertificates, func(o CACertificate) bool { return o.Name == c.Name }), notOurs)
	default:
		return "nobody knows this change"
	}
}

func (p permission) owned() bool { return p.got.Owned(p.owner) }

// held tells whether the instance is ours to work on: made for the owner, or claimed.
func (p permission) held() bool {
	return p.got.Instance == nil || p.owned() || p.claimed()
}

func (p permission) claimed() bool {
	_, ok := p.got.Instance.Tags[p.owner.ClaimKey()]
	return ok
}

// refuseTag lets an instance of ours be tagged, and a claim be put on one that is nobody's.
func (p permission) refuseTag(c TagLoadBalancer) string {
	if p.owned() {
		return ""
	}
	for key := range c.Tags {
		if key != p.owner.ClaimKey() {
			return notOurs
		}
	}
	if p.got.Instance == nil || p.got.Instance.ServiceManaged {
		return "the instance is somebody else's"
	}
	for _, mark := range []string{TagCluster, TagACK, TagKeep} {
		if _, taken := p.got.Instance.Tags[mark]; taken {
			return "the instance is somebody else's"
		}
	}
	return ""
}

// listener tells whether the listener on a port is ours or handed over.
func (p permission) listener(port int) bool {
	_, ours := p.got.Ours.Listener(port)
	return ours || p.handedOver(port)
}

// handedOver tells whether somebody else's listener on a port, with all that is on it, is handed
// over. Only ports that every group listens on are, and only after the claim.
func (p permission) handedOver(port int) bool {
	_, ours := p.got.Ours.Listener(port)
	return p.grant.TakeOver && !ours && (port == 80 || port == 443) && p.got.Instance != nil && p.held()
}

func (p permission) rule(r Rule) bool {
	ours := slices.ContainsFunc(p.got.Ours.Rules, func(o Rule) bool { return o.Ref() == r.Ref() })
	return ours || p.handedOver(r.Port)
}

func (p permission) extension(e Extension) bool {
	ours := slices.ContainsFunc(p.got.Ours.Extensions, func(o Extension) bool { return o.Ref() == e.Ref() })
	return ours || p.handedOver(e.Port)
}
