package fakecloud

import (
	"crypto/tls"
	"maps"
	"slices"
	"strings"
	"time"
)

// view resolves the state into what is served at this moment.
func (s *state) view(now time.Time, switches Switches) *View {
	r := resolver{s, now, switches}
	v := &View{}
	for _, id := range slices.Sorted(maps.Keys(s.instances)) {
		if i := s.instances[id]; i.status() == "active" {
			v.Instances = append(v.Instances, r.instance(i))
		}
	}
	return v
}

type resolver struct {
	*state
	now      time.Time
	switches Switches
}

func (r resolver) instance(i *instance) InstanceView {
	v := InstanceView{ID: i.ID, Address: i.Address}
	for _, port := range i.ports() {
		if l := i.listeners[port]; l.serves(r.now) {
			v.Listeners = append(v.Listeners, r.listener(l))
		}
	}
	return v
}

func (r resolver) listener(l *listener) ListenerView {
	v := ListenerView{Port: l.port, Protocol: l.protocol}
	if l.attrs.on("ListenerForward") {
		v.Forward = &ForwardView{Port: l.attrs.integer("ForwardPort", 0), Code: l.attrs.integer("ForwardCode", 0)}
		return v
	}
	v.Default = r.group(l.group)
	v.Policy = policy(l.attrs)
	v.XForwardedFor = l.attrs.on("XForwardedFor")
	v.XForwardedForProto = l.attrs.on("XForwardedFor_proto")
	v.XForwardedForSLBIP = l.attrs.on("XForwardedFor_SLBIP")
	v.XForwardedForSLBID = l.attrs.on("XForwardedFor_SLBID")
	v.XForwardedForSLBPort = l.attrs.on("XForwardedFor_SLBPORT")
	v.XForwardedForPort = l.attrs.on("XForwardedFor_ClientSrcPort")
	v.Gzip = l.attrs.on("Gzip")
	v.IdleTimeout = seconds(l.attrs, "IdleTimeout")
	v.RequestTimeout = seconds(l.attrs, "RequestTimeout")
	for _, rule := range l.rules {
		v.Rules = append(v.Rules, r.rule(l, rule))
	}
	v.TLS = r.tls(l)
	v.ACL = r.acl(l)
	return v
}

func (r resolver) rule(l *listener, rule *rule) RuleView {
	attrs := rule.attrs
	if attrs.on("ListenerSync") {
		attrs = l.attrs
	}
	return RuleView{ID: rule.id, Domain: rule.domain, URL: rule.url, Group: r.group(rule.group), Policy: policy(attrs)}
}

func (r resolver) group(id string) GroupView {
	v := GroupView{ID: id}
	if g := r.groups[id]; g != nil {
		for _, m := range g.members {
			v.Members = append(v.Members, MemberView{ServerID: m.serverID, IP: m.ip, Port: m.port, Weight: m.weight})
		}
	}
	return v
}

func (r resolver) tls(l *listener) *TLSView {
	if l.protocol != "https" {
		return nil
	}
	v := &TLSView{
		Policy: l.attrs["TLSCipherPolicy"], HTTP2: l.attrs.on("EnableHttp2"), Extensions: map[string]tls.Certificate{},
	}
	if c := r.certs[l.attrs["ServerCertificateId"]]; c != nil {
		v.Default = c.pair
	}
	if ca := r.cas[l.attrs["CACertificateId"]]; ca != nil {
		v.ClientCA = []byte(ca.pem)
	}
	for _, e := range l.extensions {
		if c := r.certs[e.cert]; c != nil && l.ruled(e.domain) {
			v.Extensions[strings.ToLower(e.domain)] = c.pair
		}
	}
	return v
}

func (r resolver) acl(l *listener) *ACLView {
	if !l.attrs.on("AclStatus") {
		return nil
	}
	v := &ACLView{White: l.attrs["AclType"] == "white"}
	for _, id := range l.aclIDs {
		if a := r.acls[id]; a != nil {
			for _, e := range a.entries {
				v.Entries = append(v.Entries, e.cidr)
			}
		}
	}
	if len(v.Entries) == 0 && (!v.White || r.switches.EmptyWhiteListOpen) {
		return nil
	}
	return v
}

func policy(attrs Params) Policy {
	p := Policy{Scheduler: attrs["Scheduler"]}
	if attrs.on("StickySession") {
		p.Sticky = &StickyView{
			Type: attrs["StickySessionType"], Cookie: attrs["Cookie"], Timeout: seconds(attrs, "CookieTimeout"),
		}
	}
	if attrs.on("HealthCheck") {
		p.HealthCheck = healthCheck(attrs)
	}
	return p
}

func healthCheck(attrs Params) *HealthCheckView {
	v := &HealthCheckView{
		Method: attrs["HealthCheckMethod"], URI: attrs["HealthCheckURI"], Domain: attrs["HealthCheckDomain"],
		Port: max(0, attrs.integer("HealthCheckConnectPort", 0)), Codes: splitIDs(attrs["HealthCheckHttpCode"]),
		Timeout: seconds(attrs, "HealthCheckTimeout"), Interval: seconds(attrs, "HealthCheckInterval"),
		HealthyThreshold:   attrs.integer("HealthyThreshold", 0),
		UnhealthyThreshold: attrs.integer("UnhealthyThreshold", 0),
	}
	setDefault(&v.Method, "head")
	setDefault(&v.URI, "/")
	if v.Domain == "$_ip" {
		v.Domain = ""
	}
	return v
}

func seconds(attrs Params, name string) time.Duration {
	return time.Duration(attrs.integer(name, 0)) * time.Second
}
