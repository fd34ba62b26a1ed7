package alibaba

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// Defaults of Options.
const (
	// DefaultTimeout bounds one attempt of a call. It has to stay below the grace in which a deposed
	// leader may still write.
	DefaultTimeout = 8 * time.Second
	// DefaultShare is our part of the account's call rates; consoles, scripts and other controllers
	// of the account use the rest.
	DefaultShare = 0.3
)

// Options describe a Client. Region and Credentials are required.
type Options struct {
	Region string // such as "cn-hangzhou"
	VPCID  string // where InterfacesOf looks; empty: in every VPC of the account

	// Endpoint is where SLB is: a host, host:port or URL. Empty: the region's own. HTTPS unless it is
	// a URL with scheme http, which only a loopback host may have.
	Endpoint string
	// ECSEndpoint is where ECS is. Empty: Endpoint if that is given, else the region's own.
	ECSEndpoint string
	// Network "vpc" takes the endpoints that are reached from inside a VPC. Empty: the public ones.
	Network string

	Credentials Credentials

	// Transport carries the calls. Nil: TCP, TLS 1.2 or later. One that works in process needs no
	// socket and no goroutine, and then neither does the Client.
	Transport http.RoundTripper
	// Proxy is used when Transport is nil; nil is none.
	Proxy func(*http.Request) (*url.URL, error)

	Timeout time.Duration // of one attempt; 0: DefaultTimeout
	// Fence is asked right before each attempt of a call that writes whether this process may write
	// for another Timeout. An error keeps the call from being sent. Nil: it always may.
	Fence func(within time.Duration) error
	Retry Retry
	Rates Rates

	// Source makes the jitter of pauses. Nil: seeded by chance. The Client guards it.
	Source rand.Source
	// Observer is told about every attempt: the service's name of the operation, "ok" or the kind of
	// the error, and the time that it took. It is called from many goroutines and must not block.
	Observer func(op, outcome string, d time.Duration)
}

// regionPattern is what a region id consists of. It also keeps a bad one out of host names.
const regionPattern = `^[a-z0-9]+(-[a-z0-9]+)*$`

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Source == nil {
		o.Source = rand.NewPCG(rand.Uint64(), rand.Uint64()) //nolint:gosec // pauses are no secret
	}
	if o.Fence == nil {
		o.Fence = func(time.Duration) error { return nil }
	}
	if o.Observer == nil {
		o.Observer = func(string, string, time.Duration) {}
	}
	o.Retry = o.Retry.withDefaults()
	o.Rates = o.Rates.withDefaults()
	return o
}

func (o Options) validate() error {
	if !regexp.MustCompile(regionPattern).MatchString(o.Region) {
		return fmt.Errorf("cannot use region %q: give a region id such as \"cn-hangzhou\" by --region", o.Region)
	}
	if o.Network != "" && o.Network != "vpc" && o.Network != "public" {
		return fmt.Errorf("cannot use network %q: give \"vpc\" or \"public\"", o.Network)
	}
	if o.Credentials == nil {
		return errors.New("cannot call the service without credentials")
	}
	return nil
}
