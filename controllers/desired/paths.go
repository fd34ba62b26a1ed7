package desired

import (
	"fmt"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// maxURL is the longest URL of a rule (CreateRules: 1 to 80 characters).
const maxURL = 80

// location is a path as the service can express it.
type location struct {
	url    string // empty: every path of the host
	exact  bool   // the path alone was asked for, not what begins with it
	native bool   // a plain string prefix is what was asked for
}

// wide tells whether serving the location takes more than was asked, whatever else the host has.
func (l location) wide() bool { return l.exact || (!l.native && l.url != "") }

// parsePath reads a path. The error says what the service cannot express.
//
// A Prefix path is compared by segments, so "/foo/" is "/foo". An ImplementationSpecific path is
// what the service does: a string prefix. A "/*" at its end, which other controllers want there,
// says no more than that and is read as the prefix that ends in "/".
func parsePath(raw string, pathType *networkingv1.PathType) (location, error) {
	kind := networkingv1.PathTypeImplementationSpecific
	if pathType != nil {
		kind = *pathType
	}
	l := location{url: raw}
	switch kind {
	case networkingv1.PathTypeExact:
		l.exact = true
	case networkingv1.PathTypePrefix:
		l.url = strings.TrimSuffix(raw, "/")
	default:
		l.native = true
		if strings.HasSuffix(raw, "/*") {
			l.url = strings.TrimSuffix(raw, "*")
		}
	}
	if raw != "" && !strings.HasPrefix(raw, "/") {
		return location{}, fmt.Errorf("path %q does not begin with %q", raw, "/")
	}
	if l.url == "/" {
		l.url = ""
	}
	if err := checkURL(l.url); err != nil {
		return location{}, fmt.Errorf("path %q %w", raw, err)
	}
	return l, nil
}

// checkURL refuses what must not be sent. The service documents letters, digits and - / . % ? # &;
// the other characters that are let through are common in paths and nothing says that the service
// refuses them. Wildcards and regular expressions would be taken literally and match nothing.
func checkURL(url string) error {
	for _, r := range url {
		if !allowed(r) {
			return fmt.Errorf("has the character %q, which a forwarding rule cannot have; the service compares paths as plain prefixes, without wildcards or regular expressions", r)
		}
	}
	if len(url) > maxURL {
		return fmt.Errorf("has %d characters; a forwarding rule has at most %d", len(url), maxURL)
	}
	return nil
}

func allowed(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	default:
		return r != 0 && r < 0x80 && strings.ContainsRune("-/.%?#&_~+:@=", r)
	}
}

// below tells whether every path under the location's own, that is url and "/" and more, was asked
// for by prefix, which begins a shorter or equal path.
func below(prefix location, url string) bool {
	if prefix.native {
		return strings.HasPrefix(url+"/", prefix.url)
	}
	return strings.HasPrefix(url+"/", prefix.url+"/")
}
