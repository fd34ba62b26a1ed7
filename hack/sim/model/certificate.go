package model

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// fallbackSecret has the certificate for when nobody has one.
const fallbackSecret = "slb-ingress-fallback-certificate" //nolint:gosec // the name of one

// pair is what a Secret has.
type pair struct {
	leaf   string // SHA-256 of the leaf, hex; empty: nothing that can be read
	names  []string
	end    time.Time
	secret string // "namespace/name"
}

func (p pair) usable(now time.Time) bool { return p.leaf != "" && now.Before(p.end) }

func (p pair) covers(host string) bool {
	return slices.ContainsFunc(p.names, func(n string) bool { return covers(strings.ToLower(n), host) })
}

// readPair reads a certificate and its key; the certificate that the key belongs to is the leaf.
func readPair(s *corev1.Secret) (pair, string) {
	if s == nil {
		return pair{}, "SecretNotFound"
	}
	chain, key := s.Data[corev1.TLSCertKey], s.Data[corev1.TLSPrivateKeyKey]
	kind := s.Type == corev1.SecretTypeTLS || s.Type == corev1.SecretTypeOpaque || s.Type == ""
	if !kind || len(chain) > 64<<10 || len(key) > 16<<10 {
		return pair{}, "InvalidCertificate"
	}
	why := "InvalidCertificate"
	for rest := chain; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return pair{}, why
		}
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return pair{}, "InvalidCertificate"
		}
		if _, err := tls.X509KeyPair(pem.EncodeToMemory(block), key); err == nil {
			sum := sha256.Sum256(leaf.Raw)
			return pair{leaf: hex.EncodeToString(sum[:]), names: leaf.DNSNames, end: leaf.NotAfter, secret: s.Namespace + "/" + s.Name}, ""
		} else if strings.Contains(err.Error(), "does not match") {
			why = "CertificateKeyMismatch"
		}
	}
}

// tlsAsk is one entry of an Ingress's spec.tls.
type tlsAsk struct {
	pair

	ingress *networkingv1.Ingress // nil: the class
	hosts   []string
}

func (v *view) tlsAsks(members []*networkingv1.Ingress) []tlsAsk {
	var all []tlsAsk
	if c := v.config.DefaultCertificate; c != nil && c.SecretName != "" {
		p, _ := readPair(v.cluster.secret(v.m.options.Namespace, c.SecretName))
		p.secret = v.m.options.Namespace + "/" + c.SecretName
		all = append(all, tlsAsk{pair: p, hosts: []string{stranger}})
	}
	for _, ing := range members {
		for _, t := range ing.Spec.TLS {
			if t.SecretName == "" {
				continue
			}
			p, why := readPair(v.cluster.secret(ing.Namespace, t.SecretName))
			p.secret = ing.Namespace + "/" + t.SecretName
			if why == "" && !v.now.Before(p.end) {
				why = "CertificateExpired"
			}
			if why != "" {
				v.tell(ing, why)
			}
			all = append(all, tlsAsk{pair: p, ingress: ing, hosts: legible(t.Hosts)})
		}
	}
	return all
}

// legible are those of the hosts that are DNS names.
func legible(hosts []string) []string {
	var kept []string
	for _, h := range hosts {
		if host, ok := normal(h); ok {
			kept = append(kept, host)
		}
	}
	return kept
}

// present decides which certificates may be presented.
func (v *view) present(members []*networkingv1.Ingress) {
	asks := v.tlsAsks(members)
	def, byID := v.byDefault(asks)
	v.out.own, v.out.names = v.mem.own, map[string][]string{}
	if byID {
		v.out.own = nil // named by its id: nobody here knows it
		return
	}
	presented := map[string][]string{}
	extra := 0
	for _, host := range v.domains() {
		a, ok := v.bestFor(asks, host)
		if !ok {
			continue
		}
		presented[host] = v.mem.names[host]
		if a.usable(v.now) {
			presented[host] = []string{a.leaf}
		}
		if good := def.covers(host) && strings.HasPrefix(def.secret, a.ingress.Namespace+"/"); good || len(presented[host]) == 0 {
			presented[host] = append(slices.Clone(presented[host]), v.out.own...)
		} else if !slices.Contains(v.out.own, a.leaf) {
			extra++
		}
	}
	v.mem.names = maps.Clone(presented)
	v.loosen(presented, extra > v.m.options.Extensions)
}

