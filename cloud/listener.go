package cloud

import "strings"

// Protocol is a listener's protocol.
type Protocol string

// The Layer-7 protocols.
const (
	HTTP  Protocol = "http"
	HTTPS Protocol = "https"
)

// Listener is an HTTP or HTTPS listener with everything that the service lets one set. Times are
// in seconds, as the service has them. A field's zero value is the service's "off" unless it says
// otherwise.
type Listener struct {
	Port     int
	Protocol Protocol

	Group string // name of the vServer group for requests that no rule takes
	// KeepGroup asks that a listener that is there keep the group it has: the default backend is
	// broken for now. Group is for a listener that has to be created, and need not exist
	// otherwise. In a wanted Stack only.
	KeepGroup bool

	Scheduler      string // "wrr", "wlc" or "rr"; empty: wrr
	Gzip           bool
	IdleTimeout    int // 1–60; 0: 15
	RequestTimeout int // 1–180; 0: 60
	Headers        ForwardedHeaders
	Sticky         Sticky
	HealthCheck    HealthCheck
	ACL            ACL

	// Forward redirects every request to another port. It is fixed at creation, and a listener
	// that forwards has no other setting and accepts no Set call.
	Forward Forward

	// TLS is for HTTPS only.
	TLS TLS

	// Running is false for a listener that was created but not started, or was stopped. A wanted
	// listener always runs.
	Running bool

	Source Source
}

// Spread is how the listener spreads requests that no rule with one of its own takes.
func (l Listener) Spread() Spread { return Spread{l.Scheduler, l.Sticky, l.HealthCheck} }

// Ref is the listener's logical name.
func (l Listener) Ref() Ref { return ListenerRef(l.Port) }

// ForwardedHeaders says which headers the listener adds to requests.
type ForwardedHeaders struct {
	For        bool
	Proto      bool
	SLBIP      bool
	SLBID      bool
	SLBPort    bool
	ClientPort bool
}

// Sticky is session stickiness by cookie. The zero value is off.
type Sticky struct {
	Type    string // "insert", "server"; empty: off
	Cookie  string // with "server": the cookie's name
	Timeout int    // with "insert": 1–86400
}

// HealthCheck is a listener's HTTP health check. The zero value is off.
type HealthCheck struct {
	On                 bool
	Method             string // "head" or "get"
	URI                string
	Domain             string // empty: the member's IP
	Port               int    // 0: the member's port
	Codes              string // comma list of http_2xx …
	Timeout            int    // 1–300; 0: 5
	Interval           int    // 1–50; 0: 2
	HealthyThreshold   int    // 2–10; 0: 3
	UnhealthyThreshold int    // 2–10; 0: 3
}

// ACL is access control by lists. The zero value is off. A white list without entries is never
// attached: what the service does with one has changed over the years.
type ACL struct {
	Type  string // "white", "black"; empty: off
	Lists string // names of our own lists, a sorted comma list
	IDs   string // the service's ids of lists that are not ours, a sorted comma list
	// Keep asks that a listener that is there keep the access control it has: what was asked for
	// is broken for now. The rest is for a listener that has to be created while there is none of
	// ours to take it from. In a wanted Stack only.
	Keep bool
}

// Names are the names in Lists.
func (a ACL) Names() []string {
	return strings.FieldsFunc(a.Lists, func(r rune) bool { return r == ',' })
}

// Forward is a redirect to another port. The zero value is off.
type Forward struct {
	Port int
	Code int // 0: the service's default
}

// TLS is how an HTTPS listener answers handshakes.
type TLS struct {
	Certificate string // name of the default certificate
	// Keep asks that a listener that is there keep the certificate it has: the Secret is broken
	// for now. Certificate is for a listener that has to be created, and need not be uploaded
	// otherwise. In a wanted Stack only.
	Keep bool

	Policy        string // empty: tls_cipher_policy_1_0
	HTTP2         bool
	CACertificate string // name of the CA certificate that clients' must be signed by; empty: no mutual TLS
	// KeepCA is for CACertificate what Keep of an [ACL] is for the rest of it: the Secret is broken
	// for now. In a wanted Stack only.
	KeepCA bool
}
