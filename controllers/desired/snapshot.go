package desired

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Snapshot is everything that one group's translation depends on, read at one moment. Build never
// changes it. Maps have no entry for what does not exist.
type Snapshot struct {
	Owner cloud.Owner
	// Namespace is the controller's own: Secrets that a class names are in it.
	Namespace string
	// Now is the time of the reading; certificates are judged by it.
	Now time.Time

	// Known are the ids that others have in the region; nil if that is not known, and then every id will do.
	Known *cloud.Known

	// Class and Config are the group's IngressClass and its parameters. Config is never nil: a
	// class without parameters has the defaults of the API.
	Class  *networkingv1.IngressClass
	Config *v1alpha1.SLBConfig
	// Record is the group's SLBInstance; its status holds the claims.
	Record *v1alpha1.SLBInstance
	// Programmed is what the service has of the group. It tells whether what a path with a broken
	// backend has is what its own Ingress was given.
	Programmed cloud.Stack

	// Ingresses are the members of the group, in any order, without those that are being deleted.
	Ingresses []*networkingv1.Ingress
	Services  map[types.NamespacedName]*corev1.Service
	// Endpoints are the EndpointSlices by Service.
	Endpoints map[types.NamespacedName][]*discoveryv1.EndpointSlice
	Secrets   map[types.NamespacedName]*corev1.Secret
	// Unreadable are Secrets that may not be read, and why.
	Unreadable map[types.NamespacedName]string

	// Interfaces are the ids of the pods' elastic network interfaces: from the pods' annotations or,
	// failing that, from the service. An address is entered only for the namespace of the pod that
	// has it, so that nobody reaches another namespace's pods by an EndpointSlice of their own. An
	// empty id is that of a pod of which nothing is known just now.
	Interfaces map[PodAddress]string
	// Probed are the pods of the Services that [Probes] names, with their addresses and their containers'
	// ports and readiness probes; the rest of them is not looked at.
	Probed map[types.NamespacedName][]*corev1.Pod
	// Held are the Services whose last members stay for now although no slice lists a ready
	// endpoint: a live read found ready pods. The value says whether that is so for long enough to
	// be told.
	Held map[types.NamespacedName]bool

	// Placement says which hosts the group serves; nil: all that its Ingresses ask for.
	Placement *Placement

	// DefaultSecret is the Secret whose certificate port 443 presented by default as of the last
	// Result; empty if that is not known or there was none. It matters only while that Secret is
	// broken: the listener then keeps the certificate it has, though other Ingresses have one.
	DefaultSecret types.NamespacedName

	// Fallback is the self-signed certificate that port 443 presents when no Ingress has one.
	Fallback cloud.Certificate

	// Release asks for an end: the group has no Ingress and its grace period is over. Without it,
	// a group without Ingresses keeps its instance and nothing on it.
	Release bool
	// LetGo, without Release and Ingresses, leaves the instance to its user for good.
	LetGo bool
}

// PodAddress is an IP address that a pod of a namespace has.
type PodAddress struct{ Namespace, IP string }

// Result is a group's translation.
type Result struct {
	// Stack is normalised. Without Ingresses it holds the load balancer alone, or nothing at all
	// when the snapshot asks for release.
	Stack    cloud.Stack
	Problems []cloud.Problem

	// Claims are the claims as they now stand, in order of age, to be recorded.
	Claims []v1alpha1.Claim

	// DefaultSecret is to be handed in with the next Snapshot.
	DefaultSecret types.NamespacedName

	// Domains are those that ask for a certificate, by name, whether or not they need a domain
	// extension for it.
	Domains []TLSDomain

	// Ends are the ends of the certificates in the Secrets that the Ingresses name, of all that
	// can be read, used or not.
	Ends map[types.NamespacedName]time.Time

	// Until is when the passing of time alone changes the Result, because a certificate begins or
	// ceases to be valid, or its end is near. Zero: never.
	Until time.Time

	// Routes say which resource serves each path of each Ingress, oldest Ingress first. A path that
	// is refused has none. Of a path whose backend is broken they say which resource would serve
	// it: whether that is there is for the observed state to tell.
	Routes []Route
}

// TLSDomain is a rule's domain for which an Ingress has a certificate.
type TLSDomain struct {
	Name        string
	Secret      types.NamespacedName
	Certificate string // its logical name; empty while the Secret has none that can be used
}

// Route is one path of an Ingress and the resources of which each one serves it: rules, or
// listeners where the default group does.
type Route struct {
	Ingress types.NamespacedName
	Field   string // "spec.rules[0].http.paths[1]" or "spec.defaultBackend"
	Host    string
	Path    string
	Refs    []cloud.Ref
}
