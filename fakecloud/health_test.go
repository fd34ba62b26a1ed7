package fakecloud_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestHealth: members of the default group and of rules, each once, as far as somebody checks them.
func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	do(t, s.Cloud, "AddVServerGroupBackendServers", map[string]string{
		"VServerGroupId": s.empty, "BackendServers": membersJSON("10.244.0.2", "10.244.0.3"),
	})
	r := fmt.Sprintf(`{"RuleName":"r","Domain":"a.com","VServerGroupId":%q}`, s.empty)
	do(t, s.Cloud, "CreateRules", s.rules("80", r))
	check := func(reason string, want map[string]string) {
		t.Helper()
		answer := do(t, s.Cloud, "DescribeHealthStatus", s.at("80"))
		got := map[string]string{}
		for n := range field(answer, "BackendServers.BackendServer.#").(int) {
			head := fmt.Sprintf("BackendServers.BackendServer.%d.", n)
			got[field(answer, head+"ServerIp").(string)] = field(answer, head+"ServerHealthStatus").(string)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", reason, diff)
		}
	}
	check("no check", map[string]string{"10.244.0.1": "unavailable", "10.244.0.2": "unavailable", "10.244.0.3": "unavailable"})
	do(t, s.Cloud, "SetLoadBalancerHTTPListenerAttribute", with(s.at("80"), "HealthCheck", "on", "HealthCheckURI", "/ok"))
	check("nobody reports", map[string]string{"10.244.0.1": "normal", "10.244.0.2": "normal", "10.244.0.3": "normal"})
	member := func(group, ip, status string) fakecloud.MemberHealth {
		id := fakecloud.ENIID(netip.MustParseAddr(ip))
		return fakecloud.MemberHealth{GroupID: group, ServerID: id, IP: ip, Port: 8080, Status: status}
	}
	s.ReportHealth(func(instanceID string, port int) []fakecloud.MemberHealth {
		if instanceID != s.lb || port != 80 {
			return []fakecloud.MemberHealth{member(s.group, "10.244.0.1", fakecloud.HealthAbnormal)}
		}
		return []fakecloud.MemberHealth{
			member(s.group, "10.244.0.1", fakecloud.HealthUnavailable), member(s.group, "10.244.0.1", fakecloud.HealthNormal),
			member(s.group, "10.244.0.2", fakecloud.HealthNormal), // of another group
			member(s.empty, "10.244.0.2", fakecloud.HealthAbnormal), member(s.empty, "10.244.0.2", fakecloud.HealthNormal),
		}
	})
	check("reported", map[string]string{"10.244.0.1": "normal", "10.244.0.2": "abnormal", "10.244.0.3": "unavailable"})
	do(t, s.Cloud, "StopLoadBalancerListener", s.at("80"))
	check("stopped", map[string]string{"10.244.0.1": "unavailable", "10.244.0.2": "unavailable", "10.244.0.3": "unavailable"})
}
