// Package manager is the program: flags, the checks of a start, and the wiring of the controller
// to a cluster and to the load balancer service. The command of the shipped binary and the local
// cluster run the same function of it.
//
// It may import everything but fakecloud. Nothing below it reads flags or the environment.
package manager
