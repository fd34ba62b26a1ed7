package desired

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// tlsEntry is one entry of an Ingress's spec.tls that names a Secret.
type tlsEntry struct {
	*served

	from   *member // nil: the class's own, for the default certificate
	field  string
	secret types.NamespacedName
	hosts  []tlsHost
}

type tlsHost struct{ name, field string }

// presented is what the HTTPS listener presents where no domain extension applies.
type presented struct {
	certificate string
	keep        bool
	secret      types.NamespacedName // where it comes from, if that is known
	names       dnsNames             // whom it is for, if it is not kept
}

// covers tells whether the listener's own certificate is good for a domain.
func (p presented) covers(domain string) bool { return !p.keep && p.names.cover(domain) }

// addTLS adds certificates and domain extensions.
func (b *builder) addTLS(members []*member, nodes []*node) presented {
	entries := b.tlsEntries(members)
	def := b.defaultCertificate(entries)
	if def.certificate == b.Fallback.Name {
		b.tellFallback(members)
	}
	domains := domainsOf(nodes)
	b.tellHosts(entries, domains)
	b.addExtensions(entries, domains, def)
	return def
}

// tlsEntries reads the Secrets that members refer to, oldest member first, and tells what is wrong
// with them.
func (b *builder) tlsEntries(members []*member) []*tlsEntry {
	var entries []*tlsEntry
	for _, m := range members {
		for i, t := range m.Spec.TLS {
			if t.SecretName == "" {
				continue // the hosts are content with the default certificate
			}
			e := &tlsEntry{from: m, field: fmt.Sprintf("spec.tls[%d]", i), secret: types.NamespacedName{Namespace: m.Namespace, Name: t.SecretName}}
			e.hosts = b.tlsHosts(m, e.field, t.Hosts)
			if len(e.hosts) > 0 && !slices.ContainsFunc(e.hosts, func(h tlsHost) bool { return !b.ofOthers(m, h.name) }) {
				continue
			}
			e.served = b.secret(e.secret)
			b.tellCertificate(e)
			entries = append(entries, e)
		}
	}
	return entries
}

// tellCertificate tells what is wrong with an entry's certificate, or soon will be.
func (b *builder) tellCertificate(e *tlsEntry) {
	at := e.field + ".secretName"
	if e.fault != nil {
		b.tell(e.from.Ingress, at, *e.fault)
	}
	if f := e.expiring(b.Now); f != nil {
		b.tell(e.from.Ingress, at, *f)
	}
}

// expiring tells that a usable certificate will soon end.
func (e *tlsEntry) expiring(now time.Time) *fault {
	if !e.usable() || now.Before(e.warnAt()) {
		return nil
	}
	return &fault{reason: cloud.CertificateExpiring, message: fmt.Sprintf(
		"Secret %q: the certificate expires at %s and was not renewed yet", e.secret, stamp(e.certificate.NotAfter))}
}

func (b *builder) tlsHosts(m *member, field string, raw []string) []tlsHost {
	var hosts []tlsHost
	for j, r := range raw {
		at := fmt.Sprintf("%s.hosts[%d]", field, j)
		name, err := normalizeHost(r)
		switch {
		case err == nil:
			hosts = append(hosts, tlsHost{name, at})
		case b.home(m):
			b.tell(m.Ingress, at, fault{reason: cloud.UnsupportedHost, message: err.Error()})
		}
	}
	return hosts
}

// secret reads a Secret once.
func (b *builder) secret(name types.NamespacedName) *served {
	if s, ok := b.certificates[name]; ok {
		return s
	}
	s := &served{fault: &fault{reason: cloud.SecretNotFound, message: fmt.Sprintf("Secret %q does not exist", name)}}
	if secret := b.Secrets[name]; secret != nil {
		s = readSecret(secret, b.Now)
	} else if why, ok := b.Unreadable[name]; ok {
		s = &served{fault: &fault{reason: cloud.ConfigMissing, message: fmt.Sprintf(
			"Secret %q cannot be read: %s; what is served stays as it is", name, why)}}
	}
	if s.usable() {
		b.again(s.notBefore)
		b.again(s.warnAt())
		b.again(s.certificate.NotAfter)
	}
	b.certificates[name] = s
	return s
}

// again notes a time at which the translation changes by itself.
func (b *builder) again(at time.Time) {
	if at.After(b.Now) && (b.until.IsZero() || at.Before(b.until)) {
		b.until = at.UTC()
	}
}

