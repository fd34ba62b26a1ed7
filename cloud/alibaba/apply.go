package alibaba

import (
	"context"
	"fmt"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Apply implements cloud.Writer. A change is one call, repeated only while the service is busy or
// throttles. The error is a *cloud.Error. It is of kind Conflict if the scope lacks an id that the
// change needs, since what was observed has to be read again then.
func (c *Client) Apply(ctx context.Context, s cloud.Scope, change cloud.Change) (cloud.IDs, error) {
	switch x := change.(type) {
	case cloud.CreateLoadBalancer:
		return c.createLoadBalancer(ctx, s, x)
	case cloud.TagLoadBalancer:
		return nil, c.tagLoadBalancer(ctx, s, x)
	case cloud.UntagLoadBalancer:
		return nil, c.untagLoadBalancer(ctx, s, x)
	case cloud.SetDeleteProtection:
		return nil, c.setDeleteProtection(ctx, s, x)
	case cloud.SetLoadBalancerName, cloud.ModifyLoadBalancerInstanceSpec, cloud.ModifyLoadBalancerInternetSpec,
		cloud.SetLoadBalancerModificationProtection:
		return nil, c.setInstance(ctx, s, x)
	case cloud.DeleteLoadBalancer:
		return nil, c.deleteLoadBalancer(ctx, s)
	case cloud.CreateListener:
		return c.createListener(ctx, s, x.Listener)
	case cloud.SetListener:
		return nil, c.setListener(ctx, s, x.Listener)
	case cloud.StartListener:
		return nil, c.startListener(ctx, s, x)
	case cloud.TagListener:
		return nil, c.tagListener(ctx, s, x)
	case cloud.DeleteListener:
		return nil, c.deleteListener(ctx, s, x)
	default:
		return c.applyContent(ctx, s, change)
	}
}

// applyContent makes the changes of what listeners refer to.
func (c *Client) applyContent(ctx context.Context, s cloud.Scope, change cloud.Change) (cloud.IDs, error) {
	switch x := change.(type) {
	case cloud.CreateRules:
		return c.createRules(ctx, s, x)
	case cloud.SetRule:
		return nil, c.setRule(ctx, s, x.Rule)
	case cloud.DeleteRules:
		return nil, c.deleteRules(ctx, s, x)
	case cloud.CreateExtension:
		return c.createExtension(ctx, s, x.Extension)
	case cloud.SetExtension:
		return nil, c.setExtension(ctx, s, x.Extension)
	case cloud.DeleteExtension:
		return nil, c.deleteExtension(ctx, s, x.Extension)
	case cloud.CreateServerGroup:
		return c.createServerGroup(ctx, s, x.Group)
	case cloud.AddMembers, cloud.SetMembers, cloud.RemoveMembers:
		return nil, c.changeMembers(ctx, s, x)
	case cloud.DeleteServerGroup:
		return nil, c.deleteServerGroup(ctx, s, x)
	case cloud.UploadCertificate:
		return c.uploadCertificate(ctx, s, x.Certificate)
	case cloud.DeleteCertificate:
		return nil, c.deleteCertificate(ctx, s, x)
	default:
		return c.applyAccess(ctx, s, change)
	}
}

// applyAccess makes the changes of what decides who gets in.
func (c *Client) applyAccess(ctx context.Context, s cloud.Scope, change cloud.Change) (cloud.IDs, error) {
	switch x := change.(type) {
	case cloud.CreateACL:
		return c.createACL(ctx, s, x.List)
	case cloud.AddACLEntries:
		return nil, c.addACLEntries(ctx, s, x)
	case cloud.RemoveACLEntries:
		return nil, c.removeACLEntries(ctx, s, x)
	case cloud.DeleteACL:
		return nil, c.deleteACL(ctx, s, x)
	case cloud.UploadCACertificate:
		return c.uploadCACertificate(ctx, s, x.Certificate)
	case cloud.DeleteCACertificate:
		return nil, c.deleteCACertificate(ctx, s, x)
	default:
		return nil, &cloud.Error{Kind: cloud.Invalid, Op: change.Op(), Message: "unknown change"}
	}
}

// do makes a call of which only success matters.
func (c *Client) do(ctx context.Context, req requests.AcsRequest) error {
	return c.call(ctx, req, newPlainAnswer())
}

// remove makes a call that deletes: what is gone already is success.
func (c *Client) remove(ctx context.Context, req requests.AcsRequest) error {
	err := c.do(ctx, req)
	if cloud.KindOf(err) == cloud.NotFound {
		return nil
	}
	return err
}

// resolver looks up the ids that a change refers to and remembers the first that is missing, so that
// a request can be filled without a check after each look-up.
type resolver struct {
	op    string
	scope cloud.Scope
	err   error
}

func (r *resolver) id(ref cloud.Ref) string {
	if marked, foreign := cloud.IDOfName(ref.Name); foreign {
		return string(marked)
	}
	id, ok := r.scope.IDs[ref]
	if !ok && r.err == nil {
		r.err = &cloud.Error{
			Kind: cloud.Conflict, Op: r.op,
			Message: fmt.Sprintf("the id of %s is not known", ref),
		}
	}
	return string(id)
}

// optional is id, but for a name that is empty and refers to nothing.
func (r *resolver) optional(ref cloud.Ref) string {
	if ref.Name == "" {
		return ""
	}
	return r.id(ref)
}

func (r *resolver) loadBalancer() string { return r.id(cloud.LoadBalancerRef()) }

// created gives the ids of one created resource. An answer without the id of what it says to have
// created leaves it unknown.
func created(op string, ref cloud.Ref, id string) (cloud.IDs, error) {
	if id == "" {
		return nil, &cloud.Error{Kind: cloud.Unknown, Op: op, Message: fmt.Sprintf("the answer lacks the id of %s", ref)}
	}
	return cloud.IDs{ref: cloud.ID(id)}, nil
}
