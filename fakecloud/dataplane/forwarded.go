package dataplane

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// The headers of the listener's switches, as the service spells them.
const (
	headerForwardedFor   = "X-Forwarded-For"
	headerForwardedProto = "X-Forwarded-Proto"
	headerForwardedPort  = "X-Forwarded-Port"
	headerClientPort     = "X-Forwarded-Client-Srcport"
	headerSLBIP          = "Slb-Ip"
	headerSLBID          = "Slb-Id"
)

// setForwarded adds what is switched on. What is off passes as the client sent it, so it has to be
// restored where httputil.ReverseProxy has dropped it.
func setForwarded(header http.Header, in *http.Request, p *program) {
	for _, name := range []string{"Forwarded", headerForwardedFor, "X-Forwarded-Host", headerForwardedProto} {
		if values, ok := in.Header[name]; ok {
			header[name] = values
		}
	}
	client, port, err := net.SplitHostPort(in.RemoteAddr)
	if err != nil {
		client = in.RemoteAddr
	}
	v := p.view
	for _, field := range []struct {
		on          bool
		name, value string
	}{
		{v.XForwardedFor, headerForwardedFor, appended(in.Header[headerForwardedFor], client)},
		{v.XForwardedForProto, headerForwardedProto, v.Protocol},
		{v.XForwardedForSLBIP, headerSLBIP, p.at.address},
		{v.XForwardedForSLBID, headerSLBID, p.at.instance},
		{v.XForwardedForSLBPort, headerForwardedPort, strconv.Itoa(v.Port)},
		{v.XForwardedForPort, headerClientPort, port},
	} {
		if field.on {
			header.Set(field.name, field.value)
		}
	}
}

func appended(values []string, last string) string {
	return strings.Join(append(append([]string(nil), values...), last), ", ")
}
