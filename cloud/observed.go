package cloud

import (
	"maps"
	"slices"
)

// Observed is what the service has for one owner. The zero Observed is an account without anything
// of the owner's.
type Observed struct {
	// Instance is nil when there is none.
	Instance *Instance
	// Ours holds what carries the owner's marks. Its LoadBalancer is always nil; see Instance. A
	// reference to something that is not ours is "id:" and the service's id. Where two resources
	// claim one Ref, the second has "#" and its id added to its name, so that nothing wants it.
	Ours Stack
	// Foreign is what others have on the listeners of interest.
	Foreign Foreign
	// RegionCertificates counts the server certificates that the account has in the region, ours
	// and others': the quota counts them all.
	RegionCertificates int
	// Known are the ids of what others keep in the region and listeners can name.
	Known Known
	// IDs has the id of everything in Ours and Foreign, and of the instance.
	IDs IDs
}

// Known are ids of resources that are not the owner's, each list sorted, as of the reading.
type Known struct {
	Certificates []ID // server certificates
	ACLs         []ID // access control lists
}

// Foreign is what stands where ours would and is not ours. It counts against quotas.
type Foreign struct {
	Listeners  []Listener // in full: this is the record of what a take-over replaces
	Rules      []Rule
	Extensions []Extension
}

// Owned tells whether the instance was created for the owner.
func (o Observed) Owned(owner Owner) bool {
	return o.Instance != nil && owner.Owns(o.Instance.Tags)
}

// Clone returns a copy that shares no slice or map with o. Members of groups and entries of lists
// are shared and must be replaced, not edited.
func (o Observed) Clone() Observed {
	c := o
	if o.Instance != nil {
		instance := *o.Instance
		instance.Tags = maps.Clone(instance.Tags)
		c.Instance = &instance
	}
	c.Ours = o.Ours.Clone()
	c.Foreign = Foreign{
		Listeners:  slices.Clone(o.Foreign.Listeners),
		Rules:      slices.Clone(o.Foreign.Rules),
		Extensions: slices.Clone(o.Foreign.Extensions),
	}
	c.IDs = o.IDs.Clone()
	return c
}

// Clone returns a copy that shares no slice with s, but for members of groups and
// entries of lists.
func (s Stack) Clone() Stack {
	c := s
	if s.LoadBalancer != nil {
		lb := *s.LoadBalancer
		lb.Tags = maps.Clone(lb.Tags)
		c.LoadBalancer = &lb
	}
	c.Listeners = slices.Clone(s.Listeners)
	c.Rules = slices.Clone(s.Rules)
	c.Extensions = slices.Clone(s.Extensions)
	c.ServerGroups = slices.Clone(s.ServerGroups)
	c.Certificates = slices.Clone(s.Certificates)
	c.ACLs = slices.Clone(s.ACLs)
	c.CACertificates = slices.Clone(s.CACertificates)
	return c
}
