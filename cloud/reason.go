package cloud

// Reason is the stable, CamelCase name of a cause, as users see it in events and can match on. A
// reason is never renamed.
type Reason string

// Reasons that concern a whole group, or its load balancer instance.
const (
	ConfigMissing            Reason = "ConfigMissing"            // class or SLBConfig is missing and the group is frozen, or a Secret may not be read and what it gave is kept
	InvalidConfig            Reason = "InvalidConfig"            // the class's SLBConfig cannot be used
	InvalidLoadBalancerID    Reason = "InvalidLoadBalancerID"    // the id annotation is no instance id
	LoadBalancerNotFound     Reason = "LoadBalancerNotFound"     // no such instance in this account and region
	LoadBalancerLocked       Reason = "LoadBalancerLocked"       // in arrears or expired
	LoadBalancerNotAllowed   Reason = "LoadBalancerNotAllowed"   // the class's SLBConfig does not let the instance be named
	NamespaceNotAllowed      Reason = "NamespaceNotAllowed"      // the class's SLBConfig does not serve the Ingress's namespace
	LoadBalancerManaged      Reason = "LoadBalancerManaged"      // ServiceManagedMode, or another controller's tag
	LoadBalancerClaimed      Reason = "LoadBalancerClaimed"      // another cluster claimed it, or another class
	SharedPerformance        Reason = "SharedPerformance"        // cannot have ENI members
	AddressTypeMismatch      Reason = "AddressTypeMismatch"      // the address-type annotation does not fit
	NetworkMismatch          Reason = "NetworkMismatch"          // an intranet instance in another VPC
	NetworkConflict          Reason = "NetworkConflict"          // the service refused a member of another VPC
	IntranetNeedsID          Reason = "IntranetNeedsID"          // an intranet instance is never created from an annotation
	CreationRefused          Reason = "CreationRefused"          // the service does not create the instance with a value that is asked for it
	ListenerOccupied         Reason = "ListenerOccupied"         // 80 or 443 is taken and override is not set
	ListenersTakenOver       Reason = "ListenersTakenOver"       // by override; the old definition is in the message
	AnnotationConflict       Reason = "AnnotationConflict"       // Ingresses of a group disagree and the oldest wins, or keys of one Ingress do
	FixedAtCreation          Reason = "FixedAtCreation"          // a wish that comes too late for the instance that is there
	IneffectiveAnnotation    Reason = "IneffectiveAnnotation"    // Normal: it is about instances that the controller creates, and this one is reused
	ProbeUnusable            Reason = "ReadinessProbeUnusable"   // health-check auto, and no readiness probe that the service can do
	ProbeAdapted             Reason = "ReadinessProbeAdapted"    // Normal: the health check is not quite the readiness probe
	UnknownID                Reason = "UnknownCloudID"           // no certificate or access control list of others has this id
	InvalidAnnotation        Reason = "InvalidAnnotation"        // a value that cannot be read
	UnknownAnnotation        Reason = "UnknownAnnotation"        // a key under our prefixes that nobody knows
	CompatibilityNote        Reason = "CompatibilityNote"        // Normal: what becomes of another controller's annotations here
	CompatibilityOff         Reason = "CompatibilityOff"         // Normal: another controller's annotations, which the class does not ask for
	DeletionBlocked          Reason = "DeletionBlocked"          // SLBInstance deleted while Ingresses use it
	DeleteProtected          Reason = "DeleteProtected"          // a user protects the instance that we should release
	CloudError               Reason = "CloudError"               // a call failed; retried
	CloudDenied              Reason = "CloudDenied"              // no permission
	ChangeBarred             Reason = "ChangeBarred"             // the controller's own guard kept a change from being sent
	SurplusLoadBalancer      Reason = "SurplusLoadBalancer"      // a second instance carries the group's tags and is not bare
	QuotaExceeded            Reason = "QuotaExceeded"            // of the account
	QuotaNearlyUsed          Reason = "QuotaNearlyUsed"          // four fifths of a quota of an instance or of the region are used
	FallbackCertificate      Reason = "FallbackCertificate"      // HTTPS is served with the self-signed certificate
	InstanceCreated          Reason = "LoadBalancerCreated"      // Normal: an instance was created for the class
	InstanceReleased         Reason = "LoadBalancerReleased"     // Normal: an instance that was created for the class is released
	Programmed               Reason = "Programmed"               // Normal: a plan was carried out
	MembersHeld              Reason = "MembersHeld"              // the last members stay while slices and pods disagree
	NetworkInterfaceNotFound Reason = "NetworkInterfaceNotFound" // no ENI has a pod's address
	EndpointRefused          Reason = "EndpointAddressRefused"   // an address that can be no pod's
)

