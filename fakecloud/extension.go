package fakecloud

import (
	"slices"
	"strings"
)

func (t *txn) createExtension() (object, *Error) {
	at, err := t.listenerOf("https")
	if err != nil {
		return nil, err
	}
	if !at.lb.guaranteed() {
		return nil, refuse("DomainExtensionNotSupport", "A shared-performance instance has no domain extensions.")
	}
	cert, err := t.extensionCertificate()
	if err != nil {
		return nil, err
	}
	domain := t.p["Domain"]
	for _, e := range at.extensions {
		if strings.EqualFold(e.domain, domain) {
			return nil, refuse("InvalidParameter.Domain", "The domain %q has an extension already.", domain)
		}
	}
	if len(at.extensions) >= t.c.opts.Quotas.DomainExtensions {
		return nil, refuse("DomainExtensionNumberOverLimit", "The listener may have %d domain extensions.", t.c.opts.Quotas.DomainExtensions)
	}
	e := &extension{id: t.c.ids.next("de"), domain: domain, cert: cert}
	t.touch(e.id)
	at.extensions = append(at.extensions, e)
	t.reconfigure(at.listener)
	return object{"DomainExtensionId": e.id, "ListenerPort": at.port}, nil
}

func (t *txn) extensionCertificate() (string, *Error) {
	id := t.certificateParam()
	if id == "" {
		id = t.p["CertificateId.1"]
	}
	if id == "" {
		return "", refuse("MissingParam.ServerCertificates", "A domain extension needs a server certificate.")
	}
	t.touch(id)
	if t.st.certs[id] == nil {
		return "", refuse("InvalidParameter.ServerCertificateId", "The specified certificate %q does not exist.", id)
	}
	return id, nil
}

func (t *txn) setExtension() (object, *Error) {
	at, e, err := t.extension(t.p["DomainExtensionId"])
	if err != nil {
		return nil, err
	}
	if err := t.settled(at); err != nil {
		return nil, err
	}
	cert, err := t.extensionCertificate()
	if err != nil {
		return nil, err
	}
	if cert != e.cert {
		t.linger("extension/" + e.cert)
	}
	e.cert = cert
	t.reconfigure(at.listener)
	return object{}, nil
}

func (t *txn) deleteExtension() (object, *Error) {
	at, e, err := t.extension(t.p["DomainExtensionId"])
	if err != nil {
		return nil, err
	}
	if err := t.settled(at); err != nil {
		return nil, err
	}
	if at.ruled(e.domain) {
		return nil, refuse("DomainExtensionRelatedRuleExist", "The domain %q still has forwarding rules.", e.domain)
	}
	t.linger("extension/" + e.cert)
	at.extensions = slices.DeleteFunc(at.extensions, func(other *extension) bool { return other == e })
	t.reconfigure(at.listener)
	return object{}, nil
}

// ruled says whether the listener has a rule of the domain.
func (l *listener) ruled(domain string) bool {
	return slices.ContainsFunc(l.rules, func(r *rule) bool { return strings.EqualFold(r.domain, domain) })
}

func (t *txn) describeExtensions() (object, *Error) {
	at, err := t.listenerOf("https")
	if err != nil {
		return nil, err
	}
	return object{"DomainExtensions": object{"DomainExtension": t.extensionList(at.listener)}}, nil
}

func (t *txn) extensionList(l *listener) []object {
	list := []object{}
	for _, e := range l.extensions {
		if t.p["DomainExtensionId"] == "" || t.p["DomainExtensionId"] == e.id {
			list = append(list, e.answer())
		}
	}
	return list
}

func (e *extension) answer() object {
	return object{"DomainExtensionId": e.id, "Domain": e.domain, "ServerCertificateId": e.cert}
}

func (t *txn) describeExtensionAttribute() (object, *Error) {
	at, e, err := t.extension(t.p["DomainExtensionId"])
	if err != nil {
		return nil, err
	}
	o := e.answer()
	o["LoadBalancerId"], o["ListenerPort"] = at.lb.ID, at.port
	return o, nil
}
