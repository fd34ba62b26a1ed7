package fakecloud

import (
	"maps"
	"slices"
	"strings"
)

// stickyNames and checkNames go and come with StickySession and HealthCheck.
func stickyNames() []string { return []string{"StickySessionType", "Cookie", "CookieTimeout"} }

func checkNames() []string {
	return []string{
		"HealthCheckURI", "HealthCheckDomain", "HealthCheckConnectPort", "HealthyThreshold",
		"UnhealthyThreshold", "HealthCheckTimeout", "HealthCheckInterval", "HealthCheckHttpCode",
		"HealthCheckMethod", "HealthCheckHttpVersion", "HealthCheckType",
	}
}

func checkDefaults() Params {
	return Params{
		"HealthyThreshold": "3", "UnhealthyThreshold": "3", "HealthCheckTimeout": "5",
		"HealthCheckInterval": "2", "HealthCheckHttpCode": "http_2xx", "HealthCheckMethod": "head",
		"HealthCheckHttpVersion": "http1.0", "HealthCheckType": "http",
	}
}

// plainDefaults are the settings that every listener has, with the values of a create call that is
// silent about them.
func plainDefaults() Params {
	return Params{
		"Bandwidth": "-1", "Scheduler": "wrr", "Gzip": "on", "IdleTimeout": "15", "RequestTimeout": "60",
		"XForwardedFor": "on", "XForwardedFor_SLBIP": "off", "XForwardedFor_SLBID": "off",
		"XForwardedFor_proto": "off", "XForwardedFor_SLBPORT": "off", "XForwardedFor_ClientSrcPort": "off",
		"StickySession": "off", "HealthCheck": "off", "AclStatus": "off", "Description": "",
	}
}

func tlsDefaults() Params {
	return Params{
		"EnableHttp2": "on", "TLSCipherPolicy": "tls_cipher_policy_1_0", "ServerCertificateId": "",
		"CACertificateId": "",
	}
}

// overlay puts the settings that were sent over attrs, fills defaults and checks the whole.
func (t *txn) overlay(at place, attrs Params) *Error {
	settings := plainDefaults()
	if at.protocol == "https" {
		maps.Copy(settings, tlsDefaults())
	}
	for name, value := range settings {
		if attrs[name] == "" {
			attrs[name] = value
		}
		copyParam(attrs, t.p, name)
	}
	for _, name := range slices.Concat(stickyNames(), checkNames(), []string{"AclType"}) {
		copyParam(attrs, t.p, name)
	}
	if err := t.checkSticky(attrs); err != nil {
		return err
	}
	if err := checkHealth(attrs); err != nil {
		return err
	}
	if at.protocol == "https" {
		if err := t.overlayTLS(at, attrs); err != nil {
			return err
		}
	}
	return t.overlayACL(at, attrs)
}

func (t *txn) checkSticky(attrs Params) *Error {
	if !attrs.on("StickySession") {
		dropParams(attrs, stickyNames())
		return nil
	}
	needed, unused := "CookieTimeout", "Cookie"
	switch attrs["StickySessionType"] {
	case "":
		return missing("StickySessionType")
	case "server":
		needed, unused = "Cookie", "CookieTimeout"
	}
	if attrs[needed] == "" {
		return missing(needed)
	}
	delete(attrs, unused)
	return nil
}

func checkHealth(attrs Params) *Error {
	if !attrs.on("HealthCheck") {
		dropParams(attrs, checkNames())
		return nil
	}
	for name, value := range checkDefaults() {
		if attrs[name] == "" {
			attrs[name] = value
		}
	}
	if attrs["HealthCheckHttpVersion"] == "http1.1" && attrs["HealthCheckDomain"] == "" {
		return refuse("MissingParam.HealthCheckDomain", "HTTP/1.1 health checks need HealthCheckDomain.")
	}
	return nil
}

func dropParams(attrs Params, names []string) {
	for _, name := range names {
		delete(attrs, name)
	}
}

func (t *txn) overlayTLS(at place, attrs Params) *Error {
	if t.p["ServerCertificate.2.CertificateId"] != "" {
		return refuse("TooManyCertificates.ServerCertificates", "Only one server certificate per listener is offered.")
	}
	if id := t.certificateParam(); id != "" {
		attrs["ServerCertificateId"] = id
	}
	if t.st.certs[attrs["ServerCertificateId"]] == nil {
		return refuse("CertificateNotExist", "The specified certificate %q does not exist.", attrs["ServerCertificateId"])
	}
	if ca := attrs["CACertificateId"]; ca != "" && t.st.cas[ca] == nil {
		return refuse("CertificateNotExist", "The specified CA certificate %q does not exist.", ca)
	}
	policy := t.p["TLSCipherPolicy"]
	if policy == "" {
		return nil
	}
	if !slices.Contains(cipherPolicies(), policy) {
		return refuse("InvalidTLSPolicyId.NotExist", "The specified TLS policy %q does not exist.", policy)
	}
	if !at.lb.guaranteed() {
		return refuse("InvalidParameter.SpecNotSupport", "A shared-performance instance has no choice of TLS policy.")
	}
	return nil
}

func cipherPolicies() []string {
	const head = "tls_cipher_policy_"
	return []string{head + "1_0", head + "1_1", head + "1_2", head + "1_2_strict", head + "1_2_strict_with_1_3"}
}

func (t *txn) overlayACL(at place, attrs Params) *Error {
	if t.p["AclId"] != "" {
		at.aclIDs = splitIDs(t.p["AclId"])
	}
	if !attrs.on("AclStatus") {
		at.aclIDs = nil
		delete(attrs, "AclType")
		return nil
	}
	switch {
	case !at.lb.guaranteed():
		return refuse("SPEC_NOT_SUPPORT_PARAMETER", "A shared-performance instance has no access control lists.")
	case attrs["AclType"] == "":
		return missing("AclType")
	case len(at.aclIDs) == 0:
		return missing("AclId")
	}
	for _, id := range at.aclIDs {
		if _, err := t.aclByID(id); err != nil {
			return err
		}
		if users := t.st.aclUsers(id, at.lb.ID, at.port); users >= t.c.opts.Quotas.ACLListeners {
			return refuse("QuotaLimitExceeds.AclAttachedToListener", "The list %s may be bound to %d listeners.", id, t.c.opts.Quotas.ACLListeners)
		}
	}
	return nil
}

// aclUsers counts the listeners, other than one, that a list is bound to.
func (s *state) aclUsers(id, lb string, port int) int {
	n := 0
	for _, i := range s.instances {
		for _, l := range i.listeners {
			if slices.Contains(l.aclIDs, id) && (i.ID != lb || l.port != port) {
				n++
			}
		}
	}
	return n
}

// number says which settings are numbers in answers.
func number(name string) bool {
	return strings.HasSuffix(name, "Timeout") || strings.HasSuffix(name, "Threshold") ||
		slices.Contains([]string{
			"Bandwidth", "ForwardCode", "ForwardPort", "BackendServerPort", "HealthCheckConnectPort",
			"HealthCheckInterval",
		}, name)
}

// answerParams writes settings as an answer carries them.
func answerParams(attrs Params) object {
	o := object{}
	for name, value := range attrs {
		if number(name) {
			o[name] = attrs.integer(name, 0)
		} else {
			o[name] = value
		}
	}
	return o
}
