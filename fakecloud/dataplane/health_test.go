package dataplane_test

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// patient is a backend server whose health check a test can fail.
func patient(t *testing.T, name string, sick *atomic.Bool, probes chan<- *http.Request) fakecloud.MemberView {
	t.Helper()
	return pod(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			_, _ = io.WriteString(w, name)
			return
		}
		select {
		case probes <- r:
		default:
		}
		if sick.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
}

func checkedEvery(interval time.Duration) *fakecloud.HealthCheckView {
	return &fakecloud.HealthCheckView{
		Method: "get", URI: "/healthz?full=1", Domain: "check.example", Codes: []string{"http_2xx", "http_3xx"},
		Timeout: patience, Interval: interval, HealthyThreshold: 2, UnhealthyThreshold: 2,
	}
}

func (p plane) health() map[string]int {
	counts := map[string]int{}
	for _, m := range p.Health(instanceID, 80) {
		counts[m.Status]++
	}
	return counts
}

func TestHealthCheckTakesMembersOutAndBack(t *testing.T) {
	t.Parallel()
	var sickA, sickB atomic.Bool
	probes := make(chan *http.Request, 1)
	l := scheduled("wrr", patient(t, "a", &sickA, probes), patient(t, "b", &sickB, nil))
	l.Policy.HealthCheck = checkedEvery(5 * time.Millisecond)
	p, client := serve(t, l), browser(t)
	if r := <-probes; r.Method != http.MethodGet || r.RequestURI != "/healthz?full=1" || r.Host != "check.example" {
		t.Errorf("probed %s %s of %s", r.Method, r.RequestURI, r.Host)
	}
	eventually(t, "both members are normal", func() bool { return p.health()[fakecloud.HealthNormal] == 2 })

	sickA.Store(true)
	eventually(t, "a is abnormal", func() bool { return p.health()[fakecloud.HealthAbnormal] == 1 })
	if got := p.turns(client, 4); got != "bbbb" {
		t.Errorf("got %s, want only the healthy member", got)
	}
	p.program(l)
	if got := p.turns(client, 2); got != "bb" {
		t.Errorf("got %s, want reprogramming to keep the verdicts", got)
	}
	sickB.Store(true)
	eventually(t, "both members are abnormal", func() bool { return p.health()[fakecloud.HealthAbnormal] == 2 })
	if got := p.get(client, "a", "/"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503 without a healthy member", got.StatusCode)
	}
	sickA.Store(false)
	sickB.Store(false)
	eventually(t, "both members are back", func() bool { return p.health()[fakecloud.HealthNormal] == 2 })

	l.Policy.HealthCheck = nil
	p.program(l)
	if got := p.health(); got[fakecloud.HealthUnavailable] != 2 {
		t.Errorf("with checks off: got %v", got)
	}
}

func TestUnreachableMemberIsAbnormal(t *testing.T) {
	t.Parallel()
	healthy := named(t, "a")
	l := scheduled("wrr", closedPort(t), healthy)
	l.Policy.HealthCheck = &fakecloud.HealthCheckView{Interval: 5 * time.Millisecond}
	p := serve(t, l)
	eventually(t, "one is out", func() bool { return p.health()[fakecloud.HealthAbnormal] == 1 })
	if got := p.turns(browser(t), 3); got != "aaa" {
		t.Errorf("got %s, want the reachable member", got)
	}
}

func TestHealthOfUnknownListener(t *testing.T) {
	t.Parallel()
	if got := serve(t).Health("lb-none", 80); got != nil {
		t.Errorf("got %v", got)
	}
}
