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

	Canary              Name = "canary"
	CanaryWeight        Name = "canary-weight"
	CanaryByHeader      Name = "canary-by-header"
	CanaryByHeaderValue Name = "canary-by-header-value"
	CanaryByHeaderRegex Name = "canary-by-header-pattern"
	CanaryByCookie      Name = "canary-by-cookie"
)

// Level is what an annotation applies to. Ingresses that share an instance can disagree about an
// annotation of the instance; the oldest claim decides then.
type Level string

// The levels.
const (
	LevelInstance Level = "instance"
	LevelPath     Level = "path"
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
		{
			Name: Canary, Type: boolean(), Level: LevelPath, Default: "false", Example: "true",
			Doc:    "Makes the Ingress a canary: it claims no path, but takes a share of the requests of paths that another Ingress of its namespace serves.",
			Reason: cloud.InvalidAnnotation,
			set:    func(c *Config, v string) { c.Canary = v == "true" },
		},
		{
			Name: CanaryWeight, Type: integer(0, 100), Level: LevelPath, Default: "0", Example: "10",
			Doc:    "Is the share of the requests, in percent, that a canary takes; 0 and 100 make a blue-green switch.",
			Reason: cloud.InvalidAnnotation,
			set:    func(c *Config, v string) { n, _ := strconv.Atoi(v); c.CanaryWeight = &n },
		},
		canaryBy(CanaryByHeader, "a header", "X-Canary"),
		canaryBy(CanaryByHeaderValue, "a header's value", "always"),
		canaryBy(CanaryByHeaderRegex, "a header's value", "^beta-"),
		canaryBy(CanaryByCookie, "a cookie", "canary"),
	}
}

// canaryBy is the row of a key that other controllers know and the service cannot do: its rules
// have conditions on domain and URL only (CreateRules: Domain, Url).
func canaryBy(name Name, what, example string) Row {
	return Row{
		Name: name, Type: text(), Level: LevelPath, Example: example,
		Doc:    "Is refused, and the canary with it: a forwarding rule has a domain and a URL, and no condition on " + what + ".",
		Reason: cloud.InvalidAnnotation,
		set:    func(c *Config, _ string) { c.CanaryBy = append(c.CanaryBy, name) },
	}
}
