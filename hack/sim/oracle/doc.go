// Package oracle says what is wrong with what a controller did to a fakecloud.Cloud. Its judgements
// need nothing of the controller: they compare what the account serves, holds and was asked for with
// the tables of package model.
//
//	judge := oracle.New(oracle.Options{Cloud: cloud, Cluster: "c-1"}) // what is there is foreign
//	judge.Inputs(table)  // at each change of the inputs
//	judge.Step()         // after every call of the service
//	judge.Open()         // what still differs from what is wanted; empty: converged
//	judge.Converged()    // what was wanted is served: nothing may be left over
//	judge.Violations()
//
// The oracles have numbers, which are the first word of a Violation:
//
//	O1   what is programmed is what the inputs ask for (Open)
//	O2   nothing is written when nothing changes (Quiet)
//	O3   nothing that we created is left without a use (Ledger)
//	O4   nothing of anybody else is changed or aimed at (Ledger)
//	O5   no request is lost and none goes wrong between two tables (Traffic)
//	O6   no secret is in any text (Secrets)
//	O7   no operation is called more often than the service allows (Budget)
//	O8   one bad Ingress makes nobody else wait (Isolation)
//	O9   nothing is created or deleted more often than undisturbed (Counts)
//	O11  no request of a namespace is answered otherwise because of another one (Tenant)
//	O12  what comes out does not depend on the order of events (SameEnd)
//	O14  bad input that was taken back leaves no trace (SameEnd)
//
// O10, that nothing panics, races or stays behind, is for whoever runs the controller.
//
// A Violation is a value, so that a failing run can be cut down while it stays the same. Nothing here
// is safe for concurrent use: call it from where calls are made one at a time.
package oracle
