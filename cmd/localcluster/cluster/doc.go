// Package cluster puts a whole world on one machine: a Kubernetes control plane, a virtual node
// that runs pods inside the process, the fake SLB with its data plane, and the controller, wired
// as in the shipped program and speaking to the fake by TCP and the SDK.
//
// It may import everything of this repository. The command localcluster and the end-to-end tests
// start it; nothing of a real account is ever reached.
//
//	c, err := cluster.Start(ctx, cluster.Options{BinaryDir: dir, Progress: print})
//	...
//	defer c.Stop()
//
// # Invariants
//
//   - Stop ends whatever Start started, in reverse order, and says what did not end well.
//   - Every address that is bound or dialled is a loopback address or lives in the process.
package cluster
