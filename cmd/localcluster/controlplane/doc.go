// Package controlplane runs a Kubernetes control plane on this machine: etcd, kube-apiserver and the
// part of kube-controller-manager that workloads and their clean-up need.
//
// It imports client-go and controller-runtime's envtest, which knows how to start etcd and the API
// server; nothing of this repository. The programs come from hack/kube (`make kube-tools`).
//
// Invariants:
//   - An API server alone never finishes deleting a namespace and never makes an EndpointSlice, so
//     the controller manager is always part of it.
//   - Everything listens on loopback addresses with ports that the system picks.
//   - Nothing outlives the process that called Start: Stop ends every program and removes the state,
//     and a guard process does the same when the caller dies without calling Stop.
//   - Admission is what the API server ships with, service accounts and pod security included, so
//     what is accepted here is accepted by a real cluster.
//
// Smallest use:
//
//	bin, err := controlplane.BinaryDir()
//	...
//	cp, err := controlplane.Start(ctx, controlplane.Options{BinaryDir: bin})
//	...
//	defer cp.Stop()
//	clientset := kubernetes.NewForConfigOrDie(cp.Config())
package controlplane
