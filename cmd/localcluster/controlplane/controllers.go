package controlplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// controllers are those that workloads, their endpoints and the deletion of all of it need. The
// node controllers are left out on purpose: nothing evicts the pods of a virtual node.
func controllers() string {
	return strings.Join([]string{
		"deployment-controller",
		"endpoints-controller",
		"endpointslice-controller",
		"endpointslice-mirroring-controller",
		"garbage-collector-controller",
		"job-controller",
		"namespace-controller",
		"replicaset-controller",
		"replicationcontroller-controller",
		"root-ca-certificate-publisher-controller",
		"serviceaccount-controller",
		"serviceaccount-token-controller",
		"statefulset-controller",
	}, ",")
}

func (c *ControlPlane) startControllers(context.Context) error {
	c.opts.Progress("starting the controller manager")
	if err := c.writeFile("ca.crt", c.plane.APIServer.CA); err != nil {
		return err
	}
	launcher, err := c.guard.wrap(filepath.Join(c.opts.BinaryDir, controllerManager))
	if err != nil {
		return err
	}
	cmd := exec.Command(launcher, c.controllerFlags()...) //nolint:noctx // Stop ends it, not a context.
	log := c.logs.files[controllerManager]
	cmd.Stdout, cmd.Stderr = log, log
	if c.controller, err = startProcess(cmd); err != nil {
		return c.logs.explain(controllerManager, err)
	}
	return nil
}

func (c *ControlPlane) controllerFlags() []string {
	return []string{
		"--kubeconfig=" + c.KubeconfigFile(),
		"--controllers=" + controllers(),
		"--leader-elect=false",
		"--root-ca-file=" + filepath.Join(c.state, "ca.crt"),
		"--service-account-private-key-file=" + filepath.Join(c.certificates(), "sa-signer.key"),
		// Nobody scrapes it: no port.
		"--secure-port=0",
		// The default of 20 requests a second makes a hundred pods a matter of many seconds.
		"--kube-api-qps=1000", "--kube-api-burst=2000",
		// A namespace whose pods are still there is looked at again after half of their grace
		// period, 16 s by default; the periodic look is sooner.
		"--namespace-sync-period=1s",
	}
}

func (c *ControlPlane) writeFile(name string, content []byte) error {
	if err := os.WriteFile(filepath.Join(c.state, name), content, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// process is a running program.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	// err is how it ended; it is set before exited is closed.
	err error
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, exited: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		if p.err == nil {
			p.err = errors.New("it ended without an error")
		}
		close(p.exited)
	}()
	return p, nil
}

// kill ends the program at once and returns when it is gone.
func (p *process) kill() {
	// The only error is that it has ended already.
	_ = p.cmd.Process.Kill()
	<-p.exited
}