// Reasons that concern one Ingress or one of its paths.
const (
	ServiceNotFound          Reason = "ServiceNotFound"           // the Service that a path names does not exist
	ServicePortNotFound      Reason = "ServicePortNotFound"       // the Service has no such TCP port
	ExternalNameService      Reason = "ExternalNameService"       // a Service without pods of its own
	ServiceNoSelector        Reason = "ServiceWithoutSelector"    // only pods that a selector finds can be served
	ResourceBackend          Reason = "ResourceBackend"           // the backend is no Service
	SecretNotFound           Reason = "SecretNotFound"            // the Secret that spec.tls names does not exist
	InvalidCertificate       Reason = "InvalidCertificate"        // the Secret has no usable certificate and key, or the service refuses them
	CertificateMismatch      Reason = "CertificateKeyMismatch"    // the key belongs to no certificate of the Secret
	CertificateExpired       Reason = "CertificateExpired"        // the certificate is past its end
	CertificateNotYet        Reason = "CertificateNotYetValid"    // the certificate is not valid yet; served all the same
	CertificateExpiring      Reason = "CertificateExpiring"       // it ends within 30 days, or a third of its lifetime if that is less
	CertificateChain         Reason = "CertificateChainUnordered" // Normal: certificates that signed none of those before them
	DefaultCertificateServes Reason = "DefaultCertificateServes"  // Normal: the default certificate is good for the host, so its own is not presented
	TLSHostWithoutRule       Reason = "TLSHostWithoutRule"        // Normal: no rule of the namespace has this TLS host
	TLSHostNotCovered        Reason = "TLSHostNotCovered"         // the certificate is not for this host; served all the same
	ExtensionsExhausted      Reason = "DomainExtensionsExhausted" // the HTTPS listener takes no further domain extension
	UnsupportedPath          Reason = "UnsupportedPath"           // characters or length that the service cannot take
	RejectedPath             Reason = "RejectedPath"              // the service finally refused it
	UnsupportedHost          Reason = "UnsupportedHost"           // a host that the service cannot take
	ApproximateExact         Reason = "ApproximateExact"          // served wider than Exact asks; refused under Strict
	ApproximatePrefix        Reason = "ApproximatePrefix"         // Normal: a string prefix takes more than path segments
	ApproximateWildcard      Reason = "ApproximateWildcard"       // Normal: a wildcard takes more than one label
	PathConflict             Reason = "PathConflict"              // another Ingress has this host and path
	HostClaimed              Reason = "HostClaimed"               // another namespace has this host
	HostElsewhere            Reason = "HostElsewhere"             // another instance of the class serves the host, not the one that the Ingress names
	DefaultBackendTaken      Reason = "DefaultBackendTaken"       // one default backend an instance
	HostlessPath             Reason = "HostlessPath"              // Normal: host-less paths do not serve known hosts
	RulesExhausted           Reason = "RulesExhausted"            // the listener has no room for this path
	TakenByForeignRule       Reason = "TakenByForeignRule"        // somebody else's rule or extension holds the key
	UnsupportedAnnotation    Reason = "UnsupportedAnnotation"     // asks for what the service does not have
	CanaryWithoutStable      Reason = "CanaryWithoutStable"       // nobody serves the path that a canary is for
	CanarySideEmpty          Reason = "CanarySideEmpty"           // a canary or its stable side has no ready pod; the other takes all
	NoReadyEndpoints         Reason = "NoReadyEndpoints"          // the service refuses rules to an empty group
)
