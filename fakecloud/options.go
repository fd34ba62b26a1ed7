package fakecloud

import (
	"net/netip"
	"time"
)

// The key pair that a Cloud accepts when Options.AccessKeys is nil.
const (
	DefaultAccessKeyID     = "LTAIfake0000000000000000"
	DefaultAccessKeySecret = "fake-access-key-secret"
)

// The network that exists when Options.VSwitches is nil.
const (
	DefaultVPC     = "vpc-fake"
	DefaultVSwitch = "vsw-fake"
)

// The resource groups that exist when Options.ResourceGroups is nil. An instance is in the first unless
// another one is asked for.
const (
	DefaultResourceGroup = "rg-default"
	SharedResourceGroup  = "rg-shared"
)

// Options describe the account that a Cloud holds. The zero value is a usable account: region
// cn-hangzhou, one VPC with one vSwitch, one key pair, documented quotas, no busy windows, the
// harsher side of every switch.
type Options struct {
	Region  string // default cn-hangzhou
	Account string // numeric uid, part of certificate ids; default 1234567890123456
	// Zones are the primary zone and its standby; default <region>-b and <region>-g.
	Zones [2]string
	// VSwitches are the networks of the region; default DefaultVSwitch in DefaultVPC, 10.0.0.0/8.
	VSwitches []VSwitch
	// ResourceGroups are those of the account; default DefaultResourceGroup and SharedResourceGroup.
	ResourceGroups []string
	// AccessKeys maps key ids to secrets. Default: the one exported pair.
	AccessKeys map[string]string
	// SecurityTokens maps key ids to the STS token that has to come with them. A key that is not
	// listed is accepted with or without a token.
	SecurityTokens map[string]string
	// Policies maps key ids to the RAM policies of their users; a call that one does not allow is
	// answered Forbidden.RAM. A key that is not listed is that of the account itself.
	Policies map[string]*RAMPolicy
	// Seed fixes every id and request id that the Cloud makes.
	Seed int64
	// Now is the clock; nil is time.Now. With a clock of your own call Cloud.Tick after moving it,
	// if somebody waits on Cloud.Changed.
	Now func() time.Time
	// Addresses are handed out to internet and intranet instances; default 127.0.100.0/24.
	Addresses netip.Prefix
	// ENICIDR, when valid, makes each IP in it a secondary IP of the network interface ENIID(ip).
	ENICIDR netip.Prefix

	Quotas   Quotas
	Rates    Rates
	Switches Switches
	Busy     Windows

	// JournalLimit bounds the journal: the oldest calls are forgotten. Zero keeps all of them.
	JournalLimit int
}

// VSwitch is one subnet. Several entries with one VPC make a VPC of several vSwitches.
type VSwitch struct {
	ID   string
	VPC  string
	Zone string // default the first zone
	CIDR netip.Prefix
}

// Quotas are the limits of an account. A zero field takes the documented default.
type Quotas struct {
	Instances        int // 60
	Listeners        int // 50 per instance
	Rules            int // 40 per listener
	DomainExtensions int // 3 per listener
	Backends         int // 200 memberships per instance
	Attached         int // 50 groups per server and IP
	Certificates     int // 100
	CACertificates   int // 100
	ACLs             int // 200
	ACLEntries       int // 300 per list
	ACLListeners     int // 50 per list
	Tags             int // 20 per resource
}

// Rates limit the calls of one operation in one minute; a call above it is answered Throttling.User.
// Zero is no limit. Seen in practice: 90 for most writes, 3000 for reads.
type Rates struct {
	Writes int
	Reads  int
}

// Windows are how long the service stays busy after a write. Zero is not at all, so that a unit test
// meets them only when it asks.
type Windows struct {
	Starting    time.Duration // a started listener is "starting"
	Configuring time.Duration // a listener is "configuring" after a change of it, its rules or extensions
	Instance    time.Duration // ListenerProcessing, BackendServer.configuring after a new listener or group
	Group       time.Duration // VServerGroupProcessing after a write of members
	ACL         time.Duration // AclEntryProcessing after a write of entries
	// References is how long a group, certificate, extension or list counts as in use after the last
	// user of it is gone.
	References time.Duration
}

// Switches are points where the documents of the service are silent or contradict each other. The
// zero value is the side that is harder on a caller, except RefuseEmptyGroup, RulesNeedRunning and
// RefuseECC, whose harder side most documents contradict.
type Switches struct {
	RefuseEmptyGroup      bool // a rule to a group without members: VServerGroupEmpty
	RulesNeedRunning      bool // rule writes on a stopped listener: OperationFailed.ListenerStatusNotSupport
	Members40             bool // 40 members per call, as CCM sends, rather than 20
	IgnoreDuplicateMember bool // adding a member twice is ignored, rather than refused
	PartialRules          bool // a refused batch of rules keeps the ones before the bad one
	AllowSameRuleName     bool // two rules of one listener may share a name
	AcceptPKCS8           bool // keys as BEGIN PRIVATE KEY are accepted
	RefuseECC             bool // certificates with an ECDSA key: EccCertificateNotSupport
	WideURLs              bool // _ ~ + : @ = are accepted in Url and HealthCheckURI
	RootHealthCheckURI    bool // HealthCheckURI "/" is accepted
	EmptyWhiteListOpen    bool // an empty white list lets everybody in, rather than nobody
	IgnoreUnknownParams   bool // parameters that an operation does not have are ignored
	AnyENI                bool // an IP of ENICIDR is accepted with any eni- id, not only with ENIID(ip)
	RemoveVanished        bool // members whose server vanished stay until they are removed, and can be; rather than leave by themselves, and spoil a call that names them
	RuleSettingsAnywhere  bool // ListenerSync=off works outside the regions listed in 2021
	SetResets             bool // Set...ListenerAttribute resets what is not sent to its default
}

func (o Options) withDefaults() Options {
	setDefault(&o.Region, "cn-hangzhou")
	setDefault(&o.Account, "1234567890123456")
	setDefault(&o.Zones[0], o.Region+"-b")
	setDefault(&o.Zones[1], o.Region+"-g")
	if o.VSwitches == nil {
		o.VSwitches = []VSwitch{{ID: DefaultVSwitch, VPC: DefaultVPC, CIDR: netip.MustParsePrefix("10.0.0.0/8")}}
	}
	if o.ResourceGroups == nil {
		o.ResourceGroups = []string{DefaultResourceGroup, SharedResourceGroup}
	}
	if o.AccessKeys == nil {
		o.AccessKeys = map[string]string{DefaultAccessKeyID: DefaultAccessKeySecret}
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the default of the injected clock
	}
	if !o.Addresses.IsValid() {
		o.Addresses = netip.MustParsePrefix("127.0.100.0/24")
	}
	o.Quotas = o.Quotas.withDefaults()
	return o
}

func (q Quotas) withDefaults() Quotas {
	setDefault(&q.Instances, 60)
	setDefault(&q.Listeners, 50)
	setDefault(&q.Rules, 40)
	setDefault(&q.DomainExtensions, 3)
	setDefault(&q.Backends, 200)
	setDefault(&q.Attached, 50)
	setDefault(&q.Certificates, 100)
	setDefault(&q.CACertificates, 100)
	setDefault(&q.ACLs, 200)
	setDefault(&q.ACLEntries, 300)
	setDefault(&q.ACLListeners, 50)
	setDefault(&q.Tags, 20)
	return q
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
