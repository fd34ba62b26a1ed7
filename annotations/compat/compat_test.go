package compat_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/annotations/compat"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

const nginx, alb = "nginx.ingress.kubernetes.io/", "alb.ingress.kubernetes.io/"

// documented is how many keys the two controllers document: ingress-nginx 117 in the list of its
// manual and others in the text below it, the ALB Ingress controller 50 with those of its open sibling.
const documentedNginx, documentedALB = 117, 50

func TestTable(t *testing.T) {
	t.Parallel()
	names := map[annotations.Name]bool{}
	for _, row := range annotations.Table() {
		names[row.Name] = true
	}
	count := map[compat.Source]int{}
	seen := map[string]bool{}
	for _, row := range compat.Table() {
		count[row.Source]++
		if seen[row.FullKey()] {
			t.Errorf("two rows have key %q", row.FullKey())
		}
		seen[row.FullKey()] = true
		if row.Why == "" || strings.HasSuffix(row.Why, ".") || strings.HasSuffix(row.Fix, ".") {
			t.Errorf("%s: why %q and fix %q are to be clauses", row.FullKey(), row.Why, row.Fix)
		}
		if !slices.Contains([]compat.Verdict{compat.Same, compat.Differs, compat.Impossible, compat.Irrelevant}, row.Verdict) {
			t.Errorf("%s: verdict %q", row.FullKey(), row.Verdict)
		}
		if row.Effect == compat.Honoured && len(row.Names) == 0 || row.Effect == compat.NotServed && row.Fix == "" || row.Example == "" {
			t.Errorf("%s: a row that is honoured has names, one that is not served has a fix, and all have examples: %+v", row.FullKey(), row)
		}
		for _, name := range row.Names {
			if !names[name] {
				t.Errorf("%s: %q is no row of our own", row.FullKey(), name)
			}
		}
	}
	if count[compat.Nginx] < documentedNginx || count[compat.ALB] < documentedALB {
		t.Errorf("the table has %v keys; want at least %d and %d", count, documentedNginx, documentedALB)
	}
}

