package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// Options are the flags.
type Options struct {
	Listen          string // host:port of the OpenAPI
	VIPRange        netip.Prefix
	ENICIDR         netip.Prefix // the zero value: pods of others are unknown
	Region          string
	VPC             string
	Seed            int64
	AccessKeyID     string
	AccessKeySecret string
	DataPlane       bool
	Instances       []fakecloud.InstanceSpec
	Latency         time.Duration // added to every call
	Busy            bool
}

const helpHead = `fakecloud serves a fake of the SLB service, with real traffic, on this machine.

It answers the OpenAPI calls that a controller makes and keeps what they create in memory. Each load
balancer gets a loopback address of its own, and its running listeners are real ports there.

Usage: fakecloud [flags]

Flags:
`

const helpTail = `
Ports 80 and 443 are used as they are if this process may bind them. If not, every listener port
below 1024 is served 8000 higher: 8080 and 8443. What is used is printed at start.

Examples:
  fakecloud --eni-cidr 10.244.0.0/16
      accept the pods of a cluster with that pod network as members
  fakecloud --seed-instance lb-mine --seed-instance lb-private,slb.s1.small,intranet,vpc-fake
      two load balancers that exist already, to try reuse by id
`

// parseOptions reads the flags. It gives flag.ErrHelp after it has written the help.
func parseOptions(args []string, help io.Writer) (Options, error) {
	o := Options{VIPRange: netip.MustParsePrefix("127.0.100.0/24")}
	flags := flag.NewFlagSet("fakecloud", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are returned, and told once
	o.addFlags(flags)
	err := flags.Parse(args)
	if err == flag.ErrHelp { //nolint:errorlint // Parse returns it bare
		printHelp(flags, help)
	}
	if err != nil {
		return Options{}, err
	}
	if flags.NArg() > 0 {
		return Options{}, fmt.Errorf("unexpected argument %q: all settings are flags", flags.Arg(0))
	}
	if err := o.validate(); err != nil {
		return Options{}, err
	}
	return o, nil
}

func (o *Options) addFlags(flags *flag.FlagSet) {
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:8088", "serve the OpenAPI at `host:port`; port 0 takes a free one")
	flags.TextVar(&o.VIPRange, "vip-range", o.VIPRange, "give load balancers addresses of this `CIDR`; they must be bindable here")
	flags.Func("eni-cidr", "treat every IP of this `CIDR` as a pod's address on some network interface", o.parseENICIDR)
	flags.StringVar(&o.Region, "region", "cn-hangzhou", "be this `region`")
	flags.StringVar(&o.VPC, "vpc", fakecloud.DefaultVPC, "be an account with this one `VPC`")
	flags.Int64Var(&o.Seed, "seed", 0, "make ids from this `number`; the same calls then give the same ids")
	flags.StringVar(&o.AccessKeyID, "access-key-id", fakecloud.DefaultAccessKeyID, "accept calls signed with this `key`")
	flags.StringVar(&o.AccessKeySecret, "access-key-secret", fakecloud.DefaultAccessKeySecret, "and with this `secret`")
	flags.BoolVar(&o.DataPlane, "data-plane", true, "serve the traffic of listeners; false serves the OpenAPI only")
	flags.Func("seed-instance", "start with a load balancer `id[,spec[,address-type[,vpc]]]`; may be repeated.\n"+
		"Left out are slb.s1.small, internet and --vpc; the spec \"shared\" makes a\nshared-performance one", o.addInstance)
	flags.DurationVar(&o.Latency, "latency", 0, "let every call take this `time` longer")
	flags.BoolVar(&o.Busy, "busy", false, "be busy for about a second after each write, as the service is")
}

func (o *Options) parseENICIDR(text string) error {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return err
	}
	o.ENICIDR = prefix.Masked()
	return nil
}

func (o *Options) validate() error {
	switch host, _, err := net.SplitHostPort(o.Listen); {
	case err != nil:
		return fmt.Errorf("--listen %q: %w", o.Listen, err)
	case host == "":
		return fmt.Errorf("--listen %q: a host is needed, e.g. 127.0.0.1%s", o.Listen, o.Listen)
	case !o.VIPRange.Addr().Is4():
		return fmt.Errorf("--vip-range %q: an IPv4 network is needed", o.VIPRange)
	case o.Latency < 0:
		return fmt.Errorf("--latency %s: a time cannot be negative", o.Latency)
	case o.AccessKeyID == "" || o.AccessKeySecret == "":
		return fmt.Errorf("--access-key-id and --access-key-secret: both are needed")
	}
	return nil
}

func printHelp(flags *flag.FlagSet, to io.Writer) {
	fmt.Fprint(to, helpHead)
	flags.SetOutput(to)
	flags.PrintDefaults()
	fmt.Fprint(to, helpTail)
}
