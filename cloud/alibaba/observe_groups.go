package alibaba

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// observeServerGroups lists the instance's groups, which has no pages, and reads the members of ours.
// The list is not filtered by tag: what a filter with several tags means is not documented.
func (c *Client) observeServerGroups(ctx context.Context, o *observation) error {
	req := slb.CreateDescribeVServerGroupsRequest()
	req.LoadBalancerId = string(o.got.Instance.ID)
	resp := slb.CreateDescribeVServerGroupsResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return err
	}
	all := resp.VServerGroups.VServerGroup
	slices.SortFunc(all, func(a, b slb.VServerGroup) int { return cmp.Compare(a.VServerGroupId, b.VServerGroupId) })
	for _, g := range all {
		tags := tagMap(g.Tags.Tag)
		if !o.query.Owner.Owns(tags) {
			continue
		}
		members, err := c.membersOf(ctx, g.VServerGroupId)
		if err != nil {
			return err
		}
		name := o.claim(cloud.ServerGroupRef, groupName(tags, g.VServerGroupId), g.VServerGroupId)
		o.groups[g.VServerGroupId] = name
		o.got.Ours.ServerGroups = append(o.got.Ours.ServerGroups, cloud.ServerGroup{Name: name, Members: members})
	}
	return nil
}

// groupTags are the tags that name a group, in the order of its name's parts.
func groupTags() [3]string {
	return [3]string{cloud.TagNamespace, cloud.TagService, cloud.TagPort}
}

// groupName rebuilds a group's logical name from its tags; see the package's "Marks".
func groupName(tags map[string]string, id string) string {
	keys := groupTags()
	var parts []string
	for _, key := range keys {
		if value, ok := tags[key]; ok {
			parts = append(parts, value)
		}
	}
	switch len(parts) {
	case 0:
		return cloud.EmptyGroup
	case len(keys):
		name := strings.Join(parts, "/")
		if canary, ok := tags[cloud.TagCanary]; ok {
			name = cloud.CanaryGroupName(name, canary)
		}
		return name
	}
	return surplusName("", id)
}

// tagsOfGroup are the tags that name a group; nil for cloud.EmptyGroup.
func tagsOfGroup(name string) (map[string]string, bool) {
	if name == cloud.EmptyGroup {
		return nil, true
	}
	keys := groupTags()
	parts := strings.SplitN(name, "/", len(keys)+1)
	if len(parts) < len(keys) {
		return nil, false
	}
	tags := make(map[string]string, len(parts))
	if len(parts) > len(keys) {
		tags[cloud.TagCanary] = parts[len(keys)]
	}
	for i, key := range keys {
		tags[key] = parts[i]
	}
	return tags, true
}

func (c *Client) membersOf(ctx context.Context, id string) ([]cloud.Member, error) {
	req := slb.CreateDescribeVServerGroupAttributeRequest()
	req.VServerGroupId = id
	resp := slb.CreateDescribeVServerGroupAttributeResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return nil, err
	}
	var members []cloud.Member
	for _, s := range resp.BackendServers.BackendServer {
		members = append(members, cloud.Member{ServerID: s.ServerId, IP: s.ServerIp, Port: s.Port, Weight: s.Weight})
	}
	return members, nil
}
