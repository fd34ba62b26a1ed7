package annotations

import "github.com/slb-ingress/slb-ingress-controller/cloud"

// Names that the checks know.
const (
	instanceChargeType Name = "instance-charge-type"
	chargeType         Name = "charge-type"
	bandwidth          Name = "bandwidth"
	stickySession      Name = "sticky-session"
	stickyType         Name = "sticky-session-type"
	cookie             Name = "cookie"
	cookieTimeout      Name = "cookie-timeout"
	sslRedirect        Name = "ssl-redirect"
	forwardPort        Name = "forward-port"
)

// The ways of stickiness.
const (
	insertCookie = "insert"
	serverCookie = "server"
)

// Contradiction is a value that cannot stand beside the others: the service would refuse the call.
type Contradiction struct {
	Name Name
	Why  string // continues "…: it"
	// Withholds is that of the row.
	Withholds bool
}

// Prune removes from v what cannot stand beside the rest, until all can, and returns it in the order
// of the removal. Every rule looks at one bundle, and at the address type.
func (v Values) Prune() []Contradiction {
	var gone []Contradiction
	for {
		c, found := v.contradiction()
		if !found {
			return gone
		}
		gone = append(gone, c)
		delete(v, c.Name)
	}
}

func (v Values) contradiction() (Contradiction, bool) {
	for _, c := range checks() {
		if v[c.name] != "" && c.fails(v) {
			return Contradiction{Name: c.name, Why: c.why, Withholds: c.name == ACLStatus}, true
		}
	}
	return Contradiction{}, false
}

type check struct {
	name  Name
	fails func(Values) bool
	why   string
}

// checks say what the service requires of several parameters together: CreateLoadBalancer and the
// calls that create and set listeners.
func checks() []check {
	intranet := func(v Values) bool { return v[AddressType] == cloud.AddressIntranet }
	internet := func(v Values) bool { return !intranet(v) }
	sticky := func(kind string, needs Name) func(Values) bool {
		return func(v Values) bool { return v[stickySession] == on && v[stickyType] == kind && v[needs] == "" }
	}
	return []check{
		{stickySession, sticky("", stickyType), `needs "sticky-session-type"`},
		{stickySession, sticky(insertCookie, cookieTimeout), `needs "cookie-timeout", since the type is "insert"`},
		{stickySession, sticky(serverCookie, cookie), `needs "cookie", since the type is "server"`},
		{ACLStatus, func(v Values) bool { return v[ACLStatus] == on && (v[ACLType] == "" || v[ACLID] == "") }, `needs "acl-type" and "acl-id"`},
		{forwardPort, func(v Values) bool { return v[sslRedirect] == "false" }, `is contradicted by "ssl-redirect"`},
		{"vswitch-id", internet, "is for intranet instances only; remove it"},
		{"ip", internet, "is for intranet instances only; remove it"},
		{bandwidth, intranet, "is for internet instances only; remove it"},
		{chargeType, intranet, "is for internet instances only; remove it"},
		{chargeType, func(v Values) bool {
			return v[chargeType] == cloud.PayByBandwidth && v[instanceChargeType] == cloud.ChargeByUse
		}, `cannot be "paybybandwidth" with instance-charge-type "PayByCLCU"`},
		{chargeType, func(v Values) bool { return v[chargeType] == cloud.PayByBandwidth && v[bandwidth] == "" }, `needs "bandwidth"`},
		{bandwidth, func(v Values) bool { return v[chargeType] != cloud.PayByBandwidth }, `needs charge-type "paybybandwidth"`},
		{"slave-zoneid", func(v Values) bool { return v["slave-zoneid"] == v["master-zoneid"] }, `must be another zone than "master-zoneid"`},
	}
}
