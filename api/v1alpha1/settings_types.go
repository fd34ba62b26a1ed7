package v1alpha1

// LoadBalancerSettings are settings of an instance that is created for the class. An annotation of
// an Ingress overrides a field unless the class enforces it.
//
// +kubebuilder:validation:XValidation:rule="!has(self.bandwidth) || (has(self.internetChargeType) && self.internetChargeType == 'paybybandwidth')",message="bandwidth needs internetChargeType paybybandwidth"
// +kubebuilder:validation:XValidation:rule="!has(self.internetChargeType) || self.internetChargeType != 'paybybandwidth' || has(self.bandwidth)",message="internetChargeType paybybandwidth needs bandwidth"
// +kubebuilder:validation:XValidation:rule="!has(self.internetChargeType) || self.internetChargeType != 'paybybandwidth' || !has(self.instanceChargeType) || self.instanceChargeType != 'PayByCLCU'",message="an instance that is charged by use cannot be charged by bandwidth"
// +kubebuilder:validation:XValidation:rule="!has(self.slaveZoneID) || !has(self.masterZoneID) || self.slaveZoneID != self.masterZoneID",message="slaveZoneID must be another zone than masterZoneID"
type LoadBalancerSettings struct {
	// Name of the instance.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=80
	// +kubebuilder:validation:Pattern=`^[a-zA-Z\p{Han}][a-zA-Z0-9\p{Han}._-]*$`
	Name string `json:"name,omitempty"`

	// Address of an intranet instance, within its vSwitch.
	//
	// +optional
	// +kubebuilder:validation:Pattern=`^[0-9]{1,3}(\.[0-9]{1,3}){3}$`
	Address string `json:"address,omitempty"`

	// IPVersion of the instance's address. Pods are reached by IPv4.
	//
	// +optional
	// +kubebuilder:validation:Enum=ipv4
	IPVersion string `json:"ipVersion,omitempty"`

	// MasterZoneID is the zone that the instance usually works in.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=80
	// +kubebuilder:validation:Pattern=`^[a-z0-9-]+$`
	MasterZoneID string `json:"masterZoneID,omitempty"`

	// SlaveZoneID is the zone that the instance works in when the other one fails.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=80
	// +kubebuilder:validation:Pattern=`^[a-z0-9-]+$`
	SlaveZoneID string `json:"slaveZoneID,omitempty"`

	// ResourceGroupID is the resource group that the instance is put into.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=80
	// +kubebuilder:validation:Pattern=`^rg-[a-z0-9-]+$`
	ResourceGroupID string `json:"resourceGroupID,omitempty"`

	// DeleteProtection keeps others from deleting the instance; true if it is not given.
	//
	// +optional
	DeleteProtection *bool `json:"deleteProtection,omitempty"`

	// ModificationProtection keeps people from changing the instance in the console.
	//
	// +optional
	// +kubebuilder:validation:Enum=ConsoleProtection;NonProtection
	ModificationProtection string `json:"modificationProtection,omitempty"`

	// InstanceChargeType says whether the instance is charged by loadBalancerSpec or by use.
	//
	// +optional
	// +kubebuilder:validation:Enum=PayBySpec;PayByCLCU
	InstanceChargeType string `json:"instanceChargeType,omitempty"`

	// InternetChargeType says how the traffic of an internet instance is charged.
	//
	// +optional
	// +kubebuilder:validation:Enum=paybytraffic;paybybandwidth
	InternetChargeType string `json:"internetChargeType,omitempty"`

	// Bandwidth in Mbit/s of an instance that is charged by bandwidth.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=5000
	Bandwidth int `json:"bandwidth,omitempty"`
}