// TestEffects reads each row's example, alone or beside what it qualifies, and looks for its effect.
func TestEffects(t *testing.T) {
	t.Parallel()
	beside := map[string]map[string]string{
		nginx + "session-cookie-expires": {nginx + "affinity": "cookie"},
		nginx + "session-cookie-max-age": {nginx + "affinity": "cookie"},
		nginx + "canary-weight-total":    {nginx + "canary-weight": "10"},
		alb + "sticky-session-type":      {alb + "sticky-session": "true"},
		alb + "cookie-timeout":           {alb + "sticky-session": "true"},
		alb + "cookie":                   {alb + "sticky-session": "true"},
		alb + "healthcheck-protocol":     {alb + "healthcheck-enabled": "true"},
	}
	for _, row := range compat.Table() {
		t.Run(row.FullKey(), func(t *testing.T) {
			t.Parallel()
			values := map[string]string{row.FullKey(): row.Example}
			if strings.HasSuffix(row.Key, ".") {
				values = map[string]string{row.FullKey() + "web": row.Example}
			}
			maps.Copy(values, beside[row.FullKey()])
			config, faults := compat.Read(values, compat.Options{Sources: compat.Sources(), TLS: true})
			for _, name := range config.Borrowed() {
				if beside[row.FullKey()] == nil && !slices.Contains(row.Names, name) {
					t.Errorf("it becomes %q, which the row does not say", name)
				}
			}
			served := !slices.ContainsFunc(faults, func(f annotations.Fault) bool { return f.Guards }) && len(config.CanaryBy()) == 0
			warned := slices.ContainsFunc(faults, func(f annotations.Fault) bool { return !f.Notice })
			noted := slices.ContainsFunc(faults, func(f annotations.Fault) bool { return f.Notice && f.Reason == cloud.CompatibilityNote })
			switch got := [3]bool{served, warned, noted}; row.Effect {
			case compat.Honoured:
				if len(config.Borrowed()) == 0 || warned {
					t.Errorf("its example %q is not honoured: %+v", row.Example, faults)
				}
			case compat.NotServed:
				if served {
					t.Errorf("its example %q is served: %v", row.Example, got)
				}
			case compat.Warned:
				if !served || !warned {
					t.Errorf("its example %q gives no Warning, or is not served: %v", row.Example, got)
				}
			case compat.Noted:
				if !served || warned || !noted {
					t.Errorf("its example %q is not merely noted: %v %+v", row.Example, got, faults)
				}
			}
		})
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	both := compat.Options{Sources: compat.Sources(), TLS: true}
	type values = annotations.Values
	cases := map[string]struct {
		reason  string
		in      map[string]string
		options compat.Options
		want    values
		told    []string // "reason key", of what is told; "!" before what leaves the Ingress out
	}{
		"Nothing":           {reason: "nobody says anything", options: both},
		"OwnOnly":           {reason: "our own keys need no class to ask for them", in: map[string]string{annotations.OwnPrefix + "gzip": "off"}, want: values{"gzip": "off"}},
		"Redirect":          {reason: "ingress-nginx redirects by 308", in: map[string]string{nginx + "ssl-redirect": "true"}, options: both, want: values{"ssl-redirect": "true", "ssl-redirect-code": "308"}},
		"RedirectWord":      {reason: "ingress-nginx reads switches as Go does", in: map[string]string{nginx + "force-ssl-redirect": "1"}, options: both, want: values{"ssl-redirect": "true", "ssl-redirect-code": "308"}},
		"RedirectOff":       {reason: "it is said that there be none", in: map[string]string{nginx + "ssl-redirect": "false"}, options: both, want: values{"ssl-redirect": "false"}},
		"RedirectForced":    {reason: "force comes before a no", in: map[string]string{nginx + "ssl-redirect": "false", nginx + "force-ssl-redirect": "true"}, options: both, want: values{"ssl-redirect": "true", "ssl-redirect-code": "308"}},
		"RedirectNotForced": {reason: "force is never a no", in: map[string]string{nginx + "force-ssl-redirect": "false"}, options: both},
		"RedirectPlain":     {reason: "hosts without TLS are not redirected", in: map[string]string{nginx + "ssl-redirect": "true"}, options: compat.Options{Sources: compat.Sources()}, told: []string{"CompatibilityNote nginx.ingress.kubernetes.io/ssl-redirect"}},
		"RedirectSome":      {reason: "a listener redirects all hosts or none", in: map[string]string{nginx + "ssl-redirect": "true"}, options: compat.Options{Sources: compat.Sources(), TLS: true, Open: []string{"b.example.com"}}, told: []string{"InvalidAnnotation nginx.ingress.kubernetes.io/ssl-redirect"}},
		"RedirectUnread":    {reason: "no switch", in: map[string]string{nginx + "ssl-redirect": "yes"}, options: both, told: []string{"InvalidAnnotation nginx.ingress.kubernetes.io/ssl-redirect"}},
		"Affinity":          {reason: "the service needs a lifetime", in: map[string]string{nginx + "affinity": "cookie"}, options: both, want: values{"sticky-session": "on", "sticky-session-type": "insert", "cookie-timeout": "86400"}, told: []string{"CompatibilityNote nginx.ingress.kubernetes.io/affinity"}},
		"AffinityLife":      {reason: "max-age comes before expires", in: map[string]string{nginx + "affinity": "cookie", nginx + "session-cookie-expires": "5", nginx + "session-cookie-max-age": "7"}, options: both, want: values{"sticky-session": "on", "sticky-session-type": "insert", "cookie-timeout": "7"}},
		"AffinityLong":      {reason: "two days are more than the service has: the key counts as absent", in: map[string]string{nginx + "affinity": "cookie", nginx + "session-cookie-max-age": "172800"}, options: both, want: values{"sticky-session": "on", "sticky-session-type": "insert", "cookie-timeout": "86400"}, told: []string{"InvalidAnnotation nginx.ingress.kubernetes.io/session-cookie-max-age"}},
		"Timeout":           {reason: "the service has 180 seconds", in: map[string]string{nginx + "proxy-read-timeout": "3600"}, options: both, told: []string{"InvalidAnnotation nginx.ingress.kubernetes.io/proxy-read-timeout"}},
		"Sources":           {reason: "blanks do not count", in: map[string]string{nginx + "whitelist-source-range": "192.0.2.0/24, 198.51.100.7"}, options: both, want: values{"allow-cidrs": "192.0.2.0/24,198.51.100.7"}},
		"SourcesBad":        {reason: "what cannot be read withholds", in: map[string]string{nginx + "whitelist-source-range": "2001:db8::/32"}, options: both, told: []string{"?InvalidAnnotation nginx.ingress.kubernetes.io/whitelist-source-range"}},
		"CanaryTotal":       {reason: "125 of 500 are a quarter", in: map[string]string{nginx + "canary": "true", nginx + "canary-weight": "125", nginx + "canary-weight-total": "500"}, options: both, want: values{"canary": "true", "canary-weight": "25"}},
		"CanaryFraction":    {reason: "a half percent cannot be had", in: map[string]string{nginx + "canary": "true", nginx + "canary-weight": "5", nginx + "canary-weight-total": "1000"}, options: both, want: values{"canary": "true"}, told: []string{"InvalidAnnotation nginx.ingress.kubernetes.io/canary-weight"}},
		"CanaryIgnores":     {reason: "ingress-nginx does not look at a canary's other keys", in: map[string]string{nginx + "canary": "true", nginx + "rewrite-target": "/", nginx + "load-balance": "round_robin"}, options: both, want: values{"canary": "true", "scheduler": "wrr"}, told: []string{"CompatibilityNote nginx.ingress.kubernetes.io/*"}},
		"Refused":           {reason: "requests would reach the pods without a password", in: map[string]string{nginx + "auth-type": "basic", nginx + "auth-realm": "x"}, options: both, told: []string{"!UnsupportedAnnotation nginx.ingress.kubernetes.io/auth-type"}},
		"Replaced":          {reason: "our own key says the same", in: map[string]string{nginx + "auth-tls-secret": "default/ca", annotations.Prefix + "ca-secret": "ca"}, options: both, want: values{"ca-secret": "ca"}, told: []string{"CompatibilityNote nginx.ingress.kubernetes.io/*"}},
		"Harmless":          {reason: "what is so anyway is no news", in: map[string]string{nginx + "backend-protocol": "HTTP", nginx + "use-regex": "false", alb + "backend-protocol": "http"}, options: both},
		"Unknown":           {reason: "nobody documents it", in: map[string]string{nginx + "rewrite-taget": "/"}, options: both, told: []string{"UnknownAnnotation nginx.ingress.kubernetes.io/rewrite-taget"}},
		"OwnWins":           {reason: "our own key decides the bundle", in: map[string]string{nginx + "affinity": "cookie", annotations.OwnPrefix + "sticky-session": "off"}, options: both, want: values{"sticky-session": "off"}, told: []string{"AnnotationConflict nginx.ingress.kubernetes.io/affinity"}},
		"OwnAgrees":         {reason: "nothing is lost", in: map[string]string{nginx + "proxy-read-timeout": "30", annotations.OwnPrefix + "request-timeout": "30"}, options: both, want: values{"request-timeout": "30"}},
		"OwnBroken":         {reason: "a broken key of ours does not fall back to another's", in: map[string]string{nginx + "proxy-read-timeout": "30", annotations.OwnPrefix + "request-timeout": "x"}, options: both, told: []string{"AnnotationConflict nginx.ingress.kubernetes.io/proxy-read-timeout", "InvalidAnnotation slb.ingress.k8s.alibabacloud/request-timeout"}},
		"NginxBeforeALB":    {reason: "one of two decides", in: map[string]string{nginx + "ssl-redirect": "false", alb + "ssl-redirect": "true"}, options: both, want: values{"ssl-redirect": "false"}, told: []string{"AnnotationConflict alb.ingress.kubernetes.io/ssl-redirect"}},
		"Ports":             {reason: "80 and 443 are served in any case", in: map[string]string{alb + "listen-ports": `[{"HTTPS":8443}]`}, options: both, want: values{"listen-ports": `[{"HTTPS":8443}]`}, told: []string{"CompatibilityNote alb.ingress.kubernetes.io/listen-ports"}},
		"Probe":             {reason: "a check by TCP is not made one by HTTP", in: map[string]string{alb + "healthcheck-enabled": "true", alb + "healthcheck-protocol": "TCP"}, options: both, told: []string{"InvalidAnnotation alb.ingress.kubernetes.io/healthcheck-protocol"}},
		"Port":              {reason: "0 is the port that serves", in: map[string]string{alb + "healthcheck-connect-port": "0"}, options: both, want: values{"health-check-connect-port": "-520"}},
		"Intranet":          {reason: "the ALB's words for addresses", in: map[string]string{alb + "address-type": "Intranet"}, options: both, want: values{"address-type": "intranet"}},
		"Unread":            {reason: "the class does not ask for them", in: map[string]string{nginx + "affinity": "cookie", nginx + "rewrite-target": "/", alb + "ssl-redirect": "true"}, options: compat.Options{Sources: []compat.Source{compat.ALB}}, want: values{"ssl-redirect": "true", "ssl-redirect-code": "308"}, told: []string{"CompatibilityOff nginx.ingress.kubernetes.io/*"}},
		"UnreadTuning":      {reason: "they would do nothing either way", in: map[string]string{nginx + "proxy-buffering": "on", nginx + "unknown": "x"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, faults := compat.Read(tc.in, tc.options)
			if diff := cmp.Diff(tc.want, config.Values, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: values (-want +got):\n%s", tc.reason, diff)
			}
			var told []string
			for _, f := range faults {
				mark := map[[2]bool]string{{true, false}: "!", {false, true}: "?"}[[2]bool{f.Guards, f.Withholds}]
				told = append(told, mark+string(f.Reason)+" "+f.Key)
			}
			if diff := cmp.Diff(tc.told, told); diff != "" {
				t.Errorf("%s: told (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestKeysAreShown shows that messages name the key and the value that the Ingress has.
func TestKeysAreShown(t *testing.T) {
	t.Parallel()
	config, faults := compat.Read(map[string]string{nginx + "affinity": "cookie", nginx + "proxy-read-timeout": "3600"}, compat.Options{Sources: compat.Sources()})
	if config.Key("sticky-session") != nginx+"affinity" || config.Written("sticky-session") != "cookie" {
		t.Errorf("the session is of key %q with value %q", config.Key("sticky-session"), config.Written("sticky-session"))
	}
	i := slices.IndexFunc(faults, func(f annotations.Fault) bool { return !f.Notice })
	if i < 0 || !strings.Contains(faults[i].Message, nginx+"proxy-read-timeout") || !strings.Contains(faults[i].Message, `"3600"`) {
		t.Errorf("faults %+v do not name the timeout and its value", faults)
	}
}

// TestMany reads thousands of keys, as many as an object has room for: few are told one by one.
func TestMany(t *testing.T) {
	t.Parallel()
	values := map[string]string{nginx + "whitelist-source-range": strings.Repeat("192.0.2.1,", 2000), nginx + "configuration-snippet": strings.Repeat("x", 100_000)}
	for i := range 3000 {
		values[fmt.Sprintf("%sactions.a%d", alb, i)] = "[]"
		values[fmt.Sprintf("%sunknown-%d", nginx, i)] = ""
	}
	_, faults := compat.Read(values, compat.Options{Sources: compat.Sources()})
	if len(faults) > 50 {
		t.Errorf("%d faults are told", len(faults))
	}
	for _, f := range faults {
		if len(f.Message) > 1000 {
			t.Errorf("a message has %d bytes: %.100s", len(f.Message), f.Message)
		}
	}
}

// TestPairs reads every two keys that are honoured: whatever they come to can be read by our own rows.
func TestPairs(t *testing.T) {
	t.Parallel()
	types := map[annotations.Name]annotations.Type{}
	for _, row := range annotations.Table() {
		types[row.Name] = row.Type
	}
	rows := slices.DeleteFunc(compat.Table(), func(r compat.Row) bool { return r.Effect != compat.Honoured })
	for i, x := range rows {
		for _, y := range rows[:i] {
			for _, value := range []string{y.Example, "nonsense"} {
				config, faults := compat.Read(map[string]string{x.FullKey(): x.Example, y.FullKey(): value}, compat.Options{Sources: compat.Sources(), TLS: true})
				for name, value := range config.Values {
					if !types[name].Accepts(value) {
						t.Errorf("%s and %s: %q becomes %q, which its row does not read", x.FullKey(), y.FullKey(), name, value)
					}
				}
				for _, f := range faults {
					if f.Message == "" || f.Key == "" || f.Reason == "" {
						t.Errorf("%s and %s: fault %+v says too little", x.FullKey(), y.FullKey(), f)
					}
				}
			}
		}
	}
}
