package cloud

import (
	"context"
	"net/netip"
)

// Query says what to observe.
type Query struct {
	Owner Owner
	// LoadBalancer is the instance's id where it is known. Empty: the instance that carries the
	// owner's tags, if there is one.
	LoadBalancer ID
	// Ports are the listeners of interest. Others on the instance are nobody's business here.
	Ports []int
	// Strays asks for listeners of the owner's on any other port, too: the record of its ports may
	// have been lost.
	Strays bool
	// Extensions are ids of domain extensions that were recorded as ours.
	Extensions []ID
}

// Reader reads the service. It never writes, so a dry run holds nothing else.
type Reader interface {
	// Observe returns what the service has of the owner's, normalised. An instance that does not
	// exist is no error: Observed.Instance is nil then. The kind of an error is one of
	// Throttled, Denied, Unavailable, Unknown.
	Observe(ctx context.Context, q Query) (Observed, error)
	// Marks lists what carries a cluster's marks, of all groups and whether or not anybody knows of
	// it: instances, vServer groups, certificates and access control lists; not what is deleted with
	// its instance anyway. Sorted by CompareMarks. Errors are of the kinds of Observe.
	Marks(ctx context.Context, cluster string) ([]Mark, error)
	// Content counts the listeners and vServer groups on an instance, whosoever's they are. Errors
	// are of the kinds of Observe; an instance that does not exist is empty.
	Content(ctx context.Context, lb ID) (int, error)
}

// Scope is the context in which a change is made.
type Scope struct {
	Owner Owner
	// IDs must hold the id of everything that the change refers to.
	IDs IDs
}

// Writer changes the service.
type Writer interface {
	// Apply makes one change by one call. It returns the ids of what the change created. Making a
	// change that is made already is success or an error of kind Conflict, never a second
	// resource, except where [Lossy] says so. Deleting what is gone is success.
	Apply(ctx context.Context, s Scope, c Change) (IDs, error)
}

// Interfaces finds elastic network interfaces.
type Interfaces interface {
	// InterfacesOf returns the id of the interface that has each address, in the controller's VPC.
	// An address that no interface has is left out.
	InterfacesOf(ctx context.Context, addresses []netip.Addr) (map[netip.Addr]string, error)
}
