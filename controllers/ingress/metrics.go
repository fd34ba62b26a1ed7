package ingress

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Metrics are the controller's own. Labels never name hosts, paths or Ingresses, so their number is
// bounded by operations, reasons, instances and the Secrets that Ingresses name.
type Metrics struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	steps    *prometheus.CounterVec
	problems *prometheus.GaugeVec
	used     *prometheus.GaugeVec
	limit    *prometheus.GaugeVec
	expiry   *prometheus.GaugeVec
}

// NewMetrics registers the metrics.
func NewMetrics(registerer prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "slb_ingress_cloud_calls_total",
			Help: "Calls of the load balancer service by operation and outcome (ok or the kind of error).",
		}, []string{"operation", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "slb_ingress_cloud_call_duration_seconds",
			Help:    "Duration of calls of the load balancer service by operation.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2, 12),
		}, []string{"operation"}),
		steps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "slb_ingress_plan_steps_total",
			Help: "Steps of plans by change and outcome (ok or the kind of error).",
		}, []string{"change", "outcome"}),
		problems: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "slb_ingress_problems",
			Help: "Problems that hold now, by reason.",
		}, []string{"reason"}),
		used: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "slb_ingress_quota_used",
			Help: "Use of a quota of an instance.",
		}, []string{"instance", "quota"}),
		limit: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "slb_ingress_quota_limit",
			Help: "Limit of a quota of an instance.",
		}, []string{"instance", "quota"}),
		expiry: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "slb_ingress_certificate_expiry_timestamp_seconds",
			Help: "End of the certificate in a Secret that an Ingress names, in seconds since 1970, served or not.",
		}, []string{"namespace", "secret"}),
	}
	for _, c := range m.collectors() {
		if err := registerer.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Unregister takes the metrics back, so that a program can run the controller again.
func (m *Metrics) Unregister(registerer prometheus.Registerer) {
	for _, c := range m.collectors() {
		registerer.Unregister(c)
	}
}

func (m *Metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.calls, m.duration, m.steps, m.problems, m.used, m.limit, m.expiry}
}

// Call counts one call of the service; the adapter's observer.
func (m *Metrics) Call(operation, outcome string, d time.Duration) {
	m.calls.WithLabelValues(operation, outcome).Inc()
	m.duration.WithLabelValues(operation).Observe(d.Seconds())
}

func (m *Metrics) step(change string, err error) {
	outcome := "ok"
	if err != nil {
		outcome = string(cloud.KindOf(err))
	}
	m.steps.WithLabelValues(change, outcome).Inc()
}

func (m *Metrics) quota(instance string, q quota) {
	m.used.WithLabelValues(instance, q.name).Set(float64(q.used))
	m.limit.WithLabelValues(instance, q.name).Set(float64(q.limit))
}

func (m *Metrics) forget(instance string) {
	m.used.DeletePartialMatch(prometheus.Labels{"instance": instance})
	m.limit.DeletePartialMatch(prometheus.Labels{"instance": instance})
}

// ends replaces the gauge of certificates' ends.
func (m *Metrics) ends(ends map[types.NamespacedName]time.Time) {
	m.expiry.Reset()
	for name, end := range ends {
		m.expiry.WithLabelValues(name.Namespace, name.Name).Set(float64(end.Unix()))
	}
}

// set replaces the gauge of problems.
func (m *Metrics) set(counts map[cloud.Reason]int) {
	m.problems.Reset()
	for reason, n := range counts {
		m.problems.WithLabelValues(string(reason)).Set(float64(n))
	}
}
