package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
	"github.com/slb-ingress/slb-ingress-controller/cmd/slb-ingress-controller/manager"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

// Cluster is a running world. Its methods are safe for concurrent use.
type Cluster struct {
	// Cloud is the fake's account; Plane serves what is programmed on it.
	Cloud *fakecloud.Cloud
	Plane *dataplane.Server
	// Client has every right.
	Client client.Client

	options Options
	control *controlplane.ControlPlane
	node    *node.Node
	openAPI string

	mu         sync.Mutex
	controller *task // nil while it is stopped
	stops      []func() error
	failed     chan error
	refused    []string
}

// Start starts everything and returns once the controller runs. When a stage fails, those before it
// are undone, and the error names the stage.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	c := &Cluster{options: o.withDefaults(), failed: make(chan error, 4)}
	stages := []struct {
		name string
		run  func(context.Context) error
	}{
		{"control plane", c.startControlPlane},
		{"CRDs and IngressClass", c.install},
		{"service account and roles", c.installAccount},
		{"virtual node", c.startNode},
		{"fake SLB", c.startCloud},
		{"controller", c.StartController},
	}
	if c.options.WithoutController {
		stages = stages[:len(stages)-1]
	}
	for _, stage := range stages {
		c.options.Progress(stage.name)
		if err := stage.run(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", stage.name, err), c.Stop())
		}
	}
	return c, nil
}

// Stop ends everything that Start started.
func (c *Cluster) Stop() error {
	c.StopController()
	c.mu.Lock()
	stops := c.stops
	c.stops = nil
	c.mu.Unlock()
	var errs []error
	for _, stop := range slices.Backward(stops) {
		errs = append(errs, stop())
	}
	return errors.Join(errs...)
}

// Failed tells when a part ended by itself, and why.
func (c *Cluster) Failed() <-chan error { return c.failed }

// Config is the configuration of a client with every right.
func (c *Cluster) Config() *rest.Config { return c.control.Config() }

// Kubeconfig is the path of a kubeconfig with every right.
func (c *Cluster) Kubeconfig() string { return c.control.KubeconfigFile() }

// OpenAPI is the URL on which the fake SLB answers.
func (c *Cluster) OpenAPI() string { return "http://" + c.openAPI }

// Unserved tells why a listener of an address is not served; nil if all are.
func (c *Cluster) Unserved(address string) error {
	var errs []error
	for _, l := range c.Plane.Listeners() {
		if host, _, err := net.SplitHostPort(l.Address); err == nil && host == address && l.Err != nil {
			errs = append(errs, fmt.Errorf("port %d at %s: %w", l.Port, l.Address, l.Err))
		}
	}
	return errors.Join(errs...)
}

// Port gives the real port on which a listener's port is served.
func (c *Cluster) Port(port int) int { return c.Plane.Port(port) }

func (c *Cluster) onStop(stop func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stops = append(c.stops, stop)
}

func (c *Cluster) startControlPlane(ctx context.Context) error {
	control, err := controlplane.Start(ctx, controlplane.Options{
		BinaryDir: c.options.BinaryDir,
		Progress:  func(stage string) { c.options.Progress("  " + stage) },
	})
	if err != nil {
		return err
	}
	c.control = control
	c.onStop(control.Stop)
	scheme, err := manager.Scheme()
	if err != nil {
		return err
	}
	c.Client, err = client.New(control.Config(), client.Options{Scheme: scheme})
	return err
}

func (c *Cluster) startNode(context.Context) error {
	n, err := node.New(c.Config(), node.Options{PodCIDR: c.options.Pods, Log: ctrl.Log.WithName("node")})
	if err != nil {
		return err
	}
	c.node = n
	running := c.background(n.Run) //nolint:contextcheck // a part outlives its start
	c.onStop(running.stop)
	return nil
}

// StartController starts the controller, as after a restart of its pod: with nothing remembered. It
// returns once the controller works.
func (c *Cluster) StartController(ctx context.Context) error {
	config := c.asController()
	config.QPS, config.Burst = 50, 100 // a bound, as a real API server's fairness would set one
	options := c.controllerOptions()
	started := make(chan struct{})
	options.Started = func() { close(started) }

	c.mu.Lock()
	if c.controller != nil {
		c.mu.Unlock()
		return errors.New("the controller runs already")
	}
	running := c.background(func(ctx context.Context) error { return manager.Run(ctx, config, options) }) //nolint:contextcheck // a part outlives its start
	c.controller = running
	c.mu.Unlock()
	select {
	case <-started:
		return nil
	case <-running.done:
		return fmt.Errorf("it ended: %w", running.err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// StopController stops the controller and nothing else. It does nothing if it is stopped.
func (c *Cluster) StopController() {
	c.mu.Lock()
	running := c.controller
	c.controller = nil
	c.mu.Unlock()
	if running != nil {
		_ = running.stop() // an error of a controller that ran is in Failed already
	}
}

func (c *Cluster) controllerOptions() manager.Options {
	return manager.Options{
		Region: regionID, VPCID: fakecloud.DefaultVPC, Endpoint: c.OpenAPI(),
		DefaultClass: "slb", ReleaseGrace: c.options.ReleaseGrace,
		Namespace: ControllerNamespace, MetricsAddress: "0", ProbeAddress: "0",
		Workers: controllerWorkers, AuditInterval: auditInterval, CallTimeout: callTimeout,
		WriteRate: fakeRate, ReadRate: fakeRate, RateShare: 1,
		LogLevel: c.options.LogLevel,
	}
}

// The shipped program's defaults.
const (
	controllerWorkers = 4
	auditInterval     = 3 * time.Hour
	callTimeout       = 8 * time.Second
)

// fakeRate is the rate of calls a minute that the fake grants when nobody asks for limits: the
// controller's own limits are for an account that is shared.
const fakeRate = 60000

// task is a part that runs until it is stopped.
type task struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error // read after done
}

// background runs a part. If it ends with an error before it is stopped, Failed tells.
func (c *Cluster) background(run func(context.Context) error) *task {
	ctx, cancel := context.WithCancel(context.Background())
	t := &task{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(t.done)
		t.err = run(ctx)
		if t.err != nil && ctx.Err() == nil {
			select {
			case c.failed <- t.err:
			default: // nobody reads; the first failures are what matters
			}
		}
	}()
	return t
}

func (t *task) stop() error {
	t.cancel()
	<-t.done
	return t.err
}
