package compat

import (
	"fmt"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

func nginxBackends() []Row {
	return []Row{
		honoured("proxy-read-timeout", "120", "the service answers 504 after 1 to 180 seconds without an answer of the pod").by(as(requestTimeout), requestTimeout),
		honoured("load-balance", "round_robin", "the service has round_robin, and no ewma").by(balance, annotations.Scheduler),
		warned("upstream-hash-by", "$request_uri", "HTTP listeners of the service do not choose pods by a hash", "remove it; a client can be kept with one pod by the annotations of sessions"),
		noted("upstream-hash-by-subset", Impossible, "it qualifies upstream-hash-by"),
		noted("upstream-hash-by-subset-size", Impossible, "it qualifies upstream-hash-by"),
		refused("backend-protocol", "HTTPS", "the service speaks HTTP to pods", "let the pods take HTTP").unless("http").but(Same),
		noted("fastcgi-index", Impossible, "it qualifies backend-protocol FCGI"),
		noted("fastcgi-params-configmap", Impossible, "it qualifies backend-protocol FCGI"),
		noted("service-upstream", Irrelevant, "requests go to pods, and their readiness is followed").unless("false"),
		warned("default-backend", "errors", "a path has one backend: while that has no ready pod the service answers 503", "remove it, or make the path's own pods robust"),
		warned("custom-http-errors", "404,503", "the service hands the pods' answers on as they are", "let the pods answer with these pages"),
		noted("disable-proxy-intercept-errors", Impossible, "it qualifies custom-http-errors"),
	}
}

func balance(value string, _ given) outcome {
	if value != "round_robin" {
		return cannot(fmt.Sprintf("the service has no such way; let it be %q, or choose %q or %q by our own annotation %q", "round_robin", "wlc", "rr", annotations.Scheduler))
	}
	return outcome{values: annotations.Values{annotations.Scheduler: "wrr"}}
}

func nginxRouting() []Row {
	const snippet = "it is configuration of nginx, which may admit, refuse or redirect requests, and the service is not nginx"
	return []Row{
		refused("rewrite-target", "/$1", "the service hands a request's path on as it is", "let the pods serve the paths that clients ask for"),
		refused("use-regex", "true", "the service has no regular expressions in paths", "use paths of type Prefix").unless("false"),
		refused("upstream-vhost", "internal.example.com", "the service hands the header Host on as it is", "let the pods serve the host that clients ask for"),
		warned("x-forwarded-prefix", "/app", "the service adds no such header", "tell the pods their prefix otherwise"),
		warned("server-alias", "www.example.com", "the other hosts are not served", "add rules for them").but(Differs),
		refused("ssl-passthrough", "true", "an HTTPS listener of the service ends TLS itself", "remove it and name a certificate in spec.tls").unless("false"),
		refused("configuration-snippet", "deny all;", snippet, "remove it"),
		refused("server-snippet", "deny all;", snippet, "remove it"),
		warned("stream-snippet", "server {}", "it is configuration of nginx for ports that are not the Ingress's", "use a Service of type LoadBalancer for such a port"),
		warned("mirror-target", "https://test.example.com", "the service sends a request to one pod only", "remove it"),
		noted("mirror-request-body", Impossible, "it qualifies mirror-target"),
		noted("mirror-host", Impossible, "it qualifies mirror-target"),
	}
}

func nginxAuth() []Row {
	const asks = "the service asks no client for a password and no other service for leave"
	const fix = "let the pods authenticate clients"
	qualifies := func(what string, keys ...string) []Row {
		var rows []Row
		for _, key := range keys {
			rows = append(rows, noted(key, Impossible, "it qualifies "+what))
		}
		return rows
	}
	rows := []Row{
		refused("auth-type", "basic", asks, fix),
		refused("auth-secret", "passwords", asks, fix),
		refused("auth-url", "https://auth.example.com", asks, fix),
		refused("auth-tls-secret", "default/client-ca", "client certificates are checked for a whole listener, before any host or path is known", fmt.Sprintf("say the same by our own annotation %q, for all Ingresses of the instance", annotations.CASecret)).but(Differs).instead(annotations.CASecret),
		refused("auth-tls-match-cn", "CN=client", "the service looks at who signed a client's certificate and not at its name", fix),
		noted("enable-global-auth", Irrelevant, "there is no authentication for all Ingresses"),
	}
	rows = append(rows, qualifies("auth-type", "auth-realm", "auth-secret-type")...)
	rows = append(rows, qualifies("auth-tls-secret", "auth-tls-verify-depth", "auth-tls-verify-client", "auth-tls-error-page", "auth-tls-pass-certificate-to-upstream")...)
	return append(rows, qualifies("auth-url", "auth-cache-key", "auth-cache-duration", "auth-keepalive", "auth-keepalive-share-vars", "auth-keepalive-requests",
		"auth-keepalive-timeout", "auth-proxy-set-headers", "auth-snippet", "auth-method", "auth-signin", "auth-signin-redirect-param",
		"auth-response-headers", "auth-request-redirect", "auth-always-set-cookie")...)
}
