package controlplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// attempts bounds how often a start is repeated: envtest picks a free port before the program binds
// it, and now and then another process takes the port in between.
const attempts = 3

// ControlPlane is a running control plane. Its methods are safe for concurrent use.
type ControlPlane struct {
	opts  Options
	state string
	guard *guard
	logs  logs
	plane envtest.ControlPlane

	config     *rest.Config
	kubeconfig []byte
	controller *process

	stop    sync.Once
	stopErr error
}

// Start starts etcd, the API server and the controller manager, in this order, and returns when
// they work: the namespace `default` exists and has its service account, so a pod can be created.
// If ctx ends before that, everything is undone; afterwards ctx has no influence. An error names
// the program that did not start and quotes the end of its log.
func Start(ctx context.Context, opts Options) (*ControlPlane, error) {
	opts, err := opts.validate()
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		c, err := start(ctx, opts)
		if err == nil {
			return c, nil
		}
		if attempt == attempts || ctx.Err() != nil {
			return nil, err
		}
	}
}

func start(ctx context.Context, opts Options) (*ControlPlane, error) {
	c := &ControlPlane{opts: opts}
	if err := c.prepare(); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	// A program that is still starting cannot be told about ctx; ending it makes the start fail.
	unhook := context.AfterFunc(ctx, c.guard.kill)
	defer unhook()

	for _, stage := range []func(context.Context) error{c.startEtcd, c.startAPIServer, c.startControllers, c.awaitWorking} {
		err := stage(ctx)
		if ctx.Err() != nil {
			err = fmt.Errorf("starting the control plane: %w", context.Cause(ctx))
		}
		if err != nil {
			return nil, errors.Join(err, c.Stop())
		}
	}
	return c, nil
}

// prepare makes the folder of the state and starts the guard that removes it in any case.
func (c *ControlPlane) prepare() error {
	var err error
	if c.opts.Dir == "" {
		c.state, err = os.MkdirTemp("", "slb-control-plane-")
	} else if err = os.Mkdir(c.opts.Dir, 0o700); err == nil {
		c.state, err = filepath.Abs(c.opts.Dir)
	}
	if err != nil {
		return fmt.Errorf("making the folder of the control plane: %w", err)
	}
	if c.guard, err = startGuard(c.state); err != nil {
		return err
	}
	if err := os.Mkdir(c.certificates(), 0o700); err != nil {
		return fmt.Errorf("making the folder of certificates: %w", err)
	}
	return c.logs.open(filepath.Join(c.state, "logs"))
}

// certificates is the folder where envtest keeps the keys of the API server.
func (c *ControlPlane) certificates() string { return filepath.Join(c.state, "pki") }

// Config returns the configuration of a client with every right, for a program that makes as many
// requests as it likes. The caller owns the copy.
func (c *ControlPlane) Config() *rest.Config { return rest.CopyConfig(c.config) }

// KubeconfigFile is the path of a kubeconfig with the rights of Config; Stop removes it.
func (c *ControlPlane) KubeconfigFile() string { return filepath.Join(c.state, "kubeconfig") }

// Kubeconfig returns the content of KubeconfigFile. The caller owns the copy.
func (c *ControlPlane) Kubeconfig() []byte { return append([]byte(nil), c.kubeconfig...) }

// LogDir is the folder that has one log for each program; Stop removes it.
func (c *ControlPlane) LogDir() string { return filepath.Join(c.state, "logs") }

// Exited is closed when the controller manager ends, by Stop or by itself.
func (c *ControlPlane) Exited() <-chan struct{} { return c.controller.exited }

// Stop ends every program and removes every file that Start made. It may be called again and then
// returns the same result.
func (c *ControlPlane) Stop() error {
	c.stop.Do(func() { c.stopErr = c.shutDown() })
	return c.stopErr
}

func (c *ControlPlane) shutDown() error {
	var errs []error
	if c.controller != nil {
		c.controller.kill()
	}
	errs = append(errs, c.plane.Stop())
	if c.guard != nil {
		errs = append(errs, c.guard.dismiss())
	}
	errs = append(errs, c.logs.close())
	if c.state != "" {
		errs = append(errs, os.RemoveAll(c.state))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("stopping the control plane: %w", err)
	}
	return nil
}

// stopTimeout bounds the orderly end of a program; then it is killed. There is no state to save.
const stopTimeout = 5 * time.Second
