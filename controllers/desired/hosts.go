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
