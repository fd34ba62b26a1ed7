package fakecloud

import (
	"encoding/hex"
	"fmt"
	"net"
	"strings"
)

// MatchResult says who answers a request.
type MatchResult int

const (
	// MatchedDefault sends the request to the listener's default group.
	MatchedDefault MatchResult = iota
	// MatchedRule sends it to the rule's group.
	MatchedRule
	// MatchedNothing is 404: the host has rules, and none of them fits the path.
	MatchedNothing
)

func (r MatchResult) String() string {
	switch r {
	case MatchedRule:
		return "rule"
	case MatchedNothing:
		return "404"
	default:
		return "default"
	}
}

// Match picks the rule of a request by its Host header and its path as it was sent (escaped, without
// the query).
//
// The host is compared without its port, without case and without the one dot that may end a fully
// qualified name. The dot is inferred: the service's documents do not mention it; its proxies are based
// on Tengine, an nginx, which drops it.
//
// An exact domain wins over wildcards, the longest wildcard over shorter ones; "*." stands for one label
// or more. When a domain fits, only its rules count: the longest Url that the path begins with, else
// the rule without Url, else nothing does, and the answer is 404. When none fits, the rules without a
// domain are tried in the same way, and then the default group answers.
func Match(rules []RuleView, host, path string) (RuleView, MatchResult) {
	domain := fittingDomain(rules, cleanHost(host))
	path = canonicalPath(path)
	best, found := RuleView{}, false
	for _, r := range rules {
		if !strings.EqualFold(r.Domain, domain) || !strings.HasPrefix(path, canonicalPath(r.URL)) {
			continue
		}
		if !found || len(r.URL) > len(best.URL) {
			best, found = r, true
		}
	}
	switch {
	case found:
		return best, MatchedRule
	case domain != "":
		return RuleView{}, MatchedNothing
	}
	return RuleView{}, MatchedDefault
}

func cleanHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// fittingDomain is the domain whose rules count for a host, or "".
func fittingDomain(rules []RuleView, host string) string {
	best := ""
	for _, r := range rules {
		domain := strings.ToLower(r.Domain)
		if domain != "" && domain == host {
			return r.Domain
		}
		suffix, wild := strings.CutPrefix(domain, "*")
		if wild && len(host) > len(suffix) && strings.HasSuffix(host, suffix) && len(domain) > len(best) {
			best = domain
		}
	}
	return best
}

// canonicalPath makes paths comparable: what need not be escaped is plain, the rest is escaped in
// upper case. So a rule with "#" is compared with a request's "%23".
func canonicalPath(path string) string {
	var b strings.Builder
	for n := 0; n < len(path); n++ {
		char, escaped := unescape(path[n:])
		if escaped {
			n += 2
		} else {
			char = path[n]
		}
		if plain(char) && (!escaped || char != '/') {
			b.WriteByte(char)
		} else {
			fmt.Fprintf(&b, "%%%02X", char)
		}
	}
	return b.String()
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("/-._~!$&'()*+,;=:@", c) >= 0
}

// unescape is the byte that a text like "%2Fa" begins with; false when it begins with none.
func unescape(text string) (byte, bool) {
	if len(text) < 3 || text[0] != '%' {
		return 0, false
	}
	var char [1]byte
	_, err := hex.Decode(char[:], []byte(text[1:3]))
	return char[0], err == nil
}
