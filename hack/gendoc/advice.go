package main

// advice is what a user can do about a reason.
type advice struct {
	event  string // Warning or Normal, or how else it shows
	remedy string // sentences
}

const (
	warning = "Warning"
	normal  = "Normal"
)

// adviceOf gives the advice for a reason by its value; the zero advice if there is none.
func adviceOf(value string) advice {
	if a, ok := groupAdvice()[value]; ok {
		return a
	}
	if a, ok := tlsAdvice()[value]; ok {
		return a
	}
	return pathAdvice()[value]
}

func groupAdvice() map[string]advice {
	return map[string]advice{
		"ConfigMissing":            {warning, "Restore the IngressClass, the SLBConfig or the permission that the message names. Until then nothing that depends on it is changed or deleted."},
		"InvalidConfig":            {warning, "Correct the field of the SLBConfig that the message names."},
		"InvalidLoadBalancerID":    {warning, "Write the id as the console shows it: `lb-` and lower-case letters and digits. The Ingress is not served until then."},
		"LoadBalancerNotFound":     {warning, "Correct the id in the annotation or the SLBConfig. Check that the instance is of the controller's account and region."},
		"LoadBalancerLocked":       {warning, "Settle the account's arrears or renew the instance."},
		"LoadBalancerNotAllowed":   {warning, "Name an instance that `allowedLoadBalancerIDs` of the class's SLBConfig lists, or have it added there. The Ingress is not served until then."},
		"NamespaceNotAllowed":      {warning, "Use another class, or have the namespace given labels that `allowedNamespaces` of the class's SLBConfig selects. The Ingress is not served until then, and what was served of it is taken away."},
		"LoadBalancerManaged":      {warning, "Name an instance that no other controller or cloud service manages."},
		"LoadBalancerClaimed":      {warning, "Name another instance, or remove the other use first. If our tags were removed from an instance that we created, put them back."},
		"SharedPerformance":        {warning, "Give the instance a specification, or name a guaranteed-performance instance."},
		"AddressTypeMismatch":      {warning, "Correct the annotation `address-type`, the `addressType` of the SLBConfig, or the id, or use a class with the address type."},
		"NetworkMismatch":          {warning, "Name an instance of the cluster's VPC. If the message names a wrong VPC for the cluster, correct `--vpc-id`."},
		"NetworkConflict":          {warning, "Name an instance of the cluster's VPC. An internet instance does not tell its VPC, so the conflict shows only when a pod is added."},
		"IntranetNeedsID":          {warning, "Name an existing instance by the annotation `id`, or use a class whose SLBConfig has `addressType: intranet` and a `vSwitchID`."},
		"ListenerOccupied":         {warning, "Delete the listener that the message describes, or allow its replacement by the annotation `force-override-listeners`, or by `forceOverrideListeners` if the class's SLBConfig names the instance. It is looked at again every minute."},
		"ListenersTakenOver":       {normal, "Nothing, if that was meant. The old definition is in the message and in `status.takenOver` of the SLBInstance."},
		"AnnotationConflict":       {warning, "Let the Ingresses of the instance agree, or move one to another instance; of two keys of one Ingress remove one."},
		"FixedAtCreation":          {warning, "Change it in the console where that can do it, or move the Ingresses to another class, whose instance is created as asked."},
		"IneffectiveAnnotation":    {normal, "Nothing, or remove the annotation: an instance that is named by its id is never changed."},
		"ReadinessProbeUnusable":   {warning, "Give all pods of the Service the same readiness probe, by httpGet without TLS or by tcpSocket of the port that serves, or replace the annotation `health-check` by the others. Until then the load balancer does not check these pods; Kubernetes does."},
		"ReadinessProbeAdapted":    {normal, "Nothing, or choose values that the service takes."},
		"CreationRefused":          {warning, "Correct the value of the annotation or field that the message names. The creation is not tried again before one of its parameters changes, or the controller starts anew."},
		"UnknownCloudID":           {warning, "Correct the id in the annotation or the field of the SLBConfig, or create what it names in the controller's account and region; what the controller made itself cannot be named. It is looked at again every 10 minutes."},
		"InvalidAnnotation":        {warning, "Write one of the values that the message names."},
		"UnknownAnnotation":        {warning, "Correct the key, or remove it. [annotations.md](annotations.md) has all keys."},
		"CompatibilityNote":        {normal, "Nothing, or remove the annotations that the message names. [compatibility.md](compatibility.md) says of each what the service does in its place."},
		"CompatibilityOff":         {normal, "Nothing, or let `compatibility` of the class's SLBConfig list the controller that the message names."},
		"DeletionBlocked":          {warning, "Delete the Ingresses, or move them to another class or instance. The SLBInstance goes then by itself."},
		"DeleteProtected":          {warning, "Switch the instance's delete protection off in the console if it may go."},
		"CloudError":               {warning, "Usually nothing: the call is made again after 2 seconds to 5 minutes. If it stays, look for the code in the service's documentation."},
		"CloudDenied":              {warning, "Grant the RAM role the operation that the message names; [`config/ram-policy.json`](../config/ram-policy.json) has them all."},
		"ChangeBarred":             {warning, "Usually nothing: a replica that was stopped or cut off does not write, and another one leads. If it stays, the message says what the change would have touched: please report it."},
		"SurplusLoadBalancer":      {warning, "Find out whose listeners or vServer groups are on the instance, then delete it, or remove its tags `slb-ingress/…`. It is charged."},
		"QuotaExceeded":            {warning, "Raise the account's quota that the message names, or free some of it. If the quota was raised already, say so in `spec.quotas` of the SLBConfig."},
		"QuotaNearlyUsed":          {warning, "Look at `status.use` of the SLBInstance, and make room or raise the quota before it is used up. For rules, raise `maxInstances` of the class's SLBConfig. Told again only after the use was below it."},
		"FallbackCertificate":      {normal, "Repair the Secret that another event of the Ingress names, or name one in `spec.tls`."},
		"LoadBalancerCreated":      {normal, "Nothing. The message names the instance and its specification, since it is charged from now on."},
		"LoadBalancerReleased":     {normal, "Nothing. The address is gone for good."},
		"Programmed":               {normal, "Nothing: the Ingress is served at the address in the message. On an SLBInstance it is the reason of condition `Ready`."},
		"MembersHeld":              {normal, "Nothing: within 60 seconds the Service lists its pods, or the members are removed."},
		"NetworkInterfaceNotFound": {warning, "Check that the pods have network interfaces of the cluster's VPC, and that `--vpc-id` is right. It is asked again every 10 seconds; known members stay."},
		"EndpointAddressRefused":   {warning, "Find out who writes the EndpointSlice: a loopback, link-local, multicast or metadata address is no pod's."},
	}
}

