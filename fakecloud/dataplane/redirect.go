package dataplane

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

const httpsPort = 443

// redirect answers with the same host, path and query under https. Where the https listener's port
// had to be moved, the place it was moved to is named, or the redirect would lead nowhere.
func (p *program) redirect(w http.ResponseWriter, r *http.Request) {
	host := hostname(r.Host)
	if host == "" {
		host = p.at.address
	}
	port := p.view.Forward.Port
	if port == 0 {
		port = httpsPort
	}
	if bound := p.options.Ports(port); bound != httpsPort {
		host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(bound))
	}
	location := "https://" + host + wirePath(r)
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		location += "?" + r.URL.RawQuery
	}
	code := p.view.Forward.Code
	if code == 0 {
		code = http.StatusMovedPermanently
	}
	w.Header().Set("Location", location)
	answer(w, r, code, "This listener sends every request to HTTPS.")
}

// hostname is the Host header without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	}
	return host
}
