package desired

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// normalizeHost gives a host the one spelling by which it is compared and sent: lower case, no
// trailing dot, IDN in its ASCII form. The empty host, which stands for any, is left alone. The
// error says in the author's terms what the service cannot take: a domain of a rule has letters,
// digits, "-", "." and at most "*." at its start.
func normalizeHost(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	name, wildcard := strings.CutPrefix(raw, "*.")
	if strings.Contains(name, "*") {
		return "", fmt.Errorf("host %q: a wildcard can only be the whole first label, as in %q", raw, "*.example.com")
	}
	if !utf8.ValidString(raw) {
		return "", fmt.Errorf("host %q is no DNS name: it is not UTF-8", raw)
	}
	ascii, err := hostProfile().ToASCII(name)
	ascii = strings.TrimSuffix(ascii, ".")
	if err != nil || ascii == "" || strings.HasSuffix(ascii, ".") {
		return "", fmt.Errorf("host %q is no DNS name: %w", raw, cause(err))
	}
	if wildcard {
		ascii = "*." + ascii
	}
	return ascii, nil
}

func hostProfile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.BidiRule())
}

func cause(err error) error {
	if err == nil {
		return errors.New("a label is empty")
	}
	return err
}

// overlap tells whether some request's host fits both hosts. A wildcard covers its subdomains at
// any depth, because the service's wildcards do:
//
//	a.foo.com   *.foo.com   yes
//	*.a.foo.com *.foo.com   yes
//	foo.com     *.foo.com   no
func overlap(a, b string) bool {
	return a == b || covers(a, b) || covers(b, a)
}

// covers tells whether wildcard is one and host one of its subdomains.
func covers(wildcard, host string) bool {
	suffix, ok := strings.CutPrefix(wildcard, "*")
	return ok && strings.HasSuffix(strings.TrimPrefix(host, "*"), suffix) && host != wildcard
}

// owners says which namespace each host belongs to.
//
// Ownership is exclusive in both directions: who has *.foo.com has all hosts under it, and while
// somebody has a.foo.com nobody else gets *.foo.com. The second half is not needed to route what is
// served, since an exact domain comes before a wildcard. It is needed for what is not served just
// now: were the rules of a.foo.com left out for want of room, its requests, cookies and all, would
// go to the other tenant's wildcard.
type owners struct {
	shared bool // every namespace may have every host
	list   []owned
}

type owned struct{ host, namespace string }

// claim gives the host to the namespace if nobody else has it, and tells whether the namespace may
// have paths on it. The empty host is everybody's.
func (o *owners) claim(host, namespace string) bool {
	if o.shared || host == "" {
		return true
	}
	for _, have := range o.list {
		if have.namespace != namespace && overlap(have.host, host) {
			return false
		}
	}
	o.list = append(o.list, owned{host, namespace})
	return true
}