func tlsAdvice() map[string]advice {
	return map[string]advice{
		"SecretNotFound":            {warning, "Create the Secret in the Ingress's namespace, or correct the name. It is noticed at once."},
		"InvalidCertificate":        {warning, "Put PEM into `tls.crt` and `tls.key` of a Secret of type `kubernetes.io/tls`. The domain keeps the certificate that it last presented."},
		"CertificateKeyMismatch":    {warning, "Replace both halves of the Secret together. The order of the certificates in `tls.crt` does not matter."},
		"CertificateExpired":        {warning, "Renew the certificate."},
		"CertificateNotYetValid":    {normal, "Wait, or check the clock of whoever issued it."},
		"CertificateExpiring":       {warning, "Renew the certificate, or look why it was not renewed by itself. The metric `slb_ingress_certificate_expiry_timestamp_seconds` has the end of each Secret's certificate."},
		"CertificateChainUnordered": {normal, "Put the leaf certificate and its intermediates into `tls.crt` and nothing else, if clients do not trust the certificate."},
		"DefaultCertificateServes":  {normal, "Nothing: clients accept the default certificate for this host. A domain extension is kept for a domain that needs it."},
		"TLSHostWithoutRule":        {normal, "Add a rule for the host, or remove it from `spec.tls`: the service presents a certificate for a domain only if the domain has a rule."},
		"TLSHostNotCovered":         {warning, "Use a certificate that names the host. A wildcard in a certificate stands for one label."},
		"DomainExtensionsExhausted": {warning, "Use one certificate for several hosts, or raise the quota `slb_quota_domain_extensions_num` and then `spec.quotas.domainExtensionsPerListener` of the SLBConfig."},
		"UnsupportedHost":           {warning, "Write a DNS name. A wildcard can only be the whole first label."},
	}
}

func pathAdvice() map[string]advice {
	return map[string]advice{
		"ServiceNotFound":        {warning, "Create the Service in the Ingress's namespace, or correct the name."},
		"ServicePortNotFound":    {warning, "Use one of the ports that the message lists. Only TCP ports count."},
		"ExternalNameService":    {warning, "Name a Service that selects pods."},
		"ServiceWithoutSelector": {warning, "Give the Service a selector. Endpoints that are written by hand are not served."},
		"ResourceBackend":        {warning, "Use `backend.service`."},
		"UnsupportedPath":        {warning, "Use a path of at most 80 characters without `* ( ) [ ] \\ | ^ $`. The service has no wildcards and no regular expressions; `/*` at the end of an ImplementationSpecific path is read as a prefix."},
		"RejectedPath":           {warning, "Change the path as the service's code says. It is not sent again until then."},
		"ApproximateExact":       {"Warning", "Nothing, if the wider match does no harm. Under `pathMatching: Strict` such a path is refused."},
		"ApproximatePrefix":      {"Normal; Warning under Strict", "Nothing, if no path such as the one in the message exists. Under `pathMatching: Strict` such a path is refused: use `/` or pathType ImplementationSpecific there."},
		"ApproximateWildcard":    {"Normal; Warning under Strict", "Nothing, if deeper names do not resolve to the instance. Under `pathMatching: Strict` such a host is refused."},
		"PathConflict":           {warning, "Remove the path from one of the two Ingresses. When the owner leaves, the other is served at once."},
		"HostClaimed":            {warning, "Use another host, or let namespaces share hosts by `hostSharing: AcrossNamespaces` in the class's SLBConfig."},
		"DefaultBackendTaken":    {warning, "Remove the default backend from one of the Ingresses, or move one to another instance."},
		"HostlessPath":           {normal, "Name the host in the rule: the service does not try host-less rules for a host that it knows."},
		"HostElsewhere":          {warning, "Remove the annotation that names the instance. A host that is placed stays where it is; it can be placed anew once no Ingress asks for it."},
		"RulesExhausted":         {warning, "Raise `maxInstances` of the class's SLBConfig, remove paths, merge Ingresses' paths into shorter prefixes, or use another instance. A listener has 40 rules, also those of others, and the quota cannot be raised."},
		"TakenByForeignRule":     {warning, "Delete the rule or domain extension that somebody made by hand, or leave the path out."},
		"UnsupportedAnnotation":  {warning, "Remove the annotation, or change the one that the message names. A canary can be given a share of all requests by `canary-weight`."},
		"CanaryWithoutStable":    {warning, "Create the Ingress that serves the path, in the same namespace and with the same host, path and pathType, or correct the canary."},
		"CanarySideEmpty":        {warning, "Let the Service that the message names have a ready pod that the other one does not select, or remove the canary."},
		"NoReadyEndpoints":       {warning, "Let the Service have a ready pod: in this region the service refuses rules to an empty group."},
	}
}
