package cloud

import "slices"

// Stack is what one group has, or wants, on one load balancer instance. The zero Stack means that
// nothing should exist.
type Stack struct {
	LoadBalancer   *LoadBalancer
	Listeners      []Listener
	Rules          []Rule
	Extensions     []Extension
	ServerGroups   []ServerGroup
	Certificates   []Certificate
	ACLs           []AccessControlList
	CACertificates []CACertificate
}

// Regional is the part that the service keeps beside instances, so that it outlives them.
func (s Stack) Regional() Stack {
	return Stack{Certificates: s.Certificates, ACLs: s.ACLs, CACertificates: s.CACertificates}
}

// Source is the Kubernetes object, and the field of it, that asked for a resource. It takes no
// part in comparisons; a plan's steps and problems name it.
type Source struct {
	Object Object
	Field  string // such as "spec.rules[0].http.paths[1]"; may be empty
}

// Object names a Kubernetes object.
type Object struct {
	Kind      string // "Ingress", "Service", …
	Namespace string // empty for cluster-scoped objects
	Name      string
	UID       string // may be empty
}

// String gives "Kind namespace/name".
func (o Object) String() string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

// LoadBalancer is a load balancer instance.
//
// In a wanted Stack, ID says which existing instance is to be reused, and an empty ID asks for one
// of our own, which is described by the fields below it.
type LoadBalancer struct {
	ID          ID
	AddressType string // AddressInternet or AddressIntranet; empty with an ID: whichever it has
	Name        string
	// Rename asks that an instance that is there get Name; without it, Name is for one that has to
	// be created. In a wanted Stack only.
	Rename           bool
	ChargeType       string // ChargeBySpec or ChargeByUse; empty: ChargeBySpec
	Spec             string // such as "slb.s1.small"; empty with ChargeByUse
	VSwitchID        string // intranet only
	Address          string // intranet only; empty: the service chooses
	MasterZone       string // empty: the service chooses, and so with SlaveZone and ResourceGroup
	SlaveZone        string
	ResourceGroup    string
	DeleteProtection bool
	Tags             map[string]string

	// What follows is left as it is where it is empty.
	InternetChargeType     string // PayByTraffic or PayByBandwidth
	Bandwidth              int    // Mbit/s, 1–5000; with PayByBandwidth only
	ModificationProtection string // ConsoleProtection or NonProtection

	// Override lets listeners 80 and 443 of a reused instance be taken over.
	Override bool
	// Keep asks that an instance that is there stay, and that none be created: no Ingress needs
	// one now. In a wanted Stack only.
	Keep bool
	// LetGo, with Keep, asks that the instance be marked as its user's from now on. In a wanted Stack
	// only.
	LetGo bool

	Source Source
}

// The address types of an instance.
const (
	AddressInternet = "internet"
	AddressIntranet = "intranet"
)

// Instance is what the service tells about an existing load balancer instance.
type Instance struct {
	ID               ID
	Name             string
	Address          string
	AddressType      string
	Status           string // StatusActive, StatusInactive or StatusLocked
	Spec             string // empty for a shared-performance instance
	ChargeType       string // ChargeBySpec or ChargeByUse
	VPCID            string // empty for an internet instance
	VSwitchID        string
	MasterZone       string
	SlaveZone        string
	ResourceGroup    string
	DeleteProtection bool

	InternetChargeType     string // PayByTraffic or PayByBandwidth
	Bandwidth              int    // Mbit/s; 0 unless PayByBandwidth
	ModificationProtection string // ConsoleProtection or NonProtection

	ServiceManaged bool // another cloud service manages it; nobody else may change it
	Tags           map[string]string
}

// The states of an instance. An inactive one has no running listener; a locked one is in arrears
// and refuses every change.
const (
	StatusActive   = "active"
	StatusInactive = "inactive"
	StatusLocked   = "locked"
)

// How an instance is charged: by its spec, or by use without a fixed spec.
const (
	ChargeBySpec = "PayBySpec"
	ChargeByUse  = "PayByCLCU"
)

// How the traffic of an internet instance is charged.
const (
	PayByTraffic   = "paybytraffic"
	PayByBandwidth = "paybybandwidth"
)

// Whether the console lets people change an instance. The API always does.
const (
	ConsoleProtection = "ConsoleProtection"
	NonProtection     = "NonProtection"
)

// Specs are the specifications of guaranteed-performance instances, smallest first.
func Specs() []string {
	return []string{"slb.s1.small", "slb.s2.small", "slb.s2.medium", "slb.s3.small", "slb.s3.medium", "slb.s3.large"}
}

