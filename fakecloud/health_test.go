package fakecloud_test

import (
	"fmt"
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
	s.ReportHealth(func(ip string, _ int) fakecloud.Health {
		return map[string]fakecloud.Health{"10.244.0.1": fakecloud.Healthy, "10.244.0.2": fakecloud.Unhealthy}[ip]
	})
	check("reported", map[string]string{"10.244.0.1": "normal", "10.244.0.2": "abnormal", "10.244.0.3": "unavailable"})
	do(t, s.Cloud, "StopLoadBalancerListener", s.at("80"))
	check("stopped", map[string]string{"10.244.0.1": "unavailable", "10.244.0.2": "unavailable", "10.244.0.3": "unavailable"})
}
