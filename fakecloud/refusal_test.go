package fakecloud_test

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// refusal is a call that must be refused with this code and status, and change nothing.
type refusal struct {
	action string
	params map[string]string
	code   string
	status int // 0: 400
}

func checkRefusals(t *testing.T, s site, cases map[string]refusal) {
	t.Helper()
	for reason, c := range cases {
		c.check(t, s, c.action+", "+reason)
	}
}

// check makes the call. Calls follow one another, so that a change is the doing of its own call.
func (c refusal) check(t *testing.T, s site, name string) {
	t.Helper()
	before := s.Dump().String()
	_, err := s.Do(c.action, c.params)
	got, ok := errors.AsType[*fakecloud.Error](err)
	if !ok {
		t.Errorf("%s: got %v, want an error with code %s", name, err, c.code)
		return
	}
	if status := cmp.Or(c.status, 400); got.Code != c.code || got.Status != status {
		t.Errorf("%s: got %s (%d) %s, want %s (%d)", name, got.Code, got.Status, got.Message, c.code, status)
	}
	if after := s.Dump().String(); after != before {
		t.Errorf("%s: the refused call changed the state:\n%s", name, after)
	}
}

func TestInstanceRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	guarded := s.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small", DeleteProtection: true})
	locked := s.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small", Locked: true})
	byUse := s.AddInstance(fakecloud.InstanceSpec{ChargeType: "PayByCLCU"})
	create := map[string]string{"LoadBalancerSpec": "slb.s1.small"}
	do(t, s.Cloud, "CreateLoadBalancer", with(create, "ClientToken", "used"))
	of := func(id string) map[string]string { return map[string]string{"LoadBalancerId": id} }
	checkRefusals(t, s, map[string]refusal{
		"no spec":               {"CreateLoadBalancer", nil, "MissingParam.LoadBalancerSpec", 0},
		"unknown spec":          {"CreateLoadBalancer", with(create, "LoadBalancerSpec", "huge"), "InvalidParameter", 0},
		"other params":          {"CreateLoadBalancer", with(create, "ClientToken", "used", "LoadBalancerName", "a"), "IdempotentParameterMismatch", 0},
		"long token":            {"CreateLoadBalancer", with(create, "ClientToken", strings.Repeat("t", 65)), "InvalidParameter", 0},
		"name begins wrong":     {"CreateLoadBalancer", with(create, "LoadBalancerName", "-a"), "InvalidParameter", 0},
		"no vSwitch":            {"CreateLoadBalancer", with(create, "AddressType", "intranet"), "MissingParam.VSwitchId", 0},
		"unknown vSwitch":       {"CreateLoadBalancer", with(create, "VSwitchId", "vsw-x"), "InvalidVSwitchId.NotFound", 0},
		"unknown VPC":           {"CreateLoadBalancer", with(create, "VpcId", "vpc-x"), "InvalidVpcId.NotExist", 0},
		"resource group":        {"CreateLoadBalancer", with(create, "ResourceGroupId", "rg-x"), "InvalidResourceGroupId.NotFound", 0},
		"zone":                  {"CreateLoadBalancer", with(create, "MasterZoneId", "cn-hangzhou-x"), "PRODUCT.NOT_AVAILABLE_IZ", 0},
		"address outside":       {"CreateLoadBalancer", with(create, "VSwitchId", "vsw-fake", "Address", "192.168.0.1"), "InvalidParameter", 0},
		"address on internet":   {"CreateLoadBalancer", with(create, "Address", "127.0.100.9"), "InvalidParameter", 0},
		"vSwitch elsewhere":     {"CreateLoadBalancer", with(create, "VSwitchId", "vsw-fake", "VpcId", "vpc-x"), "InvalidVpcId.NotExist", 0},
		"ipv6":                  {"CreateLoadBalancer", with(create, "AddressIPVersion", "ipv6"), "InvalidParameter.Mismatch", 0},
		"bandwidth":             {"CreateLoadBalancer", with(create, "Bandwidth", "9999"), "InvalidParameter.Bandwidth", 0},
		"by use by bandwidth":   {"CreateLoadBalancer", with(create, "InstanceChargeType", "PayByCLCU", "InternetChargeType", "paybybandwidth"), "IllegalParam.InternetChargeType", 0},
		"charge type":           {"CreateLoadBalancer", with(create, "InstanceChargeType", "Free"), "IllegalParam.InstanceChargeType", 0},
		"reason without guard":  {"CreateLoadBalancer", with(create, "ModificationProtectionReason", "a"), "InvalidParam.ModificationProtectionReason", 0},
		"unknown zone":          {"CreateLoadBalancer", with(create, "MasterZoneId", "mars"), "PRODUCT.NOT_AVAILABLE_IZ", 0},
		"reserved tag":          {"CreateLoadBalancer", with(create, "Tag.1.Key", "acs:x"), "InvalidParam.TagKey", 0},
		"tag value URL":         {"CreateLoadBalancer", with(create, "Tag.1.Key", "x", "Tag.1.Value", "http://a"), "InvalidParam.TagValue", 0},
		"tag without key":       {"CreateLoadBalancer", with(create, "Tag.1.Value", "x"), "MissingParam.TagKey", 0},
		"21 tags":               {"CreateLoadBalancer", with(create, "Tag.21.Key", "x"), "SizeLimitExceeded.Tag", 0},
		"unknown parameter":     {"CreateLoadBalancer", with(create, "Colour", "red"), "InvalidParameter", 0},
		"other region":          {"CreateLoadBalancer", with(create, "RegionId", "mars"), "InvalidRegionId.NotFound", 404},
		"unknown instance":      {"DescribeLoadBalancerAttribute", of("lb-x"), "InvalidLoadBalancerId.NotFound", 404},
		"id left out":           {"DescribeLoadBalancerAttribute", nil, "MissingParameter", 0},
		"delete unknown":        {"DeleteLoadBalancer", of("lb-x"), "InvalidLoadBalancerId.NotFound", 404},
		"delete guarded":        {"DeleteLoadBalancer", of(guarded), "OperationDenied.DeleteProtectionIsOn", 0},
		"locked":                {"SetLoadBalancerName", with(of(locked), "LoadBalancerName", "a"), "ActionNotAllowed", 0},
		"locked delete":         {"DeleteLoadBalancer", of(locked), "ActionNotAllowed", 0},
		"bad status":            {"SetLoadBalancerStatus", with(of(s.lb), "LoadBalancerStatus", "locked"), "InvalidParameter", 0},
		"guard status":          {"SetLoadBalancerModificationProtection", with(of(s.lb), "ModificationProtectionStatus", "x"), "InvalidParam.ModificationProtectionStatus", 0},
		"spec of by-use":        {"ModifyLoadBalancerInstanceSpec", with(of(byUse), "LoadBalancerSpec", "slb.s2.small"), "OperationDenied.PayByCLCU", 0},
		"internet of by-use":    {"ModifyLoadBalancerInternetSpec", with(of(byUse), "Bandwidth", "5"), "OperationDenied.PayByCLCU", 0},
		"page size alone":       {"DescribeLoadBalancers", map[string]string{"PageSize": "5"}, "MissingParameter", 0},
		"page size":             {"DescribeLoadBalancers", map[string]string{"PageNumber": "1", "PageSize": "101"}, "InvalidParameter", 0},
		"bad Tags":              {"DescribeLoadBalancers", map[string]string{"Tags": "x"}, "InvalidTag", 0},
		"unknown operation":     {"MakeCoffee", nil, "InvalidAction.NotFound", 404},
		"tag unknown resource":  {"TagResources", map[string]string{"ResourceType": "instance", "ResourceId.1": "lb-x", "Tag.1.Key": "a"}, "ResourceNotExist", 0},
		"tag unknown type":      {"TagResources", map[string]string{"ResourceType": "moon", "ResourceId.1": s.lb, "Tag.1.Key": "a"}, "InvalidParam.ResourceType", 0},
		"tag nothing":           {"TagResources", map[string]string{"ResourceType": "instance", "Tag.1.Key": "a"}, "MissingParam.ResourceId", 0},
		"tag key twice":         {"TagResources", map[string]string{"ResourceType": "instance", "ResourceId.1": s.lb, "Tag.1.Key": "a", "Tag.2.Key": "a"}, "Duplicate.TagKey", 0},
		"21 resources":          {"TagResources", map[string]string{"ResourceType": "instance", "ResourceId.21": s.lb, "Tag.1.Key": "a"}, "SizeLimitExceeded.ResourceId", 0},
		"untag without keys":    {"UntagResources", map[string]string{"ResourceType": "instance", "ResourceId.1": s.lb}, "MissingParam.TagKey", 0},
		"list tags of nothing":  {"ListTagResources", map[string]string{"ResourceType": "instance"}, "MissingParam.TagOrResourceId", 0},
		"list tags, bad token":  {"ListTagResources", map[string]string{"ResourceType": "instance", "ResourceId.1": s.lb, "NextToken": "x"}, "InvalidParam.NextToken", 0},
		"list tags, value only": {"ListTagResources", map[string]string{"ResourceType": "instance", "Tag.1.Value": "x"}, "MissingParam.TagKey", 0},
	})
}

func TestListenerRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	shared := s.AddInstance(fakecloud.InstanceSpec{})
	other := s.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small"})
	foreign := do(t, s.Cloud, "CreateVServerGroup", map[string]string{"LoadBalancerId": other})["VServerGroupId"].(string)
	own := do(t, s.Cloud, "CreateVServerGroup", map[string]string{"LoadBalancerId": shared})["VServerGroupId"].(string)
	list := do(t, s.Cloud, "CreateAccessControlList", map[string]string{"AclName": "a"})["AclId"].(string)
	do(t, s.Cloud, "CreateLoadBalancerHTTPListener", with(s.at("8080"), "ListenerForward", "on", "ForwardPort", "443", "HealthCheck", "off", "StickySession", "off"))
	const http, https = "CreateLoadBalancerHTTPListener", "CreateLoadBalancerHTTPSListener"
	const set, setTLS = "SetLoadBalancerHTTPListenerAttribute", "SetLoadBalancerHTTPSListenerAttribute"
	plain, secure := s.listener("81"), s.listener("8443")
	poor := with(secure, "LoadBalancerId", shared, "VServerGroupId", own)
	checkRefusals(t, s, map[string]refusal{
		"port taken":           {http, s.listener("80"), "InvalidParameter.ListenerPortConflict", 0},
		"port 0":               {http, with(plain, "ListenerPort", "0"), "InvalidParameter", 0},
		"no group":             {http, with(plain, "VServerGroupId", ""), "MissingParameter", 0},
		"no health check":      {http, with(plain, "HealthCheck", ""), "MissingParameter", 0},
		"unknown group":        {http, with(plain, "VServerGroupId", "rsp-x"), "InvalidParameter", 404},
		"group elsewhere":      {http, with(plain, "VServerGroupId", foreign), "InvalidParameter", 404},
		"idle timeout":         {http, with(plain, "IdleTimeout", "61"), "InvalidParameter.IdleTimeout", 0},
		"request timeout":      {http, with(plain, "RequestTimeout", "181"), "InvalidParameter.RequestTimeout", 0},
		"scheduler":            {http, with(plain, "Scheduler", "random"), "InvalidParameter", 0},
		"threshold":            {http, with(plain, "HealthyThreshold", "1"), "InvalidParameter", 0},
		"wrong wire name":      {http, with(plain, "XForwardedFor_Proto", "on"), "InvalidParameter", 0},
		"sticky, no type":      {http, with(plain, "StickySession", "on"), "MissingParameter", 0},
		"sticky, no timeout":   {http, with(plain, "StickySession", "on", "StickySessionType", "insert"), "MissingParameter", 0},
		"sticky, no cookie":    {http, with(plain, "StickySession", "on", "StickySessionType", "server"), "MissingParameter", 0},
		"cookie with blank":    {http, with(plain, "StickySession", "on", "StickySessionType", "server", "Cookie", "a b"), "InvalidParameter", 0},
		"check on root":        {http, with(plain, "HealthCheck", "on", "HealthCheckURI", "/"), "InvalidParameter", 0},
		"check 1.1, no host":   {http, with(plain, "HealthCheck", "on", "HealthCheckHttpVersion", "http1.1"), "MissingParam.HealthCheckDomain", 0},
		"unknown list":         {http, with(plain, "AclStatus", "on", "AclType", "white", "AclId", "acl-x"), "AclNotExist", 0},
		"list without type":    {http, with(plain, "AclStatus", "on", "AclId", list), "MissingParameter", 0},
		"forward to nothing":   {http, with(plain, "ListenerForward", "on", "ForwardPort", "80"), "InvalidParameter", 0},
		"forward code":         {http, with(plain, "ListenerForward", "on", "ForwardPort", "443", "ForwardCode", "200"), "InvalidParameter.ForwardCode", 0},
		"forward when shared":  {http, with(plain, "LoadBalancerId", shared, "ListenerForward", "on", "ForwardPort", "443"), "SPEC_NOT_SUPPORT_PARAMETER", 0},
		"no bandwidth":         {https, with(secure, "Bandwidth", ""), "MissingParameter", 0},
		"no certificate":       {https, with(secure, "ServerCertificateId", ""), "MissingParam.ServerCertificates", 0},
		"unknown certificate":  {https, with(secure, "ServerCertificateId", "x"), "CertificateNotExist", 0},
		"two certificates":     {https, with(secure, "ServerCertificate.1.CertificateId", s.cert, "ServerCertificate.2.CertificateId", s.cert), "TooManyCertificates.ServerCertificates", 0},
		"unknown CA":           {https, with(secure, "CACertificateId", "x"), "CertificateNotExist", 0},
		"unknown TLS policy":   {https, with(secure, "TLSCipherPolicy", "tls_x"), "InvalidTLSPolicyId.NotExist", 0},
		"TLS policy if shared": {https, with(poor, "TLSCipherPolicy", "tls_cipher_policy_1_2"), "InvalidParameter.SpecNotSupport", 0},
		"list if shared":       {https, with(poor, "AclStatus", "on", "AclType", "white", "AclId", list), "SPEC_NOT_SUPPORT_PARAMETER", 0},
		"set missing":          {set, s.at("81"), "InvalidParameter", 0},
		"set wrong protocol":   {set, s.at("443"), "InvalidParameter", 0},
		"set forwarding":       {set, s.at("8080"), "Operation.NotAllowed", 0},
		"group off":            {set, with(s.at("80"), "VServerGroup", "off"), "OperationFailed.ServerGroupInUse", 0},
		"group on, no id":      {set, with(s.at("80"), "VServerGroup", "on"), "MissingParameter", 0},
		"set foreign group":    {set, with(s.at("80"), "VServerGroup", "on", "VServerGroupId", foreign), "InvalidParameter", 404},
		"set port is fixed":    {set, with(s.at("80"), "BackendServerPort", "1"), "InvalidParameter", 0},
		"set certificate":      {setTLS, with(s.at("443"), "ServerCertificateId", "x"), "CertificateNotExist", 0},
		"start running":        {"StartLoadBalancerListener", s.at("80"), "Operation.NotAllowed", 0},
		"stop stopped":         {"StopLoadBalancerListener", s.at("8080"), "Operation.NotAllowed", 0},
		"delete target":        {"DeleteLoadBalancerListener", s.at("443"), "ListenerForwardExist", 0},
		"delete missing":       {"DeleteLoadBalancerListener", s.at("81"), "ResourceNotFound.Listener", 404},
		"read missing":         {"DescribeLoadBalancerHTTPListenerAttribute", s.at("81"), "InvalidParameter", 0},
		"too many results":     {"DescribeLoadBalancerListeners", map[string]string{"MaxResults": "101"}, "IllegalParam.MaxResults", 0},
		"eleven instances":     {"DescribeLoadBalancerListeners", map[string]string{"LoadBalancerId.11": s.lb}, "IllegalParamSize.LoadBalancerId", 0},
	})
}

func TestRuleRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{Quotas: fakecloud.Quotas{Rules: 12}})
	other := s.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small"})
	foreign := do(t, s.Cloud, "CreateVServerGroup", map[string]string{"LoadBalancerId": other})["VServerGroupId"].(string)
	do(t, s.Cloud, "CreateLoadBalancerHTTPListener", with(s.at("8080"), "ListenerForward", "on", "ForwardPort", "443", "HealthCheck", "off", "StickySession", "off"))
	ids := ruleIDs(do(t, s.Cloud, "CreateRules", s.rules("80", s.rule("r1", "a.com", "/a"), s.rule("r2", "b.com", ""))))
	ids = append(ids, ruleIDs(do(t, s.Cloud, "CreateRules", s.rules("443", s.rule("r1", "a.com", ""))))...)
	var many []string
	for n := range 11 {
		many = append(many, s.rule(fmt.Sprint("m", n), "", fmt.Sprint("/m", n)))
	}
	one := func(name, domain, url string) map[string]string { return s.rules("80", s.rule(name, domain, url)) }
	group := func(id string) map[string]string {
		return s.rules("80", strings.ReplaceAll(s.rule("x", "x.com", ""), s.group, id))
	}
	set := func(pairs ...string) map[string]string {
		return with(map[string]string{"RuleId": ids[0]}, pairs...)
	}
	checkRefusals(t, s, map[string]refusal{
		"not JSON":             {"CreateRules", with(s.at("80"), "RuleList", "x"), "RuleListMalformed", 0},
		"wrong wire name":      {"CreateRules", s.rules("80", strings.ReplaceAll(s.rule("x", "", "/x"), "Url", "URL")), "RuleListMalformed", 0},
		"none":                 {"CreateRules", with(s.at("80"), "RuleList", "[]"), "RuleListMalformed", 0},
		"eleven":               {"CreateRules", s.rules("80", many...), "InvalidParameter", 0},
		"no name":              {"CreateRules", one("", "x.com", ""), "MissingParameter.RuleName", 0},
		"long name":            {"CreateRules", one(strings.Repeat("n", 41), "x.com", ""), "InvalidParameter", 0},
		"same name":            {"CreateRules", one("r1", "x.com", ""), "InvalidParameter", 0},
		"neither":              {"CreateRules", one("x", "", ""), "InvalidParameter", 0},
		"same pair":            {"CreateRules", one("x", "A.com", "/a"), "DomainExist", 0},
		"same pair in a batch": {"CreateRules", s.rules("80", s.rule("x", "x.com", ""), s.rule("y", "x.com", "")), "DomainExist", 0},
		"URL root":             {"CreateRules", one("x", "x.com", "/"), "UrlMalformed", 0},
		"URL without slash":    {"CreateRules", one("x", "x.com", "a"), "UrlMalformed", 0},
		"URL underscore":       {"CreateRules", one("x", "x.com", "/a_b"), "UrlMalformed", 0},
		"URL 81":               {"CreateRules", one("x", "x.com", "/"+strings.Repeat("u", 80)), "UrlMalformed", 0},
		"domain":               {"CreateRules", one("x", "a.*.com", ""), "DomainMalformed", 0},
		"no group":             {"CreateRules", group(""), "MissingParameter", 0},
		"unknown group":        {"CreateRules", group("rsp-x"), "InvalidParameter", 0},
		"group elsewhere":      {"CreateRules", group(foreign), "InvalidParameter", 0},
		"on a redirect":        {"CreateRules", s.rules("8080", s.rule("x", "x.com", "")), "OperationFailed.ActionNotSupport", 0},
		"missing listener":     {"CreateRules", s.rules("81", s.rule("x", "x.com", "")), "InvalidParameter", 0},
		"set unknown":          {"SetRule", map[string]string{"RuleId": "rule-x"}, "InvalidRuleId.NotFound", 404},
		"set name taken":       {"SetRule", set("RuleName", "r2"), "InvalidParameter", 0},
		"set domain":           {"SetRule", set("Domain", "c.com"), "InvalidParameter", 0},
		"set foreign group":    {"SetRule", set("VServerGroupId", foreign), "InvalidParameter", 0},
		"own settings missing": {"SetRule", set("ListenerSync", "off"), "MissingParameter", 0},
		"delete unknown":       {"DeleteRules", map[string]string{"RuleIds": `["rule-x"]`}, "InvalidRuleId.NotFound", 404},
		"delete none":          {"DeleteRules", map[string]string{"RuleIds": `[]`}, "InvalidParameter", 0},
		"delete across":        {"DeleteRules", map[string]string{"RuleIds": fmt.Sprintf(`[%q,%q]`, ids[0], ids[2])}, "Operation.NotAllowed", 0},
		"read unknown":         {"DescribeRuleAttribute", map[string]string{"RuleId": "rule-x"}, "InvalidRuleId.NotFound", 404},
	})
	do(t, s.Cloud, "CreateRules", s.rules("80", many[:10]...))
	checkRefusals(t, s, map[string]refusal{
		"over the quota": {"CreateRules", one("z", "z.com", ""), "TooManyRules", 0},
	})
}

func ruleIDs(answer map[string]any) []string {
	var ids []string
	for _, r := range answer["Rules"].(map[string]any)["Rule"].([]any) {
		ids = append(ids, r.(map[string]any)["RuleId"].(string))
	}
	return ids
}
