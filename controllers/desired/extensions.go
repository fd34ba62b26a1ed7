package desired

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// domain is one that has a rule: the service heeds a domain extension only then.
type domain struct {
	name       string
	rank       int
	namespaces []string  // that have a rule on it
	members    []*member // that have a rule on it
}

func (d domain) of(m *member) bool { return slices.Contains(d.namespaces, m.Namespace) }

// domainsOf returns the domains of the rules, in the order of the nodes.
func domainsOf(nodes []*node) []domain {
	var domains []domain
	for _, n := range nodes {
		if n.domain == "" {
			continue
		}
		if len(domains) == 0 || domains[len(domains)-1].name != n.domain {
			domains = append(domains, domain{name: n.domain, rank: n.rank})
		}
		d := &domains[len(domains)-1]
		d.rank = min(d.rank, n.rank)
		d.members = append(d.members, n.owner.from)
		d.namespaces = append(d.namespaces, n.owner.from.Namespace)
	}
	return domains
}

// addExtensions adds a domain extension for each domain that has a certificate other than the
// listeners' own. Only Ingresses of a namespace that serves the domain have a say: a TLS host alone
// gives nobody a domain.
func (b *builder) addExtensions(entries []*tlsEntry, domains []domain, def presented) {
	// Wildcards first, because the extension of one decides whether the domains under it need
	// their own.
	wildcardsFirst := slices.Clone(domains)
	slices.SortStableFunc(wildcardsFirst, func(a, b domain) int {
		return strings.Count(b.name, "*") - strings.Count(a.name, "*")
	})
	for _, d := range wildcardsFirst {
		e := best(entries, d)
		if e == nil {
			continue
		}
		b.domains = append(b.domains, TLSDomain{Name: d.name, Secret: e.secret, Certificate: e.certificate.Name})
		x := cloud.Extension{Domain: d.name, Rank: d.rank, Source: e.from.source(e.field)}
		switch {
		case b.presentsAnyway(e, d.name, def):
			continue
		case !e.usable():
			x.Keep = true
		default:
			x.Certificate = b.addCertificate(e)
		}
		for _, port := range b.ports {
			if port.Protocol == cloud.HTTPS {
				x.Port = port.Number
				b.stack.Extensions = append(b.stack.Extensions, x)
			}
		}
	}
}

// presentsAnyway tells whether the listener serves a domain as well without an extension: with the
// very certificate that is asked for, or with one of the same namespace that is good for the domain.
// There are few extensions, and the domains that have no such certificate need them. One of another
// namespace does not count: nobody knows whether the clients of this one trust it.
func (b *builder) presentsAnyway(e *tlsEntry, domain string, def presented) bool {
	if b.shadowed(domain) || def.keep || e.broken() {
		return false
	}
	if e.usable() && e.certificate.Name == def.certificate {
		return true
	}
	if def.secret.Namespace != e.secret.Namespace || !def.covers(domain) {
		return false
	}
	b.tell(e.from.Ingress, e.field, fault{reason: cloud.DefaultCertificateServes, notice: true, message: fmt.Sprintf(
		"%q is served with the listener's default certificate, which is for this host, too; its own in Secret %q is not presented", domain, e.secret)})
	return true
}

// shadowed tells whether a wildcard's extension would answer for the domain if it had none.
func (b *builder) shadowed(name string) bool {
	return slices.ContainsFunc(b.stack.Extensions, func(x cloud.Extension) bool { return placement.Covers(x.Domain, name) })
}

// best chooses the entry whose certificate a domain presents: a usable one before a broken one,
// then one that names the domain before one that covers it by a wildcard before one that names no
// host and has a certificate for it, then the oldest.
func best(entries []*tlsEntry, d domain) *tlsEntry {
	var chosen *tlsEntry
	score := 0
	for _, e := range entries {
		s := e.fit(d)
		if s > 0 && e.usable() {
			s += fitExact
		}
		if s > score {
			chosen, score = e, s
		}
	}
	return chosen
}

// How well an entry fits a domain; 0 is not at all.
const (
	fitOwn = 1 + iota
	fitWildcard
	fitExact
)

func (e *tlsEntry) fit(d domain) int {
	if !d.of(e.from) {
		return 0
	}
	fit := 0
	for _, h := range e.hosts {
		switch {
		case h.name == d.name:
			return fitExact
		case tlsCovers(h.name, d.name):
			fit = fitWildcard
		}
	}
	if len(e.hosts) == 0 && slices.Contains(d.members, e.from) && (!e.usable() || e.names.cover(d.name)) {
		return fitOwn
	}
	return fit
}
