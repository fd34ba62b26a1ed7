package desired

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// The defaults of a class's parameters, for objects that were not defaulted by the API server.
const defaultSpec = "slb.s1.small"

// maxName is the longest name of an instance (CreateLoadBalancer: 1 to 80 characters).
const maxName = 80

func (b *builder) addressType() string {
	return cmp.Or(b.Config.Spec.AddressType, cloud.AddressInternet)
}

// instance is the load balancer that the group has whoever is in it.
func (b *builder) instance() cloud.LoadBalancer {
	if id, ok := ParseIDGroup(b.Owner.Group); ok {
		return cloud.LoadBalancer{ID: cloud.ID(id)}
	}
	lb := cloud.LoadBalancer{
		AddressType:      b.addressType(),
		Name:             b.instanceName(),
		Spec:             cmp.Or(b.Config.Spec.LoadBalancerSpec, defaultSpec),
		DeleteProtection: true,
		Tags:             map[string]string{cloud.TagACK: b.Owner.Cluster},
	}
	if lb.AddressType == cloud.AddressIntranet {
		lb.VSwitchID = b.Config.Spec.VSwitchID
	}
	return lb
}

// instanceName is what people see in the console. It begins with a letter, as it must.
func (b *builder) instanceName() string {
	name := b.Owner.Group
	if class, n, ok := ParseClassGroup(name); ok {
		name = class
		if n > 0 {
			name += "-" + strconv.Itoa(n)
		}
	}
	return cloud.Shorten("ingress-"+name+"-"+b.Owner.Cluster, maxName)
}

// idleLoadBalancer is the instance of a group that no Ingress takes part in: one that is there
// stays until its release is due, and none is created.
func (b *builder) idleLoadBalancer() *cloud.LoadBalancer {
	if b.Release && len(b.Ingresses) == 0 {
		return nil
	}
	lb := b.instance()
	lb.Keep = true
	return &lb
}

// addLoadBalancer adds the instance as the members, by their oldest claim, want it.
func (b *builder) addLoadBalancer(members []*member) {
	lb := b.instance()
	lb.Source = members[0].source("")
	if lb.AddressType == cloud.AddressIntranet && lb.VSwitchID == "" && lb.ID == "" {
		lb.Keep = true // one cannot be created, and one that is there is not to blame
		b.problems = append(b.problems, cloud.Problem{
			Object: b.configObject(), Field: "spec.vSwitchID", Reason: cloud.InvalidConfig,
			Message: "addressType is \"intranet\" and no vSwitchID is given: name the vSwitch that gives the instance its address",
		})
	}
	override := b.agree(members, annotations.ForceOverride, func(c annotations.Config) string {
		if c.Override == nil {
			return ""
		}
		return strconv.FormatBool(*c.Override)
	})
	lb.Override = override == "true"
	if lb.ID != "" {
		lb.AddressType = b.agree(members, annotations.AddressType, func(c annotations.Config) string { return c.AddressType })
	}
	b.stack.LoadBalancer = &lb
}

// agree returns the value of an annotation that all members of the instance share: that of the
// first that has it. Those that say otherwise are told; those that say nothing agree.
func (b *builder) agree(members []*member, name annotations.Name, value func(annotations.Config) string) string {
	var first *member
	for _, m := range members {
		switch v := value(m.config); {
		case v == "":
		case first == nil:
			first = m
		case v != value(first.config):
			b.tell(m.Ingress, annotationField(m.config.Key(name)), fault{
				reason: cloud.AnnotationConflict,
				message: fmt.Sprintf("value %q has no effect: the instance is shared, and %s, which claimed a path of it first, says %q",
					v, namedFor(m, first), value(first.config)),
			})
		}
	}
	if first == nil {
		return ""
	}
	return value(first.config)
}
