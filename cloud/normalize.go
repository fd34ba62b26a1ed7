package cloud

import (
	"cmp"
	"slices"
	"strings"
)

// The service's defaults of a listener, filled in so that what is not said compares equal to what
// the service answers.
const (
	defaultScheduler      = "wrr"
	defaultIdleTimeout    = 15
	defaultRequestTimeout = 60
	defaultTLSPolicy      = "tls_cipher_policy_1_0"
	defaultCookieTimeout  = 1000
	defaultForwardCode    = 301
)

// Normalize fills what the service fills, clears what has no meaning, and sorts. It works in place
// and is idempotent. Slices are replaced where they are sorted, so a Stack that shares them with
// another is safe to normalise only if they are in order already or nobody reads the other.
func (s *Stack) Normalize() {
	for i := range s.Listeners {
		s.Listeners[i].normalize()
	}
	for i := range s.Rules {
		s.Rules[i].Own.normalize()
	}
	for i := range s.ServerGroups {
		members := slices.Clone(s.ServerGroups[i].Members)
		slices.SortFunc(members, compareMembers)
		s.ServerGroups[i].Members = members
	}
	for i := range s.ACLs {
		s.ACLs[i].normalize()
	}
	slices.SortFunc(s.Listeners, func(a, b Listener) int { return cmp.Compare(a.Port, b.Port) })
	slices.SortFunc(s.Rules, compareRules)
	slices.SortFunc(s.Extensions, func(a, b Extension) int {
		return cmp.Or(cmp.Compare(a.Port, b.Port), cmp.Compare(a.Domain, b.Domain))
	})
	slices.SortFunc(s.ServerGroups, func(a, b ServerGroup) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Certificates, func(a, b Certificate) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.ACLs, func(a, b AccessControlList) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.CACertificates, func(a, b CACertificate) int { return cmp.Compare(a.Name, b.Name) })
}

func compareRules(a, b Rule) int {
	return cmp.Or(cmp.Compare(a.Port, b.Port), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.URL, b.URL))
}

func compareMembers(a, b Member) int {
	return cmp.Or(cmp.Compare(a.IP, b.IP), cmp.Compare(a.Port, b.Port), cmp.Compare(a.ServerID, b.ServerID))
}

func (l *Listener) normalize() {
	if l.Forward.Port != 0 {
		// Everything else is irrelevant on a listener that forwards.
		forward := l.Forward
		forward.Code = cmp.Or(forward.Code, defaultForwardCode)
		*l = Listener{Port: l.Port, Protocol: l.Protocol, Forward: forward, Running: l.Running, Source: l.Source}
		return
	}
	l.Scheduler = cmp.Or(l.Scheduler, defaultScheduler)
	l.IdleTimeout = cmp.Or(l.IdleTimeout, defaultIdleTimeout)
	l.RequestTimeout = cmp.Or(l.RequestTimeout, defaultRequestTimeout)
	l.Sticky.normalize()
	l.HealthCheck.normalize()
	l.ACL.normalize()
	if l.Protocol == HTTPS {
		l.TLS.Policy = cmp.Or(l.TLS.Policy, defaultTLSPolicy)
	} else {
		l.TLS = TLS{}
	}
}

// Normalized is the spread as a rule's own: what the service fills is filled, and what has no meaning
// is cleared.
func (s Spread) Normalized() Spread {
	s.normalize()
	return s
}

func (s *Spread) normalize() {
	if s.Scheduler == "" {
		*s = Spread{}
		return
	}
	s.Sticky.normalize()
	s.HealthCheck.normalize()
	s.HealthCheck.Method = ""
}

func (s *Sticky) normalize() {
	switch s.Type {
	case "insert":
		*s = Sticky{Type: s.Type, Timeout: cmp.Or(s.Timeout, defaultCookieTimeout)}
	case "server":
		*s = Sticky{Type: s.Type, Cookie: s.Cookie}
	default:
		*s = Sticky{}
	}
}

func (h *HealthCheck) normalize() {
	if !h.On {
		*h = HealthCheck{}
		return
	}
	h.Method = cmp.Or(h.Method, "head")
	h.URI = cmp.Or(h.URI, "/")
	h.Codes = cmp.Or(h.Codes, "http_2xx")
	h.Timeout = cmp.Or(h.Timeout, 5)
	h.Interval = cmp.Or(h.Interval, 2)
	h.HealthyThreshold = cmp.Or(h.HealthyThreshold, 3)
	h.UnhealthyThreshold = cmp.Or(h.UnhealthyThreshold, 3)
}

func (a *ACL) normalize() {
	a.Lists, a.IDs = sortedList(a.Lists), sortedList(a.IDs)
	if a.Type == "" || a.Lists+a.IDs == "" {
		*a = ACL{Keep: a.Keep}
	}
}

// sortedList sorts a comma list and drops repetitions.
func sortedList(text string) string {
	items := strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	slices.Sort(items)
	return strings.Join(slices.Compact(items), ",")
}
