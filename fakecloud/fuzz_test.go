package fakecloud_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// FuzzGateway: whatever arrives without a signature is answered by an error that a client can read,
// and changes nothing.
func FuzzGateway(f *testing.F) {
	f.Add("POST", "Action=DescribeRegions&Version=2014-05-15", "AccessKeyId=x", "application/x-www-form-urlencoded")
	f.Add("GET", "Action=CreateLoadBalancer&Version=2014-05-15&Signature=x&Timestamp=2026-05-01T12:00:00Z", "", "")
	f.Add("PUT", "PrivateKey=-----BEGIN", "%zz", "application/x-www-form-urlencoded")
	f.Add("POST", "", strings.Repeat("a=b&", 100), "text/plain")
	f.Fuzz(func(t *testing.T, method, query, body, kind string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.URL.RawQuery, r.RemoteAddr = method, query, "" // as if in process
		r.Header.Set("Content-Type", kind)
		cloud := wireCloud()
		w := httptest.NewRecorder()
		cloud.ServeHTTP(w, r)
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("the answer is no JSON: %v: %s", err, w.Body)
		}
		for _, name := range []string{"RequestId", "HostId", "Code", "Message"} {
			if text, ok := answer[name].(string); !ok || text == "" {
				t.Errorf("%s of the error is %v", name, answer[name])
			}
		}
		if w.Code < 400 || !cloud.Dump().Empty() {
			t.Errorf("status %d, and there is\n%s", w.Code, cloud.Dump())
		}
	})
}

// FuzzSignature: a call that its caller signed is admitted, and the same call with a parameter that
// was changed, added or signed by another key is not.
func FuzzSignature(f *testing.F) {
	f.Add("AcceptLanguage", "a b*~/+é", "x")
	f.Add("RegionId", "cn-hangzhou", "cn-beijing")
	f.Add("a&b", "=", "%3D")
	f.Fuzz(func(t *testing.T, name, value, other string) {
		p := signedParams()
		if _, known := p[name]; known || name == "" || value == other {
			return
		}
		refused := func(p fakecloud.Params) bool {
			_, answer := post(t, wireCloud(), nil, p)
			return answer["Code"] == "SignatureDoesNotMatch"
		}
		p = signedParams(name, value)
		if refused(p) {
			t.Errorf("%q=%q: refused", name, value)
		}
		if p[name] = other; !refused(p) {
			t.Errorf("%q=%q in place of %q: admitted", name, other, value)
		}
		p[name] = value
		if p["Signature"] = fakecloud.Sign(http.MethodPost, p, other); other != fakecloud.DefaultAccessKeySecret && !refused(p) {
			t.Errorf("signed with %q: admitted", other)
		}
	})
}

// FuzzCalls makes one call with arbitrary parameters in an account that has one of everything. A refused
// call changes nothing, and every answer can be encoded. Parameters are a query; LB, GROUP and CERT
// stand for ids.
func FuzzCalls(f *testing.F) {
	f.Add("CreateRules", `LoadBalancerId=LB&ListenerPort=80&RuleList=[{"RuleName":"r","Domain":"a.com","VServerGroupId":"GROUP"}]`)
	f.Add("AddVServerGroupBackendServers", `VServerGroupId=GROUP&BackendServers=[{"ServerId":"eni","Port":"x"},null,{"Weight":1e9}]`)
	f.Add("CreateLoadBalancerHTTPSListener", `LoadBalancerId=LB&ListenerPort=8443&ServerCertificateId=CERT&Bandwidth=-1`)
	f.Add("UploadServerCertificate", "ServerCertificate=-----BEGIN CERTIFICATE-----&PrivateKey=-----BEGIN RSA PRIVATE KEY-----")
	f.Add("TagResources", "ResourceType=instance&ResourceId.1=LB&Tag.1.Key=a&Tag.1.Value=b&Tag.3.Key=c")
	f.Add("DescribeLoadBalancers", `Tags=[{"TagKey":1}]&PageSize=-1&PageNumber=999999999999`)
	f.Add("AddAccessControlListEntry", `AclId=x&AclEntrys=[{"entry":"1.2.3.4/99"}]`)
	f.Add("DeleteLoadBalancer", "LoadBalancerId=LB")
	f.Add("ModifyVServerGroupBackendServers", "VServerGroupId=GROUP&OldBackendServers=[]&NewBackendServers={}")
	operations := fakecloud.Operations()
	f.Fuzz(func(t *testing.T, action, query string) {
		if !slices.Contains(operations, action) {
			return
		}
		s := newSite(t, fakecloud.Options{})
		values, err := url.ParseQuery(strings.NewReplacer("LB", s.lb, "GROUP", s.group, "CERT", s.cert).Replace(query))
		if err != nil {
			return
		}
		params := map[string]string{"RegionId": "cn-hangzhou"}
		for name := range values {
			params[name] = values.Get(name)
		}
		before := s.Dump().String()
		answer, err := s.Do(action, params)
		if err != nil && s.Dump().String() != before {
			t.Errorf("%s was refused (%v), and the account changed from\n%s\nto\n%s", action, err, before, s.Dump())
		}
		if err == nil && answer["RequestId"] == "" {
			t.Errorf("answer %v", answer)
		}
		s.View()
	})
}

