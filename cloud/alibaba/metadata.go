package alibaba

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// DefaultMetadataURL is where an instance finds its metadata.
const DefaultMetadataURL = "http://100.100.100.200"

// metadataTimeout is short: off the cloud nobody answers at that address.
const metadataTimeout = 2 * time.Second

// Metadata reads the metadata of the instance that we run on. The zero value is usable.
type Metadata struct {
	BaseURL   string            // empty: DefaultMetadataURL
	Transport http.RoundTripper // nil: plain HTTP without a proxy
}

// VPC gives the id of the instance's VPC.
func (m Metadata) VPC(ctx context.Context) (string, error) {
	return m.read(ctx, "vpc-id", "--vpc-id")
}

// Region gives the id of the instance's region.
func (m Metadata) Region(ctx context.Context) (string, error) {
	return m.read(ctx, "region-id", "--region")
}

// read gets one item. Instances in hardened mode want a session token first; others answer its
// request by 404 or not at all, and need none.
func (m Metadata) read(ctx context.Context, item, flag string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	value, err := m.do(ctx, http.MethodGet, "/latest/meta-data/"+item, m.session(ctx))
	if err == nil && !regexp.MustCompile(`^[a-z0-9-]{2,64}$`).MatchString(value) {
		err = errors.New("the answer is no id")
	}
	if err != nil {
		return "", fmt.Errorf("cannot read %s from the instance metadata: %w; give it by %s", item, err, flag)
	}
	return value, nil
}

// session gives the header of a session, or none. It may take half the time only.
func (m Metadata) session(ctx context.Context) http.Header {
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout/2)
	defer cancel()
	header := http.Header{"X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds": {"60"}}
	token, err := m.do(ctx, http.MethodPut, "/latest/api/token", header)
	if err != nil {
		return nil
	}
	return http.Header{"X-Aliyun-Ecs-Metadata-Token": {token}}
}

func (m Metadata) do(ctx context.Context, method, path string, header http.Header) (string, error) {
	base := strings.TrimSuffix(cmp.Or(m.BaseURL, DefaultMetadataURL), "/")
	req, err := http.NewRequestWithContext(ctx, method, base+path, http.NoBody)
	if err != nil {
		return "", errors.New("the address of the metadata cannot be used")
	}
	if header != nil {
		req.Header = header
	}
	transport := m.Transport
	if transport == nil {
		own := &http.Transport{DisableKeepAlives: true}
		defer own.CloseIdleConnections()
		transport = own
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", errors.New(causeOf(ctx, err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1024))
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", errors.New("HTTP " + statusText(resp.StatusCode))
	}
	return strings.TrimSpace(string(body)), nil
}
