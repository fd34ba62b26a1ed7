package alibaba

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Spellings of defaults that cannot be had by leaving a parameter out of a Set call.
const (
	memberIP   = "$_ip" // HealthCheckDomain: the member's IP
	memberPort = "-520" // HealthCheckConnectPort: the member's port
	// wireRootURI asks for "/": the documents refuse a HealthCheckURI of "/" alone, and an empty query
	// makes it another text for the same path.
	wireRootURI = "/?"
)

func addressParams(l cloud.Listener, r *resolver) map[string]string {
	return map[string]string{"LoadBalancerId": r.loadBalancer(), "ListenerPort": strconv.Itoa(l.Port)}
}

// commonParams are the attributes that are sent alike when a listener is created and when it is set.
func commonParams(l cloud.Listener, r *resolver) map[string]string {
	params := map[string]string{
		"VServerGroupId": r.optional(cloud.ServerGroupRef(l.Group)),
		"Scheduler":      l.Scheduler,
		"Gzip":           onOff(l.Gzip),
		"IdleTimeout":    number(l.IdleTimeout),
		"RequestTimeout": number(l.RequestTimeout),
	}
	maps.Copy(params, headerParams(l.Headers))
	maps.Copy(params, stickyParams(l.Sticky))
	maps.Copy(params, healthCheckParams(l.HealthCheck))
	maps.Copy(params, aclParams(l.ACL, r))
	if l.Protocol == cloud.HTTPS {
		maps.Copy(params, map[string]string{
			"ServerCertificateId": r.optional(cloud.CertificateRef(l.TLS.Certificate)),
			"CACertificateId":     r.optional(cloud.CACertificateRef(l.TLS.CACertificate)),
			"TLSCipherPolicy":     l.TLS.Policy,
			"EnableHttp2":         onOff(l.TLS.HTTP2),
		})
	}
	return params
}

// headerParams keep the service's case and underscores, which matter.
func headerParams(h cloud.ForwardedHeaders) map[string]string {
	return map[string]string{
		"XForwardedFor":               onOff(h.For),
		"XForwardedFor_proto":         onOff(h.Proto),
		"XForwardedFor_SLBIP":         onOff(h.SLBIP),
		"XForwardedFor_SLBID":         onOff(h.SLBID),
		"XForwardedFor_SLBPORT":       onOff(h.SLBPort),
		"XForwardedFor_ClientSrcPort": onOff(h.ClientPort),
	}
}

func stickyParams(s cloud.Sticky) map[string]string {
	if s.Type == "" {
		return map[string]string{"StickySession": "off"}
	}
	return map[string]string{
		"StickySession": "on", "StickySessionType": s.Type,
		"Cookie": s.Cookie, "CookieTimeout": number(s.Timeout),
	}
}

// healthCheckParams leaves the URI to the callers.
func healthCheckParams(h cloud.HealthCheck) map[string]string {
	if !h.On {
		return map[string]string{"HealthCheck": "off"}
	}
	return map[string]string{
		"HealthCheck":            "on",
		"HealthCheckMethod":      h.Method,
		"HealthCheckDomain":      h.Domain,
		"HealthCheckConnectPort": number(h.Port),
		"HealthCheckHttpCode":    h.Codes,
		"HealthCheckTimeout":     number(h.Timeout),
		"HealthCheckInterval":    number(h.Interval),
		"HealthyThreshold":       number(h.HealthyThreshold),
		"UnhealthyThreshold":     number(h.UnhealthyThreshold),
	}
}

// wireURI spells a URI so that it can be set.
func wireURI(uri string) string {
	if uri == "/" {
		return wireRootURI
	}
	return uri
}

// aclParams never send a list without ids: what an empty white list does has changed over the years.
func aclParams(a cloud.ACL, r *resolver) map[string]string {
	ids := strings.FieldsFunc(a.IDs, func(r rune) bool { return r == ',' })
	for _, name := range a.Names() {
		ids = append(ids, r.id(cloud.ACLRef(name)))
	}
	if a.Type == "" || len(ids) == 0 {
		return map[string]string{"AclStatus": "off"}
	}
	slices.Sort(ids)
	return map[string]string{"AclStatus": "on", "AclType": a.Type, "AclId": strings.Join(ids, ",")}
}

// number leaves 0, which is "the default", out.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
