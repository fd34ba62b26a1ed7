package cluster

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

// regionID is the region that the fake plays.
const regionID = "cn-hangzhou"

// startCloud starts the fake SLB: its API on a TCP port, and its data plane, which reaches pods
// through the virtual node.
func (c *Cluster) startCloud(ctx context.Context) error {
	fake := c.options.Fake
	fake.Region = regionID
	fake.Addresses = c.options.Addresses
	fake.ENICIDR = c.options.Pods
	fake.Switches.AnyENI = true // the virtual node chooses the ids of its pods' interfaces
	policy, err := c.policy()
	if err != nil {
		return err
	}
	fake.Policies = map[string]*fakecloud.RAMPolicy{fakecloud.DefaultAccessKeyID: policy}
	c.Cloud = fakecloud.New(fake)
	for _, spec := range c.options.Instances {
		c.Cloud.AddInstance(spec)
	}

	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", c.options.OpenAPI)
	if err != nil {
		return fmt.Errorf("cannot listen for the API: %w", err)
	}
	c.openAPI = listener.Addr().String()
	server := &http.Server{Handler: c.Cloud, ReadHeaderTimeout: 10 * time.Second}
	serving := c.background(func(context.Context) error { return ignoreClosed(server.Serve(listener)) }) //nolint:contextcheck // a part outlives its start
	c.onStop(func() error {
		err := server.Close()
		<-serving.done
		return err
	})

	c.Plane = dataplane.New(dataplane.Options{Source: c.Cloud, Dial: c.node.DialContext, Log: ctrl.Log.WithName("dataplane")})
	c.Cloud.ReportHealth(c.Plane.Health)
	c.onStop(c.background(c.Plane.Run).stop) //nolint:contextcheck // a part outlives its start
	return useFakeCredentials()
}

func ignoreClosed(err error) error {
	if err == http.ErrServerClosed { //nolint:errorlint // Serve returns it unwrapped
		return nil
	}
	return err
}

// useFakeCredentials puts the fake's key pair where the SDK's default chain looks first, so that no
// credential of the person who runs this is ever read.
func useFakeCredentials() error {
	for name, value := range map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID":     fakecloud.DefaultAccessKeyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET": fakecloud.DefaultAccessKeySecret,
	} {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("setting %s: %w", name, err)
		}
	}
	return os.Unsetenv("ALIBABA_CLOUD_SECURITY_TOKEN")
}
