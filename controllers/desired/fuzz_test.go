package desired

import (
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// FuzzNormalizeHost checks that a host that is let through can be sent as the domain of a rule, and
// that normalising it again changes nothing.
func FuzzNormalizeHost(f *testing.F) {
	for _, seed := range []string{"a.example.com", "*.Example.COM.", "bücher.example", "*", "a..b", "-a.b", "a_b.c", "xn--bcher-kva.example", "*.*.a", "ａ.example", strings.Repeat("a.", 130)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		host, err := normalizeHost(raw)
		if err != nil {
			return
		}
		again, err := normalizeHost(host)
		if err != nil || again != host {
			t.Errorf("%q becomes %q, and that %q (%v)", raw, host, again, err)
		}
		rest := strings.TrimPrefix(host, "*.")
		if strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || len(rest) > 253 || (raw != "" && rest == "") {
			t.Errorf("%q becomes %q, which is no domain of a rule", raw, host)
		}
		for _, w := range placement.Wildcards(host) {
			if !placement.Covers(w, host) {
				t.Errorf("%q does not cover %q", w, host)
			}
		}
	})
}

// FuzzParsePath checks that a path that is let through can be sent as the URL of a rule.
func FuzzParsePath(f *testing.F) {
	for _, seed := range []string{"", "/", "//", "/foo", "/foo/", "/foo/*", "/*", "/a*b", "/a%2fb", "/ä", "foo", "/\x00", "/a b", strings.Repeat("/abc", 30)} {
		for kind := range uint8(4) {
			f.Add(seed, kind)
		}
	}
	kinds := []networkingv1.PathType{networkingv1.PathTypeExact, networkingv1.PathTypePrefix, networkingv1.PathTypeImplementationSpecific}
	f.Fuzz(func(t *testing.T, raw string, kind uint8) {
		var pathType *networkingv1.PathType
		if i := int(kind % 4); i < len(kinds) {
			pathType = &kinds[i]
		}
		l, err := parsePath(raw, pathType)
		if err != nil {
			return
		}
		if l.url != "" && (l.url[0] != '/' || len(l.url) < 2 || len(l.url) > maxURL || strings.ContainsAny(l.url, "*()[]\\|^$ \"'<>{}`;,!")) {
			t.Errorf("%q becomes URL %q", raw, l.url)
		}
		if l.exact && l.native {
			t.Errorf("%q is exact and a prefix: %+v", raw, l)
		}
		if !strings.HasPrefix(raw, l.url) {
			t.Errorf("%q becomes URL %q, which is something else", raw, l.url)
		}
	})
}
