// Package node is a virtual node: it takes every pod that waits for a node and runs it inside this
// process, as an HTTP server that answers with what it was asked.
//
// It imports client-go and the Kubernetes API types, and nothing of this repository. It knows
// nothing of load balancers; whoever wants to reach its pods dials with Node.DialContext.
//
// A pod gets an address of a virtual range and the annotations of an ECI pod, and is ready as soon
// as it listens. Its address exists inside this process alone: no interface, route or port of the
// machine is used. A pod that is deleted first serves out its preStop sleep, then stops listening,
// finishes the requests under way for a short time, and is removed.
//
// What a pod's annotations change:
//
//	virtual-node/ready: "false"   never ready, until the annotation goes
//	virtual-node/eni: "false"     no k8s.aliyun.com annotations
//
// Invariants:
//   - There is one node and no scheduler: node selectors, affinity, taints and resources are not
//     looked at, scheduling gates are.
//   - Ids are functions of the pod's UID; addresses are given out in the order of the range, and a
//     freed one is reused last.
//   - It acts on what it watches. Nothing is polled.
//
// Smallest use:
//
//	n, err := node.New(config, node.Options{})
//	...
//	go n.Run(ctx)
//	transport := &http.Transport{DialContext: n.DialContext}
package node
