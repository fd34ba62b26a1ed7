package cloud

// Limits of one call, as the service documents them.
const (
	MaxRulesPerCall   = 10 // CreateRules, DeleteRules
	MaxMembersPerCall = 20 // every call with BackendServers
	MaxEntriesPerCall = 50 // AddAccessControlListEntry, RemoveAccessControlListEntry
)

// Change is one call of the service's API. The set of changes is closed.
type Change interface {
	// Op is the name of the change, which is also the service's name of the operation wherever
	// that does not depend on the protocol.
	Op() string
	// Target is the resource that changes; for a batch, the first.
	Target() Ref
	// effect edits o, which it owns, as a successful call changes the service. Clients hand in
	// the ids that the call returned.
	effect(o *Observed, owner Owner, ids IDs)
}

// Changes of the load balancer instance.
type (
	// CreateLoadBalancer creates the group's own instance with name, tags and delete protection in
	// one call. Token makes it safe to repeat: at most 64 ASCII characters, and another one for
	// other parameters.
	CreateLoadBalancer struct {
		LoadBalancer LoadBalancer
		Token        string
	}
	// TagLoadBalancer adds tags to the instance: a claim.
	TagLoadBalancer struct{ Tags map[string]string }
	// UntagLoadBalancer removes tags: a claim given up.
	UntagLoadBalancer struct{ Keys []string }
	// SetDeleteProtection switches the instance's delete protection.
	SetDeleteProtection struct{ On bool }
	// SetLoadBalancerName renames the instance.
	SetLoadBalancerName struct{ Name string }
	// ModifyLoadBalancerInstanceSpec changes the spec of an instance that is charged by it.
	ModifyLoadBalancerInstanceSpec struct{ Spec string }
	// ModifyLoadBalancerInternetSpec changes how the traffic of an internet instance is charged. The
	// service puts another charge type into effect at midnight. Bandwidth is 0 for PayByTraffic.
	ModifyLoadBalancerInternetSpec struct {
		ChargeType string
		Bandwidth  int
	}
	// SetLoadBalancerModificationProtection sets whether the console may change the instance.
	SetLoadBalancerModificationProtection struct{ Status string }
	// DeleteLoadBalancer releases the instance and all that is on it.
	DeleteLoadBalancer struct{}
)

// Changes of listeners.
type (
	// CreateListener creates a listener with our tags. The service leaves it stopped.
	CreateListener struct{ Listener Listener }
	// SetListener sets every attribute of a listener that can be set in place.
	SetListener struct{ Listener Listener }
	// StartListener starts a stopped listener.
	StartListener struct {
		Port     int
		Protocol Protocol
	}
	// TagListener marks a listener that was taken over as ours.
	TagListener struct {
		Port     int
		Protocol Protocol
	}
	// DeleteListener deletes a listener with its rules and extensions.
	DeleteListener struct {
		Port     int
		Protocol Protocol
	}
)

// Changes of forwarding rules. A rule's domain and URL are its identity and cannot be set.
type (
	// CreateRules creates at most MaxRulesPerCall rules of one listener, in order. They follow the
	// listener: RuleList has no place for settings of a rule's own.
	CreateRules struct {
		Port     int
		Protocol Protocol
		Rules    []Rule
	}
	// SetRule sets a rule's group and its own settings. The port of a rule's health check can be
	// set, but not back to 0 while the check stays on.
	SetRule struct{ Rule Rule }
	// DeleteRules deletes at most MaxRulesPerCall rules of one listener.
	DeleteRules struct {
		Port     int
		Protocol Protocol
		Rules    []Rule
	}
)

// Changes of domain extensions.
type (
	// CreateExtension creates a domain extension.
	CreateExtension struct{ Extension Extension }
	// SetExtension changes an extension's certificate, the only thing that can be changed.
	SetExtension struct{ Extension Extension }
	// DeleteExtension deletes an extension; the service refuses while its domain has a rule.
	DeleteExtension struct{ Extension Extension }
)

