package alibaba

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// aclsPerPage is the most that DescribeAccessControlLists and its attribute give at once.
const aclsPerPage = 50

// observeACLs lists the region's access control lists and reads the entries of ours. Like
// certificates they outlive the instance. A list is known by its name, which is ours alone; one that
// has our tags and another name is ours and nothing wants it.
func (c *Client) observeACLs(ctx context.Context, o *observation) error {
	all, err := c.listACLs(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		name, ours := o.query.Owner.ACLOf(a.AclName)
		if !ours && !o.query.Owner.Owns(tagMap(a.Tags.Tag)) {
			o.got.Known.ACLs = append(o.got.Known.ACLs, cloud.ID(a.AclId))
			continue
		}
		if !ours || name == "" {
			name = surplusName("", a.AclId)
		}
		entries, err := c.entriesOf(ctx, a.AclId)
		if err != nil {
			return err
		}
		name = o.claim(cloud.ACLRef, name, a.AclId)
		o.acls[a.AclId] = name
		o.got.Ours.ACLs = append(o.got.Ours.ACLs, cloud.AccessControlList{Name: name, Entries: entries})
	}
	return nil
}

func (c *Client) listACLs(ctx context.Context) ([]slb.Acl, error) {
	var all []slb.Acl
	for page := 1; ; page++ {
		if page > maxPages {
			return nil, endless("DescribeAccessControlLists")
		}
		req := slb.CreateDescribeAccessControlListsRequest()
		req.PageNumber, req.PageSize = requests.Integer(strconv.Itoa(page)), requests.Integer(strconv.Itoa(aclsPerPage))
		resp := slb.CreateDescribeAccessControlListsResponse()
		if err := c.call(ctx, req, resp); err != nil {
			return nil, err
		}
		all = append(all, resp.Acls.Acl...)
		if len(resp.Acls.Acl) == 0 || page*aclsPerPage >= resp.TotalCount {
			break
		}
	}
	slices.SortFunc(all, func(a, b slb.Acl) int { return cmp.Compare(a.AclId, b.AclId) })
	return slices.CompactFunc(all, func(a, b slb.Acl) bool { return a.AclId == b.AclId }), nil
}

func (c *Client) entriesOf(ctx context.Context, id string) ([]string, error) {
	var entries []string
	for page := 1; ; page++ {
		if page > maxPages {
			return nil, endless("DescribeAccessControlListAttribute")
		}
		req := slb.CreateDescribeAccessControlListAttributeRequest()
		req.AclId = id
		req.Page, req.PageSize = requests.Integer(strconv.Itoa(page)), requests.Integer(strconv.Itoa(aclsPerPage))
		resp := slb.CreateDescribeAccessControlListAttributeResponse()
		if err := c.call(ctx, req, resp); err != nil {
			return nil, err
		}
		for _, e := range resp.AclEntrys.AclEntry {
			entries = append(entries, e.AclEntryIP)
		}
		if len(resp.AclEntrys.AclEntry) == 0 || len(entries) >= resp.TotalAclEntry {
			return entries, nil
		}
	}
}

// access splits the lists of a listener into ours and others'.
func (o *observation) access(a cloud.ACL, ids []string) cloud.ACL {
	for _, id := range ids {
		if name, ours := o.acls[id]; ours {
			a.Lists += name + ","
		} else {
			a.IDs += id + ","
		}
	}
	return a
}