// Guaranteed tells whether the instance has guaranteed performance, which ENI members, domain
// extensions and TLS policies need. The spec of an instance that is charged by use is not
// documented, so its charge type decides.
func (i Instance) Guaranteed() bool { return i.ChargeType == ChargeByUse || i.Spec != "" }

// Rule is a forwarding rule of one listener. Domain or URL may be empty, never both.
type Rule struct {
	Port   int
	Domain string // lower case; "*." at its start makes it a wildcard
	URL    string // begins with "/" and is longer than that; a plain string prefix
	Group  string // name of the vServer group that serves it
	// Own is how the rule's requests are spread where that differs from what the listener says
	// (ListenerSync off). The zero value follows the listener (ListenerSync on).
	Own Spread

	// Keep asks that a rule that is there stay as it is, and that none be created: the rule's
	// input is broken for now, and it keeps what it last served. Group is empty then.
	Keep bool
	// KeepGroup asks that a rule that is there keep the group it has, as long as that exists. Group
	// is for a rule that has to be created. In a wanted Stack only.
	KeepGroup bool
	// Rank orders rules by claim, oldest first; when the listener has no room for all, those of
	// the highest rank are left out. Rules of equal rank are left out together or not at all
	// where that is possible.
	Rank int

	Source Source
}

// Spread is how requests are spread over a group's members, and which of these take part. As a
// rule's own, all of it counts and nothing comes from the listener.
type Spread struct {
	Scheduler string // "wrr", "wlc" or "rr"; empty: none of the rule's own, and the rest means nothing
	Sticky    Sticky
	// HealthCheck has no Method: SetRule has no parameter for it.
	HealthCheck HealthCheck
}

// Ref is the rule's logical name.
func (r Rule) Ref() Ref { return RuleRef(r.Port, r.Domain, r.URL) }

// Extension is a domain extension: the certificate that an HTTPS listener presents for a domain.
// The service heeds it only while the listener has a rule of the same domain.
type Extension struct {
	Port        int
	Domain      string
	Certificate string // name of the certificate

	// Keep asks that an extension that is there stay as it is, and that none be created: the
	// Secret is broken for now, and the domain keeps the certificate that it last presented.
	// Certificate is empty then. In a wanted Stack only.
	Keep bool
	Rank int // as of a Rule; in a wanted Stack only

	Source Source
}

// Ref is the extension's logical name.
func (e Extension) Ref() Ref { return ExtensionRef(e.Port, e.Domain) }

// ServerGroup is a vServer group. In an observed Stack its name is rebuilt from its tags.
type ServerGroup struct {
	Name    string // "namespace/service/port", what CanaryGroupName makes of it, or EmptyGroup
	Members []Member

	// Hold forbids to remove members or change them: what is known of them is incomplete or in
	// doubt. Members may still be added.
	Hold bool
	// Doubtful are addresses of which it is not known for now whether they are members: a member
	// that has one of them stays. In a wanted Stack only.
	Doubtful []string

	Source Source
}

// EmptyGroup is the name of the group without members that answers 503 for whatever no rule
// matches. No namespace can have this name.
const EmptyGroup = ".default"

// CanaryGroupName is the name of a group that divides the requests of a Service port with a canary,
// which canary says: "namespace/service/port/canary". The canary may have slashes; one that is too
// long for a tag is cut and ends in a hash of the whole.
func CanaryGroupName(group, canary string) string { return group + "/" + Shorten(canary, maxTagValue) }

// Ref is the group's logical name.
func (g ServerGroup) Ref() Ref { return ServerGroupRef(g.Name) }

// Member is a backend server of a vServer group: one address of an elastic network interface.
type Member struct {
	ServerID string // "eni-…"
	IP       string
	Port     int
	Weight   int // 0 to 100; 0 takes no new request
}

// Same tells whether two members are one backend server for the service, which keys them by
// server, address and port.
func (m Member) Same(o Member) bool {
	return m.ServerID == o.ServerID && m.IP == o.IP && m.Port == o.Port
}

// Listener returns the listener on a port.
func (s Stack) Listener(port int) (Listener, bool) {
	i := slices.IndexFunc(s.Listeners, func(l Listener) bool { return l.Port == port })
	if i < 0 {
		return Listener{}, false
	}
	return s.Listeners[i], true
}

// ServerGroup returns the vServer group of a name.
func (s Stack) ServerGroup(name string) (ServerGroup, bool) {
	i := slices.IndexFunc(s.ServerGroups, func(g ServerGroup) bool { return g.Name == name })
	if i < 0 {
		return ServerGroup{}, false
	}
	return s.ServerGroups[i], true
}
