package manager

import (
	"flag"
	"time"
)

// Options are the program's settings. AddFlags gives every field its default; the zero value is
// not a useful start.
type Options struct {
	Kubeconfig string
	LogLevel   int

	// Identity.
	ClusterID string
	Region    string
	VPCID     string

	// The service.
	Endpoint     string
	ECSEndpoint  string
	Network      string
	AddonToken   string
	CallTimeout  time.Duration
	WriteRate    int
	ReadRate     int
	RateShare    float64
	MetadataBase string

	// Which Ingresses, and what becomes of instances.
	WatchIngressWithoutClass bool
	DefaultClass             string
	ReleaseGrace             time.Duration
	AuditInterval            time.Duration
	Workers                  int

	// Running.
	Namespace      string
	LeaderElect    bool
	LeaseDuration  time.Duration
	MetricsAddress string
	MetricsSecure  bool
	ProbeAddress   string

	// Started, if set, is called once when caches are filled and the controller works (as leader,
	// if it elects one).
	Started func()
}

// AddFlags binds the options to flags.
func (o *Options) AddFlags(f *flag.FlagSet) {
	f.StringVar(&o.Kubeconfig, "kubeconfig", "", "kubeconfig `file` of the cluster; default: $KUBECONFIG, the service account, then ~/.kube/config")
	f.IntVar(&o.LogLevel, "v", 0, "log `level`: 0 for operators, 1 for developers")

	f.StringVar(&o.ClusterID, "cluster-id", "", "cluster `id`, part of every ownership mark; default: the UID of namespace kube-system")
	f.StringVar(&o.Region, "region", "", "region `id`, such as cn-hangzhou; default: from instance metadata")
	f.StringVar(&o.VPCID, "vpc-id", "", "VPC `id` of the cluster; default: from instance metadata")

	f.StringVar(&o.Endpoint, "slb-endpoint", "", "`address` of the SLB API, host:port or URL; plain http is for loopback only; default: the region's")
	f.StringVar(&o.ECSEndpoint, "ecs-endpoint", "", "`address` of the ECS API; default: that of --slb-endpoint if given, else the region's")
	f.StringVar(&o.Network, "network", "", "\"vpc\" to use the region's endpoints inside the VPC; default: the public ones")
	f.StringVar(&o.AddonToken, "addon-token-file", "/var/addon/token-config", "`file` with the token of a managed add-on; it comes before every other credential if it exists")
	f.DurationVar(&o.CallTimeout, "call-timeout", 8*time.Second, "time limit of one call of the service")
	f.IntVar(&o.WriteRate, "write-rate", 90, "calls a `minute` that the service grants the account for each writing operation")
	f.IntVar(&o.ReadRate, "read-rate", 3000, "calls a `minute` that the service grants the account for each reading operation")
	f.Float64Var(&o.RateShare, "rate-share", 0.3, "`part` of these rates that the controller takes; the account's other tools need the rest")
	f.StringVar(&o.MetadataBase, "metadata-url", "http://100.100.100.200", "`URL` of the instance metadata service")

	f.BoolVar(&o.WatchIngressWithoutClass, "watch-ingress-without-class", false, "serve Ingresses that name no class; they join --default-class")
	f.StringVar(&o.DefaultClass, "default-class", "slb", "`class` that Ingresses without a class join")
	f.DurationVar(&o.ReleaseGrace, "release-grace", 10*time.Minute, "how long an instance that was created for a class outlives its last Ingress")
	f.DurationVar(&o.AuditInterval, "audit-interval", 3*time.Hour, "about how often the service is read again to find what others changed")
	f.IntVar(&o.Workers, "workers", 4, "instances that are reconciled at once")

	f.StringVar(&o.Namespace, "namespace", "", "the controller's own `namespace`, for its fallback certificate and its lease; default: the service account's, else kube-system")
	f.BoolVar(&o.LeaderElect, "leader-elect", false, "run only while holding the lease, so that several replicas can be started")
	f.DurationVar(&o.LeaseDuration, "lease-duration", 30*time.Second, "how long a lease lasts after it was renewed, whole seconds; a leader that cannot renew it gives up after half of that")
	f.StringVar(&o.MetricsAddress, "metrics-bind-address", ":8443", "`address` of the metrics endpoint; 0 turns it off")
	f.BoolVar(&o.MetricsSecure, "metrics-secure", true, "serve metrics over TLS to callers that the cluster authorises")
	f.StringVar(&o.ProbeAddress, "health-probe-bind-address", ":8081", "`address` of /healthz and /readyz; 0 turns it off")
}
