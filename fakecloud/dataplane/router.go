package dataplane

import (
	"net/http"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// route picks the target of a request; false means that the host has rules and none fits.
func (p *program) route(r *http.Request) (target, bool) {
	rule, result := fakecloud.Match(p.view.Rules, r.Host, wirePath(r))
	switch result {
	case fakecloud.MatchedRule:
		return p.targets[rule.ID], true
	case fakecloud.MatchedNothing:
		return target{}, false
	default:
		return p.fallback, true
	}
}

// wirePath is the path as the client wrote it, neither decoded nor cleaned.
func wirePath(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if strings.HasPrefix(path, "/") {
		return path
	}
	return r.URL.EscapedPath() // of an absolute URI, or "*"
}