// Changes of vServer groups.
type (
	// CreateServerGroup creates a group with our tags and at most MaxMembersPerCall members.
	CreateServerGroup struct{ Group ServerGroup }
	// AddMembers adds at most MaxMembersPerCall members.
	AddMembers struct {
		Group   string
		Members []Member
	}
	// SetMembers sets the weights of at most MaxMembersPerCall members that are there.
	SetMembers struct {
		Group   string
		Members []Member
	}
	// RemoveMembers removes at most MaxMembersPerCall members. Of several, one whose network
	// interface is gone may spoil the call, which is of kind NotFound then; alone it is removed.
	RemoveMembers struct {
		Group   string
		Members []Member
	}
	// DeleteServerGroup deletes a group; the service refuses while a listener or rule uses it.
	DeleteServerGroup struct{ Name string }
)

// Changes of server certificates.
type (
	// UploadCertificate uploads a certificate with our tags. Every upload makes a new one.
	UploadCertificate struct{ Certificate Certificate }
	// DeleteCertificate deletes a certificate; the service refuses while it is used.
	DeleteCertificate struct{ Name string }
)

// Changes of access control lists.
type (
	// CreateACL creates an empty list with our tags; its Entries are not sent. Names are unique, so
	// the service refuses to repeat it.
	CreateACL struct{ List AccessControlList }
	// AddACLEntries adds at most MaxEntriesPerCall entries that are not there.
	AddACLEntries struct {
		List    string
		Entries []string
	}
	// RemoveACLEntries removes at most MaxEntriesPerCall entries.
	RemoveACLEntries struct {
		List    string
		Entries []string
	}
	// DeleteACL deletes a list; the service refuses while a listener uses it.
	DeleteACL struct{ Name string }
)

// Changes of CA certificates.
type (
	// UploadCACertificate uploads a CA certificate with our tags. Every upload makes a new one.
	UploadCACertificate struct{ Certificate CACertificate }
	// DeleteCACertificate deletes a CA certificate; the service refuses while it is used.
	DeleteCACertificate struct{ Name string }
)

// Op implements Change.
func (CreateLoadBalancer) Op() string  { return "CreateLoadBalancer" }
func (TagLoadBalancer) Op() string     { return "TagLoadBalancer" }
func (UntagLoadBalancer) Op() string   { return "UntagLoadBalancer" }
func (SetDeleteProtection) Op() string { return "SetDeleteProtection" }
func (SetLoadBalancerName) Op() string { return "SetLoadBalancerName" }
func (DeleteLoadBalancer) Op() string  { return "DeleteLoadBalancer" }
func (CreateListener) Op() string      { return "CreateListener" }
func (SetListener) Op() string         { return "SetListener" }
func (StartListener) Op() string       { return "StartListener" }
func (TagListener) Op() string         { return "TagListener" }
func (DeleteListener) Op() string      { return "DeleteListener" }
func (CreateRules) Op() string         { return "CreateRules" }
func (SetRule) Op() string             { return "SetRule" }
func (DeleteRules) Op() string         { return "DeleteRules" }
func (CreateExtension) Op() string     { return "CreateExtension" }
func (SetExtension) Op() string        { return "SetExtension" }
func (DeleteExtension) Op() string     { return "DeleteExtension" }
func (CreateServerGroup) Op() string   { return "CreateServerGroup" }
func (AddMembers) Op() string          { return "AddMembers" }
func (SetMembers) Op() string          { return "SetMembers" }
func (RemoveMembers) Op() string       { return "RemoveMembers" }
func (DeleteServerGroup) Op() string   { return "DeleteServerGroup" }
func (UploadCertificate) Op() string   { return "UploadCertificate" }
func (DeleteCertificate) Op() string   { return "DeleteCertificate" }
func (CreateACL) Op() string           { return "CreateAccessControlList" }
func (AddACLEntries) Op() string       { return "AddAccessControlListEntry" }
func (RemoveACLEntries) Op() string    { return "RemoveAccessControlListEntry" }
func (DeleteACL) Op() string           { return "DeleteAccessControlList" }
func (UploadCACertificate) Op() string { return "UploadCACertificate" }
func (DeleteCACertificate) Op() string { return "DeleteCACertificate" }

