package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/cluster"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// run starts the world, shows that it works, and waits for the end.
func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	binaries, err := controlplane.BinaryDir()
	if err != nil {
		return err
	}
	local, err := claim(o.local)
	if err != nil {
		return err
	}
	defer local.release()
	logs, err := logTo(o, local)
	if err != nil {
		return err
	}
	say := newProgress(out)
	starting, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	c, err := cluster.Start(starting, cluster.Options{
		BinaryDir: binaries, Config: o.config, OpenAPI: o.openAPI, Addresses: o.addresses.Prefix,
		Pods: o.pods.Prefix, ReleaseGrace: o.grace, LogLevel: o.logLevel, Progress: say.stage,
		Instances: sampleInstances(o.addresses.Prefix), WithoutController: !o.control,
	})
	if err != nil {
		return keepLog(err, logs)
	}
	err = serve(ctx, starting, world{cluster: c, options: o, local: local, say: say, binaries: binaries})
	say.stage("stopping")
	if stopped := c.Stop(); err == nil {
		err = stopped
	}
	if err != nil && ctx.Err() == nil {
		err = keepLog(err, logs)
	}
	return err
}

// keepLog saves the log of a run that failed from being removed with its folder.
func keepLog(err error, path string) error {
	text, readErr := os.ReadFile(path) //nolint:gosec // the caller chose it
	kept, createErr := os.CreateTemp("", "localcluster-*.log")
	if readErr != nil || createErr != nil {
		return err
	}
	if _, writeErr := kept.Write(text); writeErr != nil || kept.Close() != nil {
		return err
	}
	return fmt.Errorf("%w\nthe log is kept at %s", err, kept.Name())
}

// sampleInstances are the existing instances that the samples name. Their addresses are far from
// those that are handed out, so that the café sample has the first one.
func sampleInstances(addresses netip.Prefix) []fakecloud.InstanceSpec {
	specs := []fakecloud.InstanceSpec{
		{ID: "lb-existing0example0public", Name: "existing-public", AddressType: "internet", Spec: "slb.s2.small"},
		{ID: "lb-existing0example0class", Name: "existing-class", AddressType: "internet", Spec: "slb.s2.small"},
		{ID: "lb-existing0example0intranet", Name: "existing-intranet", AddressType: "intranet", Spec: "slb.s2.small"},
	}
	const first = 200
	for i := range specs {
		bytes := addresses.Masked().Addr().As4()
		bytes[3] = byte(first + i)
		if address := netip.AddrFrom4(bytes); addresses.Contains(address) {
			specs[i].Address = address.String()
		}
	}
	return specs
}

// world is what a running localcluster has at hand.
type world struct {
	cluster *cluster.Cluster
	options options
	local   *localDir
	say     *progress

	binaries string
}

// serve shows the sample and then waits until ctx ends or a part fails.
func serve(ctx, starting context.Context, w world) error {
	if w.options.sample && w.options.control {
		if err := showCafe(starting, w); err != nil {
			return err
		}
	}
	if err := w.local.writeEnv(w.cluster, w.binaries); err != nil {
		return err
	}
	w.say.ready(w)
	select {
	case <-ctx.Done():
		return nil
	case err := <-w.cluster.Failed():
		return fmt.Errorf("a part of the cluster ended: %w", err)
	}
}

// logTo sends the log of everything in this process to a file, so that the screen is for people.
func logTo(o options, local *localDir) (path string, err error) {
	path = o.log
	if path == "" {
		path = filepath.Join(local.path, "controller.log")
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return "", fmt.Errorf("--log: %w", err)
	}
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.RFC3339TimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.AddSync(file), zapcore.Level(-o.logLevel)) //nolint:gosec // 0 to 10
	ctrl.SetLogger(zapr.NewLogger(zap.New(core)))
	return path, nil
}

// progress prints each stage with the time since the start.
type progress struct {
	out   io.Writer
	begun time.Time
}

func newProgress(out io.Writer) *progress { return &progress{out: out, begun: time.Now()} }

func (p *progress) stage(name string) {
	fmt.Fprintf(p.out, "%6.1fs  %s\n", time.Since(p.begun).Seconds(), name)
}

func (p *progress) ready(w world) {
	fmt.Fprintf(p.out, `
Use it from another terminal:
  . %[1]s/env        # KUBECONFIG, SLB_OPENAPI, SLB_HTTP_PORT, SLB_HTTPS_PORT; kubectl on the PATH
  kubectl get ingress,slbinstances
  kubectl apply --server-side -k %[2]s/samples
  tail -f %[1]s/controller.log
Ctrl-C ends everything.

`, w.local.path, w.options.config)
	fmt.Fprintf(p.out, "READY in %.1fs, fake SLB at %s, listeners 80 and 443 on ports %d and %d\n",
		time.Since(p.begun).Seconds(), w.cluster.OpenAPI(), w.cluster.Port(80), w.cluster.Port(443))
}
