package alibaba

import (
	"context"
	"errors"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Observe implements cloud.Reader. It costs one call for the instance (two where its id is not
// known), one for certificates and one for CA certificates, one for every 50 of the region's access
// control lists and for every 50 entries of ours, one for each listener, one for the groups and one
// for each group.
//
// Of several instances with the owner's tags the one with the lowest id is observed; the others are
// in IDs as load balancers named "#" and their id.
func (c *Client) Observe(ctx context.Context, q cloud.Query) (cloud.Observed, error) {
	got, err := c.observe(ctx, q)
	if cloud.KindOf(err) == cloud.NotFound {
		// Something went away between two of the reads, so the picture was mixed: take another.
		got, err = c.observe(ctx, q)
	}
	if err != nil {
		return cloud.Observed{}, readKind(err)
	}
	return got, nil
}

// readKind reduces the kinds of a read's error to those that a Reader may give.
func readKind(err error) error {
	e, ok := errors.AsType[*cloud.Error](err)
	if !ok {
		return err
	}
	switch e.Kind {
	case cloud.Throttled, cloud.Denied, cloud.Unavailable, cloud.Unknown:
		return e
	default:
		reduced := *e
		reduced.Kind = cloud.Unavailable
		return &reduced
	}
}

// observation is an observation in progress. What was read first names what is read later.
type observation struct {
	query        cloud.Query
	got          cloud.Observed
	foreign      cloud.Stack
	groups       map[string]string // logical names of ours, by the service's id
	certificates map[string]string
	acls         map[string]string
	authorities  map[string]string // CA certificates
}

func (c *Client) observe(ctx context.Context, q cloud.Query) (cloud.Observed, error) {
	o := &observation{
		query: q, got: cloud.Observed{IDs: cloud.IDs{}},
		groups: map[string]string{}, certificates: map[string]string{},
		acls: map[string]string{}, authorities: map[string]string{},
	}
	ports, err := c.observeInstance(ctx, o)
	if err != nil {
		return cloud.Observed{}, err
	}
	if err := c.observeCertificates(ctx, o); err != nil {
		return cloud.Observed{}, err
	}
	if err := c.observeCACertificates(ctx, o); err != nil {
		return cloud.Observed{}, err
	}
	if err := c.observeACLs(ctx, o); err != nil {
		return cloud.Observed{}, err
	}
	if o.got.Instance != nil {
		if err := c.observeServerGroups(ctx, o); err != nil {
			return cloud.Observed{}, err
		}
		if err := c.observeListeners(ctx, o, ports); err != nil {
			return cloud.Observed{}, err
		}
	}
	return o.finish(), nil
}

// finish normalises both sides alike, so that what is taken over compares equal.
func (o *observation) finish() cloud.Observed {
	o.got.Ours.Normalize()
	o.foreign.Normalize()
	o.got.Foreign = cloud.Foreign{
		Listeners: o.foreign.Listeners, Rules: o.foreign.Rules, Extensions: o.foreign.Extensions,
	}
	return o.got
}

// nameOf gives the logical name of an id, or marks the id as one that is not ours.
func nameOf(names map[string]string, id string) string {
	if id == "" {
		return ""
	}
	if name, ok := names[id]; ok {
		return name
	}
	return cloud.NameOfID(cloud.ID(id))
}

// surplusName is the name of a resource that claims a Ref which another one has already, or whose
// tags are damaged.
func surplusName(name, id string) string { return name + "#" + id }

// claim enters an id under a name. Where the Ref is taken, the name gets the id added. Callers go
// through ids in order, so the lowest id keeps the name.
func (o *observation) claim(ref func(string) cloud.Ref, name, id string) string {
	if _, taken := o.got.IDs[ref(name)]; taken {
		name = surplusName(name, id)
	}
	o.got.IDs[ref(name)] = cloud.ID(id)
	return name
}
