package fakecloud

import (
	"crypto/tls"
	"time"
)

// View is what the service serves at one moment: the programmed state, resolved so that a data
// plane needs no look-up of its own. It is a value shared by its readers and never changed after
// it was handed out.
type View struct {
	// Instances are sorted by id. Locked and stopped instances are left out: they serve nothing.
	Instances []InstanceView
}

// InstanceView is one load balancer instance that may serve.
type InstanceView struct {
	ID      string
	Address string
	// Listeners holds the running ones only, by port.
	Listeners []ListenerView
}

// ListenerView is one running HTTP or HTTPS listener.
type ListenerView struct {
	Port     int
	Protocol string // "http" or "https"

	Default GroupView
	Rules   []RuleView // in no particular order; Match picks
	Policy  Policy     // of requests that go to the default group or to a rule with ListenerSync on

	// Forward, when set, answers every request by a redirect.
	Forward *ForwardView

	XForwardedFor        bool
	XForwardedForProto   bool
	XForwardedForSLBIP   bool
	XForwardedForSLBID   bool
	XForwardedForSLBPort bool
	XForwardedForPort    bool // X-Forwarded-Client-srcport

	Gzip           bool
	IdleTimeout    time.Duration
	RequestTimeout time.Duration

	// TLS is set for https only.
	TLS *TLSView
	ACL *ACLView
}

// TLSView is how an https listener answers a handshake.
type TLSView struct {
	Default tls.Certificate
	// Extensions are the certificates by domain ("a.foo.com" or "*.foo.com"), and only those whose
	// domain has a rule on the listener, since the service heeds no other.
	Extensions map[string]tls.Certificate
	Policy     string // tls_cipher_policy_…
	HTTP2      bool
	ClientCA   []byte // PEM; set for mutual TLS
}

// ForwardView is an HTTP listener's redirect to an HTTPS one.
type ForwardView struct {
	Port int
	Code int
}

// ACLView is a listener's access control.
type ACLView struct {
	White   bool
	Entries []string // CIDRs
}

// RuleView is one forwarding rule. Domain or URL may be empty, never both.
type RuleView struct {
	ID     string
	Domain string
	URL    string
	Group  GroupView
	Policy Policy
}

// Policy is how requests are spread over a group's members.
type Policy struct {
	Scheduler   string // "wrr", "wlc" or "rr"
	Sticky      *StickyView
	HealthCheck *HealthCheckView
}

// StickyView is cookie stickiness: "insert" (SERVERID, with Timeout) or "server" (rewrites Cookie).
type StickyView struct {
	Type    string
	Cookie  string
	Timeout time.Duration
}

// HealthCheckView is an HTTP health check; Port 0 means the member's own port.
type HealthCheckView struct {
	Method             string
	URI                string
	Domain             string
	Port               int
	Codes              []string // http_2xx …
	Timeout            time.Duration
	Interval           time.Duration
	HealthyThreshold   int
	UnhealthyThreshold int
}

// GroupView is a vServer group's members at one moment.
type GroupView struct {
	ID      string
	Members []MemberView
}

// MemberView is one backend server. Weight 0 takes no new request.
type MemberView struct {
	ServerID string
	IP       string
	Port     int
	Weight   int
}
