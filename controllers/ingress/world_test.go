package ingress

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/recorder"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// grace is how long instances outlive their last Ingress in these tests.
const grace = 10 * time.Minute

// setup is what a test may choose of its world.
type setup struct {
	account fakecloud.Options
	options Options
	retry   alibaba.Retry
	fence   func(time.Duration) error
	// shared is the account of another world; nil: one of its own.
	shared *fakecloud.Cloud
	// cached makes the controller read what events told it, as it does in a cluster, rather than the
	// API itself.
	cached bool
	// token, if set, is the security token that comes with each call.
	token string
	// log, if set, takes down what the controller logs, at the highest verbosity, and its errors.
	log *logSink
	// wrap, if set, is put around a life's transport.
	wrap func(*life, http.RoundTripper) http.RoundTripper
}

// world is a cluster, an account of the service and a controller, in memory and on the virtual clock
// of a bubble. Nothing moves but in run and settle, one reconcile at a time, in a fixed order.
type world struct {
	testing.TB

	setup     setup
	cloud     *fakecloud.Cloud
	api       *apiServer
	secrets   *secretServer
	life      *life
	lives     int
	queue     *agenda
	pods      map[string]string // Service by address, of all pods there ever were
	surveying bool              // a survey is under way
	called    int               // calls of the survey or reconcile that is under way
}

// life is one process of the controller: what it knows dies with it.
type life struct {
	*reconciler

	surveyor  *surveyor
	surveyAt  time.Time
	transport *fakecloud.Incarnation
	told      *eventLog
	metrics   *prometheus.Registry
	dead      bool
	doomed    bool // dies before its next effect
}

// kill ends a life at once: nothing that it does from now on has an effect.
func (l *life) kill() {
	l.transport.Kill()
	l.dead = true
}

// play runs a scene in a bubble.
func play(t *testing.T, scene func(*world), edits ...func(*setup)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, edits...)
		defer w.end()
		scene(w)
	})
}

func newWorld(tb testing.TB, edits ...func(*setup)) *world {
	tb.Helper()
	s := setup{
		account: fakecloud.Options{Seed: 1, ENICIDR: netip.MustParsePrefix("10.1.0.0/16")},
		options: Options{
			ClusterID: "c-1", VPCID: fakecloud.DefaultVPC, Namespace: "slb-system", DefaultClass: "slb", ReleaseGrace: grace,
		},
	}
	for _, edit := range edits {
		edit(&s)
	}
	if s.account.AccessKeys == nil {
		s.account.AccessKeys = map[string]string{}
		for _, id := range []string{"c-1", "c-2", s.options.ClusterID} {
			s.account.AccessKeys[setup{options: Options{ClusterID: id}}.accessKey()] = fakecloud.DefaultAccessKeySecret
		}
	}
	w := &world{TB: tb, setup: s, queue: newAgenda(), pods: map[string]string{}}
	if w.cloud = s.shared; w.cloud == nil {
		w.cloud = fakecloud.New(s.account)
	}
	w.api = newAPIServer(w)
	w.secrets = newSecretServer()
	w.start()
	return w
}

// start begins a life: a process that knows nothing.
func (w *world) start() {
	w.Helper()
	w.lives++
	l := &life{transport: w.cloud.Incarnation(), told: &eventLog{}, metrics: prometheus.NewRegistry()}
	metrics, err := NewMetrics(l.metrics)
	w.must(err)
	var transport http.RoundTripper = l.transport
	if w.setup.wrap != nil {
		transport = w.setup.wrap(l, transport)
	}
	service := w.adapter(transport, metrics)
	options := w.setup.options.withDefaults()
	secrets := newSecretStore(w.secrets)
	fallback := onceCertificate(func(ctx context.Context) (cloud.Certificate, error) {
		return loadFallback(ctx, w.secrets.Secrets(options.Namespace), options.Now())
	})
	live := w.api.clientOf(l)
	l.reconciler = newReconciler(handles{client: w.api.seenBy(live), live: live, told: l.told}, Deps{Service: service, Metrics: metrics}, options, secrets, fallback)
	l.surveyor = newSurveyor(service, live, l.memory, options)
	l.surveyAt = time.Now().Add(l.surveyor.firstPause())
	w.life = l
	w.queue.clear()
	w.api.replay()
}

// adapter is the real one, over a transport that needs no socket.
func (w *world) adapter(transport http.RoundTripper, metrics *Metrics) *alibaba.Client {
	w.Helper()
	service, err := alibaba.New(alibaba.Options{
		Region: "cn-hangzhou", VPCID: w.setup.options.VPCID, Transport: transport,
		Credentials: alibaba.StaticCredentials(alibaba.Key{
			ID: w.setup.accessKey(), Secret: fakecloud.DefaultAccessKeySecret, Token: w.setup.token, Source: "test",
		}),
		Retry: w.setup.retry, Fence: w.setup.fence, Rates: alibaba.Rates{Share: 1, Writes: 100_000, Reads: 100_000},
		Source: rand.NewPCG(1, uint64(w.lives)), Observer: metrics.Call,
	})
	w.must(err)
	return service
}

// restart ends the process in an orderly way or after a crash, and begins another.
func (w *world) restart() {
	w.Helper()
	w.end()
	w.start()
}

func (w *world) end() {
	w.life.kill()
	w.life.loader.secrets.stop()
	synctest.Wait()
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// handles are what the controller takes of a manager.
type handles struct {
	ctrl.Manager

	client client.Client
	live   client.Reader
	told   *eventLog
}

// syncedCache is a cache that is filled.
type syncedCache struct{ cache.Cache }

func (syncedCache) WaitForCacheSync(context.Context) bool { return true }

func (h handles) GetCache() cache.Cache                          { return syncedCache{} }
func (h handles) GetClient() client.Client                       { return h.client }
func (h handles) GetAPIReader() client.Reader                    { return h.live }
func (h handles) GetEventRecorder(string) recorder.EventRecorder { return h.told }
