// Command slb-ingress-controller runs the controller against the cluster of its kubeconfig or of
// its service account, and against the load balancer service of one region.
//
// In a pod on the cloud it needs no flag. Elsewhere it is told what instance metadata would say:
//
//	slb-ingress-controller --region cn-hangzhou --vpc-id vpc-bp1example
//
// The command reads flags and sets up logging; package manager is the program. It may import
// manager, and nothing that only tests and the fake service may.
package main
