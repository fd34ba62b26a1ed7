package config_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
	"github.com/slb-ingress/slb-ingress-controller/cmd/slb-ingress-controller/manager"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

// patience bounds every wait. It is never waited out by a test that passes.
const patience = 90 * time.Second

// world is a cluster in which nothing is installed yet, and a fake SLB that serves its pods.
type world struct {
	*testing.T

	admin   client.Client // has every right
	clients kubernetes.Interface
	config  *rest.Config
	cloud   *fakecloud.Cloud
	plane   *dataplane.Server
	openAPI string
	changes int // of roles
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t}
	logTo(t)
	w.startCluster()
	n, err := node.New(w.config, node.Options{PodCIDR: pods()})
	w.must(err)
	w.background("virtual node", n.Run)

	w.cloud = newAccount()
	w.plane = dataplane.New(dataplane.Options{Source: w.cloud, Dial: n.DialContext})
	w.background("data plane", w.plane.Run)
	w.openAPI = w.serve(w.cloud)
	return w
}

func pods() netip.Prefix { return netip.MustParsePrefix("10.244.0.0/16") }

// newAccount is an account of the service that knows the cluster's pods.
func newAccount() *fakecloud.Cloud {
	return fakecloud.New(fakecloud.Options{
		Addresses: netip.MustParsePrefix("127.0.102.0/24"), ENICIDR: pods(), Switches: fakecloud.Switches{AnyENI: true},
	})
}

func (w *world) startCluster() {
	w.Helper()
	control, err := controlplane.Start(w.Context(), controlplane.Options{BinaryDir: binaries(w.T)})
	w.must(err)
	w.Cleanup(func() {
		if err := control.Stop(); err != nil {
			w.Error(err)
		}
	})
	scheme, err := manager.Scheme()
	w.must(err)
	w.config = control.Config()
	w.admin, err = client.New(w.config, client.Options{Scheme: scheme})
	w.must(err)
	w.clients, err = kubernetes.NewForConfig(w.config)
	w.must(err)
}

// serve answers on a free port of the loopback address and returns the URL.
func (w *world) serve(handler http.Handler) string {
	w.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	w.background("API of the fake", func(ctx context.Context) error {
		unhook := context.AfterFunc(ctx, func() { _ = server.Close() }) // its end is the error of Serve
		defer unhook()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return "http://" + listener.Addr().String()
}

// background runs a part until the test ends or stop is called, whichever is first.
func (w *world) background(what string, run func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.Errorf("%s: %v", what, err)
		}
	})
	w.Cleanup(stop)
	return stop
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// install applies rendered objects in their order.
func (w *world) install(objects []*unstructured.Unstructured) {
	w.Helper()
	for _, o := range objects {
		applied := client.ApplyConfigurationFromUnstructured(o.DeepCopy())
		if err := w.admin.Apply(w.Context(), applied, client.FieldOwner("install"), client.ForceOwnership); err != nil {
			w.Fatalf("applying %s %q: %v", o.GetKind(), o.GetName(), err)
		}
	}
}

func (w *world) create(objects ...client.Object) {
	w.Helper()
	for _, o := range objects {
		if err := w.admin.Create(w.Context(), o); err != nil {
			w.Fatalf("creating %T %q: %v", o, o.GetName(), err)
		}
	}
}

// eventually waits until check returns nil. It looks again at short intervals, because what it
// waits for crosses processes and sockets.
func (w *world) eventually(what string, check func(context.Context) error) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			w.Fatalf("%s: %v", what, err)
		case <-ticker.C:
		}
	}
}

// logTo collects what programs log and prints it if the test fails.
func logTo(t *testing.T) {
	t.Helper()
	logs := &journal{}
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	ctrl.SetLogger(zapr.NewLogger(zap.New(zapcore.NewCore(encoder, logs, zap.InfoLevel))))
	t.Cleanup(func() {
		ctrl.SetLogger(logr.Discard())
		if t.Failed() {
			t.Logf("what was logged:\n%s", logs)
		}
	})
}

// journal is a log in memory. It is safe for concurrent use.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (*journal) Sync() error { return nil }

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
