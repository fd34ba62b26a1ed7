// Package desired translates the Ingresses of one group into what they want of their load balancer
// instance:
//
//	result := desired.Build(snapshot)
//
// It is pure: a [Snapshot] holds everything that the translation depends on, so there is no client,
// context, logger or clock here, and the same snapshot in any order gives the same [Result]. Nothing
// in the snapshot is changed. It imports Kubernetes API types, api, annotations and cloud.
//
// Bad input never stops a translation. It becomes a cloud.Problem on its author, and the path that
// it concerns either keeps what it last served (its rule has Keep) or, where it was refused by a
// policy, is left out. What it last served is what its own Ingress was given, by the groups on its
// claim: a path that has what another Ingress left there is left out, too.
//
// # From paths to rules
//
// The service compares a rule's URL as a plain string prefix, so each path becomes one rule:
//
//	path                        rule                   wider than asked
//	Prefix /                    domain only            no
//	Prefix /foo                 /foo                   /foobar
//	Exact /foo                  /foo                   /foobar, and /foo/x if nothing else takes it
//	both of these               /foo and /foo/         /foobar goes to Exact's
//	Exact /foo and Prefix /     /foo and /foo/ to "/"  /foobar
//	ImplementationSpecific /x/* /x/                    no
//
// # Canaries
//
// A canary claims nothing. Its paths are given to those of another Ingress of its namespace that
// have the same host, path and kind; the group of such a path is one of its own, whose name holds
// both Service ports and the canary's Ingress, and its members' weights divide the requests.
//
// # Claims
//
// Every path is a claim. Claims are ordered by their age on record, and new ones by the creation of
// their Ingress; then the oldest claim on a host decides the host's namespace, the oldest claim on a
// path wins it, and the order is the rank by which rules are left out when a listener is full.
package desired
