package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SLBInstance is the controller's record of one load balancer instance: what was made, what is
// about to be made, who claims what, and how it goes. The controller creates and deletes it; its
// name is "class.<class>.<n>" for an instance that was created for a class and "id.<lb-id>" for one
// that an annotation or an SLBConfig names.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,path=slbinstances,singular=slbinstance
// +kubebuilder:printcolumn:name="Instance",type=string,JSONPath=`.status.loadBalancerID`
// +kubebuilder:printcolumn:name="Address",type=string,JSONPath=`.status.address`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Use",type=string,JSONPath=`.status.use`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type SLBInstance struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec SLBInstanceSpec `json:"spec"`
	// +optional
	Status SLBInstanceStatus `json:"status,omitempty"`
}

// SLBInstanceList is a list of SLBInstance.
//
// +kubebuilder:object:root=true
type SLBInstanceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []SLBInstance `json:"items"`
}

// SLBInstanceSpec says which group of Ingresses the instance serves. It never changes.
//
// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="the spec of an SLBInstance cannot be changed; the controller makes a new object for another group"
type SLBInstanceSpec struct {
	// Class is the IngressClass whose Ingresses the instance serves; for an instance that is named
	// by id, the class that used it first.
	Class string `json:"class"`

	// LoadBalancerID is the existing instance that an annotation or an SLBConfig names; empty for
	// one that is created for the class.
	//
	// +optional
	LoadBalancerID string `json:"loadBalancerID,omitempty"`
}

// The conditions of an SLBInstance.
const (
	// ConditionReady is True when the service matches what the Ingresses ask for. Paths that
	// were refused for their own fault do not make it False.
	ConditionReady = "Ready"
	// ConditionConfigMissing is True while the class or its SLBConfig is missing: the group is frozen,
	// and nothing is changed.
	ConditionConfigMissing = "ConfigMissing"
	// ConditionDeletionBlocked is True when the object was deleted by hand while Ingresses use it.
	ConditionDeletionBlocked = "DeletionBlocked"
)

// Finalizer keeps an SLBInstance until what it records is gone from the service.
const Finalizer = "slb.alibabacloud.com/resources"

// SLBInstanceStatus is the controller's record. Losing it loses no resource: it can be rebuilt from
// the marks that resources carry.
type SLBInstanceStatus struct {
	// LoadBalancerID is the instance that serves the group.
	//
	// +optional
	LoadBalancerID string `json:"loadBalancerID,omitempty"`

	// WholeClass is true for an instance that is named by its id and serves Ingresses of its class
	// that do not name it: the class's SLBConfig does.
	//
	// +optional
	WholeClass bool `json:"wholeClass,omitempty"`

	// Address is the instance's address.
	//
	// +optional
	Address string `json:"address,omitempty"`

	// Use is the use of the quotas that matter, such as "rules 37/40, domain extensions 2/3".
	//
	// +optional
	Use string `json:"use,omitempty"`

	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// Hosts are the hosts that were placed on this instance, where the class has several; the empty
	// one stands for requests to hosts that no rule names. Without the list the instance serves all
	// hosts of the class.
	//
	// +optional
	// +listType=atomic
	Hosts []string `json:"hosts,omitempty"`

	// Claims are hosts and paths by the order in which they were claimed.
	//
	// +optional
	// +listType=atomic
	Claims []Claim `json:"claims,omitempty"`

	// Intents are creates that may have been sent without an answer having been recorded.
	//
	// +optional
	// +listType=atomic
	Intents []Intent `json:"intents,omitempty"`

	// DomainExtensions are ids of the domain extensions that were created for the group.
	//
	// +optional
	// +listType=atomic
	DomainExtensions []string `json:"domainExtensions,omitempty"`

	// ListenPorts are the listeners beside 80 and 443 that the controller creates for the group or
	// has created and not deleted yet.
	//
	// +optional
	// +listType=atomic
	ListenPorts []ListenPort `json:"listenPorts,omitempty"`

	// TakenOver are the listeners that were there before the controller took them over.
	//
	// +optional
	// +listType=atomic
	TakenOver []TakenOver `json:"takenOver,omitempty"`

	// DeleteProtectionSet tells that the controller switched delete protection on and may switch
	// it off.
	//
	// +optional
	DeleteProtectionSet bool `json:"deleteProtectionSet,omitempty"`

	// CreateAttempts counts the instances that were created for this object; it makes the client
	// token of the next create.
	//
	// +optional
	CreateAttempts int `json:"createAttempts,omitempty"`

	// ReclaimPolicy is the class's policy as last read, so that the end of the group needs neither
	// class nor SLBConfig.
	//
	// +optional
	ReclaimPolicy ReclaimPolicy `json:"reclaimPolicy,omitempty"`

	// DefaultSecret is "namespace/name" of the Secret whose certificate port 443 presents by
	// default; empty if it is the fallback certificate.
	//
	// +optional
	DefaultSecret string `json:"defaultSecret,omitempty"`

	// Certificates say with which certificates HTTPS is served, the default one first.
	//
	// +optional
	// +listType=atomic
	Certificates []ServedCertificate `json:"certificates,omitempty"`

	// EmptySince is when the group's last Ingress went away.
	//
	// +optional
	EmptySince *metav1.Time `json:"emptySince,omitempty"`
}

// ServedCertificate is a certificate that HTTPS is served with.
type ServedCertificate struct {
	// Secret is "namespace/name" of where it comes from; empty for the fallback certificate.
	//
	// +optional
	Secret string `json:"secret,omitempty"`
	// Default tells that it is presented to every host that has none of its own.
	//
	// +optional
	Default bool `json:"default,omitempty"`
	// NotAfter is its end.
	//
	// +optional
	NotAfter *metav1.Time `json:"notAfter,omitempty"`
	// Domains are those with a certificate that are served with this one. Of the default one that
	// includes domains that asked for another and have no domain extension, because the default
	// one is good for them or because there was no room.
	//
	// +optional
	// +listType=atomic
	Domains []string `json:"domains,omitempty"`
}

// Claim is an Ingress's claim on a path of a host.
type Claim struct {
	// Host is normalised: lower case, no trailing dot, IDN in its ASCII form. Empty: any host that
	// no rule names.
	//
	// +optional
	Host string `json:"host,omitempty"`
	// Path as the Ingress has it, or "/" for a default backend.
	Path string `json:"path"`
	// Exact tells that the claim is on the path alone and not on what begins with it.
	//
	// +optional
	Exact bool `json:"exact,omitempty"`
	// Ingress is "namespace/name".
	Ingress string `json:"ingress"`
	// Groups are the vServer groups that the path was given for this Ingress, the newest last: the
	// last two. While its backend is broken the path keeps the group that it has if that is one of
	// them; what another Ingress served there is not kept.
	//
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	Groups []string `json:"groups,omitempty"`
}

// ListenPort is a listener's port and protocol.
type ListenPort struct {
	Port int `json:"port"`
	// Protocol is http or https.
	Protocol string `json:"protocol"`
}

// Intent is a create that is about to be sent.
type Intent struct {
	// Kind is LoadBalancer, ServerGroup, Certificate or CACertificate.
	Kind string `json:"kind"`
	// +optional
	Name string `json:"name,omitempty"`
	// Since is when it was first recorded.
	Since metav1.Time `json:"since"`
}

// TakenOver is a listener as it was before the controller took it over.
type TakenOver struct {
	Port int `json:"port"`
	// Definition is a description for people.
	Definition string `json:"definition"`
}
