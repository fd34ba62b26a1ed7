package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/go-logr/logr/funcr"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

// stopGrace is how long calls under way may go on after a signal.
const stopGrace = 5 * time.Second

// serve runs until ctx ends. It returns nil after a clean stop.
func serve(ctx context.Context, o Options, out io.Writer) error {
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("cannot serve the OpenAPI: %w", err)
	}
	out = &lines{to: out}
	cloud := fakecloud.New(o.cloud())
	if o.Latency > 0 {
		cloud.Fail(fakecloud.Fault{Latency: o.Latency, Times: -1})
	}
	plane := dataplane.New(dataplane.Options{
		Source: cloud,
		Log:    funcr.New(func(_, line string) { fmt.Fprintln(out, line) }, funcr.Options{}),
	})
	greet(out, o, socket.Addr(), plane)
	for _, spec := range o.Instances {
		cloud.AddInstance(spec)
	}
	greetInstances(out, cloud.Dump())

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var parts sync.WaitGroup
	var planeErr error
	if o.DataPlane {
		cloud.ReportHealth(plane.Health)
		parts.Go(func() { planeErr = plane.Run(ctx) })
	}
	apiErr := serveOpenAPI(ctx, socket, cloud)
	cancel()
	parts.Wait()
	if err := errors.Join(apiErr, planeErr); err != nil {
		return err
	}
	fmt.Fprintln(out, "stopped")
	return nil
}

// cloud is the account that the flags describe.
func (o Options) cloud() fakecloud.Options {
	account := fakecloud.Options{
		Region:     o.Region,
		Seed:       o.Seed,
		Addresses:  o.VIPRange.Masked(),
		ENICIDR:    o.ENICIDR,
		AccessKeys: map[string]string{o.AccessKeyID: o.AccessKeySecret},
		VSwitches: []fakecloud.VSwitch{
			{ID: fakecloud.DefaultVSwitch, VPC: o.VPC, CIDR: netip.MustParsePrefix("10.0.0.0/8")},
		},
		JournalLimit: 10_000, // it may run for days
	}
	if o.Busy {
		account.Busy = fakecloud.Windows{
			Starting: time.Second, Configuring: time.Second, Group: time.Second, ACL: time.Second,
			References: 2 * time.Second,
		}
	}
	return account
}

// serveOpenAPI answers calls until ctx ends, then lets those under way finish.
func serveOpenAPI(ctx context.Context, socket net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(socket) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving the OpenAPI: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if server.Shutdown(grace) != nil {
		return server.Close()
	}
	return nil
}