// Op implements Change.
func (ModifyLoadBalancerInstanceSpec) Op() string { return "ModifyLoadBalancerInstanceSpec" }

// Op implements Change.
func (ModifyLoadBalancerInternetSpec) Op() string { return "ModifyLoadBalancerInternetSpec" }

// Op implements Change.
func (SetLoadBalancerModificationProtection) Op() string {
	return "SetLoadBalancerModificationProtection"
}

// Target implements Change.
func (ModifyLoadBalancerInstanceSpec) Target() Ref { return LoadBalancerRef() }

// Target implements Change.
func (ModifyLoadBalancerInternetSpec) Target() Ref { return LoadBalancerRef() }

// Target implements Change.
func (SetLoadBalancerModificationProtection) Target() Ref { return LoadBalancerRef() }

// Target implements Change.
func (CreateLoadBalancer) Target() Ref    { return LoadBalancerRef() }
func (TagLoadBalancer) Target() Ref       { return LoadBalancerRef() }
func (UntagLoadBalancer) Target() Ref     { return LoadBalancerRef() }
func (SetDeleteProtection) Target() Ref   { return LoadBalancerRef() }
func (SetLoadBalancerName) Target() Ref   { return LoadBalancerRef() }
func (DeleteLoadBalancer) Target() Ref    { return LoadBalancerRef() }
func (c CreateListener) Target() Ref      { return c.Listener.Ref() }
func (c SetListener) Target() Ref         { return c.Listener.Ref() }
func (c StartListener) Target() Ref       { return ListenerRef(c.Port) }
func (c TagListener) Target() Ref         { return ListenerRef(c.Port) }
func (c DeleteListener) Target() Ref      { return ListenerRef(c.Port) }
func (c CreateRules) Target() Ref         { return c.Rules[0].Ref() }
func (c SetRule) Target() Ref             { return c.Rule.Ref() }
func (c DeleteRules) Target() Ref         { return c.Rules[0].Ref() }
func (c CreateExtension) Target() Ref     { return c.Extension.Ref() }
func (c SetExtension) Target() Ref        { return c.Extension.Ref() }
func (c DeleteExtension) Target() Ref     { return c.Extension.Ref() }
func (c CreateServerGroup) Target() Ref   { return c.Group.Ref() }
func (c AddMembers) Target() Ref          { return ServerGroupRef(c.Group) }
func (c SetMembers) Target() Ref          { return ServerGroupRef(c.Group) }
func (c RemoveMembers) Target() Ref       { return ServerGroupRef(c.Group) }
func (c DeleteServerGroup) Target() Ref   { return ServerGroupRef(c.Name) }
func (c UploadCertificate) Target() Ref   { return c.Certificate.Ref() }
func (c DeleteCertificate) Target() Ref   { return CertificateRef(c.Name) }
func (c CreateACL) Target() Ref           { return c.List.Ref() }
func (c AddACLEntries) Target() Ref       { return ACLRef(c.List) }
func (c RemoveACLEntries) Target() Ref    { return ACLRef(c.List) }
func (c DeleteACL) Target() Ref           { return ACLRef(c.Name) }
func (c UploadCACertificate) Target() Ref { return c.Certificate.Ref() }
func (c DeleteCACertificate) Target() Ref { return CACertificateRef(c.Name) }

// Lossy tells whether repeating a change after an unknown outcome would make a second resource, so
// that the intent has to be on record before it is sent. CreateLoadBalancer has a token, but what
// it made must be found again to be released; groups and certificates have no token. The service
// refuses a repeated listener, rule, extension or access control list.
func Lossy(c Change) bool {
	switch c.(type) {
	case CreateLoadBalancer, CreateServerGroup, UploadCertificate, UploadCACertificate:
		return true
	default:
		return false
	}
}
