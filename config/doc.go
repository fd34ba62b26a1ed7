// Package config is the folder of manifests, for kustomize; it has no code of its own but tests.
//
//	default         everything that a cluster needs; puts together those below
//	crd             the kinds SLBConfig and SLBInstance; bases are generated
//	rbac            the service account and what it may do
//	manager         the Deployment, its disruption budget and the Service of its metrics
//	ingressclass    the class slb
//	prometheus      opt-in: a ServiceMonitor for the Prometheus operator
//	network-policy  opt-in: what the controller's pods may reach and be reached by
//	samples         Ingresses to begin with
//	ram-policy.json what the controller's RAM role has to be allowed in the cloud account
//
// Smallest use:
//
//	kubectl apply --server-side -k config/default
//
// # Invariants
//
//   - The roles grant what the controller does and nothing else. A test runs the controller with
//     the rendered roles and compares its requests with them in both directions.
//   - Everything is admitted in a namespace that enforces the Pod Security level "restricted".
//   - The RAM policy lists the operations that cloud/alibaba calls, no more and no fewer.
//
// The tests import what they like; nothing imports this package.
package config
