package compat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// redirectCode is that of both controllers' redirects to HTTPS.
const redirectCode = "308"

func redirects() annotations.Values {
	return annotations.Values{sslRedirect: "true", sslRedirectCode: redirectCode}
}

// redirectTLS reads ssl-redirect of ingress-nginx, which redirects hosts that have TLS and no others,
// while a listener of the service redirects all of them.
func redirectTLS(value string, g given) outcome {
	yes, ok := flag(value)
	switch force, _ := flag(g.keys["force-ssl-redirect"]); {
	case !ok:
		return outcome{values: annotations.Values{sslRedirect: value}}
	case force:
		return outcome{}
	case !yes:
		return outcome{values: annotations.Values{sslRedirect: "false"}}
	case !g.tls:
		return outcome{note: "only hosts of spec.tls are redirected, and the Ingress has none"}
	case len(g.open) > 0:
		return cannot(fmt.Sprintf("only hosts of spec.tls are redirected, %q is none, and a listener of the service redirects every host or none; "+
			"name the host in spec.tls, move it to another Ingress, or redirect all by force-ssl-redirect", g.open[0]))
	}
	return outcome{values: redirects()}
}

// redirectAll reads force-ssl-redirect, which adds to ssl-redirect and never takes away.
func redirectAll(value string, _ given) outcome {
	yes, ok := flag(value)
	switch {
	case !ok:
		return outcome{values: annotations.Values{sslRedirect: value}}
	case !yes:
		return outcome{}
	}
	return outcome{values: redirects()}
}

// redirectALB reads ssl-redirect of the ALB Ingress controller.
func redirectALB(value string, _ given) outcome {
	if value == "true" {
		return outcome{values: redirects()}
	}
	return outcome{values: annotations.Values{sslRedirect: value}}
}

// longest is the service's longest lifetime of a cookie that it inserts (CookieTimeout: 1 to 86400 s).
const longest = 86400

// affinity reads the only kind that there is. The service needs a lifetime for the cookie that it
// inserts, also where ingress-nginx lets the browser end the session.
func affinity(value string, g given) outcome {
	if value != "cookie" {
		return cannot(`the only affinity is "cookie"`)
	}
	o := outcome{values: annotations.Values{
		stickySession: "on", stickyType: "insert", cookieTimeout: strconv.Itoa(longest),
	}}
	if g.keys["session-cookie-max-age"]+g.keys["session-cookie-expires"] == "" {
		o.note = "the service's cookie always has a lifetime: it is a day, where ingress-nginx lets the session end with the browser; session-cookie-max-age sets another"
	}
	return o
}

// lifetime reads session-cookie-max-age and session-cookie-expires, which qualify affinity.
func lifetime(value string, g given) outcome {
	if g.keys["affinity"] != "cookie" {
		return outcome{note: "it qualifies affinity, which is not there"}
	}
	return outcome{values: annotations.Values{cookieTimeout: value}}
}

// share reads canary-weight as the percentage that it is of canary-weight-total.
func share(value string, g given) outcome {
	total, err := strconv.Atoi(g.keys["canary-weight-total"])
	if err != nil || total <= 0 {
		total = 100 // the fault is told of canary-weight-total
	}
	weight, err := strconv.Atoi(value)
	switch {
	case err != nil, weight < 0, weight > total, total == 100:
		return outcome{values: annotations.Values{annotations.CanaryWeight: value}}
	case weight*100%total != 0:
		return cannot(fmt.Sprintf("%d of %d is no whole percentage; a share is given in percent", weight, total))
	}
	return outcome{values: annotations.Values{annotations.CanaryWeight: strconv.Itoa(weight * 100 / total)}}
}

func total(value string, _ given) outcome {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 {
		return cannot("it needs a number of at least 1")
	}
	return outcome{} // canary-weight reads it
}

// ports reads listen-ports of the ALB Ingress controller, which serves on these ports only.
func ports(value string, g given) outcome {
	o := outcome{values: annotations.Values{annotations.ListenPorts: value}}
	var entries []map[string]int
	if json.Unmarshal([]byte(value), &entries) != nil {
		return o // our own row says what is wrong
	}
	has := func(protocol string, port int) bool {
		return slices.ContainsFunc(entries, func(e map[string]int) bool { return e[protocol] == port })
	}
	switch {
	case !has("HTTP", 80) && g.keys["ssl-redirect"] != "true":
		o.note = `port 80 is served in any case; "ssl-redirect" redirects it to 443`
	case !has("HTTPS", 443):
		o.note = "port 443 is served in any case, with the instance's default certificate if spec.tls names none"
	}
	return o
}

// session reads sticky-session of the ALB Ingress controller, whose other keys have defaults.
func session(value string, _ given) outcome {
	switch value {
	case "true":
		return outcome{values: annotations.Values{
			stickySession: "on", stickyType: "insert", cookieTimeout: "1000",
		}}
	case "false":
		return outcome{values: annotations.Values{stickySession: "off"}}
	}
	return outcome{values: annotations.Values{stickySession: value}}
}

// sticky hands a value on that means something beside sticky-session only.
func sticky(name annotations.Name, words map[string]string) func(string, given) outcome {
	hand := one(name, words)
	return func(v string, g given) outcome {
		if g.keys["sticky-session"] != "true" {
			return outcome{note: "it qualifies sticky-session, which is not \"true\""}
		}
		return hand(v, g)
	}
}

// probe tells that a health check of another kind cannot be had; with the others' values it would be
// another check, and could take healthy pods out of service.
func probe(takes string) func(string, given) outcome {
	return func(v string, _ given) outcome {
		if strings.EqualFold(v, takes) {
			return outcome{}
		}
		return outcome{spoils: true, problem: fmt.Sprintf("pods are checked by %s only, and no check is made in place of it; let it be %q", takes, takes)}
	}
}
