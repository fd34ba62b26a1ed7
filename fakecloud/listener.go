package fakecloud

import (
	"slices"
	"strings"
)

const (
	starting    = "starting"
	configuring = "configuring"
)

func (t *txn) createHTTPListener() (object, *Error) { return t.createListener("http") }

func (t *txn) createHTTPSListener() (object, *Error) { return t.createListener("https") }

func (t *txn) createListener(protocol string) (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	wanted, err := t.createTags()
	if err != nil {
		return nil, err
	}
	l := &listener{port: t.p.integer("ListenerPort", 0), protocol: protocol, attrs: Params{}, tags: wanted}
	t.touch(listenerID(i.ID, l))
	if i.listeners[l.port] != nil {
		return nil, refuse("InvalidParameter.ListenerPortConflict", "There is already a listener on port %d.", l.port)
	}
	if len(i.listeners) >= t.c.opts.Quotas.Listeners {
		return nil, refuse("ListenerNumberOverLimit", "The instance may have %d listeners.", t.c.opts.Quotas.Listeners)
	}
	if err := t.configure(place{l, i}); err != nil {
		return nil, err
	}
	i.listeners[l.port] = l
	t.extend(i)
	return object{}, nil
}

// configure reads a create call into a listener.
func (t *txn) configure(at place) *Error {
	if t.p.on("ListenerForward") {
		return t.configureForward(at)
	}
	if t.p["VServerGroupId"] == "" && t.p["BackendServerPort"] == "" {
		return missing("VServerGroupId")
	}
	if at.protocol == "https" {
		if t.p["Bandwidth"] == "" {
			return missing("Bandwidth")
		}
		if t.certificateParam() == "" {
			return refuse("MissingParam.ServerCertificates", "An HTTPS listener needs a server certificate.")
		}
	}
	if id := t.p["VServerGroupId"]; id != "" {
		if _, err := t.groupOn(at.lb, id); err != nil {
			return err
		}
	}
	if port := t.p["BackendServerPort"]; port != "" {
		at.attrs["BackendServerPort"] = port
	}
	at.listener.group = t.p["VServerGroupId"]
	return t.overlay(at, at.attrs)
}

// configureForward makes an HTTP listener that redirects all to an HTTPS one; all else is irrelevant.
func (t *txn) configureForward(at place) *Error {
	if !at.lb.guaranteed() {
		return refuse("SPEC_NOT_SUPPORT_PARAMETER", "A shared-performance instance has no redirects.")
	}
	target := at.lb.listeners[t.p.integer("ForwardPort", 0)]
	if target == nil || target.protocol != "https" {
		return refuse("InvalidParameter", "ListenerPort or ForwardPort is invalid: %s is not an HTTPS listener.", t.p["ForwardPort"])
	}
	at.attrs["ListenerForward"], at.attrs["ForwardPort"] = "on", t.p["ForwardPort"]
	at.attrs["ForwardCode"] = t.p["ForwardCode"]
	if at.attrs["ForwardCode"] == "" {
		at.attrs["ForwardCode"] = "301"
	}
	for _, name := range []string{"HealthCheck", "StickySession"} {
		at.attrs[name] = "off"
	}
	copyParam(at.attrs, t.p, "Description")
	return nil
}

func (t *txn) setHTTPListener() (object, *Error) { return t.setListener("http") }

func (t *txn) setHTTPSListener() (object, *Error) { return t.setListener("https") }

func (t *txn) setListener(protocol string) (object, *Error) {
	at, err := t.listenerOf(protocol)
	if err != nil {
		return nil, err
	}
	if at.attrs.on("ListenerForward") {
		return nil, refuse("Operation.NotAllowed", "The HTTP listener does not support this action.")
	}
	if t.p["VServerGroup"] == "off" && at.listener.group != "" {
		return nil, refuse("OperationFailed.ServerGroupInUse", "The server group of the listener is in use.")
	}
	// Without VServerGroup=on the service does not look at VServerGroupId.
	group := at.listener.group
	if t.p.on("VServerGroup") {
		if t.p["VServerGroupId"] == "" {
			return nil, missing("VServerGroupId")
		}
		g, err := t.groupOn(at.lb, t.p["VServerGroupId"])
		if err != nil {
			return nil, err
		}
		group = g.id
	}
	if err := t.replaceSettings(at, group); err != nil {
		return nil, err
	}
	return object{}, nil
}

// replaceSettings checks the new settings on a copy and only then puts them in place.
func (t *txn) replaceSettings(at place, group string) *Error {
	next := at.listener.clone()
	if t.c.opts.Switches.SetResets {
		keep := next.attrs["ServerCertificateId"]
		next.attrs = Params{"ServerCertificateId": keep}
	}
	if err := t.overlay(place{next, at.lb}, next.attrs); err != nil {
		return err
	}
	old := at.listener
	t.lingerDropped(old, next, group)
	old.attrs, old.aclIDs, old.group = next.attrs, next.aclIDs, group
	t.reconfigure(old)
	return nil
}

func (t *txn) lingerDropped(old, next *listener, group string) {
	if old.group != group {
		t.linger("vip/" + old.group)
	}
	for _, name := range []string{"ServerCertificateId", "CACertificateId"} {
		if id := old.attrs[name]; id != next.attrs[name] {
			t.linger("cert/" + id)
		}
	}
	for _, id := range old.aclIDs {
		if !slices.Contains(next.aclIDs, id) {
			t.linger("acl/" + id)
		}
	}
}

func (t *txn) startListener() (object, *Error) {
	at, err := t.listener()
	if err != nil {
		return nil, err
	}
	if at.started {
		return nil, refuse("Operation.NotAllowed", "The listener %d is not stopped.", at.port)
	}
	at.started = true
	if d := t.c.opts.Busy.Starting; d > 0 {
		at.settle(starting, t.now.Add(d))
	}
	return object{}, nil
}

func (t *txn) stopListener() (object, *Error) {
	at, err := t.listener()
	if err != nil {
		return nil, err
	}
	if !at.started {
		return nil, refuse("Operation.NotAllowed", "The listener %d is stopped already.", at.port)
	}
	at.started = false
	return object{}, nil
}

func (t *txn) deleteListener() (object, *Error) {
	at, err := t.listener()
	if err != nil {
		if err.Code == "InvalidParameter" {
			err = refuse("ResourceNotFound.Listener", "The specified listener %s does not exist.", t.p["ListenerPort"])
		}
		return nil, err
	}
	for _, other := range at.lb.listeners {
		if other.attrs.integer("ForwardPort", 0) == at.port {
			return nil, refuse("ListenerForwardExist", "The listener %d redirects to this one.", other.port)
		}
	}
	t.release(at.listener)
	delete(at.lb.listeners, at.port)
	return object{}, nil
}

// release lets the references of a listener that goes away linger.
func (t *txn) release(l *listener) {
	t.linger("vip/"+l.group, "cert/"+l.attrs["ServerCertificateId"], "cert/"+l.attrs["CACertificateId"])
	for _, r := range l.rules {
		t.linger("rule/" + r.group)
	}
	for _, e := range l.extensions {
		t.linger("extension/" + e.cert)
	}
	for _, id := range l.aclIDs {
		t.linger("acl/" + id)
	}
}

// certificateParam is the certificate that a call names, in either way.
func (t *txn) certificateParam() string {
	if id := t.p["ServerCertificateId"]; id != "" {
		return id
	}
	return t.p["ServerCertificate.1.CertificateId"]
}

func splitIDs(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func copyParam(to, from Params, name string) {
	if value := from[name]; value != "" {
		to[name] = value
	}
}
