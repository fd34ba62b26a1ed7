package desired

import (
	"cmp"
	"strconv"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// maxName is the longest name of an instance (CreateLoadBalancer: 1 to 80 characters).
const maxName = 80

func (b *builder) addressType() string {
	return cmp.Or(b.Config.Spec.AddressType, cloud.AddressInternet)
}

// instance is the load balancer of the group as it was settled so far.
func (b *builder) instance() cloud.LoadBalancer {
	lb := cloud.LoadBalancer{
		AddressType: b.addressType(),
		Name:        b.instanceName(),
		Tags:        map[string]string{cloud.TagACK: b.Owner.Cluster},
	}
	if id, ok := ParseIDGroup(b.Owner.Group); ok {
		lb = cloud.LoadBalancer{ID: cloud.ID(id)}
	}
	b.settings.LoadBalancer(&lb, lb.ID == "")
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
	lb.Keep, lb.LetGo = true, b.LetGo && len(b.Ingresses) == 0
	return &lb
}

// addLoadBalancer adds the instance in the name of the member with the oldest claim.
func (b *builder) addLoadBalancer(first *member) {
	lb := b.instance()
	lb.Source = first.source("")
	if lb.AddressType == cloud.AddressIntranet && lb.VSwitchID == "" && lb.ID == "" {
		lb.Keep = true // one cannot be created, and one that is there is not to blame
		b.problems = append(b.problems, cloud.Problem{
			Object: b.configObject(), Field: "spec.vSwitchID", Reason: cloud.InvalidConfig,
			Message: "addressType is \"intranet\" and no vSwitchID is given: name the vSwitch that gives the instance its address",
		})
	}
	b.stack.LoadBalancer = &lb
}
