package alibaba

import (
	"crypto/tls"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

var (
	_ cloud.Reader     = (*Client)(nil)
	_ cloud.Writer     = (*Client)(nil)
	_ cloud.Interfaces = (*Client)(nil)
)

// Client calls the service in one region. It is safe for concurrent use; nothing is shared between
// two calls but the limiter, the jitter and the cache of network interfaces.
type Client struct {
	region      string
	vpcID       string
	endpoints   map[string]string // base URL by product; never written to after New
	credentials Credentials
	transport   http.RoundTripper
	timeout     time.Duration
	fence       func(time.Duration) error
	retry       Retry
	limiter     *limiter
	jitter      *jitter
	observer    func(op, outcome string, d time.Duration)
	interfaces  *interfaceCache
}

// New makes a Client. It calls nobody. An error names the flag that has to change.
func New(o Options) (*Client, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	urls, err := resolveEndpoints(o)
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = newTransport(o)
	}
	return &Client{
		region: o.Region, vpcID: o.VPCID, endpoints: urls, credentials: o.Credentials,
		transport: o.Transport, timeout: o.Timeout, fence: o.Fence, retry: o.Retry, limiter: newLimiter(o.Rates),
		jitter:   &jitter{rand: rand.New(o.Source)}, //nolint:gosec // pauses are no secret
		observer: o.Observer, interfaces: newInterfaceCache(),
	}, nil
}

// newTransport is TCP with verified TLS. The environment names no proxy here: that is cmd's choice.
func newTransport(o Options) http.RoundTripper {
	return &http.Transport{
		Proxy:                 o.Proxy,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   o.Timeout,
		ResponseHeaderTimeout: o.Timeout,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   8,
		ForceAttemptHTTP2:     true,
	}
}

// jitter spreads pauses, so that clients that were refused together do not come back together.
type jitter struct {
	mu   sync.Mutex
	rand *rand.Rand
}

// spread gives a duration between half of d and d.
func (j *jitter) spread(d time.Duration) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return d/2 + time.Duration(j.rand.Int64N(int64(d/2)+1))
}
