package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SLBConfig holds the parameters of an IngressClass: spec.parameters of the class names it.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,path=slbconfigs,singular=slbconfig
// +kubebuilder:printcolumn:name="Address type",type=string,JSONPath=`.spec.addressType`
// +kubebuilder:printcolumn:name="Path matching",type=string,JSONPath=`.spec.pathMatching`
// +kubebuilder:printcolumn:name="Reclaim",type=string,JSONPath=`.spec.reclaimPolicy`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type SLBConfig struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +optional
	// +kubebuilder:default={}
	Spec SLBConfigSpec `json:"spec,omitempty"`
}

// SLBConfigList is a list of SLBConfig.
//
// +kubebuilder:object:root=true
type SLBConfigList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []SLBConfig `json:"items"`
}

// SLBConfigSpec is what a class asks of its load balancer instances.
//
// +kubebuilder:validation:XValidation:rule="!has(self.addressType) || self.addressType != 'intranet' || has(self.loadBalancerID) || (has(self.vSwitchID) && size(self.vSwitchID) > 0)",message="an intranet instance needs vSwitchID: the vSwitch that gives it its address"
// +kubebuilder:validation:XValidation:rule="(has(self.addressType) && self.addressType == 'intranet') || !has(self.vSwitchID) || size(self.vSwitchID) == 0",message="vSwitchID is for intranet instances only: set addressType to intranet, or remove it"
// +kubebuilder:validation:XValidation:rule="has(self.loadBalancerID) == has(oldSelf.loadBalancerID) && (!has(self.loadBalancerID) || self.loadBalancerID == oldSelf.loadBalancerID)",message="loadBalancerID cannot be added, changed or removed: use another SLBConfig and another class, and move the Ingresses"
// +kubebuilder:validation:XValidation:rule="!has(self.loadBalancerID) || !(has(self.loadBalancer) || has(self.tags) || (has(self.vSwitchID) && size(self.vSwitchID) > 0))",message="loadBalancerID names an instance that exists: loadBalancer, tags and vSwitchID are for instances that are created"
// +kubebuilder:validation:XValidation:rule="has(self.loadBalancerID) || !has(self.forceOverrideListeners) || !self.forceOverrideListeners",message="forceOverrideListeners is about the instance that loadBalancerID names"
// +kubebuilder:validation:XValidation:rule="!has(self.maxInstances) || self.maxInstances == 1 || !has(self.loadBalancer) || !has(self.loadBalancer.address) || size(self.loadBalancer.address) == 0",message="loadBalancer.address is for one instance: remove it, or set maxInstances to 1"
// +kubebuilder:validation:XValidation:rule="!has(self.loadBalancerID) || !has(self.maxInstances) || self.maxInstances == 1",message="loadBalancerID names the one instance of the class: remove it, or set maxInstances to 1"
type SLBConfigSpec struct {
	// LoadBalancerID is an existing instance that serves all Ingresses of the class, but for those that
	// name another one by annotation. It stays its owner's: it is never deleted, and of its listeners
	// the controller uses those that are free. No instance is created for the class. The field is
	// fixed when the SLBConfig is created.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=80
	// +kubebuilder:validation:Pattern=`^lb-[a-z0-9]+$`
	LoadBalancerID string `json:"loadBalancerID,omitempty"`

	// ForceOverrideListeners lets the controller take over listeners 80 and 443 of the instance that
	// loadBalancerID names, with their rules and domain extensions, where they exist already.
	//
	// +optional
	ForceOverrideListeners bool `json:"forceOverrideListeners,omitempty"`

	// AddressType of the instance that is created for the class; the one that loadBalancerID names
	// must have it.
	//
	// +optional
	// +kubebuilder:validation:Enum=internet;intranet
	// +kubebuilder:default=internet
	AddressType string `json:"addressType,omitempty"`

	// VSwitchID is the vSwitch that gives an intranet instance its address.
	//
	// +optional
	// +kubebuilder:validation:Pattern=`^(vsw-[a-z0-9-]+)?$`
	VSwitchID string `json:"vSwitchID,omitempty"`

	// LoadBalancerSpec is the specification of the instance that is created for the class.
	//
	// +optional
	// +kubebuilder:validation:Enum=slb.s1.small;slb.s2.small;slb.s2.medium;slb.s3.small;slb.s3.medium;slb.s3.large
	// +kubebuilder:default=slb.s1.small
	LoadBalancerSpec string `json:"loadBalancerSpec,omitempty"`

	// ReclaimPolicy says what becomes of the instance that was created for the class when no
	// Ingress needs it any more: Delete releases it after the controller's release grace, Retain
	// keeps it.
	//
	// +optional
	// +kubebuilder:validation:Enum=Delete;Retain
	// +kubebuilder:default=Delete
	ReclaimPolicy ReclaimPolicy `json:"reclaimPolicy,omitempty"`

	// PathMatching says what becomes of a path that the service can only serve wider than it was
	// asked: Approximate serves it and tells, Strict refuses it and tells.
	//
	// +optional
	// +kubebuilder:validation:Enum=Approximate;Strict
	// +kubebuilder:default=Approximate
	PathMatching PathMatching `json:"pathMatching,omitempty"`

	// HostSharing says whether namespaces may share a host: Exclusive gives it to the namespace
	// that claimed it first, AcrossNamespaces lets every namespace add paths to it.
	//
	// +optional
	// +kubebuilder:validation:Enum=Exclusive;AcrossNamespaces
	// +kubebuilder:default=Exclusive
	HostSharing HostSharing `json:"hostSharing,omitempty"`

	// DefaultBackend serves requests that no Ingress of the class matches, in place of an answer
	// 503. A default backend of an Ingress comes before it.
	//
	// +optional
	DefaultBackend *ServiceBackend `json:"defaultBackend,omitempty"`

	// LoadBalancer has further settings of the instance that is created for the class.
	//
	// +optional
	LoadBalancer *LoadBalancerSettings `json:"loadBalancer,omitempty"`

	// Listeners has settings of the listeners of the class's instances.
	//
	// +optional
	Listeners *ListenerSettings `json:"listeners,omitempty"`

	// Tags are added to the instance that is created for the class. Tags that are taken away here
	// stay on the instance.
	//
	// +optional
	// +kubebuilder:validation:MaxProperties=10
	// +kubebuilder:validation:XValidation:rule="self.all(k, size(k) >= 1 && size(k) <= 64 && size(self[k]) <= 128 && !k.contains('=') && !k.contains(',') && !self[k].contains(',') && !k.contains('://') && !self[k].contains('://'))",message="tags have keys of 1 to 64 characters and values of up to 128, without commas and ://"
	// +kubebuilder:validation:XValidation:rule="!self.exists(k, k.lowerAscii().startsWith('aliyun') || k.lowerAscii().startsWith('acs:') || k.lowerAscii().startsWith('ack.aliyun.com') || k.lowerAscii().startsWith('kubernetes.') || k.lowerAscii().startsWith('slb-ingress/'))",message="the tag's prefix is kept for the service or for controllers"
	Tags map[string]string `json:"tags,omitempty"`

	// DefaultCertificate is what HTTPS presents where no domain has a certificate of its own. Without
	// it, that is the certificate of the oldest Ingress that has one. While its Secret cannot be used,
	// the listener keeps what it presented last.
	//
	// +optional
	DefaultCertificate *CertificateSource `json:"defaultCertificate,omitempty"`

	// Enforce lists annotations, by their names without prefix, that Ingresses cannot set: what the
	// class says holds, or the default. With one annotation all are enforced that make sense
	// together with it only, such as acl-status with acl-id.
	//
	// +optional
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=63
	// +listType=set
	Enforce []string `json:"enforce,omitempty"`

	// Compatibility lists controllers whose annotations are honoured on Ingresses of the class where
	// the service can keep their meaning: "nginx" those of ingress-nginx, "alb" those of the ALB
	// Ingress controller. An Ingress with one without which its requests would be admitted or routed
	// as they must not be, such as rewrite-target, is then not served. Our own annotations come first.
	//
	// +optional
	// +listType=set
	Compatibility []Compatibility `json:"compatibility,omitempty"`

	// AllowedLoadBalancerIDs are the only existing instances that Ingresses of the class may name by
	// annotation. Without the field they may name any; an empty list allows none.
	//
	// +optional
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:Pattern=`^lb-[a-z0-9]+$`
	// +listType=set
	AllowedLoadBalancerIDs *[]string `json:"allowedLoadBalancerIDs,omitempty"`

	// AllowedNamespaces selects the namespaces whose Ingresses are served, by their labels. Ingresses
	// of others are refused, also those that were served before. Without the field, and if it is
	// empty, all namespaces are allowed.
	//
	// +optional
	// +kubebuilder:validation:XValidation:rule="!has(self.matchExpressions) || self.matchExpressions.all(e, e.operator in ['In', 'NotIn'] ? has(e.values) && size(e.values) > 0 : e.operator in ['Exists', 'DoesNotExist'] && (!has(e.values) || size(e.values) == 0))",message="an expression has operator In or NotIn with values, or Exists or DoesNotExist without"
	AllowedNamespaces *metav1.LabelSelector `json:"allowedNamespaces,omitempty"`

	// MaxInstances is how many instances may be created for the class. One listener has room for 40
	// forwarding rules; with more instances the hosts that one has no room for go to the next one. A
	// host stays where it was placed, also when the number is changed. Every instance has an address
	// of its own, which the status of the Ingresses whose hosts it serves lists, and costs money of
	// its own. An account may have 30 or 60 instances unless its quota was raised.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=50
	// +kubebuilder:default=1
	MaxInstances int `json:"maxInstances,omitempty"`

	// Quotas are the account's quotas where they were raised above the service's defaults.
	//
	// +optional
	Quotas *Quotas `json:"quotas,omitempty"`
}

