package plan

import (
	"cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Policy is what a plan depends on beside the wanted and the observed state.
type Policy struct {
	Owner cloud.Owner
	// VPCID is the cluster's VPC. Empty: an intranet instance's VPC is not checked.
	VPCID  string
	Limits Limits
	// Source is whom problems of the whole group are addressed to: the SLBInstance.
	Source cloud.Source
	// CreateToken is the ClientToken of CreateLoadBalancer.
	CreateToken string
	// ProtectionOurs says that the instance's delete protection was set by us, so that we may lift
	// it. See [Plan.Protects].
	ProtectionOurs bool
}

// Limits are quotas of one instance. A field of value 0 is the service's default.
type Limits struct {
	RulesPerListener      int // 40; the service does not raise it
	ExtensionsPerListener int // 3; may be raised to 10
	MembersPerInstance    int // 200; may be raised
	EntriesPerACL         int // 300; may be raised
}

// The service's quotas where an account has none of its own.
const (
	rulesPerListener      = 40
	extensionsPerListener = 3
	membersPerInstance    = 200
	entriesPerACL         = 300
)

// Filled returns the limits with the defaults of the service in place of zeros.
func (l Limits) Filled() Limits {
	return Limits{
		RulesPerListener:      cmp.Or(l.RulesPerListener, rulesPerListener),
		ExtensionsPerListener: cmp.Or(l.ExtensionsPerListener, extensionsPerListener),
		MembersPerInstance:    cmp.Or(l.MembersPerInstance, membersPerInstance),
		EntriesPerACL:         cmp.Or(l.EntriesPerACL, entriesPerACL),
	}
}
