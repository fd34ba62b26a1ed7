// Command localcluster is `make run`: a Kubernetes control plane, a node that runs pods inside the
// process, a fake SLB that serves real traffic, and the controller. It applies the café sample,
// shows that a request goes through, and stays up until it is interrupted.
//
// It needs the programs of hack/kube and the folder config, which `make run` provides:
//
//	KUBEBUILDER_ASSETS="$(hack/kube/build.sh)" localcluster --sample=false
//
// While it is up, the folder .local tells others how to join in; one such folder belongs to one
// running cluster. The command may import everything; package cluster does the work.
package main
