package annotations

import (
	"strconv"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// The prefixes of all keys.
const (
	Prefix      = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"
	OlderPrefix = "service.beta.kubernetes.io/alicloud-loadbalancer-"
)

// Name is an annotation's key without its prefix.
type Name string

// The annotations.
const (
	ID            Name = "id"
	AddressType   Name = "address-type"
	ForceOverride Name = "force-override-listeners"
	AllowCIDRs    Name = "allow-cidrs"
	DenyCIDRs     Name = "deny-cidrs"
	CASecret      Name = "ca-secret"
	ListenPorts   Name = "listen-ports"
)

// Level is what an annotation applies to. Ingresses that share an instance can disagree about an
// annotation of the instance or its listeners; the oldest claim decides then.
type Level string

// The levels.
const (
	LevelInstance Level = "instance"
	LevelListener Level = "listener"
)

// Row is one annotation.
type Row struct {
	Name    Name
	Type    Type
	Level   Level
	Default string // as a user would write it; empty: none
	Doc     string // one sentence
	Example string // a value that can be read

	// Reason is that of a value that cannot be read.
	Reason cloud.Reason
	// set stores a value; it is called only with values that Type has accepted.
	set func(*Config, string)
}

// Table has every annotation, in the order of the manual. The caller owns it.
func Table() []Row {
	return append(instanceRows(), accessRows()...)
}

func instanceRows() []Row {
	return []Row{
		{
			Name: ID, Type: instanceID(), Level: LevelInstance, Example: "lb-bp1o94dp5i6ea1example",
			Doc:    "Uses this existing load balancer instance in place of the one that is created for the class.",
			Reason: cloud.InvalidLoadBalancerID,
			set:    func(c *Config, v string) { c.ID = cloud.ID(v) },
		},
		{
			Name: ForceOverride, Type: boolean(), Level: LevelInstance, Default: "false", Example: "true",
			Doc:    "Lets the controller take over listeners 80 and 443 of the instance, with their rules and domain extensions, where they exist already.",
			Reason: cloud.InvalidAnnotation,
			set:    func(c *Config, v string) { on, _ := strconv.ParseBool(v); c.Override = &on },
		},
		{
			Name: AddressType, Type: oneOf(cloud.AddressInternet, cloud.AddressIntranet), Level: LevelInstance, Example: cloud.AddressIntranet,
			Doc:    "Says which address the instance must have; an intranet instance also needs an id, unless the class asks for one.",
			Reason: cloud.InvalidAnnotation,
			set:    func(c *Config, v string) { c.AddressType = v },
		},
	}
}