// FuzzMatch: the order of rules does not matter, a rule that is picked fits, and no other rule of its
// domain fits better. Rules are lines of "domain url".
func FuzzMatch(f *testing.F) {
	f.Add("a.com /\na.com /b\n*.com /c\n /", "a.com:80", "/bc")
	f.Add("*.a.com\n*.b.a.com /x\n", "c.b.a.com.", "/%78")
	f.Add("A.com /a%2Fb", "a.COM", "/a%2fb")
	f.Fuzz(func(t *testing.T, lines, host, path string) {
		var rules []fakecloud.RuleView
		seen := map[string]bool{}
		for line := range strings.Lines(lines) {
			domain, to, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			key := strings.ToLower(domain) + " " + to
			if seen[key] || len(rules) == 40 {
				continue // the service has no two rules of one domain and URL
			}
			seen[key] = true
			rules = append(rules, fakecloud.RuleView{ID: fmt.Sprint(len(rules)), Domain: domain, URL: to})
		}
		best, result := fakecloud.Match(rules, host, path)
		turned := slices.Clone(rules)
		slices.Reverse(turned)
		if other, same := fakecloud.Match(turned, host, path); same != result || !strings.EqualFold(other.Domain, best.Domain) || len(other.URL) != len(best.URL) {
			t.Errorf("%q %q: %v by %+v, and with the rules turned round %v by %+v", host, path, result, best, same, other)
		}
		if result != fakecloud.MatchedRule {
			return
		}
		if only, again := fakecloud.Match([]fakecloud.RuleView{best}, host, path); again != fakecloud.MatchedRule || only.ID != best.ID {
			t.Errorf("%q %q: %+v was picked and does not fit by itself", host, path, best)
		}
		for _, r := range rules {
			_, fits := fakecloud.Match([]fakecloud.RuleView{r}, host, path)
			if strings.EqualFold(r.Domain, best.Domain) && fits == fakecloud.MatchedRule && len(r.URL) > len(best.URL) {
				t.Errorf("%q %q: %+v was picked, and %+v fits better", host, path, best, r)
			}
		}
	})
}

// FuzzRAMPolicy compares the patterns of policies with regular expressions.
func FuzzRAMPolicy(f *testing.F) {
	f.Add("slb:Describe*", "slb:DescribeRules")
	f.Add("*a*a*a*b", strings.Repeat("a", 50))
	f.Add("slb:?etRule", "slb:SetRule")
	f.Add("**", "")
	f.Fuzz(func(t *testing.T, pattern, action string) {
		quoted, err := json.Marshal(pattern)
		if err != nil || pattern == "" || strings.ContainsFunc(pattern+action, func(r rune) bool { return r > 126 || r < 32 }) {
			return // patterns are ASCII, see the service's own names
		}
		policy, err := fakecloud.ParseRAMPolicy([]byte(`{"Version":"1","Statement":[{"Effect":"Allow","Action":` + string(quoted) + `,"Resource":"*"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		expression := "(?is)^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$"
		if want, got := regexp.MustCompile(expression).MatchString(action), policy.Allows(action, "x"); got != want {
			t.Errorf("%q allows %q: %t, want %t", pattern, action, got, want)
		}
	})
}