// loosen adds what else may be presented: under a wildcard's extension a host without its own gets
// that one's, and without room for all extensions any domain may be without.
func (v *view) loosen(presented map[string][]string, crowded bool) {
	for _, host := range v.domains() {
		own, asked := presented[host]
		all := slices.Clone(own)
		if !asked || crowded {
			all = append(all, v.out.own...)
			for wild, theirs := range presented {
				if wild != host && under(wild, host) {
					all = append(all, theirs...)
				}
			}
		}
		slices.Sort(all)
		v.out.names[host] = slices.Compact(all)
	}
}

// byDefault decides what is presented where nothing else is; byID is true for a certificate that the
// service has and nobody else.
func (v *view) byDefault(asks []tlsAsk) (def pair, byID bool) {
	for _, ing := range v.members {
		if _, named := annotated(ing, "cert-id"); named {
			return pair{}, true
		}
	}
	if c := v.config.DefaultCertificate; c != nil && c.CertificateID != "" {
		return pair{}, true
	}
	fallback, _ := readPair(v.cluster.secret(v.m.options.Namespace, fallbackSecret))
	usable := slices.IndexFunc(asks, func(a tlsAsk) bool { return a.usable(v.now) })
	if slices.ContainsFunc(asks, v.keepsDefault) || usable < 0 && len(asks) > 0 && len(v.mem.own) > 0 {
		return pair{}, false // what was presented stays
	}
	def = fallback
	if usable >= 0 {
		def = asks[usable].pair
	}
	v.mem.own, v.mem.ownSecret = []string{def.leaf}, ""
	if usable >= 0 {
		v.mem.ownSecret = def.secret
	}
	return def, false
}

// keepsDefault tells whether the certificate that is presented comes from this Secret, which is broken
// now. One that merely expired gives way.
func (v *view) keepsDefault(a tlsAsk) bool {
	return a.secret == v.mem.ownSecret && !a.usable(v.now) && len(v.mem.own) > 0 && a.leaf != v.mem.own[0]
}

// domains are the hosts that have entries; extensions work for them alone.
func (v *view) domains() []string {
	var all []string
	for _, e := range v.out.Entries {
		if e.Host != "" {
			all = append(all, e.Host)
		}
	}
	return slices.Compact(all) // entries are sorted
}

// bestFor chooses the certificate of a domain, among those of namespaces that serve it: usable before
// broken, one that names the domain before one that covers it, before one without hosts; then the
// oldest.
func (v *view) bestFor(asks []tlsAsk, host string) (tlsAsk, bool) {
	best, found := tlsAsk{}, 0
	for _, a := range asks {
		var score int
		switch {
		case a.ingress == nil || !v.servesFrom(host, func(e Entry) bool { return e.Namespace == a.ingress.Namespace }):
			continue
		case slices.Contains(a.hosts, host):
			score = 3
		case slices.ContainsFunc(a.hosts, func(h string) bool { return covers(h, host) }):
			score = 2
		case len(a.hosts) == 0 && v.servesFrom(host, func(e Entry) bool { return e.Ingress == nameOf(a.ingress) }) && (!a.usable(v.now) || a.covers(host)):
			score = 1
		default:
			continue
		}
		if a.usable(v.now) {
			score += 3
		}
		if score > found {
			best, found = a, score
		}
	}
	return best, found > 0
}

func (v *view) servesFrom(host string, from func(Entry) bool) bool {
	return slices.ContainsFunc(v.out.Entries, func(e Entry) bool { return e.Host == host && from(e) })
}
