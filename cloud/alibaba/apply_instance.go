package alibaba

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// resource is something that has tags, as the tag operations name it.
type resource struct{ kind, id string }

func (c *Client) createLoadBalancer(ctx context.Context, s cloud.Scope, x cloud.CreateLoadBalancer) (cloud.IDs, error) {
	lb := x.LoadBalancer
	req := slb.CreateCreateLoadBalancerRequest()
	req.LoadBalancerName, req.LoadBalancerSpec = lb.Name, lb.Spec
	req.AddressType, req.VSwitchId = lb.AddressType, lb.VSwitchID
	if lb.VSwitchID != "" {
		req.VpcId = c.vpcID
	}
	req.Address, req.ResourceGroupId = lb.Address, lb.ResourceGroup
	req.MasterZoneId, req.SlaveZoneId = lb.MasterZone, lb.SlaveZone
	req.InstanceChargeType = cmp.Or(lb.ChargeType, cloud.ChargeBySpec)
	req.InternetChargeType, req.Bandwidth = lb.InternetChargeType, requests.Integer(number(lb.Bandwidth))
	req.DeleteProtection = onOff(lb.DeleteProtection)
	req.ModificationProtectionStatus, req.ModificationProtectionReason = lb.ModificationProtection, reasonOf(lb.ModificationProtection)
	req.ClientToken = x.Token
	addTags(req, merged(s.Owner.Tags(), lb.Tags))
	resp := slb.CreateCreateLoadBalancerResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return nil, err
	}
	return created(x.Op(), cloud.LoadBalancerRef(), resp.LoadBalancerId)
}

func (c *Client) tagLoadBalancer(ctx context.Context, s cloud.Scope, x cloud.TagLoadBalancer) error {
	r := &resolver{op: x.Op(), scope: s}
	return c.tag(ctx, r, resource{kind: "instance", id: r.loadBalancer()}, x.Tags)
}

// tag adds tags; a key that is there gets the new value.
func (c *Client) tag(ctx context.Context, r *resolver, of resource, tags map[string]string) error {
	if r.err != nil {
		return r.err
	}
	req := slb.CreateTagResourcesRequest()
	req.ResourceType, req.ResourceId = of.kind, &[]string{of.id}
	addTags(req, tags)
	return c.do(ctx, req)
}

func (c *Client) untagLoadBalancer(ctx context.Context, s cloud.Scope, x cloud.UntagLoadBalancer) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateUntagResourcesRequest()
	req.ResourceType, req.ResourceId = "instance", &[]string{r.loadBalancer()}
	req.TagKey = &x.Keys
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}

func (c *Client) setDeleteProtection(ctx context.Context, s cloud.Scope, x cloud.SetDeleteProtection) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateSetLoadBalancerDeleteProtectionRequest()
	req.LoadBalancerId, req.DeleteProtection = r.loadBalancer(), onOff(x.On)
	if r.err != nil {
		return r.err
	}
	return c.do(ctx, req)
}

// setInstance changes one property of the instance.
func (c *Client) setInstance(ctx context.Context, s cloud.Scope, change cloud.Change) error {
	r := &resolver{op: change.Op(), scope: s}
	req := settingRequest(r.loadBalancer(), change)
	if r.err != nil {
		return r.err
	}
	return c.do(ctx, req)
}

// settingRequest gives nil for a change that is none of a property.
func settingRequest(lb string, change cloud.Change) requests.AcsRequest {
	switch x := change.(type) {
	case cloud.SetLoadBalancerName:
		req := slb.CreateSetLoadBalancerNameRequest()
		req.LoadBalancerId, req.LoadBalancerName = lb, x.Name
		return req
	case cloud.ModifyLoadBalancerInstanceSpec:
		req := slb.CreateModifyLoadBalancerInstanceSpecRequest()
		req.LoadBalancerId, req.LoadBalancerSpec = lb, x.Spec
		return req
	case cloud.ModifyLoadBalancerInternetSpec:
		req := slb.CreateModifyLoadBalancerInternetSpecRequest()
		req.LoadBalancerId, req.InternetChargeType, req.Bandwidth = lb, x.ChargeType, requests.Integer(number(x.Bandwidth))
		return req
	case cloud.SetLoadBalancerModificationProtection:
		req := slb.CreateSetLoadBalancerModificationProtectionRequest()
		req.LoadBalancerId, req.ModificationProtectionStatus, req.ModificationProtectionReason = lb, x.Status, reasonOf(x.Status)
		return req
	}
	return nil
}

// reasonOf tells people in the console why it does not let them change the instance. A reason begins
// with a letter and has no blanks; without protection there is none.
func reasonOf(protection string) string {
	if protection != cloud.ConsoleProtection {
		return ""
	}
	return "managed.by.slb-ingress-controller"
}

func (c *Client) deleteLoadBalancer(ctx context.Context, s cloud.Scope) error {
	r := &resolver{op: cloud.DeleteLoadBalancer{}.Op(), scope: s}
	req := slb.CreateDeleteLoadBalancerRequest()
	req.LoadBalancerId = r.loadBalancer()
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}

// listenerResource names a listener, which has no id of its own.
func listenerResource(lb string, protocol cloud.Protocol, port int) resource {
	return resource{kind: "listener", id: fmt.Sprintf("%s_%s_%d", lb, protocol, port)}
}