// Compatibility names a controller whose annotations are honoured.
//
// +kubebuilder:validation:Enum=nginx;alb
type Compatibility string

// The controllers whose annotations can be honoured.
const (
	CompatibilityNginx Compatibility = "nginx"
	CompatibilityALB   Compatibility = "alb"
)

// ReclaimPolicy is what becomes of an instance that nobody needs.
type ReclaimPolicy string

// The reclaim policies.
const (
	ReclaimDelete ReclaimPolicy = "Delete"
	ReclaimRetain ReclaimPolicy = "Retain"
)

// PathMatching is what becomes of paths that cannot be served exactly.
type PathMatching string

// The ways of matching paths.
const (
	PathMatchingApproximate PathMatching = "Approximate"
	PathMatchingStrict      PathMatching = "Strict"
)

// HostSharing is whether namespaces may share a host.
type HostSharing string

// The ways of sharing hosts.
const (
	HostSharingExclusive        HostSharing = "Exclusive"
	HostSharingAcrossNamespaces HostSharing = "AcrossNamespaces"
)

// ServiceBackend names a port of a Service.
//
// +kubebuilder:validation:XValidation:rule="has(self.portName) != has(self.portNumber)",message="give either portName or portNumber"
type ServiceBackend struct {
	// Namespace is that of the Service.
	//
	// +kubebuilder:validation:MinLength=1
	Namespace string `json:"namespace"`

	// Name is that of the Service.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`

	// PortName names the Service's port; give either this or PortNumber.
	//
	// +optional
	PortName string `json:"portName,omitempty"`

	// PortNumber is the Service's port; give either this or PortName.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	PortNumber int32 `json:"portNumber,omitempty"`
}

// Quotas are quotas of the account. Zero means the service's default.
type Quotas struct {
	// DomainExtensionsPerListener is 3 by default and can be raised to 10.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	DomainExtensionsPerListener int `json:"domainExtensionsPerListener,omitempty"`

	// BackendServersPerInstance is 200 by default.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	BackendServersPerInstance int `json:"backendServersPerInstance,omitempty"`

	// ServerCertificatesPerRegion is 100 by default. It bounds nothing here; the use is reported
	// against it.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	ServerCertificatesPerRegion int `json:"serverCertificatesPerRegion,omitempty"`
}
