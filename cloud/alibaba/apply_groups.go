package alibaba

import (
	"context"
	"fmt"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// wireServer is an element of BackendServers. Numbers may be numbers or texts for the service.
type wireServer struct {
	ServerID string `json:"ServerId"`
	ServerIP string `json:"ServerIp,omitempty"`
	Port     int
	Weight   int
	Type     string
}

func backendServers(members []cloud.Member) string {
	list := make([]wireServer, len(members))
	for i, m := range members {
		kind := "eni"
		if strings.HasPrefix(m.ServerID, "i-") {
			kind = "ecs" // left by somebody in a group of ours; it has to be nameable to be removed
		}
		list[i] = wireServer{ServerID: m.ServerID, ServerIP: m.IP, Port: m.Port, Weight: m.Weight, Type: kind}
	}
	return jsonText(list)
}

func (c *Client) createServerGroup(ctx context.Context, s cloud.Scope, g cloud.ServerGroup) (cloud.IDs, error) {
	op := cloud.CreateServerGroup{}.Op()
	tags, ok := tagsOfGroup(g.Name)
	if !ok {
		return nil, &cloud.Error{Kind: cloud.Invalid, Op: op, Message: fmt.Sprintf("%q is no name of a vServer group", g.Name)}
	}
	r := &resolver{op: op, scope: s}
	req := slb.CreateCreateVServerGroupRequest()
	req.LoadBalancerId, req.VServerGroupName = r.loadBalancer(), groupDisplayName(g.Name)
	if len(g.Members) > 0 {
		req.BackendServers = backendServers(g.Members)
	}
	addTags(req, merged(s.Owner.Tags(), tags))
	if r.err != nil {
		return nil, r.err
	}
	resp := slb.CreateCreateVServerGroupResponse()
	if err := c.call(ctx, req, resp); err != nil {
		c.forgetInterfaces(err, g.Members)
		return nil, err
	}
	return created(op, g.Ref(), resp.VServerGroupId)
}

// groupDisplayName is what people see in the console; nothing is recognised by it. At most 80
// letters, digits and "- / . _".
func groupDisplayName(name string) string {
	if name == cloud.EmptyGroup {
		return "k8s/no-backend"
	}
	return plainName("k8s/" + name)
}

// changeMembers adds, sets or removes members: three operations of one shape.
func (c *Client) changeMembers(ctx context.Context, s cloud.Scope, change cloud.Change) error {
	r := &resolver{op: change.Op(), scope: s}
	id := r.id(change.Target())
	if r.err != nil {
		return r.err
	}
	var req requests.AcsRequest
	var members []cloud.Member
	switch x := change.(type) {
	case cloud.AddMembers:
		members = x.Members
		add := slb.CreateAddVServerGroupBackendServersRequest()
		add.VServerGroupId, add.BackendServers = id, backendServers(members)
		req = add
	case cloud.SetMembers:
		members = x.Members
		set := slb.CreateSetVServerGroupAttributeRequest()
		set.VServerGroupId, set.BackendServers = id, backendServers(members)
		req = set
	case cloud.RemoveMembers:
		members = x.Members
		remove := slb.CreateRemoveVServerGroupBackendServersRequest()
		remove.VServerGroupId, remove.BackendServers = id, backendServers(members)
		return c.removeMembers(ctx, remove, len(members))
	}
	err := c.do(ctx, req)
	c.forgetInterfaces(err, members)
	return err
}

// removeMembers takes a group that is gone for success, and a single member whose network interface
// is gone. In a batch that one spoils the call, and what else is in it may still be there: the error
// is of kind NotFound then.
func (c *Client) removeMembers(ctx context.Context, req requests.AcsRequest, n int) error {
	err := c.do(ctx, req)
	if cloud.KindOf(err) == cloud.NotFound && (n == 1 || !lacksServer(err)) {
		return nil
	}
	return err
}

func (c *Client) deleteServerGroup(ctx context.Context, s cloud.Scope, x cloud.DeleteServerGroup) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateDeleteVServerGroupRequest()
	req.VServerGroupId = r.id(cloud.ServerGroupRef(x.Name))
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}
