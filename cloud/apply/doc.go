// Package apply carries out a plan, one call for each step, and says what came of it. It imports
// package cloud and cloud/plan.
//
//	result := apply.Run(ctx, writer, todo, apply.Start{Owner: owner, Observed: got, Grant: grant})
//	if !result.Known {
//		forget(owner) // observe again before the next plan
//	}
//
// # What happens when a step fails
//
// Whatever says that the service or our view of it is in trouble stops the run: throttling, an
// unavailable service, an unknown outcome, and a refusal that shows that the observed state was
// wrong. Whatever concerns one resource (invalid, quota, permission, busy) holds back the steps
// that depend on it and no others.
//
// A batch that is refused as invalid is taken apart, so that only the bad element is left out and
// becomes a Problem.
//
// # Invariants
//
//   - No rule points to a group that has not come to be, and no old rule is deleted while a new
//     rule that takes over its requests is missing.
//   - No listener gets an access control list whose entries are incomplete, and no rules while its
//     access control could not be set.
//   - A listener is deleted to be re-created only if nothing that it needs has failed.
//   - Nothing is deleted that the state as known still refers to.
//   - The claim on an instance, or the instance, is given up only when every other step is made.
//   - Result.Pending can be run later from Result.Observed.
package apply
