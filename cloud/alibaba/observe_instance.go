package alibaba

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

const instancesPerPage = 100 // PageSize of DescribeLoadBalancers

// observeInstance reads the instance and gives the protocols of the listeners on each of its ports.
func (c *Client) observeInstance(ctx context.Context, o *observation) (map[int][]string, error) {
	id := o.query.LoadBalancer
	if id == "" {
		tagged, err := c.taggedInstances(ctx, o.query.Owner)
		if err != nil || len(tagged) == 0 {
			return map[int][]string{}, err
		}
		id = tagged[0]
		for _, surplus := range tagged[1:] {
			o.got.IDs[surplusInstance(surplus)] = surplus
		}
	}
	resp := slb.CreateDescribeLoadBalancerAttributeResponse()
	err := c.call(ctx, describeInstance(id), resp)
	if cloud.KindOf(err) == cloud.NotFound && o.query.LoadBalancer != "" {
		return map[int][]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	o.got.Instance = instanceOf(resp)
	o.got.IDs[cloud.LoadBalancerRef()] = id
	return protocolsOf(resp), nil
}

func surplusInstance(id cloud.ID) cloud.Ref {
	return cloud.Ref{Kind: cloud.KindLoadBalancer, Name: surplusName("", string(id))}
}

func describeInstance(id cloud.ID) *slb.DescribeLoadBalancerAttributeRequest {
	req := slb.CreateDescribeLoadBalancerAttributeRequest()
	req.LoadBalancerId = string(id)
	return req
}

// taggedInstances lists the instances with the owner's tags, sorted. The service takes several tag
// filters as alternatives, so every tag is checked here.
func (c *Client) taggedInstances(ctx context.Context, owner cloud.Owner) ([]cloud.ID, error) {
	var ids []cloud.ID
	for page := 1; ; page++ {
		if page > maxPages {
			return nil, endless("DescribeLoadBalancers")
		}
		req := slb.CreateDescribeLoadBalancersRequest()
		req.PageNumber = requests.Integer(strconv.Itoa(page))
		req.PageSize = requests.Integer(strconv.Itoa(instancesPerPage))
		addTags(req, owner.Tags())
		resp := slb.CreateDescribeLoadBalancersResponse()
		if err := c.call(ctx, req, resp); err != nil {
			return nil, err
		}
		for _, lb := range resp.LoadBalancers.LoadBalancer {
			if owner.Owns(tagMap(lb.Tags.Tag)) {
				ids = append(ids, cloud.ID(lb.LoadBalancerId))
			}
		}
		if len(resp.LoadBalancers.LoadBalancer) == 0 || page*instancesPerPage >= resp.TotalCount {
			slices.Sort(ids)
			return slices.Compact(ids), nil
		}
	}
}

func instanceOf(r *slb.DescribeLoadBalancerAttributeResponse) *cloud.Instance {
	return &cloud.Instance{
		ID: cloud.ID(r.LoadBalancerId), Name: r.LoadBalancerName, Address: r.Address,
		AddressType: r.AddressType, Status: strings.ToLower(r.LoadBalancerStatus),
		Spec: r.LoadBalancerSpec, ChargeType: r.InstanceChargeType,
		VPCID: r.VpcId, VSwitchID: r.VSwitchId,
		MasterZone: r.MasterZoneId, SlaveZone: r.SlaveZoneId, ResourceGroup: r.ResourceGroupId,
		DeleteProtection:   isOn(r.DeleteProtection),
		InternetChargeType: r.InternetChargeType, Bandwidth: bandwidthOf(r),
		ModificationProtection: cmp.Or(r.ModificationProtectionStatus, cloud.NonProtection),
		ServiceManaged:         strings.EqualFold(r.ServiceManagedMode, "Managed"),
		Tags:                   tagMap(r.Tags.Tag),
	}
}

// bandwidthOf leaves out the number that an instance has which is not charged by it.
func bandwidthOf(r *slb.DescribeLoadBalancerAttributeResponse) int {
	if r.InternetChargeType != cloud.PayByBandwidth {
		return 0
	}
	return r.Bandwidth
}

// protocolsOf lists protocols by port; one port can have a TCP and a UDP listener.
func protocolsOf(r *slb.DescribeLoadBalancerAttributeResponse) map[int][]string {
	protocols := map[int][]string{}
	for _, l := range r.ListenerPortsAndProtocol.ListenerPortAndProtocol {
		protocols[l.ListenerPort] = append(protocols[l.ListenerPort], strings.ToLower(l.ListenerProtocol))
	}
	for _, list := range protocols {
		slices.Sort(list)
	}
	return protocols
}

func isOn(value string) bool { return strings.EqualFold(value, "on") }

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
