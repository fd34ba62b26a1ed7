package compat

import "github.com/slb-ingress/slb-ingress-controller/annotations"

// The keys that ingress-nginx documents, those of its last release and those that earlier ones had:
// docs/user-guide/nginx-configuration/annotations.md and annotations-risk.md of kubernetes/ingress-nginx.

// redirectNames are what a redirect to HTTPS is made of.
func redirectNames() []annotations.Name {
	return []annotations.Name{sslRedirect, sslRedirectCode}
}

func nginxRedirects() []Row {
	const answers = "the service answers no request itself but for the redirect to HTTPS"
	return []Row{
		honoured("ssl-redirect", "true", "the listener redirects with code 308, when the Ingress has spec.tls for every host; without the key nothing is redirected, while ingress-nginx redirects hosts of spec.tls unless told not to").by(redirectTLS, redirectNames()...),
		honoured("force-ssl-redirect", "true", "the listener redirects every host with code 308").by(redirectAll, redirectNames()...),
		refused("app-root", "/app", answers, "let the pod that serves / redirect"),
		refused("permanent-redirect", "https://www.example.com", answers, "let a pod redirect"),
		noted("permanent-redirect-code", Impossible, "it qualifies permanent-redirect"),
		refused("temporal-redirect", "https://www.example.com", answers, "let a pod redirect"),
		noted("temporal-redirect-code", Impossible, "it qualifies temporal-redirect"),
		warned("from-to-www-redirect", "true", answers+", so the other host is not served", "add a rule for it, whose pods redirect").unless("false"),
		noted("preserve-trailing-slash", Irrelevant, "the redirect to HTTPS keeps the URL as it is"),
		noted("use-port-in-redirects", Irrelevant, "the redirect to HTTPS goes to port 443"),
		noted("relative-redirects", Irrelevant, "redirects of pods are handed on as they are"),
	}
}

func nginxAccess() []Row {
	return []Row{
		honoured("whitelist-source-range", "192.0.2.0/24, 198.51.100.7", "an access control list of the listeners admits these IPv4 networks alone").by(list(annotations.AllowCIDRs), annotations.AllowCIDRs),
		honoured("allowlist-source-range", "192.0.2.0/24", "it is the newer name of whitelist-source-range").by(list(annotations.AllowCIDRs), annotations.AllowCIDRs),
		honoured("denylist-source-range", "203.0.113.0/24", "an access control list of the listeners refuses these IPv4 networks").by(list(annotations.DenyCIDRs), annotations.DenyCIDRs),
		noted("satisfy", Impossible, "there is one kind of access control to satisfy, since authentication is refused"),
	}
}

func nginxSessions() []Row {
	inserted := func(key, what string) Row {
		return noted(key, Differs, "the cookie that the service inserts "+what)
	}
	return []Row{
		honoured("affinity", "cookie", "the service inserts a cookie that names the pod; without session-cookie-max-age it lives for a day").by(affinity, stickySession, stickyType, cookieTimeout),
		honoured("session-cookie-expires", "1800", "it is the lifetime of the inserted cookie, of 1 to 86400 seconds; session-cookie-max-age comes before it").by(lifetime, cookieTimeout),
		honoured("session-cookie-max-age", "1800", "it is the lifetime of the inserted cookie, of 1 to 86400 seconds").by(lifetime, cookieTimeout),
		inserted("affinity-mode", "names a pod for as long as that is there, as with \"persistent\"").unless("persistent"),
		inserted("affinity-canary-behavior", "keeps a client with the canary or without it, as with \"sticky\"").unless("sticky"),
		inserted("session-cookie-name", "is called SERVERID"),
		inserted("session-cookie-path", "is for all paths"),
		inserted("session-cookie-domain", "has no domain"),
		inserted("session-cookie-samesite", "has no attribute SameSite"),
		inserted("session-cookie-conditional-samesite-none", "has no attribute SameSite"),
		inserted("session-cookie-secure", "has no attribute Secure").unless("false"),
		inserted("session-cookie-partitioned", "has no attribute Partitioned").unless("false"),
		inserted("session-cookie-change-on-failure", "is replaced when a health check takes the pod out of service"),
	}
}

// nginxCanaries also hand on the conditions, which our own rows refuse.
func nginxCanaries() []Row {
	const none = "a forwarding rule has a domain and a URL, and no condition on headers or cookies; the canary is not served"
	by := func(name annotations.Name, example string) Row {
		r := honoured(string(name), example, none).but(Impossible).by(as(name), name)
		r.Effect, r.Fix = NotServed, "give the canary a share by canary-weight"
		return r
	}
	return []Row{
		honoured("canary", "true", "the Ingress takes a share of the requests of another one's paths; its other keys have no effect but for those of sessions and load balancing").by(switched(annotations.Canary, "true", "false"), annotations.Canary),
		honoured("canary-weight", "10", "the pods' weights make the share").by(share, annotations.CanaryWeight),
		honoured("canary-weight-total", "1000", "it is what canary-weight is a part of, which has to come to a whole percentage").by(total, annotations.CanaryWeight),
		by(annotations.CanaryByHeader, "X-Canary"),
		by(annotations.CanaryByHeaderValue, "yes"),
		by(annotations.CanaryByHeaderRegex, "^yes"),
		by(annotations.CanaryByCookie, "canary"),
	}
}
