// Package plan is the language of the simulation: which scenario, with which seed, disturbed how. A
// run is one line,
//
//	scenario=https-rotate seed=7 plan=crash-after@call:12,throttle*20@call:30
//
// that is printed when it fails and is all that is needed to run it again. A fault is a way, how
// often in a row it acts, and the point where it begins: the n-th call to the load balancer service,
// the n-th write to the cluster, the n-th event that reaches the controller's cache, counted from 1
// over all lives of the controller.
//
// The package enumerates the faults that apply to the points of an undisturbed run, pairs them and
// shrinks a plan that fails to its smallest part that does. It is pure and imports the standard
// library alone. The simulation itself is in the tests of controllers/ingress.
package plan
