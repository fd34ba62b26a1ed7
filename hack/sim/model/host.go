package model

import (
	"strings"

	"golang.org/x/net/idna"
)

// normal gives a host its one spelling; false for what is no DNS name.
func normal(host string) (string, bool) {
	if host == "" {
		return "", true
	}
	name, wild := strings.CutPrefix(host, "*.")
	if strings.Contains(name, "*") {
		return "", false
	}
	profile := idna.New(idna.MapForLookup(), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.BidiRule())
	ascii, err := profile.ToASCII(name)
	ascii = strings.TrimSuffix(ascii, ".")
	if err != nil || ascii == "" {
		return "", false
	}
	if wild {
		ascii = "*." + ascii
	}
	return ascii, true
}

// overlap tells whether two hosts have requests in common.
func overlap(a, b string) bool {
	return a == b || under(a, b) || under(b, a) || strings.HasPrefix(a, "*.") && strings.HasPrefix(b, "*.") &&
		(strings.HasSuffix(a, b[1:]) || strings.HasSuffix(b, a[1:]))
}

// covers tells whether a certificate's name or a TLS host is good for a host: a wildcard stands for
// exactly one label.
func covers(name, host string) bool {
	if name == host {
		return true
	}
	suffix, wild := strings.CutPrefix(name, "*.")
	label, rest, _ := strings.Cut(host, ".")
	return wild && label != "*" && rest == suffix
}

// hold is a host that a namespace has.
type hold struct{ host, namespace string }

// owners walks asks, oldest first, and gives each host to the first namespace that asks for it or for
// one that overlaps it.
func owners(asks []hold) []hold {
	var held []hold
	for _, a := range asks {
		if a.host != "" && mayHave(held, a) {
			held = append(held, a)
		}
	}
	return held
}

func mayHave(held []hold, a hold) bool {
	for _, h := range held {
		if h.namespace != a.namespace && overlap(h.host, a.host) {
			return false
		}
	}
	return true
}
