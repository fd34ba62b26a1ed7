package dataplane

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// checks is the health of one member. A new member counts as healthy until the checks say
// otherwise, so that switching them on interrupts nothing. A nil *checks is always healthy.
type checks struct {
	fakecloud.HealthCheckView
	cancel  context.CancelFunc
	client  http.Client
	request *http.Request
	failing atomic.Bool
	checked atomic.Bool // a first verdict exists
}

func (c *checks) healthy() bool { return c == nil || !c.failing.Load() }

// startChecks probes until stopChecks. A nil view means no checks.
func (m *member) startChecks(view *fakecloud.HealthCheckView, dial Dial) {
	if view == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.checks = &checks{HealthCheckView: withCheckDefaults(*view), cancel: cancel}
	m.checks.client = http.Client{
		Timeout:       m.checks.Timeout,
		Transport:     &http.Transport{DialContext: dial, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	m.checks.request = m.checks.probe(ctx, m.view)
	go m.checks.run(ctx)
}

func (m *member) stopChecks() {
	if m.checks != nil {
		m.checks.cancel()
	}
}

// withCheckDefaults fills what a view leaves out as the service does.
func withCheckDefaults(v fakecloud.HealthCheckView) fakecloud.HealthCheckView {
	v.Method = either(v.Method, "head")
	v.URI = either(v.URI, "/")
	v.Timeout = either(v.Timeout, 5*time.Second)
	v.Interval = either(v.Interval, 2*time.Second)
	v.HealthyThreshold = either(v.HealthyThreshold, 3)
	v.UnhealthyThreshold = either(v.UnhealthyThreshold, 3)
	if len(v.Codes) == 0 {
		v.Codes = []string{"http_2xx"}
	}
	return v
}

func either[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// probe makes the request that every check sends; without a domain its Host is the member's IP.
func (c *checks) probe(ctx context.Context, m fakecloud.MemberView) *http.Request {
	addr := net.JoinHostPort(m.IP, strconv.Itoa(either(c.Port, m.Port)))
	method := http.MethodHead
	if strings.EqualFold(c.Method, http.MethodGet) {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+addr, http.NoBody)
	if err != nil { // an address that is none: every check fails
		return nil
	}
	request.URL.Opaque = c.URI
	request.Host = either(c.Domain, m.IP)
	request.Header.Set("User-Agent", serverName+"-health-check")
	return request
}

// run counts answers in a row: the thresholds say how many turn the verdict.
func (c *checks) run(ctx context.Context) {
	ticker := time.NewTicker(c.Interval)
	defer ticker.Stop()
	good, bad := 0, 0
	for {
		if c.passes() {
			good, bad = good+1, 0
		} else {
			good, bad = 0, bad+1
		}
		if ctx.Err() != nil {
			return
		}
		c.judge(good, bad)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (c *checks) judge(good, bad int) {
	switch {
	case bad >= c.UnhealthyThreshold:
		c.failing.Store(true)
	case good >= c.HealthyThreshold:
		c.failing.Store(false)
	default:
		return
	}
	c.checked.Store(true)
}

func (c *checks) passes() bool {
	if c.request == nil {
		return false
	}
	res, err := c.client.Do(c.request)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return slices.Contains(c.Codes, "http_"+strconv.Itoa(res.StatusCode/100)+"xx")
}
