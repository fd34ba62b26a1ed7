package desired_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// showStack prints one line for each resource, and one for both listeners' equal rules.
func showStack(r desired.Result) string {
	var b strings.Builder
	if lb := r.Stack.LoadBalancer; lb != nil {
		fmt.Fprintf(&b, "instance id=%s name=%s type=%s spec=%s vswitch=%s protect=%t override=%t keep=%t tags=%v\n",
			lb.ID, lb.Name, lb.AddressType, lb.Spec, lb.VSwitchID, lb.DeleteProtection, lb.Override, lb.Keep, lb.Tags)
	}
	names := certificateNames(r.Stack)
	for _, l := range r.Stack.Listeners {
		fmt.Fprintf(&b, "listener %d %s group=%s keep=%t %s gzip=%t headers=%+v sticky=%q health=%t running=%t", l.Port, l.Protocol, l.Group, l.KeepGroup,
			l.Scheduler, l.Gzip, l.Headers, l.Sticky.Type, l.HealthCheck.On, l.Running)
		if l.Protocol == cloud.HTTPS {
			fmt.Fprintf(&b, " certificate=%s keep=%t policy=%s http2=%t", names[l.TLS.Certificate], l.TLS.Keep, l.TLS.Policy, l.TLS.HTTP2)
		}
		showSettings(&b, l)
		if l.ACL.Lists != "" || l.ACL.Keep {
			fmt.Fprintf(&b, " acl=%s lists=%s keepACL=%t", l.ACL.Type, l.ACL.Lists, l.ACL.Keep)
		}
		if l.TLS.CACertificate != "" || l.TLS.KeepCA {
			fmt.Fprintf(&b, " ca=%s keepCA=%t", names[l.TLS.CACertificate], l.TLS.KeepCA)
		}
		b.WriteString("\n")
	}
	for _, rule := range r.Stack.Rules {
		if rule.Port != 443 {
			continue
		}
		fmt.Fprintf(&b, "rule %s -> %s rank=%d from %s%s\n", rule.Domain+rule.URL, groupOf(rule), rule.Rank, rule.Source.Field, ownOf(rule))
	}
	for _, x := range r.Stack.Extensions {
		fmt.Fprintf(&b, "extension %d %s certificate=%s keep=%t rank=%d\n", x.Port, x.Domain, names[x.Certificate], x.Keep, x.Rank)
	}
	for _, g := range r.Stack.ServerGroups {
		fmt.Fprintf(&b, "group %s hold=%t", g.Name, g.Hold)
		if len(g.Doubtful) > 0 {
			fmt.Fprintf(&b, " doubtful=%v", g.Doubtful)
		}
		for _, m := range g.Members {
			fmt.Fprintf(&b, " %s/%s:%d*%d", m.ServerID, m.IP, m.Port, m.Weight)
		}
		b.WriteString("\n")
	}
	for _, c := range r.Stack.Certificates {
		fmt.Fprintf(&b, "certificate %s from %s %s until %s\n", names[c.Name], c.Source.Object, c.Source.Field, c.NotAfter.Format(time.DateOnly))
	}
	for _, a := range r.Stack.ACLs {
		fmt.Fprintf(&b, "list %s %v from %s %s\n", a.Name, a.Entries, a.Source.Object, a.Source.Field)
	}
	for _, c := range r.Stack.CACertificates {
		fmt.Fprintf(&b, "ca %s from %s %s until %s\n", names[c.Name], c.Source.Object, c.Source.Field, c.NotAfter.Format(time.DateOnly))
	}
	for _, d := range r.Domains {
		fmt.Fprintf(&b, "domain %s asks for %s of %s\n", d.Name, names[d.Certificate], d.Secret)
	}
	if !r.Until.IsZero() {
		fmt.Fprintf(&b, "until %s\n", r.Until.Format(time.RFC3339))
	}
	return b.String()
}

// showSettings adds what few listeners have.
func showSettings(b *strings.Builder, l cloud.Listener) {
	if l.Forward.Port != 0 {
		fmt.Fprintf(b, " forward=%+v", l.Forward)
	} else if l.IdleTimeout != 15 || l.RequestTimeout != 60 || l.ACL.IDs != "" {
		fmt.Fprintf(b, " idle=%d request=%d acl={Type:%s IDs:%s}", l.IdleTimeout, l.RequestTimeout, l.ACL.Type, l.ACL.IDs)
	}
}

// ownOf tells the settings of a rule's own.
func ownOf(r cloud.Rule) string {
	if r.Own == (cloud.Spread{}) {
		return ""
	}
	return fmt.Sprintf(" own=%+v", r.Own)
}

func groupOf(r cloud.Rule) string {
	if r.Keep {
		return "(keep)"
	}
	return r.Group
}

// certificateNames gives certificates short names.
func certificateNames(s cloud.Stack) map[string]string {
	names := map[string]string{"": "none"}
	for _, l := range s.Listeners {
		names[l.TLS.Certificate] = l.TLS.Certificate // of somebody else, unless it is among ours
	}
	names[""] = "none"
	for _, c := range s.Certificates {
		names[c.Name] = c.Name[:8]
	}
	for _, c := range s.CACertificates {
		names[c.Name] = c.Name[:8]
	}
	return names
}

