package fakecloud_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestSwitches makes one call under both sides of each switch.
func TestSwitches(t *testing.T) {
	t.Parallel()
	ruleTo := func(url string) func(site) (string, map[string]string) {
		return func(s site) (string, map[string]string) {
			return "CreateRules", s.rules("80", s.rule("r", "a.com", url))
		}
	}
	members := func(list string) func(site) (string, map[string]string) {
		return func(s site) (string, map[string]string) {
			return "AddVServerGroupBackendServers", map[string]string{"VServerGroupId": s.group, "BackendServers": list}
		}
	}
	upload := func(key func(keyPair) string) func(site) (string, map[string]string) {
		return func(s site) (string, map[string]string) {
			return "UploadServerCertificate", map[string]string{"ServerCertificate": s.pair.cert, "PrivateKey": key(s.pair)}
		}
	}
	stranger := fmt.Sprintf(`[{"ServerId":"eni-stranger","ServerIp":%q,"Type":"eni","Port":80}]`, "10.244.0.2")
	for reason, c := range map[string]struct {
		on      fakecloud.Switches
		call    func(site) (string, map[string]string)
		off, at string // codes with the switch off and on
	}{
		"empty group": {fakecloud.Switches{RefuseEmptyGroup: true}, func(s site) (string, map[string]string) {
			return "CreateRules", s.rules("80", strings.ReplaceAll(s.rule("r", "a.com", ""), s.group, s.empty))
		}, "", "VServerGroupEmpty"},
		"stopped listener": {fakecloud.Switches{RulesNeedRunning: true}, func(s site) (string, map[string]string) {
			if _, err := s.Do("StopLoadBalancerListener", s.at("80")); err != nil {
				return "", nil
			}
			return ruleTo("")(s)
		}, "", "OperationFailed.ListenerStatusNotSupport"},
		"40 members":       {fakecloud.Switches{Members40: true}, members(membersJSON(ips(40)...)), "TooManyBackendServers", ""},
		"41 members":       {fakecloud.Switches{Members40: true}, members(membersJSON(ips(41)...)), "TooManyBackendServers", "TooManyBackendServers"},
		"member again":     {fakecloud.Switches{IgnoreDuplicateMember: true}, members(membersJSON("10.244.0.1")), "InvalidParameter", ""},
		"any interface":    {fakecloud.Switches{AnyENI: true}, members(stranger), "ResourceNotFound.vServers", ""},
		"vanished member":  {fakecloud.Switches{RemoveVanished: true}, vanished, "ResourceNotFound.vServers", ""},
		"wide URL":         {fakecloud.Switches{WideURLs: true}, ruleTo("/a_b~+:@="), "UrlMalformed", ""},
		"PKCS#8":           {fakecloud.Switches{AcceptPKCS8: true}, upload(func(p keyPair) string { return p.pkcs8 }), "KeyFormatError", ""},
		"unknown names":    {fakecloud.Switches{IgnoreUnknownParams: true}, unknownName, "InvalidParameter", ""},
		"check on root":    {fakecloud.Switches{RootHealthCheckURI: true}, rootCheck, "InvalidParameter", ""},
		"same rule name":   {fakecloud.Switches{AllowSameRuleName: true}, sameName, "InvalidParameter", ""},
		"settings of rule": {fakecloud.Switches{RuleSettingsAnywhere: true}, ruleSettings, "InvalidParameter.RegionNotSupport", ""},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			for want, switches := range map[*string]fakecloud.Switches{&c.off: {}, &c.at: c.on} {
				s := newSite(t, fakecloud.Options{Region: "us-west-1", Switches: switches})
				action, params := c.call(s)
				if _, err := s.Do(action, params); codeOf(err) != *want {
					t.Errorf("%s under %+v: got %q, want %q", action, switches, codeOf(err), *want)
				}
			}
		})
	}
}

func unknownName(site) (string, map[string]string) {
	return "DescribeLoadBalancers", map[string]string{"Colour": "red"}
}

func vanished(s site) (string, map[string]string) {
	s.RemoveServer(fakecloud.ENIID(netip.MustParseAddr("10.244.0.1")))
	return "RemoveVServerGroupBackendServers", map[string]string{"VServerGroupId": s.group, "BackendServers": membersJSON("10.244.0.1")}
}

func rootCheck(s site) (string, map[string]string) {
	return "SetLoadBalancerHTTPListenerAttribute", with(s.at("80"), "HealthCheck", "on", "HealthCheckURI", "/")
}

func sameName(s site) (string, map[string]string) {
	return "CreateRules", s.rules("80", s.rule("r", "a.com", ""), s.rule("r", "b.com", ""))
}

func ruleSettings(s site) (string, map[string]string) {
	answer, err := s.Do("CreateRules", s.rules("80", s.rule("r", "a.com", "")))
	if err != nil {
		return "", nil
	}
	return "SetRule", map[string]string{
		"RuleId": ruleIDs(answer)[0], "ListenerSync": "off", "Scheduler": "wrr", "StickySession": "off", "HealthCheck": "off",
	}
}