// defaultCertificate chooses the certificate that the settings name by its id, else the class's, else
// that of the oldest Ingress that has a usable one. There are two cases in which the listener keeps
// what it has: the Secret of its present certificate is broken just now, or no Secret is usable. The
// choice is then what a new listener begins with. A certificate that expires while it is presented
// gives way to a valid one, since no client is served by keeping it; but a Secret that gets an
// expired one is as good as broken.
func (b *builder) defaultCertificate(entries []*tlsEntry) presented {
	if id := b.settings[annotations.CertID]; id != "" {
		return presented{certificate: cloud.NameOfID(cloud.ID(id))}
	}
	entries = append(b.classEntry(), entries...)
	var def presented
	if i := slices.IndexFunc(entries, func(e *tlsEntry) bool { return e.usable() }); i >= 0 {
		def = presented{certificate: b.addCertificate(entries[i]), secret: entries[i].secret, names: entries[i].names}
	} else {
		def = presented{certificate: b.Fallback.Name, keep: len(entries) > 0, secret: b.DefaultSecret}
		b.stack.Certificates = append(b.stack.Certificates, b.Fallback)
	}
	for _, e := range entries {
		if e.secret == b.DefaultSecret && (e.broken() || e.expired() && b.stillValid()) {
			def.keep, def.secret = true, b.DefaultSecret
		}
	}
	if len(entries) == 0 {
		def.secret = types.NamespacedName{}
	}
	return def
}

// stillValid tells whether the certificate that the listener presents by default is on record as
// valid now.
func (b *builder) stillValid() bool {
	if b.Record == nil {
		return false
	}
	for _, c := range b.Record.Status.Certificates {
		if c.Default && c.NotAfter != nil && c.Secret == b.DefaultSecret.String() {
			b.again(c.NotAfter.Time)
			return b.Now.Before(c.NotAfter.Time)
		}
	}
	return false
}

// classEntry is the Secret that the class names for the default certificate, if it names one.
func (b *builder) classEntry() []*tlsEntry {
	name, ok := ConfigSecret(b.Config, b.Namespace)
	if !ok {
		return nil
	}
	e := &tlsEntry{field: "spec.defaultCertificate", secret: name, served: b.secret(name)}
	if f := e.fault; f != nil {
		b.tellClassCertificate(e, *f)
	}
	if f := e.expiring(b.Now); f != nil {
		b.tellClassCertificate(e, *f)
	}
	return []*tlsEntry{e}
}

func (b *builder) tellClassCertificate(e *tlsEntry, f fault) {
	b.problems = append(b.problems, cloud.Problem{
		Object: b.configObject(), Field: e.field + ".secretName", Reason: f.reason, Message: f.message, Notice: f.notice,
	})
}

func (b *builder) addCertificate(e *tlsEntry) string {
	name := e.certificate.Name
	if !slices.ContainsFunc(b.stack.Certificates, func(c cloud.Certificate) bool { return c.Name == name }) {
		c := e.certificate
		c.Source = cloud.Source{Object: b.configObject(), Field: e.field + ".secretName"}
		if e.from != nil {
			c.Source = e.from.source(e.field + ".secretName")
		}
		b.stack.Certificates = append(b.stack.Certificates, c)
	}
	return name
}

// tellFallback tells members that ask for TLS that nobody has a certificate. An instance on which
// nobody asks for TLS has the same certificate on port 443, and that is as it should be.
func (b *builder) tellFallback(members []*member) {
	for _, m := range members {
		if b.asksTLS(m) {
			b.tell(m.Ingress, "spec.tls", fault{
				reason: cloud.FallbackCertificate, notice: true,
				message: "no Ingress of the instance has a usable certificate: HTTPS is served with the certificate that was served last, or else with a self-signed one",
			})
		}
	}
}

// tellHosts tells of TLS hosts that no rule has, and of those that their certificate is not for.
func (b *builder) tellHosts(entries []*tlsEntry, domains []domain) {
	for _, e := range entries {
		for _, h := range e.hosts {
			if b.ofOthers(e.from, h.name) {
				continue
			}
			if !slices.ContainsFunc(domains, func(d domain) bool { return d.of(e.from) && tlsCovers(h.name, d.name) }) {
				b.tell(e.from.Ingress, h.field, fault{reason: cloud.TLSHostWithoutRule, notice: true, message: fmt.Sprintf(
					"no rule of this namespace has host %q: its certificate is presented only where the listener's default certificate is", h.name)})
			}
			if e.usable() && !e.names.cover(h.name) {
				b.tell(e.from.Ingress, h.field, fault{reason: cloud.TLSHostNotCovered, message: fmt.Sprintf(
					"the certificate in Secret %q is not for host %q but for %s; it is served all the same", e.secret, h.name, orNothing(e.names))})
			}
		}
	}
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "no DNS name"
	}
	return list(names)
}

// dnsNames are the names that a certificate is for, in lower case.
type dnsNames []string

func (n dnsNames) cover(host string) bool {
	return slices.ContainsFunc(n, func(name string) bool { return tlsCovers(name, host) })
}

// tlsCovers tells whether a certificate's name, or a TLS host, is good for a host. Unlike the
// service's rules a certificate's wildcard stands for exactly one label.
func tlsCovers(name, host string) bool {
	if name == host {
		return true
	}
	suffix, wildcard := strings.CutPrefix(name, "*.")
	label, rest, ok := strings.Cut(host, ".")
	return wildcard && ok && label != "*" && rest == suffix
}
