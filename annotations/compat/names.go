package compat

import "github.com/slb-ingress/slb-ingress-controller/annotations"

// Rows of our own that keys become, and that nothing else refers to by name.
const (
	sslRedirect     annotations.Name = "ssl-redirect"
	sslRedirectCode annotations.Name = "ssl-redirect-code"
	requestTimeout  annotations.Name = "request-timeout"
	cipherPolicy    annotations.Name = "tls-cipher-policy"

	stickySession annotations.Name = "sticky-session"
	stickyType    annotations.Name = "sticky-session-type"
	cookieTimeout annotations.Name = "cookie-timeout"
	cookie        annotations.Name = "cookie"

	checkFlag          annotations.Name = "health-check-flag"
	checkURI           annotations.Name = "health-check-uri"
	checkMethod        annotations.Name = "health-check-method"
	checkCodes         annotations.Name = "health-check-httpcode"
	checkPort          annotations.Name = "health-check-connect-port"
	checkTimeout       annotations.Name = "health-check-timeout"
	checkInterval      annotations.Name = "health-check-interval"
	healthyThreshold   annotations.Name = "healthy-threshold"
	unhealthyThreshold annotations.Name = "unhealthy-threshold"
)
