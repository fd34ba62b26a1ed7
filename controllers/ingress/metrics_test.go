package ingress

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// families gathers a life's metrics: "name{label,…}" and the number of series.
func (w *world) families() map[string]int {
	w.Helper()
	list, err := w.life.metrics.Gather()
	w.must(err)
	found := map[string]int{}
	for _, family := range list {
		var labels []string
		for _, pair := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, pair.GetName())
		}
		found[family.GetName()+"{"+strings.Join(labels, ",")+"}"] = len(family.GetMetric())
	}
	return found
}

// sum adds the values of a counter or gauge over the series that have a label's value.
func (w *world) sum(name, label, value string) float64 {
	w.Helper()
	list, err := w.life.metrics.Gather()
	w.must(err)
	total := 0.0
	for _, family := range list {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			for _, pair := range m.GetLabel() {
				if pair.GetName() == label && pair.GetValue() == value {
					total += m.GetCounter().GetValue() + m.GetGauge().GetValue()
				}
			}
		}
	}
	return total
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.cloud.Fail(fakecloud.Fault{Action: "CreateRules", Before: "Forbidden.RAM"})
		w.shop()
		w.add(ingressOf("broken", route{"broken.example", "/", "nothing"}))
		w.run(5 * time.Minute)
		w.settle()
		families := w.families()
		for _, want := range []string{
			"slb_ingress_cloud_calls_total{operation,outcome}", "slb_ingress_cloud_call_duration_seconds{operation}",
			"slb_ingress_plan_steps_total{change,outcome}", "slb_ingress_problems{reason}",
			"slb_ingress_quota_used{instance,quota}", "slb_ingress_quota_limit{instance,quota}",
			"slb_ingress_certificate_expiry_timestamp_seconds{namespace,secret}",
		} {
			if families[want] == 0 {
				w.Errorf("no metric %s in %v", want, families)
			}
		}
		if len(families) != 7 {
			w.Errorf("metrics: got %v, want seven", families)
		}
		for _, check := range []struct {
			name, label, value string
			want               float64
		}{
			{"slb_ingress_cloud_calls_total", "outcome", "Denied", 1},
			{"slb_ingress_plan_steps_total", "outcome", "Denied", 1},
			{"slb_ingress_plan_steps_total", "change", "CreateLoadBalancer", 1},
			{"slb_ingress_problems", "reason", string(cloud.ServiceNotFound), 1},
			{"slb_ingress_problems", "reason", string(cloud.CloudDenied), 0},
			{"slb_ingress_quota_used", "quota", "rules", 3},
			{"slb_ingress_quota_limit", "quota", "rules", 40},
			{"slb_ingress_quota_used", "quota", "backend servers", 3},
		} {
			if got := w.sum(check.name, check.label, check.value); got != check.want {
				w.Errorf("%s{%s=%q}: got %v, want %v", check.name, check.label, check.value, got, check.want)
			}
		}

		// More hosts and Ingresses make no more series, and the end of a group ends its own.
		before := families["slb_ingress_problems{reason}"] + families["slb_ingress_quota_used{instance,quota}"]
		for _, name := range []string{"x", "y", "z"} {
			w.add(ingressOf(name, route{name + ".example", "/", "nothing"}))
		}
		w.settle()
		families = w.families()
		if after := families["slb_ingress_problems{reason}"] + families["slb_ingress_quota_used{instance,quota}"]; after != before {
			w.Errorf("series of problems and quotas: got %d, want %d as before", after, before)
		}
		for _, name := range []string{"cafe", "bar", "broken", "x", "y", "z"} {
			w.remove(&networkingv1.Ingress{ObjectMeta: ingressOf(name).ObjectMeta})
		}
		w.run(grace + time.Minute)
		if n := w.families()["slb_ingress_quota_used{instance,quota}"]; n != 0 {
			w.Errorf("a group that is gone has %d series", n)
		}
		if n := w.families()["slb_ingress_certificate_expiry_timestamp_seconds{namespace,secret}"]; n != 0 {
			w.Errorf("Secrets that nobody names have %d series", n)
		}
	})
}

func TestMetricsAreRegisteredOnce(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m, err := NewMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewMetrics(registry); err == nil {
		t.Error("a second registration succeeded")
	}
	m.Unregister(registry)
	if m, err = NewMetrics(registry); err != nil {
		t.Fatalf("after Unregister: %v", err)
	}
	m.Call("CreateRules", "ok", time.Second)
	m.step("CreateRules", errors.New("what?"))
	m.set(map[cloud.Reason]int{cloud.PathConflict: 2})
	m.set(map[cloud.Reason]int{cloud.HostClaimed: 1})
	list, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range list {
		for _, series := range family.GetMetric() {
			name := family.GetName()
			for _, pair := range series.GetLabel() {
				name += " " + pair.GetValue()
			}
			values[name] = series.GetCounter().GetValue() + series.GetGauge().GetValue() + float64(series.GetHistogram().GetSampleCount())
		}
	}
	want := map[string]float64{
		"slb_ingress_cloud_calls_total CreateRules ok":        1,
		"slb_ingress_cloud_call_duration_seconds CreateRules": 1,
		"slb_ingress_plan_steps_total CreateRules Unknown":    1,
		"slb_ingress_problems " + string(cloud.HostClaimed):   1, // what is over is gone
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}
