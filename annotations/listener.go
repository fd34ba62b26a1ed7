package annotations

import (
	"strconv"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func intoNumber(field func(*cloud.Listener) *int) func(*cloud.Listener, string) {
	return func(l *cloud.Listener, v string) { *field(l), _ = strconv.Atoi(v) }
}

func intoSwitch(field func(*cloud.Listener) *bool) func(*cloud.Listener, string) {
	return func(l *cloud.Listener, v string) { *field(l) = v == on }
}

func intoText(field func(*cloud.Listener) *string) func(*cloud.Listener, string) {
	return func(l *cloud.Listener, v string) { *field(l) = v }
}

func trafficRows() []Row {
	return []Row{
		{
			Name: Scheduler, Type: oneOf("wrr", "wlc", "rr"), Level: LevelRule, Default: "wrr", Example: "wlc", Field: "listeners.scheduler",
			Doc:        "Says how requests are spread over pods: weighted round robin, weighted least connections, round robin.",
			onListener: intoText(func(l *cloud.Listener) *string { return &l.Scheduler }),
		},
		{
			Name: "idle-timeout", Type: number(1, 60), Level: LevelListener, Default: "15", Example: "30", Field: "listeners.idleTimeout",
			Doc:        "Closes a client's connection after this many seconds without a request.",
			onListener: intoNumber(func(l *cloud.Listener) *int { return &l.IdleTimeout }),
		},
		{
			Name: "request-timeout", Type: number(1, 180), Level: LevelListener, Default: "60", Example: "120", Field: "listeners.requestTimeout",
			Doc:        "Answers 504 after this many seconds without an answer of the pod.",
			onListener: intoNumber(func(l *cloud.Listener) *int { return &l.RequestTimeout }),
		},
		{
			Name: "gzip", Type: onOff(), Level: LevelListener, Default: on, Example: off, Field: "listeners.gzip",
			Doc:        "Compresses answers of the usual text types.",
			onListener: intoSwitch(func(l *cloud.Listener) *bool { return &l.Gzip }),
		},
	}
}

func headerRows() []Row {
	header := func(name Name, field, initial, example, doc string, at func(*cloud.ForwardedHeaders) *bool) Row {
		return Row{
			Name: name, Type: onOff(), Level: LevelListener, Default: initial, Example: example, Field: "listeners.headers." + field, Doc: doc,
			onListener: intoSwitch(func(l *cloud.Listener) *bool { return at(&l.Headers) }),
		}
	}
	return []Row{
		header("xforwardedfor", "forwardedFor", on, off, "Adds the client's address to header X-Forwarded-For.",
			func(h *cloud.ForwardedHeaders) *bool { return &h.For }),
		header("xforwardedfor-proto", "forwardedProto", on, off, "Adds the listener's protocol as header X-Forwarded-Proto.",
			func(h *cloud.ForwardedHeaders) *bool { return &h.Proto }),
		header("xforwardedfor-slbip", "slbIP", off, on, "Adds the instance's address as header SLB-IP.",
			func(h *cloud.ForwardedHeaders) *bool { return &h.SLBIP }),
		header("xforwardedfor-slbid", "slbID", off, on, "Adds the instance's id as header SLB-ID.",
			func(h *cloud.ForwardedHeaders) *bool { return &h.SLBID }),
		header("xforwardedfor-slbport", "slbPort", off, on, "Adds the listener's port as header X-Forwarded-Port.",
			func(h *cloud.ForwardedHeaders) *bool { return &h.SLBPort }),
		header("xforwardedfor-clientsrcport", "clientSourcePort", off, on, "Adds the client's port as header X-Forwarded-Client-srcport.",
			func(h *cloud.ForwardedHeaders) *bool { return &h.ClientPort }),
	}
}

func tlsRows() []Row {
	const policy = "tls_cipher_policy_"
	return []Row{
		{
			Name: "http2-enabled", Type: onOff(), Level: LevelListener, On: cloud.HTTPS, Default: on, Example: off, Field: "listeners.http2",
			Doc:        "Offers HTTP/2 to clients of HTTPS.",
			onListener: intoSwitch(func(l *cloud.Listener) *bool { return &l.TLS.HTTP2 }),
		},
		{
			Name: "tls-cipher-policy", Level: LevelListener, On: cloud.HTTPS, Default: policy + "1_2", Example: policy + "1_2_strict", Field: "listeners.tlsCipherPolicy",
			Type:       oneOf(policy+"1_0", policy+"1_1", policy+"1_2", policy+"1_2_strict", policy+"1_2_strict_with_1_3"),
			Doc:        "Says the oldest TLS version and the ciphers that HTTPS accepts.",
			onListener: intoText(func(l *cloud.Listener) *string { return &l.TLS.Policy }),
		},
		{
			Name: CertID, Level: LevelListener, On: cloud.HTTPS, Example: "1231579085529123_15dbf6ff26f_1991415478_2054196746", Field: "defaultCertificate.certificateID",
			Type:       shaped(128, `[a-zA-Z0-9_-]+`, "the id of a server certificate of the instance's region"),
			Doc:        "Presents this server certificate of the service by default, in place of one from a Secret; the certificate stays its owner's.",
			onListener: func(l *cloud.Listener, v string) { l.TLS.Certificate = cloud.NameOfID(cloud.ID(v)) },
		},
	}
}

func redirectRows() []Row {
	const bundle = "redirect"
	forward := func(l *cloud.Listener, yes bool) {
		if yes {
			l.Forward.Port = 443
		}
	}
	return []Row{
		{
			Name: sslRedirect, Type: boolean(), Level: LevelListener, On: cloud.HTTP, Bundle: bundle, Default: "false", Example: "true", Field: "listeners.sslRedirect",
			Doc:        "Redirects every request on port 80, and on other ports of HTTP, to port 443, for all Ingresses of the instance; the listeners are created anew when this changes.",
			onListener: func(l *cloud.Listener, v string) { forward(l, v == "true") },
		},
		{
			Name: forwardPort, Type: oneOf("80:443"), Level: LevelListener, On: cloud.HTTP, Bundle: bundle, Example: "80:443",
			Doc:        "Is the older spelling of `ssl-redirect`.",
			onListener: func(l *cloud.Listener, _ string) { forward(l, true) },
		},
		{
			Name: "ssl-redirect-code", Type: oneOf("301", "302", "303", "307", "308"), Level: LevelListener, On: cloud.HTTP, Bundle: bundle, Default: "301", Example: "308", Field: "listeners.sslRedirectCode",
			Doc: "Says the status code of the redirect to HTTPS.",
			onListener: func(l *cloud.Listener, v string) {
				if l.Forward.Port != 0 {
					l.Forward.Code, _ = strconv.Atoi(v)
				}
			},
		},
	}
}

// BundleACL joins all that decides which clients' addresses are served.
const BundleACL = "acl"

func aclRows() []Row {
	return []Row{
		{
			Name: ACLType, Type: oneOf("white", "black"), Level: LevelListener, Bundle: BundleACL, Withholds: true, Example: "white", Field: "listeners.acl.type",
			Doc:        "Says whether only clients of the access control lists are served, or all others.",
			onListener: intoText(func(l *cloud.Listener) *string { return &l.ACL.Type }),
		},
		{
			Name: ACLID, Level: LevelListener, Bundle: BundleACL, Withholds: true, Example: "acl-bp1example", Field: "listeners.acl.ids",
			Type:       shaped(512, "acl-"+idPattern+"(,acl-"+idPattern+")*", `ids of access control lists with commas between; a list without entries must not be named`),
			Doc:        "Names the access control lists of the listeners; the lists stay their owner's.",
			onListener: intoText(func(l *cloud.Listener) *string { return &l.ACL.IDs }),
		},
		{
			Name: ACLStatus, Type: onOff(), Level: LevelListener, Bundle: BundleACL, Withholds: true, Default: off, Example: on, Field: "listeners.acl",
			Doc: "Switches access control by lists on; it needs `acl-type` and `acl-id`.",
			onListener: func(l *cloud.Listener, v string) {
				if v == off {
					l.ACL = cloud.ACL{}
				}
			},
		},
	}
}

func stickyRows() []Row {
	const bundle = "sticky"
	return []Row{
		{
			Name: stickyType, Type: oneOf(insertCookie, serverCookie), Level: LevelRule, Bundle: bundle, Example: insertCookie, Field: "listeners.stickySession.type",
			Doc:        "Says who makes the cookie of a session: the load balancer inserts it, or the server has it already.",
			onListener: intoText(func(l *cloud.Listener) *string { return &l.Sticky.Type }),
		},
		{
			Name: cookie, Level: LevelRule, Bundle: bundle, Example: "session", Field: "listeners.stickySession.cookie",
			Type:       shaped(200, `[!-#%-+\--:<-~][!-+\--:<-~]*`, `1 to 200 ASCII characters without comma, semicolon and blank, and no "$" at the beginning`),
			Doc:        "Names the server's cookie for `sticky-session-type` server.",
			onListener: intoText(func(l *cloud.Listener) *string { return &l.Sticky.Cookie }),
		},
		{
			Name: cookieTimeout, Type: number(1, 86400), Level: LevelRule, Bundle: bundle, Example: "1800", Field: "listeners.stickySession.cookieTimeout",
			Doc:        "Says for how many seconds the inserted cookie holds for `sticky-session-type` insert.",
			onListener: intoNumber(func(l *cloud.Listener) *int { return &l.Sticky.Timeout }),
		},
		{
			Name: stickySession, Type: onOff(), Level: LevelRule, Bundle: bundle, Default: off, Example: on, Field: "listeners.stickySession",
			Doc: "Sends the requests of a session to one pod; it needs `sticky-session-type`, and with that `cookie-timeout` or `cookie`.",
			onListener: func(l *cloud.Listener, v string) {
				if v == off {
					l.Sticky = cloud.Sticky{}
				}
			},
		},
	}
}

func healthRows() []Row {
	const class = `http_[2-5]xx`
	row := func(name Name, field string, t Type, example, doc string, set func(*cloud.Listener, string)) Row {
		return Row{Name: name, Type: t, Level: LevelRule, Bundle: "health-check", Example: example, Field: "listeners.healthCheck" + field, Doc: doc, onListener: set}
	}
	numberAt := func(at func(*cloud.HealthCheck) *int) func(*cloud.Listener, string) {
		return intoNumber(func(l *cloud.Listener) *int { return at(&l.HealthCheck) })
	}
	textAt := func(at func(*cloud.HealthCheck) *string) func(*cloud.Listener, string) {
		return intoText(func(l *cloud.Listener) *string { return at(&l.HealthCheck) })
	}
	rows := []Row{
		row("health-check-flag", "", onOff(), on, "Takes pods out of service that fail an HTTP health check.",
			intoSwitch(func(l *cloud.Listener) *bool { return &l.HealthCheck.On })),
		row(HealthCheckURI, ".uri", shaped(80, `/[a-zA-Z0-9/.%?#&-]*`, `"/" and up to 79 letters, digits and "- / . % ? # &"`), "/healthz", "Says the path that is asked for.",
			textAt(func(h *cloud.HealthCheck) *string { return &h.URI })),
		row(HealthCheckDomain, ".domain", shaped(80, `\$_ip|[a-zA-Z0-9.-]+`, `up to 80 letters, digits and ". -", or "$_ip" for the pod's address`), "health.example.com", "Says the host that is asked for.",
			func(l *cloud.Listener, v string) {
				if l.HealthCheck.Domain = v; v == "$_ip" {
					l.HealthCheck.Domain = ""
				}
			}),
		row(HealthCheckMethod, ".method", oneOf("head", "get"), "get", "Says the method of the request; a rule whose settings differ from its listener's has no choice of it.",
			textAt(func(h *cloud.HealthCheck) *string { return &h.Method })),
		row("health-check-httpcode", ".codes", shaped(80, class+"(,"+class+")*", `"http_2xx", "http_3xx", "http_4xx" and "http_5xx" with commas between`), "http_2xx,http_3xx", "Says the answers of a healthy pod.",
			textAt(func(h *cloud.HealthCheck) *string { return &h.Codes })),
		row("health-check-connect-port", ".port", Type{Want: `a number from 1 to 65535, or "-520" for the port that serves`, accepts: func(v string) bool {
			return v == servingPort || number(1, 65535).Accepts(v)
		}}, "8081", "Says the pods' port that is asked.",
			func(l *cloud.Listener, v string) {
				n, _ := strconv.Atoi(v)
				l.HealthCheck.Port = max(0, n)
			}),
		row("health-check-timeout", ".timeout", number(1, 300), "3", "Says after how many seconds a request has failed.",
			numberAt(func(h *cloud.HealthCheck) *int { return &h.Timeout })),
		row("health-check-interval", ".interval", number(1, 50), "5", "Says the seconds between two requests.",
			numberAt(func(h *cloud.HealthCheck) *int { return &h.Interval })),
		row("healthy-threshold", ".healthyThreshold", number(2, 10), "4", "Says how many requests in a row have to succeed until a pod counts as healthy.",
			numberAt(func(h *cloud.HealthCheck) *int { return &h.HealthyThreshold })),
		row("unhealthy-threshold", ".unhealthyThreshold", number(2, 10), "4", "Says how many requests in a row have to fail until a pod counts as unhealthy.",
			numberAt(func(h *cloud.HealthCheck) *int { return &h.UnhealthyThreshold })),
	}
	for i, initial := range []string{off, "/", "$_ip", "head", "http_2xx", servingPort, "5", "2", "3", "3"} {
		rows[i].Default = initial
	}
	return append(rows, Row{
		Name: HealthCheck, Type: switched("auto", ""), Level: LevelRule, Bundle: "health-check", Example: "auto", Field: "listeners.healthCheck.auto",
		Doc: "Takes the health check from the readiness probe of the pods, in place of all other `health-check` settings; if they have none, or several, there is no check.",
	})
}

// Accepts tells whether the row of a name can read a value.
func Accepts(name Name, value string) bool {
	for _, row := range Table() {
		if row.Name == name {
			return row.Type.Accepts(value)
		}
	}
	return false
}

// servingPort asks for the member's own port (HealthCheckConnectPort).
const servingPort = "-520"
