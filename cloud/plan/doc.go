// Package plan decides which calls lead from what a load balancer instance has to what a group of
// Ingresses wants. It imports package cloud and nothing else of this module, and it is pure: no
// context, logger, clock, client or random number, and inputs are never edited.
//
//	todo, problems := plan.Make(want, got, plan.Policy{Owner: owner, Source: source})
//	fmt.Print(todo)
//
// # Order
//
// Steps stand in the order in which they must be made:
//
//	instance, certificates that are new, members and groups, access control lists,
//	listeners that are new or must be re-created or taken over,
//	rules: creates, then sets, then deletes (extensions follow their rules),
//	listeners, groups, certificates and lists that nobody uses any more, instance.
//
// A listener gets access control before its new rules, and loses it after the rules that go, so
// that no path is ever open that is not to be. Of a list, entries come before others go.
//
// Rules are created from the narrowest domain and longest URL to the widest and shortest, and are
// deleted the other way round; a domain that appears while its hosts are served by a wider one, or
// disappears into one, does so in one call. So a request that was and will be routed to a group is
// routed to it after every step. The exceptions are announced in the step's Why.
//
// # Invariants
//
//   - Equal inputs give equal plans.
//   - A plan carried out to its end, as [cloud.Observed.After] models it, leaves an empty plan.
//   - Nothing that lacks the owner's marks is changed, except listeners that are taken over by
//     override, with the rules and extensions on them, and whatever stands on a listener or
//     instance of ours that is deleted.
package plan
