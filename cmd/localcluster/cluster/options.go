package cluster

import (
	"net/netip"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Options describe a world. Only BinaryDir is required.
type Options struct {
	// BinaryDir holds the programs of the control plane.
	BinaryDir string
	// Config is the project's folder of manifests, from which the CRDs and the class come. Empty:
	// "config" below the working directory.
	Config string
	// OpenAPI is the address on which the fake SLB answers; empty: a free port of 127.0.0.1.
	OpenAPI string
	// Addresses are given to load balancer instances; default 127.0.100.0/24.
	Addresses netip.Prefix
	// Pods is the range of pod addresses; default 10.244.0.0/16.
	Pods netip.Prefix
	// Fake changes the fake's account: quotas, switches, busy windows. Its clock, addresses and
	// range of interfaces are set by Start.
	Fake fakecloud.Options
	// Instances exist on the fake from the start.
	Instances []fakecloud.InstanceSpec
	// WithoutController leaves the controller to somebody else.
	WithoutController bool
	// ReleaseGrace is the controller's; default ten minutes.
	ReleaseGrace time.Duration
	// LogLevel is the controller's.
	LogLevel int
	// Progress is told each stage before it begins. Nil: nobody wants to know.
	Progress func(stage string)
}

func (o Options) withDefaults() Options {
	if o.Config == "" {
		o.Config = "config"
	}
	if o.OpenAPI == "" {
		o.OpenAPI = "127.0.0.1:0"
	}
	if !o.Addresses.IsValid() {
		o.Addresses = netip.MustParsePrefix("127.0.100.0/24")
	}
	if !o.Pods.IsValid() {
		o.Pods = netip.MustParsePrefix("10.244.0.0/16")
	}
	if o.ReleaseGrace == 0 {
		o.ReleaseGrace = 10 * time.Minute
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o
}
