package fakecloud

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTable: every operation has its parameters in params.txt, and nothing else is there.
func TestTable(t *testing.T) {
	t.Parallel()
	words := parseWords(paramText)
	table := slices.Sorted(maps.Keys(operations()))
	if diff := cmp.Diff(table, slices.Sorted(maps.Keys(words))); diff != "" {
		t.Errorf("operations and params.txt (-table +text):\n%s", diff)
	}
	for name, op := range operations() {
		if op.write && op.locks != locksNothing && op.busy == "" {
			t.Errorf("%s locks something but has no code for when that is busy", name)
		}
	}
}

// TestPatterns: every pattern that params.txt names exists, and so does every one of the code.
func TestPatterns(t *testing.T) {
	t.Parallel()
	known := patterns()
	for op, list := range parseWords(paramText) {
		for _, w := range list {
			if name, ok := trimTilde(w.rule); ok && known[name].shape == nil {
				t.Errorf("%s of %s: no pattern %q", w.name, op, name)
			}
		}
	}
	v := validator{patterns: known}
	for reason, c := range map[string]struct {
		pattern, value string
		want           bool
	}{
		"plain name":         {"name", "a-b_c.d/e", true},
		"Chinese name":       {"name", "负载均衡", true},
		"80 Chinese":         {"name", string(slices.Repeat([]rune{'负'}, 80)), true},
		"81 Chinese":         {"name", string(slices.Repeat([]rune{'负'}, 81)), false},
		"name with blank":    {"name", "a b", false},
		"cookie":             {"cookie", "JSESSIONID", true},
		"cookie with $":      {"cookie", "$a", false},
		"cookie with $ in":   {"cookie", "a$", true},
		"cookie with ;":      {"cookie", "a;b", false},
		"cookie with ,":      {"cookie", "a,b", false},
		"codes":              {"httpcodes", "http_2xx,http_3xx", true},
		"code 1xx":           {"httpcodes", "http_1xx", false},
		"host of a check":    {"checkdomain", "$_ip", true},
		"wildcard domain":    {"domain", "*.a.com", true},
		"wildcard in middle": {"domain", "a.*.com", false},
		"URL":                {"url", "/a-b.c%20?d#e&f", true},
		"URL root":           {"url", "/", false},
		"URL tilde":          {"url", "/~a", false},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			if got := v.matches(c.pattern, c.value); got != c.want {
				t.Errorf("%s %q: got %t, want %t", c.pattern, c.value, got, c.want)
			}
		})
	}
}

func trimTilde(rule string) (string, bool) {
	if rule == "" || rule[0] != '~' {
		return "", false
	}
	return rule[1:], true
}
