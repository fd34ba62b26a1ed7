package dataplane_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestRouting(t *testing.T) {
	t.Parallel()
	p := serve(t, plain(group("rsp-default", named(t, "default")),
		rule("a.example", "", group("rsp-root", named(t, "root"))),
		rule("a.example", "/tea", group("rsp-tea", named(t, "tea"))),
		rule("b.example", "/only", group("rsp-only", named(t, "only"))),
		rule("", "/plain", group("rsp-plain", named(t, "plain"))),
		rule("empty.example", "", group("rsp-empty")),
		rule("zero.example", "", group("rsp-zero", weighing(named(t, "zero"), 0))),
		rule("down.example", "", group("rsp-down", closedPort(t))),
	))
	client := browser(t)
	for name, c := range map[string]struct {
		reason     string
		host, path string
		status     int
		body       string
	}{
		"Root":        {reason: "a domain-only rule takes what no longer rule takes", host: "a.example", path: "/x", status: 200, body: "root"},
		"Longest":     {reason: "the longest prefix wins", host: "a.example", path: "/tea/green", status: 200, body: "tea"},
		"StringMatch": {reason: "a prefix is plain text", host: "a.example", path: "/teapot", status: 200, body: "tea"},
		"HostPort":    {reason: "a port in Host does not count", host: "a.example:8080", path: "/", status: 200, body: "root"},
		"NoFit":       {reason: "a known host does not fall through", host: "b.example", path: "/plain", status: 404, body: "404 Not Found"},
		"Hostless":    {reason: "rules without a domain are for unknown hosts", host: "c.example", path: "/plain", status: 200, body: "plain"},
		"Default":     {reason: "the rest is the default group's", host: "c.example", path: "/", status: 200, body: "default"},
		"Empty":       {reason: "a group without members", host: "empty.example", path: "/", status: 503, body: "503 Service Unavailable"},
		"AllZero":     {reason: "weight 0 takes no request", host: "zero.example", path: "/", status: 503, body: "503 Service Unavailable"},
		"Refused":     {reason: "nobody listens there", host: "down.example", path: "/", status: 502, body: "502 Bad Gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := p.get(client, c.host, c.path)
			if got.StatusCode != c.status || !strings.Contains(got.body, c.body) {
				t.Errorf("%s: got %d %q, want %d with %q", c.reason, got.StatusCode, got.body, c.status, c.body)
			}
			if c.status != http.StatusOK && got.Header.Get("Server") == "" {
				t.Error("an answer of the load balancer's own has no Server header")
			}
		})
	}
}
