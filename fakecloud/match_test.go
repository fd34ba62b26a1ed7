package fakecloud_test

import (
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestMatch begins with the examples of the service's documents.
func TestMatch(t *testing.T) {
	t.Parallel()
	rule := func(domain, url string) fakecloud.RuleView { return fakecloud.RuleView{Domain: domain, URL: url} }
	wild := []fakecloud.RuleView{rule("*.aliyun.com", ""), rule("www.aliyun.com", ""), rule("*.market.aliyun.com", "")}
	paths := []fakecloud.RuleView{
		rule("a.com", "/abc"), rule("a.com", "/abcde"), rule("a.com", ""), rule("b.com", "/only"),
		rule("", "/free"), rule("", "/free/long"), rule("c.com", "/x#y"), rule("c.com", "/p%20q"), rule("c.com", "/m?n"),
	}
	for reason, c := range map[string]struct {
		rules      []fakecloud.RuleView
		host, path string
		want       string // domain and URL, or the result without a rule
	}{
		"exact before wildcard":     {wild, "www.aliyun.com", "/", "www.aliyun.com"},
		"wildcard":                  {wild, "market.aliyun.com", "/", "*.aliyun.com"},
		"narrower wildcard":         {wild, "info.market.aliyun.com", "/", "*.market.aliyun.com"},
		"several labels":            {wild, "a.b.aliyun.com", "/", "*.aliyun.com"},
		"bare domain is no match":   {wild, "aliyun.com", "/", "default"},
		"suffix without dot":        {wild, "xaliyun.com", "/", "default"},
		"case of the host":          {wild, "WWW.Aliyun.Com", "/", "www.aliyun.com"},
		"port of the host":          {wild, "www.aliyun.com:8443", "/", "www.aliyun.com"},
		"trailing dot":              {wild, "www.aliyun.com.", "/", "www.aliyun.com"},
		"trailing dot and port":     {wild, "www.aliyun.com.:8443", "/", "www.aliyun.com"},
		"trailing dot, wildcard":    {wild, "info.market.aliyun.com.", "/", "*.market.aliyun.com"},
		"trailing dot, bare domain": {wild, "aliyun.com.", "/", "default"},
		"two trailing dots":         {wild, "www.aliyun.com..", "/", "default"},
		"longest prefix":            {paths, "a.com", "/abcdef", "a.com/abcde"},
		"plain string prefix":       {paths, "a.com", "/abcd", "a.com/abc"},
		"case of the path":          {paths, "a.com", "/ABC", "a.com"},
		"root rule":                 {paths, "a.com", "/other", "a.com"},
		"no root rule":              {paths, "b.com", "/other", "404"},
		"no fall to host-less":      {paths, "b.com", "/free", "404"},
		"host-less":                 {paths, "unknown.com", "/free/", "/free"},
		"host-less, longest":        {paths, "", "/free/longer", "/free/long"},
		"nothing":                   {paths, "unknown.com", "/", "default"},
		"hash is sent escaped":      {paths, "c.com", "/x%23y", "c.com/x#y"},
		"question mark is escaped":  {paths, "c.com", "/m%3fn", "c.com/m?n"},
		"escaped on both sides":     {paths, "c.com", "/p%20q", "c.com/p%20q"},
		"needless escape":           {paths, "a.com", "/%61bc", "a.com/abc"},
		"escaped slash is no slash": {paths, "b.com", "%2Fonly", "404"},
		"no rules":                  {nil, "a.com", "/", "default"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			r, how := fakecloud.Match(c.rules, c.host, c.path)
			got := r.Domain + r.URL
			if how != fakecloud.MatchedRule {
				got = how.String()
			}
			if got != c.want {
				t.Errorf("%s%s: got %q, want %q", c.host, c.path, got, c.want)
			}
		})
	}
}
