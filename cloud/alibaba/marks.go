package alibaba

import (
	"context"
	"slices"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Marks implements cloud.Reader. It costs one call for each of six kinds of marks and 50 tags.
func (c *Client) Marks(ctx context.Context, cluster string) ([]cloud.Mark, error) {
	var marks []cloud.Mark
	for _, of := range []struct {
		resource string
		kind     cloud.Kind
	}{
		{"instance", cloud.KindLoadBalancer},
		{"vservergroup", cloud.KindServerGroup},
		{"certificate", cloud.KindCertificate},
		{"acl", cloud.KindACL},
	} {
		// Several tags of ListTagResources must all be there. The second one has no value here; it is
		// named so that it is in the answer, whether that has all tags or those asked for.
		found, err := c.tagsOf(ctx, of.resource, map[string]string{cloud.TagCluster: cluster, cloud.TagGroup: ""})
		if err != nil {
			return nil, readKind(err)
		}
		for id, tags := range found {
			if tags[cloud.TagCluster] == cluster && tags[cloud.TagGroup] != "" {
				marks = append(marks, cloud.Mark{Kind: of.kind, ID: id, Group: tags[cloud.TagGroup]})
			}
		}
	}
	retained, err := c.tagsOf(ctx, "instance", map[string]string{cloud.TagCluster: cluster, cloud.TagRetained: ""})
	if err != nil {
		return nil, readKind(err)
	}
	for i, mark := range marks {
		marks[i].Retained = mark.Kind == cloud.KindLoadBalancer && retained[mark.ID] != nil
	}
	key := cloud.Owner{Cluster: cluster}.ClaimKey()
	claimed, err := c.tagsOf(ctx, "instance", map[string]string{key: ""})
	if err != nil {
		return nil, readKind(err)
	}
	for id, tags := range claimed {
		if tags[key] != "" {
			marks = append(marks, cloud.Mark{Kind: cloud.KindLoadBalancer, ID: id, Group: tags[key], Claim: true})
		}
	}
	slices.SortFunc(marks, cloud.CompareMarks)
	return marks, nil
}

// tagsOf gives the tags of the resources that have all of some tags; an empty value is any. The tags
// of one resource may be on two pages.
func (c *Client) tagsOf(ctx context.Context, resource string, with map[string]string) (map[cloud.ID]map[string]string, error) {
	found := map[cloud.ID]map[string]string{}
	token := ""
	for {
		req := slb.CreateListTagResourcesRequest()
		req.ResourceType, req.NextToken = resource, token
		addTags(req, with)
		resp := slb.CreateListTagResourcesResponse()
		if err := c.call(ctx, req, resp); err != nil {
			return nil, err
		}
		for _, t := range resp.TagResources.TagResource {
			id := cloud.ID(t.ResourceId)
			if found[id] == nil {
				found[id] = map[string]string{}
			}
			found[id][t.TagKey] = t.TagValue
		}
		if resp.NextToken == "" || resp.NextToken == token {
			return found, nil
		}
		token = resp.NextToken
	}
}

// Content implements cloud.Reader, by two calls.
func (c *Client) Content(ctx context.Context, lb cloud.ID) (int, error) {
	instance := slb.CreateDescribeLoadBalancerAttributeResponse()
	err := c.call(ctx, describeInstance(lb), instance)
	if cloud.KindOf(err) == cloud.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, readKind(err)
	}
	req := slb.CreateDescribeVServerGroupsRequest()
	req.LoadBalancerId = string(lb)
	groups := slb.CreateDescribeVServerGroupsResponse()
	if err := c.call(ctx, req, groups); err != nil {
		return 0, readKind(err)
	}
	return len(instance.ListenerPortsAndProtocol.ListenerPortAndProtocol) + len(groups.VServerGroups.VServerGroup), nil
}
