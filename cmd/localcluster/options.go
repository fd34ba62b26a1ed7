package main

import (
	"flag"
	"fmt"
	"net/netip"
	"time"
)

// options are the command's settings.
type options struct {
	openAPI   string
	config    string
	local     string
	addresses prefix
	pods      prefix
	grace     time.Duration
	timeout   time.Duration
	logLevel  int
	log       string
	sample    bool
	control   bool
}

// maxVerbosity is the highest level that anything logs at.
const maxVerbosity = 10

func parseOptions(args []string) (options, error) {
	o := options{
		addresses: prefix{netip.MustParsePrefix("127.0.100.0/24")},
		pods:      prefix{netip.MustParsePrefix("10.244.0.0/16")},
	}
	f := flag.NewFlagSet("localcluster", flag.ContinueOnError)
	f.StringVar(&o.openAPI, "openapi", "127.0.0.1:0", "`address` on which the fake SLB answers")
	f.StringVar(&o.config, "config", "config", "`folder` with the project's manifests")
	f.StringVar(&o.local, "local", ".local", "`folder` for what others need to join in; it is removed at the end")
	f.Var(&o.addresses, "vip-range", "`CIDR` of load balancer addresses, inside 127.0.0.0/8")
	f.Var(&o.pods, "pod-cidr", "`CIDR` of pod addresses; they exist in this process only")
	f.DurationVar(&o.grace, "release-grace", 10*time.Minute, "how long an instance outlives its last Ingress")
	f.DurationVar(&o.timeout, "timeout", 3*time.Minute, "time limit for everything to be up")
	f.IntVar(&o.logLevel, "v", 0, "log `level` of the controller: 0 for operators, 1 for developers")
	f.StringVar(&o.log, "log", "", "`file` for the controller's log; default: controller.log in the folder of --local")
	f.BoolVar(&o.control, "controller", true, "run the controller; without it, one of yours can work on this cluster and fake, and no sample is applied")
	f.BoolVar(&o.sample, "sample", true, "apply the café sample and send a request")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; every setting is a flag, see --help", f.Arg(0))
	}
	switch {
	case o.logLevel < 0 || o.logLevel > maxVerbosity:
		return o, fmt.Errorf("--v: cannot log at level %d, give 0 to %d", o.logLevel, maxVerbosity)
	case o.grace < 0:
		return o, fmt.Errorf("--release-grace: %s lies in the past, give 0 or more", o.grace)
	}
	if !netip.MustParsePrefix("127.0.0.0/8").Contains(o.addresses.Addr()) {
		return o, fmt.Errorf("--vip-range: %s is not inside 127.0.0.0/8, so this machine may not have its addresses", o.addresses)
	}
	return o, nil
}

// prefix is a CIDR as a flag.
type prefix struct{ netip.Prefix }

// Set implements flag.Value.
func (p *prefix) Set(text string) error {
	parsed, err := netip.ParsePrefix(text)
	if err != nil {
		return err
	}
	p.Prefix = parsed.Masked()
	return nil
}