// ListenerSettings are settings of the listeners of the class's instances. An annotation of an
// Ingress overrides a field unless the class enforces it. Times are in seconds.
//
// +kubebuilder:validation:XValidation:rule="(has(self.acl) ? 1 : 0) + (has(self.allowCIDRs) ? 1 : 0) + (has(self.denyCIDRs) ? 1 : 0) <= 1",message="give one of acl, allowCIDRs and denyCIDRs: a listener has one list, and either admits its clients or refuses them"
type ListenerSettings struct {
	// Scheduler spreads requests over pods: weighted round robin, weighted least connections, round
	// robin.
	//
	// +optional
	// +kubebuilder:validation:Enum=wrr;wlc;rr
	Scheduler string `json:"scheduler,omitempty"`

	// IdleTimeout closes a client's connection without a request; 15 if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=60
	IdleTimeout int `json:"idleTimeout,omitempty"`

	// RequestTimeout answers 504 to a request; 60 if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=180
	RequestTimeout int `json:"requestTimeout,omitempty"`

	// Gzip compresses text; true if it is not given.
	//
	// +optional
	Gzip *bool `json:"gzip,omitempty"`

	// Headers are what is added to requests.
	//
	// +optional
	Headers *HeaderSettings `json:"headers,omitempty"`

	// HTTP2 offers HTTP/2 to clients of HTTPS; true if it is not given.
	//
	// +optional
	HTTP2 *bool `json:"http2,omitempty"`

	// TLSCipherPolicy is the oldest TLS version and the ciphers of HTTPS; tls_cipher_policy_1_2 if it
	// is not given.
	//
	// +optional
	// +kubebuilder:validation:Enum=tls_cipher_policy_1_0;tls_cipher_policy_1_1;tls_cipher_policy_1_2;tls_cipher_policy_1_2_strict;tls_cipher_policy_1_2_strict_with_1_3
	TLSCipherPolicy string `json:"tlsCipherPolicy,omitempty"`

	// SSLRedirect redirects every request on port 80 to HTTPS.
	//
	// +optional
	SSLRedirect *bool `json:"sslRedirect,omitempty"`

	// SSLRedirectCode is the status code of the redirect; 301 if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Enum=301;302;303;307;308
	SSLRedirectCode int `json:"sslRedirectCode,omitempty"`

	// ACL lets clients in by access control lists of the service.
	//
	// +optional
	ACL *ACLSettings `json:"acl,omitempty"`

	// AllowCIDRs are the only IPv4 addresses and networks whose clients are served, by an access
	// control list that the controller keeps.
	//
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=300
	// +kubebuilder:validation:items:MaxLength=18
	// +kubebuilder:validation:items:Pattern=`^(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])(/([0-9]|[12][0-9]|3[0-2]))?$`
	// +listType=set
	AllowCIDRs []string `json:"allowCIDRs,omitempty"`

	// DenyCIDRs are IPv4 addresses and networks whose clients are refused, by an access control list
	// that the controller keeps.
	//
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=300
	// +kubebuilder:validation:items:MaxLength=18
	// +kubebuilder:validation:items:Pattern=`^(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])(/([0-9]|[12][0-9]|3[0-2]))?$`
	// +listType=set
	DenyCIDRs []string `json:"denyCIDRs,omitempty"`

	// CASecretName is a Secret in the controller's own namespace. HTTPS clients alone are admitted
	// whose certificate the CA in its ca.crt has signed.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`
	CASecretName string `json:"caSecretName,omitempty"`

	// ListenPorts are served beside 80 and 443, with the same rules and certificates.
	//
	// +optional
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=48
	// +listType=map
	// +listMapKey=port
	ListenPorts []ListenPortSettings `json:"listenPorts,omitempty"`

	// StickySession sends the requests of a session to one pod.
	//
	// +optional
	StickySession *StickySettings `json:"stickySession,omitempty"`

	// HealthCheck takes pods out of service that fail it.
	//
	// +optional
	HealthCheck *HealthCheckSettings `json:"healthCheck,omitempty"`
}

// ListenPortSettings are a further listener.
//
// +kubebuilder:validation:XValidation:rule="self.port != 80 && self.port != 443",message="80 and 443 are served in any case"
type ListenPortSettings struct {
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int `json:"port"`
	// +kubebuilder:validation:Enum=HTTP;HTTPS
	Protocol string `json:"protocol"`
}

// HeaderSettings say which headers are added to requests. The first two are if they are not given.
type HeaderSettings struct {
	// +optional
	ForwardedFor *bool `json:"forwardedFor,omitempty"`
	// +optional
	ForwardedProto *bool `json:"forwardedProto,omitempty"`
	// +optional
	SLBIP *bool `json:"slbIP,omitempty"`
	// +optional
	SLBID *bool `json:"slbID,omitempty"`
	// +optional
	SLBPort *bool `json:"slbPort,omitempty"`
	// +optional
	ClientSourcePort *bool `json:"clientSourcePort,omitempty"`
}

