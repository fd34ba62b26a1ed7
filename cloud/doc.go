// Package cloud is the vocabulary in which the controller speaks about load balancing: what a
// group of Ingresses wants from one load balancer instance, what the service has, the single
// changes that lead from one to the other, and the ways a change can fail.
//
// It imports the standard library alone. Kubernetes types stop at controllers, types of the
// service's SDK stop at cloud/alibaba, and both meet here.
//
// Everything is a value. A [Stack] describes one instance, as wanted or as found, in the same
// types and in the same normal form, so that the difference between the two is structural:
//
//	want.Normalize()
//	got, err := reader.Observe(ctx, query)
//	todo, problems := plan.Make(want, got, policy)
//
// Resources refer to each other by logical name ([Ref]), never by the service's ids; [IDs] maps
// one to the other and is the only place where ids live.
//
// # Invariants
//
//   - A normalised Stack is sorted, without duplicates of a Ref, and normalising it again changes
//     nothing.
//   - A [Change] is one call of the service's API, within its batch limits.
//   - [Observed.After] says what a change does; adapters and fakes are tested against it.
//   - No value prints a private key: [PrivateKey] redacts itself in every format.
package cloud
