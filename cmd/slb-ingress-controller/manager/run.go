package manager

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	ctrlmanager "sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
	"github.com/slb-ingress/slb-ingress-controller/controllers/ingress"
)

// leaseName is the lease that replicas contend for.
const leaseName = "slb-ingress-controller"

// shortestLease leaves time for a renewal that the API server is slow to answer.
const shortestLease = 4 * time.Second

// renewDeadline is how long a leader tries to renew its lease. A deposed leader may have one call
// under way. The lease outlives it: the time between the end of renewing and the lease's expiry is
// longer than the time limit of a call. A process that was stopped and wakes up is held by the
// lease's fence.
func (o *Options) renewDeadline() time.Duration { return o.LeaseDuration / 2 }

// retryPeriod is the pause between two tries to get or renew the lease.
func (o *Options) retryPeriod() time.Duration { return o.LeaseDuration / 10 }

// Scheme has every type that the controller reads or writes.
func Scheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("building the scheme: %w", err)
	}
	return scheme, nil
}

// Run runs the controller until ctx ends. An error before that says what to change.
func Run(ctx context.Context, cluster *rest.Config, o Options) error {
	if err := o.validate(); err != nil {
		return err
	}
	scheme, err := Scheme()
	if err != nil {
		return err
	}
	live, err := client.New(cluster, client.Options{Scheme: scheme})
	if err != nil {
		return fmt.Errorf("cannot reach the cluster at %s: %w", cluster.Host, err)
	}
	if err := checkCRDs(live.RESTMapper()); err != nil {
		return err
	}
	if err := o.complete(ctx, live); err != nil {
		return err
	}
	own, err := ingress.NewMetrics(metrics.Registry)
	if err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	defer own.Unregister(metrics.Registry)
	keys := alibaba.NewCredentials(alibaba.CredentialsOptions{TokenFile: o.AddonToken})
	lock, err := o.lock(cluster)
	if err != nil {
		return err
	}
	service, err := newService(o, lock, keys, own)
	if err != nil {
		return err
	}
	if err := checkCredentials(ctx, keys); err != nil {
		return err
	}
	mgr, err := newManager(cluster, scheme, lock, o)
	if err != nil {
		return err
	}
	if err := ingress.Register(ctx, mgr, ingress.Deps{Service: service, Metrics: own}, ingress.Options{
		ClusterID: o.ClusterID, VPCID: o.VPCID, Namespace: o.Namespace,
		WatchIngressWithoutClass: o.WatchIngressWithoutClass, DefaultClass: o.DefaultClass,
		ReleaseGrace: o.ReleaseGrace, AuditInterval: o.AuditInterval, Workers: o.Workers,
	}); err != nil {
		return err
	}
	if o.Started != nil {
		if err := mgr.Add(announce(mgr, o.Started)); err != nil {
			return err
		}
	}
	ctrl.Log.Info("starting", "clusterID", o.ClusterID, "region", o.Region, "vpcID", o.VPCID, "namespace", o.Namespace)
	return mgr.Start(ctx)
}

// announce calls started once the caches are filled.
func announce(mgr ctrl.Manager, started func()) ctrlmanager.RunnableFunc {
	return func(ctx context.Context) error {
		if mgr.GetCache().WaitForCacheSync(ctx) {
			started()
		}
		return nil
	}
}

// checkCRDs makes a missing installation a sentence instead of a cache that never syncs.
func checkCRDs(mapper meta.RESTMapper) error {
	for _, kind := range []string{"SLBConfig", "SLBInstance"} {
		_, err := mapper.RESTMapping(schema.GroupKind{Group: v1alpha1.GroupName, Kind: kind}, v1alpha1.GroupVersion.Version)
		if meta.IsNoMatchError(err) {
			return fmt.Errorf("the cluster has no kind %s of %s: install the CRDs by \"kubectl apply -k config/crd\"", kind, v1alpha1.GroupVersion)
		}
		if err != nil {
			return fmt.Errorf("cannot ask the cluster for its kinds: %w", err)
		}
	}
	return nil
}

// credentialsTimeout bounds the search for credentials, the last place of which is the metadata of
// the machine, where nobody may answer.
const credentialsTimeout = 15 * time.Second

// checkCredentials makes missing credentials a sentence at the start instead of calls that fail.
func checkCredentials(ctx context.Context, keys alibaba.Credentials) error {
	ctx, cancel := context.WithTimeout(ctx, credentialsTimeout)
	defer cancel()
	if _, err := keys.Key(ctx); err != nil {
		return fmt.Errorf("cannot start without credentials: %w", err)
	}
	return nil
}

// lock makes the lease of a replica that contends for it; nil for a controller that is alone.
func (o *Options) lock(cluster *rest.Config) (*lease, error) {
	if !o.LeaderElect {
		return nil, nil //nolint:nilnil // no lease is an answer here, not an error
	}
	return newLease(cluster, *o)
}

func newService(o Options, lock *lease, keys alibaba.Credentials, own *ingress.Metrics) (*alibaba.Client, error) {
	var fence func(time.Duration) error
	if lock != nil {
		fence = lock.fence
	}
	return alibaba.New(alibaba.Options{
		Fence:  fence,
		Region: o.Region, VPCID: o.VPCID, Endpoint: o.Endpoint, ECSEndpoint: o.ECSEndpoint, Network: o.Network,
		Credentials: keys,
		Timeout:     o.CallTimeout,
		Rates:       alibaba.Rates{Writes: o.WriteRate, Reads: o.ReadRate, Share: o.RateShare},
		Observer:    own.Call,
	})
}

func newManager(cluster *rest.Config, scheme *runtime.Scheme, lock *lease, o Options) (ctrl.Manager, error) {
	renew, retry := o.renewDeadline(), o.retryPeriod()
	metricsOptions := metricsserver.Options{BindAddress: o.MetricsAddress, SecureServing: o.MetricsSecure}
	if o.MetricsSecure {
		metricsOptions.FilterProvider = filters.WithAuthenticationAndAuthorization
	}
	options := ctrl.Options{
		Scheme: scheme, Cache: ingress.CacheOptions(), Metrics: metricsOptions,
		HealthProbeBindAddress: o.ProbeAddress,
		LeaderElection:         o.LeaderElect, LeaderElectionID: leaseName, LeaderElectionNamespace: o.Namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &o.LeaseDuration, RenewDeadline: &renew, RetryPeriod: &retry,
	}
	if lock != nil {
		options.LeaderElectionResourceLockInterface = lock
	}
	mgr, err := ctrl.NewManager(cluster, options)
	if err != nil {
		return nil, fmt.Errorf("building the manager: %w", err)
	}
	if err := errors.Join(mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("ping", healthz.Ping)); err != nil {
		return nil, fmt.Errorf("adding the probes: %w", err)
	}
	return mgr, nil
}
