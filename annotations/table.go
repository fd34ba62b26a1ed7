package annotations

import (
	"cmp"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// The prefixes of all keys: our own, and the two that Services of this cloud have had. Where a key is
// there under several, the first of this list counts.
const (
	OwnPrefix   = "slb.ingress.k8s.alibabacloud/"
	Prefix      = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"
	OlderPrefix = "service.beta.kubernetes.io/alicloud-loadbalancer-"
)

func prefixes() []string { return []string{OwnPrefix, Prefix, OlderPrefix} }

// Name is an annotation's key without its prefix.
type Name string

// The annotations that are referred to beside their rows.
const (
	ID            Name = "id"
	AddressType   Name = "address-type"
	ForceOverride Name = "force-override-listeners"
	CertID        Name = "cert-id"
	Scheduler     Name = "scheduler"
	ACLStatus     Name = "acl-status"
	ACLType       Name = "acl-type"
	ACLID         Name = "acl-id"
	AllowCIDRs    Name = "allow-cidrs"
	DenyCIDRs     Name = "deny-cidrs"
	CASecret      Name = "ca-secret"
	ListenPorts   Name = "listen-ports"

	HealthCheck       Name = "health-check"
	HealthCheckMethod Name = "health-check-method"
	HealthCheckURI    Name = "health-check-uri"
	HealthCheckDomain Name = "health-check-domain"

	Canary              Name = "canary"
	CanaryWeight        Name = "canary-weight"
	CanaryByHeader      Name = "canary-by-header"
	CanaryByHeaderValue Name = "canary-by-header-value"
	CanaryByHeaderRegex Name = "canary-by-header-pattern"
	CanaryByCookie      Name = "canary-by-cookie"
)

// Level is what an annotation applies to. Ingresses that share an instance can disagree about what
// concerns the instance or its listeners; the oldest claim decides then.
type Level string

// The levels.
const (
	LevelInstance Level = "instance"         // any instance
	LevelCreated  Level = "created instance" // one that the controller creates; on another one it has no effect
	LevelListener Level = "listener"
	LevelRule     Level = "rule" // the rules of the Ingress that says it, and nobody else's
	LevelPath     Level = "path" // the Ingress's own paths; it is nobody else's business, and never agreed on
)

// Row is one annotation. A row of level instance has a setter onto the load balancer, one of level
// listener or rule onto the listener; that is all that its translation takes. One of level path has none, nor one whose
// translation makes resources of its own: package desired knows these.
type Row struct {
	Name    Name
	Type    Type
	Level   Level
	Default string // as a user would write it; it holds where nobody says anything; empty: none
	Doc     string // one sentence
	Example string // a value that can be read

	// Bundle joins rows that make sense together only: whoever decides one of them decides all.
	// Empty: the row stands alone.
	Bundle string
	// Field is the field of SLBConfig's spec that sets the same for a class, such as
	// "listeners.idleTimeout"; empty: there is none.
	Field string
	// Guards says that a value which cannot be used leaves the Ingress out: served without the
	// setting, it would be exposed in another way than its author said.
	Guards bool
	// Withholds says that a value which cannot be used withholds the Ingress: what is served of it
	// stays as it is, and nothing is added that could be open to more than its author said.
	Withholds bool
	// Reason is that of a value that cannot be read; empty: cloud.InvalidAnnotation.
	Reason cloud.Reason
	// On is the protocol of the listeners that the row applies to; empty: both.
	On cloud.Protocol

	// Setters; they are called only with values that Type has accepted, in the order of the table.
	onLoadBalancer func(*cloud.LoadBalancer, string)
	onListener     func(*cloud.Listener, string)
}

func (r Row) reason() cloud.Reason { return cmp.Or(r.Reason, cloud.InvalidAnnotation) }

// bundle is what is decided at once.
func (r Row) bundle() string { return cmp.Or(r.Bundle, string(r.Name)) }

// Table has every annotation, in the order of the manual. The caller owns it.
func Table() []Row {
	return slices.Concat(
		instanceRows(), createdRows(), keptRows(), chargeRows(),
		trafficRows(), headerRows(), tlsRows(), redirectRows(), aclRows(), accessRows(), stickyRows(), healthRows(),
		canaryRows(),
	)
}
