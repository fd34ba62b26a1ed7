package compat

func nginxHeaders() []Row {
	const hands = "the service hands the pods' headers on as they are"
	rows := []Row{
		warned("enable-cors", "true", "the service adds no headers to answers", "let the pods answer with the CORS headers").unless("false"),
		warned("custom-headers", "default/headers", "the service adds no headers to answers", "let the pods add them"),
		warned("proxy-cookie-domain", "a.example.com b.example.com", hands, "let the pods set cookies for the host that clients ask for").unless("off"),
		warned("proxy-cookie-path", "/one /two", hands, "let the pods set cookies for the path that clients ask for").unless("off"),
		warned("proxy-redirect-from", "http://one/", hands, "let the pods redirect to the URL that clients ask for").unless("off", "default"),
		noted("proxy-redirect-to", Impossible, "it qualifies proxy-redirect-from"),
		noted("connection-proxy-header", Irrelevant, "the service keeps its own connections to pods"),
		noted("http2-push-preload", Irrelevant, "browsers have given up server push"),
	}
	for _, key := range []string{"cors-allow-origin", "cors-allow-methods", "cors-allow-headers", "cors-expose-headers", "cors-allow-credentials", "cors-max-age"} {
		rows = append(rows, noted(key, Impossible, "it qualifies enable-cors"))
	}
	return rows
}

func nginxLimits() []Row {
	const limits = "the service limits whole instances, by their specification, and not clients"
	const fix = "let the pods limit their clients, or put a service before the instance that does"
	const wall = "the service looks into no request"
	rows := []Row{
		warned("limit-connections", "10", limits, fix),
		warned("limit-rps", "10", limits, fix),
		warned("limit-rpm", "10", limits, fix),
		warned("limit-rate", "100", limits, fix).unless("0"),
		warned("global-rate-limit", "10", limits, fix),
		refused("enable-modsecurity", "true", wall, "put a web application firewall before the instance, and remove it").unless("false"),
		refused("enable-owasp-core-rules", "true", wall, "put a web application firewall before the instance, and remove it").unless("false"),
		refused("modsecurity-snippet", "SecRuleEngine On", wall, "put a web application firewall before the instance, and remove it"),
		noted("modsecurity-transaction-id", Impossible, "it qualifies enable-modsecurity"),
	}
	for _, key := range []string{"limit-burst-multiplier", "limit-rate-after", "limit-whitelist", "limit-allowlist"} {
		rows = append(rows, noted(key, Impossible, "it qualifies the limits"))
	}
	for _, key := range []string{"global-rate-limit-window", "global-rate-limit-key", "global-rate-limit-ignored-cidrs"} {
		rows = append(rows, noted(key, Impossible, "it qualifies global-rate-limit"))
	}
	return rows
}

func nginxProxy() []Row {
	const buffers = "it is about buffers of nginx"
	rows := []Row{
		noted("proxy-body-size", Differs, "the service does not limit bodies so narrowly; let the pods refuse what is too long"),
		noted("proxy-connect-timeout", Differs, "the service waits 5 seconds for a connection to a pod").unless("5"),
		noted("proxy-send-timeout", Differs, "the service has no such limit of its own; proxy-read-timeout ends a request whose answer does not come"),
		noted("proxy-next-upstream", Differs, "the service decides itself when another pod is asked"),
		noted("proxy-next-upstream-timeout", Differs, "the service decides itself when another pod is asked"),
		noted("proxy-next-upstream-tries", Differs, "the service decides itself when another pod is asked"),
		noted("proxy-http-version", Differs, "the service speaks HTTP/1.1 to pods").unless("1.1"),
		warned("ssl-ciphers", "HIGH:!aNULL", "ciphers are chosen by a policy of the listener", "choose one by our own annotation tls-cipher-policy").but(Differs).instead(cipherPolicy),
		noted("ssl-prefer-server-ciphers", Differs, "the listener's policy decides on ciphers"),
	}
	for _, key := range []string{
		"client-body-buffer-size", "proxy-buffering", "proxy-request-buffering", "proxy-buffers-number", "proxy-buffer-size",
		"proxy-busy-buffers-size", "proxy-max-temp-file-size",
	} {
		rows = append(rows, noted(key, Irrelevant, buffers))
	}
	for _, key := range []string{
		"proxy-ssl-secret", "proxy-ssl-ciphers", "proxy-ssl-name", "proxy-ssl-protocols", "proxy-ssl-verify", "proxy-ssl-verify-depth", "proxy-ssl-server-name",
	} {
		rows = append(rows, noted(key, Impossible, "it qualifies backend-protocol HTTPS"))
	}
	return rows
}

func nginxTelemetry() []Row {
	var rows []Row
	for _, key := range []string{"enable-access-log", "enable-rewrite-log"} {
		rows = append(rows, noted(key, Irrelevant, "it is about logs of nginx; access logs of the service are switched on in its console"))
	}
	for _, key := range []string{
		"enable-opentelemetry", "opentelemetry-trust-incoming-span", "opentelemetry-operation-name", "enable-opentracing", "opentracing-trust-incoming-span",
		"enable-influxdb", "influxdb-measurement", "influxdb-port", "influxdb-host", "influxdb-server-name",
	} {
		rows = append(rows, noted(key, Irrelevant, "it is about telemetry of nginx"))
	}
	return rows
}
