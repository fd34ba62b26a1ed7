package compat

import "github.com/slb-ingress/slb-ingress-controller/annotations"

// The keys that Alibaba Cloud documents for ALB Ingresses ("ALB Ingress configuration dictionary") and
// that the open Load Balancer Controller reads (pkg/controller/ingress/reconcile/annotations).

func albListeners() []Row {
	return []Row{
		honoured("listen-ports", `[{"HTTP":80},{"HTTPS":443},{"HTTP":8080}]`, "ports are added to 80 and 443, which are served in any case; it is told if the list lacks one of these").but(Differs).by(ports, annotations.ListenPorts),
		honoured("ssl-redirect", "true", "the listener redirects every host with code 308").by(redirectALB, redirectNames()...),
		refused("acl-id", "acl-example", "lists of ALB are no lists of SLB", "name one of SLB by our own annotation acl-id, or the networks by allow-cidrs or deny-cidrs").
			but(Differs).instead(annotations.ACLID, annotations.AllowCIDRs, annotations.DenyCIDRs),
	}
}

func albHealthChecks() []Row {
	codes := "the answers http_2xx to http_5xx can count as healthy"
	return []Row{
		honoured("healthcheck-enabled", "true", "pods that fail are taken out of service").by(switched(checkFlag, "on", "off"), checkFlag),
		honoured("healthcheck-path", "/healthz", "it is the path that is asked for").by(as(checkURI), checkURI),
		honoured("healthcheck-protocol", "HTTP", "HTTP is what pods are checked by; with another protocol no check is made").by(probe("HTTP"), checkFlag),
		honoured("healthcheck-method", "GET", "the service asks by HEAD or GET, and with POST no check is made; where the Ingress differs from others of its instance its rules have a check of their own, which has no method, and that is told").by(method, checkMethod),
		honoured("healthcheck-httpcode", "http_2xx,http_3xx", codes).by(list(checkCodes), checkCodes),
		honoured("healthcheck-code", "http_2xx", codes+"; it comes before healthcheck-httpcode").by(list(checkCodes), checkCodes),
		honoured("healthcheck-timeout-seconds", "3", "it is the time after which a check has failed").by(as(checkTimeout), checkTimeout),
		honoured("healthcheck-interval-seconds", "5", "it is the time between two checks").by(as(checkInterval), checkInterval),
		honoured("healthy-threshold-count", "4", "so many checks in a row have to succeed").by(as(healthyThreshold), healthyThreshold),
		honoured("unhealthy-threshold-count", "4", "so many checks in a row have to fail").by(as(unhealthyThreshold), unhealthyThreshold),
		honoured("healthcheck-connect-port", "8081", "it is the pods' port that is asked, or with 0 the one that serves").by(one(checkPort, map[string]string{"0": "-520"}), checkPort),
		noted("healthcheck-httpversion", Differs, "the service chooses the version of HTTP"),
	}
}

func method(value string, _ given) outcome {
	words := map[string]string{"HEAD": "head", "GET": "get"}
	if word, ok := words[value]; ok {
		return outcome{values: annotations.Values{checkMethod: word}}
	}
	return outcome{spoils: true, problem: `pods are checked by HEAD or GET only, and no check is made in place of it; let it be "HEAD" or "GET"`}
}

func albSessions() []Row {
	return []Row{
		honoured("sticky-session", "true", "sessions stay with a pod, by an inserted cookie of 1000 seconds unless the other keys say otherwise").by(session, stickySession, stickyType, cookieTimeout),
		honoured("sticky-session-type", "Insert", "the service inserts the cookie, or rewrites the one that cookie names").by(sticky(stickyType, map[string]string{"Insert": "insert", "Server": "server"}), stickyType),
		honoured("cookie-timeout", "1800", "it is the lifetime of the inserted cookie").by(sticky(cookieTimeout, nil), cookieTimeout),
		honoured("cookie", "session", "it is the name of the server's cookie").by(sticky(cookie, nil), cookie),
		honoured("backend-scheduler", "wlc", "the service has wrr and wlc, and no hashes").by(scheduler, annotations.Scheduler),
		noted("backend-scheduler-uch-value", Impossible, "it qualifies backend-scheduler uch"),
		noted("backend-keepalive", Irrelevant, "the service keeps its own connections to pods"),
		noted("slow-start-enabled", Impossible, "a new pod gets its full share at once"),
		noted("slow-start-duration", Impossible, "it qualifies slow-start-enabled"),
		noted("connection-drain-enabled", Impossible, "the service decides when connections to a removed pod end"),
		noted("connection-drain-timeout", Impossible, "it qualifies connection-drain-enabled"),
	}
}

