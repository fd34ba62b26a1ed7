package fakecloud_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func TestPolicyAllows(t *testing.T) {
	t.Parallel()
	const one = "acs:slb:cn-hangzhou:1:loadbalancer/lb-1"
	for reason, c := range map[string]struct {
		statements       string
		action, resource string
		want             bool
	}{
		"nothing said":         {`{"Effect":"Allow","Action":"slb:CreateRules","Resource":"*"}`, "slb:DeleteRules", one, false},
		"one action":           {`{"Effect":"Allow","Action":"slb:CreateRules","Resource":"*"}`, "slb:CreateRules", one, true},
		"a list of actions":    {`{"Effect":"Allow","Action":["slb:SetRule","slb:CreateRules"],"Resource":["*"]}`, "slb:CreateRules", one, true},
		"case of an action":    {`{"Effect":"Allow","Action":"slb:createrules","Resource":"*"}`, "slb:CreateRules", one, true},
		"a pattern":            {`{"Effect":"Allow","Action":"slb:Describe*","Resource":"*"}`, "slb:DescribeRules", one, true},
		"a pattern's middle":   {`{"Effect":"Allow","Action":"slb:*Load*Listener","Resource":"*"}`, "slb:StartLoadBalancerListener", one, true},
		"a pattern's end":      {`{"Effect":"Allow","Action":"slb:*Listener","Resource":"*"}`, "slb:SetLoadBalancerHTTPListenerAttribute", one, false},
		"one character":        {`{"Effect":"Allow","Action":"slb:SetRul?","Resource":"*"}`, "slb:SetRule", one, true},
		"no character":         {`{"Effect":"Allow","Action":"slb:SetRule?","Resource":"*"}`, "slb:SetRule", one, false},
		"other product":        {`{"Effect":"Allow","Action":"ecs:*","Resource":"*"}`, "slb:SetRule", one, false},
		"the resource":         {`{"Effect":"Allow","Action":"*","Resource":"acs:slb:*:*:loadbalancer/lb-1"}`, "slb:SetRule", one, true},
		"another resource":     {`{"Effect":"Allow","Action":"*","Resource":"acs:slb:*:*:loadbalancer/lb-2"}`, "slb:SetRule", one, false},
		"another type":         {`{"Effect":"Allow","Action":"*","Resource":"acs:slb:*:*:certificate/*"}`, "slb:SetRule", one, false},
		"a denial comes first": {`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"slb:Delete*","Resource":"*"}`, "slb:DeleteRules", one, false},
		"a denial of another":  {`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"slb:Delete*","Resource":"*"}`, "slb:SetRule", one, true},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			policy := policyOf(t, c.statements)
			if got := policy.Allows(c.action, c.resource); got != c.want {
				t.Errorf("%s on %s: allowed %t, want %t", c.action, c.resource, got, c.want)
			}
		})
	}
}

func policyOf(t *testing.T, statements string) *fakecloud.RAMPolicy {
	t.Helper()
	policy, err := fakecloud.ParseRAMPolicy([]byte(`{"Version":"1","Statement":[` + statements + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func TestPolicyThatCannotBeJudged(t *testing.T) {
	t.Parallel()
	for reason, text := range map[string]string{
		"no JSON":       `?`,
		"other version": `{"Version":"2","Statement":[]}`,
		"condition":     `{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}]}`,
		"NotAction":     `{"Version":"1","Statement":[{"Effect":"Allow","NotAction":"*","Resource":"*"}]}`,
		"effect":        `{"Version":"1","Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}`,
		"no resource":   `{"Version":"1","Statement":[{"Effect":"Allow","Action":"*"}]}`,
		"a number":      `{"Version":"1","Statement":[{"Effect":"Allow","Action":1,"Resource":"*"}]}`,
	} {
		if _, err := fakecloud.ParseRAMPolicy([]byte(text)); err == nil {
			t.Errorf("%s: accepted", reason)
		}
	}
}

// TestPolicyOverTheWire: what a policy does not allow is refused as the service does, has no effect
// and stands in the journal; each kind of call is judged by the resource that it is about.
func TestPolicyOverTheWire(t *testing.T) {
	t.Parallel()
	members := func(s site) (string, map[string]string) {
		return "AddVServerGroupBackendServers", map[string]string{"VServerGroupId": s.group, "BackendServers": membersJSON("10.244.0.9")}
	}
	rules := func(s site) (string, map[string]string) {
		return "CreateRules", s.rules("80", s.rule("r", "a.com", ""))
	}
	lists := func(site) (string, map[string]string) { return "DescribeAccessControlLists", nil }
	certificates := func(site) (string, map[string]string) { return "DescribeServerCertificates", nil }
	for reason, c := range map[string]struct {
		call     func(site) (string, map[string]string)
		resource string // LB stands for the instance's id
		refused  bool
	}{
		"instance":                     {rules, "acs:slb:cn-hangzhou:*:loadbalancer/LB", false},
		"other instance":               {rules, "acs:slb:cn-hangzhou:*:loadbalancer/lb-x", true},
		"other region":                 {rules, "acs:slb:cn-beijing:*:loadbalancer/LB", true},
		"instance of a group":          {members, "acs:slb:*:*:loadbalancer/LB", false},
		"a group of another instance":  {members, "acs:slb:*:*:loadbalancer/lb-x", true},
		"access control lists":         {lists, "acs:slb:*:*:acl/*", false},
		"lists are no instances":       {lists, "acs:slb:*:*:loadbalancer/*", true},
		"certificates":                 {certificates, "acs:slb:*:*:certificate/*", false},
		"certificates are no instance": {certificates, "acs:slb:*:*:loadbalancer/*", true},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			policies := map[string]*fakecloud.RAMPolicy{fakecloud.DefaultAccessKeyID: nil}
			s := newSite(t, fakecloud.Options{Now: wireTime, Policies: policies})
			policies[fakecloud.DefaultAccessKeyID] = policyOf(t, `{"Effect":"Allow","Action":"*","Resource":"`+strings.ReplaceAll(c.resource, "LB", s.lb)+`"}`)
			action, params := c.call(s)
			before := s.Dump().String()
			p := signedParams("Action", action, "RegionId", "cn-hangzhou")
			maps.Copy(p, params)
			p["Signature"] = fakecloud.Sign(http.MethodPost, p, fakecloud.DefaultAccessKeySecret)
			status, answer := post(t, s.Cloud, nil, p)
			if !c.refused {
				if status != http.StatusOK {
					t.Errorf("got %d %v", status, answer)
				}
				return
			}
			if status != http.StatusForbidden || answer["Code"] != "Forbidden.RAM" {
				t.Errorf("got %d %v, want Forbidden.RAM", status, answer)
			}
			if s.Dump().String() != before {
				t.Error("the refused call had an effect")
			}
			calls := s.Journal()
			if last := calls[len(calls)-1]; last.Code != "Forbidden.RAM" || last.Effect {
				t.Errorf("journal: %+v", last)
			}
		})
	}
}