func showProblems(r desired.Result) string {
	var b strings.Builder
	for _, p := range r.Problems {
		kind := "Warning"
		if p.Notice {
			kind = "Normal"
		}
		fmt.Fprintf(&b, "%s %s %s %s\n    %s\n", kind, p.Reason, p.Object, p.Field, p.Message)
	}
	return b.String()
}

func showClaims(r desired.Result) string {
	var b strings.Builder
	for _, c := range r.Claims {
		fmt.Fprintf(&b, "%s host=%q path=%q exact=%t\n", c.Ingress, c.Host, c.Path, c.Exact)
	}
	return b.String()
}

func showRoutes(r desired.Result) string {
	var b strings.Builder
	for _, route := range r.Routes {
		fmt.Fprintf(&b, "%s %s %q %q %v\n", route.Ingress, route.Field, route.Host, route.Path, route.Refs)
	}
	return b.String()
}

// checkStack checks what holds for every stack, whatever the input.
func checkStack(t *testing.T, s cloud.Stack) {
	t.Helper()
	seen := map[cloud.Ref]bool{}
	add := func(ref cloud.Ref) {
		if seen[ref] {
			t.Errorf("%s is there twice", ref)
		}
		seen[ref] = true
	}
	for _, g := range s.ServerGroups {
		add(g.Ref())
	}
	for _, c := range s.Certificates {
		add(c.Ref())
		if len(c.Chain) == 0 || len(c.Key) == 0 {
			t.Errorf("%s has no contents", c.Ref())
		}
	}
	for _, a := range s.ACLs {
		add(a.Ref())
		if len(a.Entries) == 0 || len(a.Entries) > 300 {
			t.Errorf("%s has %d entries", a.Ref(), len(a.Entries))
		}
	}
	for _, c := range s.CACertificates {
		add(c.Ref())
	}
	used := map[cloud.Ref]bool{}
	for _, l := range s.Listeners {
		add(l.Ref())
		if l.Forward.Port == 0 {
			used[cloud.ServerGroupRef(l.Group)] = true
		}
		for _, name := range l.ACL.Names() {
			used[cloud.ACLRef(name)] = true
		}
		if l.TLS.CACertificate != "" {
			used[cloud.CACertificateRef(l.TLS.CACertificate)] = true
		}
		if _, theirs := cloud.IDOfName(l.TLS.Certificate); l.Protocol == cloud.HTTPS && !theirs {
			used[cloud.CertificateRef(l.TLS.Certificate)] = true
		}
	}
	for _, r := range s.Rules {
		add(r.Ref())
		if r.Keep != (r.Group == "") || r.URL == "/" || len(r.URL) > 80 || (r.URL == "" && r.Domain == "") {
			t.Errorf("%+v cannot be", r)
		}
		if !r.Keep {
			used[cloud.ServerGroupRef(r.Group)] = true
		}
	}
	for _, x := range s.Extensions {
		add(x.Ref())
		if !x.Keep {
			used[cloud.CertificateRef(x.Certificate)] = true
		}
		if !hasRule(s, x.Domain) {
			t.Errorf("%s has no rule on port 443", x.Ref())
		}
	}
	checkUse(t, seen, used)
	checkBoth(t, s)
}

func hasRule(s cloud.Stack, domain string) bool {
	for _, r := range s.Rules {
		if r.Port == 443 && r.Domain == domain {
			return true
		}
	}
	return false
}

// checkUse checks that what is referred to is there. Groups may be there for a redundant rule only.
func checkUse(t *testing.T, seen, used map[cloud.Ref]bool) {
	t.Helper()
	for ref := range used {
		if !seen[ref] {
			t.Errorf("%s is referred to and not there", ref)
		}
	}
	for ref := range seen {
		if ref.Kind.Regional() && !used[ref] {
			t.Errorf("%s is there and nothing refers to it", ref)
		}
		if ref.Kind == cloud.KindServerGroup && !used[ref] {
			t.Errorf("%s is there and nothing refers to it", ref)
		}
	}
}

// checkBoth checks that both listeners have the same rules, unless one redirects everything.
func checkBoth(t *testing.T, s cloud.Stack) {
	t.Helper()
	rules := map[int][]string{}
	for _, r := range s.Rules {
		port := r.Port
		r.Port = 0
		rules[port] = append(rules[port], fmt.Sprintf("%+v", r))
	}
	if plain, ok := s.Listener(80); ok && plain.Forward.Port != 0 {
		if len(rules[80]) > 0 {
			t.Errorf("a listener that redirects has rules: %v", rules[80])
		}
		return
	}
	for _, list := range rules {
		sort.Strings(list)
	}
	for _, l := range s.Listeners {
		if fmt.Sprint(rules[80]) != fmt.Sprint(rules[l.Port]) {
			t.Errorf("the listeners differ: %v and %v", rules[80], rules[l.Port])
		}
	}
}
