package controlplane

import (
	"context"
	"fmt"
	"path/filepath"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

func (c *ControlPlane) startEtcd(context.Context) error {
	c.opts.Progress("starting etcd")
	launcher, err := c.guard.wrap(filepath.Join(c.opts.BinaryDir, etcd))
	if err != nil {
		return err
	}
	log := c.logs.files[etcd]
	c.plane.Etcd = &envtest.Etcd{
		Path: launcher, DataDir: filepath.Join(c.state, "etcd"), Out: log, Err: log,
		StartTimeout: c.opts.StartTimeout, StopTimeout: stopTimeout,
	}
	if err := c.plane.Etcd.Start(); err != nil {
		return c.logs.explain(etcd, err)
	}
	return nil
}

func (c *ControlPlane) startAPIServer(context.Context) error {
	c.opts.Progress("starting the API server")
	launcher, err := c.guard.wrap(filepath.Join(c.opts.BinaryDir, apiServer))
	if err != nil {
		return err
	}
	log := c.logs.files[apiServer]
	server := &envtest.APIServer{
		Path: launcher, CertDir: c.certificates(), EtcdURL: c.plane.Etcd.URL, Out: log, Err: log,
		StartTimeout: c.opts.StartTimeout, StopTimeout: stopTimeout,
	}
	// envtest switches this admission off because it has no controller that makes the accounts.
	server.Configure().Disable("disable-admission-plugins")
	c.plane.APIServer = server
	if err := server.Start(); err != nil {
		return c.logs.explain(apiServer, err)
	}
	return c.addAdmin()
}

// addAdmin makes the user that clients and the controller manager are.
func (c *ControlPlane) addAdmin() error {
	base := &rest.Config{QPS: -1} // A negative rate is none: tests make bursts.
	user, err := c.plane.AddUser(envtest.User{Name: "admin", Groups: []string{"system:masters"}}, base)
	if err != nil {
		return fmt.Errorf("adding the user admin: %w", err)
	}
	if c.kubeconfig, err = user.KubeConfig(); err != nil {
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	c.config = user.Config()
	return c.writeFile("kubeconfig", c.kubeconfig)
}