func scheduler(value string, _ given) outcome {
	if value != "wrr" && value != "wlc" {
		return cannot(`HTTP listeners of the service do not choose pods by a hash; let it be "wrr" or "wlc"`)
	}
	return outcome{values: annotations.Values{annotations.Scheduler: value}}
}

// albCanaries are those of ingress-nginx under another prefix, but for what the ALB's do not have.
func albCanaries() []Row {
	var rows []Row
	for _, row := range nginxCanaries() {
		switch row.Key {
		case "canary":
			row.Why = "the Ingress takes a share of the requests of another one's paths"
			rows = append(rows, row)
		case "canary-weight", "canary-by-header", "canary-by-header-value", "canary-by-cookie":
			rows = append(rows, row)
		}
	}
	return rows
}

func albRouting() []Row {
	const rules = "a forwarding rule has a domain, a URL and one backend, and neither other conditions nor actions"
	const limits = "the service limits whole instances, by their specification"
	rows := []Row{
		refused("backend-protocol", "https", "the service speaks HTTP to pods", "let the pods take HTTP").unless("http").but(Same),
		refused("rewrite-target", "/$1", "the service hands a request's path on as it is", "let the pods serve the paths that clients ask for"),
		refused("use-regex", "true", "the service has no regular expressions in paths", "use paths of type Prefix").unless("false"),
		refused("actions.", "[]", rules, "let the pods do it"),
		refused("conditions.", "[]", rules, "tell requests apart by host and path, or let the pods do it"),
		refused("rule-direction.", "Response", rules, "let the pods do it").unless("request"),
		refused("server-group-id", "sgp-example", "server groups of ALB are none of SLB", "name a Service"),
		warned("order", "2", "the longest path is tried first, in whatever order", "remove it once that is what was meant").but(Differs),
		warned("traffic-limit-qps", "100", limits, "let the pods limit their clients"),
		warned("traffic-limit-ip-qps", "100", limits, "let the pods limit their clients"),
		warned("enable-cors", "true", "the service adds no headers to answers", "let the pods answer with the CORS headers").unless("false"),
	}
	for _, key := range []string{"cors-allow-origin", "cors-allow-methods", "cors-allow-headers", "cors-expose-headers", "cors-allow-credentials", "cors-max-age"} {
		rows = append(rows, noted(key, Impossible, "it qualifies enable-cors"))
	}
	return rows
}

func albInstance() []Row {
	const about = "it is about an ALB instance"
	rows := []Row{
		honoured("address-type", "Internet", "the instance has to have this address; an Ingress that asks for the other one is not served").by(one(annotations.AddressType, map[string]string{"Internet": "internet", "Intranet": "intranet"}), annotations.AddressType),
		warned("id", "alb-example", about+", and the class's instance serves the Ingress", "name an SLB instance by our own annotation id").but(Differs).instead(annotations.ID),
	}
	for _, key := range []string{
		"name", "albconfig.name", "albconfig.order", "vswitch-ids", "address-allocated-mode", "edition", "charge-type", "force-override-listeners", "access-log",
	} {
		rows = append(rows, noted(key, Irrelevant, about))
	}
	for _, key := range []string{"backend-label", "remove-unscheduled-backend"} {
		rows = append(rows, noted(key, Irrelevant, "pods are reached themselves, and not by their nodes"))
	}
	return rows
}