// ACLSettings name access control lists. They stay their owner's, and must have entries.
type ACLSettings struct {
	// Type says whether only clients of the lists are served (white), or all others (black).
	//
	// +kubebuilder:validation:Enum=white;black
	Type string `json:"type"`
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:items:Pattern=`^acl-[a-z0-9-]+$`
	// +kubebuilder:validation:items:MaxLength=60
	// +listType=set
	IDs []string `json:"ids"`
}

// StickySettings are session stickiness by cookie.
//
// +kubebuilder:validation:XValidation:rule="self.type == 'insert' ? has(self.cookieTimeout) && !has(self.cookie) : has(self.cookie) && !has(self.cookieTimeout)",message="type insert needs cookieTimeout alone, type server needs cookie alone"
type StickySettings struct {
	// Type says who makes the cookie: the load balancer inserts it, or the server has it already.
	//
	// +kubebuilder:validation:Enum=insert;server
	Type string `json:"type"`
	// Cookie is the name of the server's cookie.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	// +kubebuilder:validation:Pattern=`^[!-#%-+\--:<-~][!-+\--:<-~]*$`
	Cookie string `json:"cookie,omitempty"`
	// CookieTimeout is the time for which the inserted cookie holds.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	CookieTimeout int `json:"cookieTimeout,omitempty"`
}

// HealthCheckSettings are an HTTP health check. The empty object switches it on with the service's
// defaults.
//
// +kubebuilder:validation:XValidation:rule="!has(self.auto) || !self.auto || !(has(self.uri) || has(self.domain) || has(self.method) || has(self.codes) || has(self.port) || has(self.timeout) || has(self.interval) || has(self.healthyThreshold) || has(self.unhealthyThreshold))",message="auto takes the health check from the pods, so it stands alone"
type HealthCheckSettings struct {
	// Auto takes the health check from the readiness probe of the pods.
	//
	// +optional
	Auto bool `json:"auto,omitempty"`
	// URI that is asked for; "/" if it is not given.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=80
	// +kubebuilder:validation:Pattern=`^/[a-zA-Z0-9/.%?#&-]*$`
	URI string `json:"uri,omitempty"`
	// Domain that is asked; the pod's address if it is not given.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=80
	// +kubebuilder:validation:Pattern=`^[a-zA-Z0-9.-]+$`
	Domain string `json:"domain,omitempty"`
	// Method of the request; head if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Enum=head;get
	Method string `json:"method,omitempty"`
	// Codes of a healthy pod's answers; http_2xx if they are not given.
	//
	// +optional
	// +kubebuilder:validation:MaxItems=4
	// +kubebuilder:validation:items:Enum=http_2xx;http_3xx;http_4xx;http_5xx
	// +listType=set
	Codes []string `json:"codes,omitempty"`
	// Port of the pods that is asked; the one that serves if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int `json:"port,omitempty"`
	// Timeout of a request; 5 if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=300
	Timeout int `json:"timeout,omitempty"`
	// Interval between two requests; 2 if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=50
	Interval int `json:"interval,omitempty"`
	// HealthyThreshold is how many requests in a row have to succeed; 3 if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=10
	HealthyThreshold int `json:"healthyThreshold,omitempty"`
	// UnhealthyThreshold is how many requests in a row have to fail; 3 if it is not given.
	//
	// +optional
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=10
	UnhealthyThreshold int `json:"unhealthyThreshold,omitempty"`
}

// CertificateSource names a certificate.
//
// +kubebuilder:validation:XValidation:rule="has(self.secretName) != has(self.certificateID)",message="give either secretName or certificateID"
type CertificateSource struct {
	// SecretName is a Secret of type kubernetes.io/tls in the controller's own namespace.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`
	// CertificateID is a server certificate of the service, of the instance's region.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[a-zA-Z0-9_-]+$`
	CertificateID string `json:"certificateID,omitempty"`
}
