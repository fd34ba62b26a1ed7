// Package placement decides which of a class's load balancer instances serves which host, where one
// instance does not have room for all:
//
//	result := placement.Place(instances, hosts, members)
//
// It is pure and imports the standard library alone.
//
// # Invariants
//
//   - A host that is placed never moves.
//   - A wildcard and the hosts that it covers are on one instance, unless they were apart before the
//     wildcard came.
//   - An instance is given no host for which it has no rules and members left, but for hosts that
//     belong to a wildcard on it or are bound to it by name. Those are told when the instance is
//     programmed.
//   - The order in which instances and hosts are listed does not matter.
package placement
