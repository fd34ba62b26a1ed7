// Package cloudtest holds what every cloud.Reader and cloud.Writer is tested against, and a small one
// that lives in memory.
//
// Run walks an implementation through every change and checks it against the model,
// cloud.Observed.After: what the service has after a call is what the model says.
//
//	func TestContract(t *testing.T) {
//		cloudtest.Run(t, func(t *testing.T) cloudtest.Harness { … })
//	}
//
// Memory is a Reader and Writer made of the model itself, with the service's refusals. It suits
// tests of the planner, which want neither wire nor time.
//
// It imports cloud, go-cmp and the standard library. Only tests may import it.
package cloudtest
