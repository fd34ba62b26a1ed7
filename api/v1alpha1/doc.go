// Package v1alpha1 holds the controller's own API types: SLBConfig, the parameters of an
// IngressClass, and SLBInstance, the controller's record of one load balancer instance. Both are
// cluster-scoped.
//
// It imports Kubernetes API machinery alone. The types carry no behaviour beyond look-ups of their
// own fields; translation is the business of controllers/desired.
//
// +kubebuilder:object:generate=true
// +groupName=slb.alibabacloud.com
package v1alpha1
