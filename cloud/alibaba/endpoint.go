package alibaba

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/endpoints"
)

// The products that are called, by their names in the SDK.
const (
	productSLB = "Slb"
	productECS = "Ecs"
)

// resolveEndpoints gives the base URL of each product.
func resolveEndpoints(o Options) (map[string]string, error) {
	slbURL, err := endpointURL("--slb-endpoint", cmp.Or(o.Endpoint, regionalHost(o, productSLB)))
	if err != nil {
		return nil, err
	}
	ecsURL, err := endpointURL("--ecs-endpoint", cmp.Or(o.ECSEndpoint, o.Endpoint, regionalHost(o, productECS)))
	if err != nil {
		return nil, err
	}
	return map[string]string{productSLB: slbURL, productECS: ecsURL}, nil
}

// endpointURL reads a host, host:port or URL. Plain HTTP would send keys and tokens in clear, so it
// is taken for loopback hosts only, where the fake service listens.
func endpointURL(flag, endpoint string) (string, error) {
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("cannot use the endpoint of %s: give a host, host:port or https:// URL without a path", flag)
	}
	switch {
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u.Scheme + "://" + u.Host + "/", nil
	case u.Scheme == "http":
		return "", fmt.Errorf("cannot use the endpoint %q of %s: plain HTTP is for loopback hosts only; give an https:// URL", u.Scheme+"://"+u.Host, flag)
	}
	return "", fmt.Errorf("cannot use the endpoint of %s: unknown scheme %q", flag, u.Scheme)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// regionalHost names the region's endpoint. Old regions share one host, which the SDK's table knows.
func regionalHost(o Options, product string) string {
	name := strings.ToLower(product)
	if o.Network == "vpc" {
		return fmt.Sprintf("%s-vpc.%s.aliyuncs.com", name, o.Region)
	}
	param := &endpoints.ResolveParam{Product: product, RegionId: o.Region}
	host, ok, err := (&endpoints.LocalRegionalResolver{}).TryResolve(param)
	if err != nil || !ok {
		return fmt.Sprintf("%s.%s.aliyuncs.com", name, o.Region)
	}
	return host
}
