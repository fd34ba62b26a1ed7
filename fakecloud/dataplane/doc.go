// Package dataplane serves what a fakecloud.View says: for each running listener a real TCP socket
// on the load balancer instance's own address, and behind it the proxy that the service would be.
//
// It may import fakecloud (the view and its matching) and the standard library; the state machine
// knows nothing of it.
//
// Invariants:
//   - A request reads one program (one compiled ListenerView) and no other, so a view that arrives
//     in the middle of a request does not touch it.
//   - A socket is closed only when its listener is gone from the view. Changing rules, groups,
//     certificates or any switch keeps it and every connection that it has.
//   - A certificate or access control list counts for connections made after the change.
//   - A listener that cannot be bound is reported and tried again; the others are served.
//
// Smallest use:
//
//	cloud := fakecloud.New(fakecloud.Options{})
//	plane := dataplane.New(dataplane.Options{Source: cloud})
//	err := plane.Run(ctx) // until ctx ends
//
// Tests that have a View in hand call Apply instead of Run.
package dataplane
