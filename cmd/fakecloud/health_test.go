package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// TestTellsHealth: DescribeHealthStatus has the verdicts of the data plane's own checks.
func TestTellsHealth(t *testing.T) {
	t.Parallel()
	p := start(t, "--vip-range=127.0.97.0/24", "--eni-cidr=127.0.0.1/32", "--seed-instance=lb-mine")
	p.await(`^instance lb-mine `)
	group := p.ask("CreateVServerGroup", url.Values{
		"LoadBalancerId": {"lb-mine"}, "VServerGroupName": {"web"},
	})["VServerGroupId"].(string)
	want := map[string]string{}
	for status, code := range map[string]int{"normal": http.StatusOK, "abnormal": http.StatusInternalServerError} {
		pod := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		t.Cleanup(pod.Close)
		ip, port, err := net.SplitHostPort(pod.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		want[port] = status
		p.ask("AddVServerGroupBackendServers", url.Values{
			"VServerGroupId": {group}, "BackendServers": {fmt.Sprintf(`[{"ServerId":%q,"ServerIp":%q,"Port":%q,"Type":"eni"}]`, p.eni(ip), ip, port)},
		})
	}
	listener := url.Values{"LoadBalancerId": {"lb-mine"}, "ListenerPort": {"18081"}}
	p.ask("CreateLoadBalancerHTTPListener", url.Values{
		"LoadBalancerId": {"lb-mine"}, "ListenerPort": {"18081"}, "VServerGroupId": {group}, "StickySession": {"off"},
		"HealthCheck": {"on"}, "HealthCheckURI": {"/ok"}, "HealthCheckInterval": {"1"},
		"HealthyThreshold": {"2"}, "UnhealthyThreshold": {"2"},
	})
	p.ask("StartLoadBalancerListener", listener)
	p.await(`serving listener.*lb-mine.*18081`)
	p.awaitHealth(listener, want)
}

// awaitHealth asks until the statuses of the members, by port, are those that are wanted.
func (p *program) awaitHealth(listener url.Values, want map[string]string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		got := map[string]string{}
		for _, m := range p.ask("DescribeHealthStatus", listener)["BackendServers"].(map[string]any)["BackendServer"].([]any) {
			m := m.(map[string]any)
			got[fmt.Sprint(m["Port"])] = m["ServerHealthStatus"].(string)
		}
		if maps.Equal(got, want) {
			return
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("health: got %v, want %v", got, want)
		case <-tick.C:
		}
	}
}