func TestECC(t *testing.T) {
	t.Parallel()
	cloud := fakecloud.New(fakecloud.Options{Switches: fakecloud.Switches{RefuseECC: true}})
	pair := newPair(t, "a.com")
	_, err := cloud.Do("UploadServerCertificate", map[string]string{"ServerCertificate": pair.cert, "PrivateKey": pair.key})
	if codeOf(err) != "EccCertificateNotSupport" {
		t.Errorf("got %q", codeOf(err))
	}
}

// TestSet: what is not sent is kept, or under the switch reset.
func TestSet(t *testing.T) {
	t.Parallel()
	for resets, want := range map[bool]float64{false: 30, true: 15} {
		s := newSite(t, fakecloud.Options{Switches: fakecloud.Switches{SetResets: resets}})
		const set = "SetLoadBalancerHTTPSListenerAttribute"
		do(t, s.Cloud, set, with(s.at("443"), "IdleTimeout", "30"))
		do(t, s.Cloud, set, with(s.at("443"), "Gzip", "off", "VServerGroupId", s.empty))
		got := do(t, s.Cloud, "DescribeLoadBalancerHTTPSListenerAttribute", s.at("443"))
		if got["IdleTimeout"] != want || got["Gzip"] != "off" || got["ServerCertificateId"] != s.cert {
			t.Errorf("resets %t: %v", resets, got)
		}
		if got["VServerGroupId"] != s.group {
			t.Errorf("VServerGroupId without VServerGroup=on took effect: %v", got["VServerGroupId"])
		}
		do(t, s.Cloud, set, with(s.at("443"), "VServerGroup", "on", "VServerGroupId", s.empty))
		got = do(t, s.Cloud, "DescribeLoadBalancerHTTPSListenerAttribute", s.at("443"))
		if got["VServerGroupId"] != s.empty {
			t.Errorf("default group: got %v, want %s", got["VServerGroupId"], s.empty)
		}
	}
}

// TestAddresses: they go round the range, and an exhausted range has its codes.
func TestAddresses(t *testing.T) {
	t.Parallel()
	cloud := fakecloud.New(fakecloud.Options{Addresses: netip.MustParsePrefix("127.0.9.0/29")})
	create := map[string]string{"LoadBalancerSpec": "slb.s1.small"}
	var got []string
	for range 3 {
		lb := do(t, cloud, "CreateLoadBalancer", create)
		got = append(got, lb["Address"].(string))
		do(t, cloud, "DeleteLoadBalancer", map[string]string{"LoadBalancerId": lb["LoadBalancerId"].(string)})
	}
	for range 6 {
		got = append(got, do(t, cloud, "CreateLoadBalancer", create)["Address"].(string))
	}
	want := "127.0.9.1 127.0.9.2 127.0.9.3 127.0.9.4 127.0.9.5 127.0.9.6 127.0.9.1 127.0.9.2 127.0.9.3"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("got %s, want %s", text, want)
	}
	if _, err := cloud.Do("CreateLoadBalancer", create); codeOf(err) != "OperationFailed.RegionResourceLimit" {
		t.Errorf("no address left: got %q", codeOf(err))
	}
	if _, err := cloud.Do("CreateLoadBalancer", with(create, "VSwitchId", fakecloud.DefaultVSwitch)); codeOf(err) != "VSwitchAvailableIpNotExist" {
		t.Errorf("no intranet address left: got %q", codeOf(err))
	}
}

func TestInstanceQuota(t *testing.T) {
	t.Parallel()
	cloud := fakecloud.New(fakecloud.Options{Quotas: fakecloud.Quotas{Instances: 1, Listeners: 1}})
	create := map[string]string{"LoadBalancerSpec": "slb.s1.small"}
	lb := do(t, cloud, "CreateLoadBalancer", create)["LoadBalancerId"].(string)
	if _, err := cloud.Do("CreateLoadBalancer", create); codeOf(err) != "OverQuota" {
		t.Errorf("instances: got %q", codeOf(err))
	}
	listener := map[string]string{"LoadBalancerId": lb, "ListenerPort": "80", "HealthCheck": "off", "StickySession": "off", "BackendServerPort": "80"}
	do(t, cloud, "CreateLoadBalancerHTTPListener", listener)
	if _, err := cloud.Do("CreateLoadBalancerHTTPListener", with(listener, "ListenerPort", "81")); codeOf(err) != "ListenerNumberOverLimit" {
		t.Errorf("listeners: got %q", codeOf(err))
	}
	tag := map[string]string{"ResourceType": "instance", "ResourceId.1": lb}
	for n := range 21 {
		_, err := cloud.Do("TagResources", with(tag, "Tag.1.Key", fmt.Sprint("k", n)))
		if want := map[bool]string{true: "QuotaExceed.TagsPerResource"}[n == 20]; codeOf(err) != want {
			t.Errorf("tag %d: got %q, want %q", n+1, codeOf(err), want)
		}
	}
}
