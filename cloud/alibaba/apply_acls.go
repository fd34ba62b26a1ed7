package alibaba

import (
	"context"
	"errors"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func (c *Client) createACL(ctx context.Context, s cloud.Scope, x cloud.AccessControlList) (cloud.IDs, error) {
	req := slb.CreateCreateAccessControlListRequest()
	req.AclName = s.Owner.ACLName(x.Name)
	addTags(req, s.Owner.Tags())
	resp := slb.CreateCreateAccessControlListResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return nil, conflictIfNamed(err)
	}
	return created(cloud.CreateACL{}.Op(), x.Ref(), resp.AclId)
}

// conflictIfNamed reads a refused name as one that is taken. Which code the service has for that is
// not documented; of the parameters of our call no other can be wrong.
func conflictIfNamed(err error) error {
	e, ok := errors.AsType[*cloud.Error](err)
	if !ok || e.Kind != cloud.Invalid || !strings.HasPrefix(e.Code, "InvalidParam") && !strings.Contains(e.Code, "AclName") {
		return err
	}
	changed := *e
	changed.Kind = cloud.Conflict
	return &changed
}

// wireEntry is an element of AclEntrys.
type wireEntry struct {
	Entry string `json:"entry"`
}

func aclEntries(entries []string) string {
	list := make([]wireEntry, len(entries))
	for i, e := range entries {
		list[i] = wireEntry{e}
	}
	return jsonText(list)
}

func (c *Client) addACLEntries(ctx context.Context, s cloud.Scope, x cloud.AddACLEntries) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateAddAccessControlListEntryRequest()
	req.AclId, req.AclEntrys = r.id(x.Target()), aclEntries(x.Entries)
	if r.err != nil {
		return r.err
	}
	return c.do(ctx, req)
}

func (c *Client) removeACLEntries(ctx context.Context, s cloud.Scope, x cloud.RemoveACLEntries) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateRemoveAccessControlListEntryRequest()
	req.AclId, req.AclEntrys = r.id(x.Target()), aclEntries(x.Entries)
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}

func (c *Client) deleteACL(ctx context.Context, s cloud.Scope, x cloud.DeleteACL) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateDeleteAccessControlListRequest()
	req.AclId = r.id(x.Target())
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}
