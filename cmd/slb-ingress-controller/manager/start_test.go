package manager

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// closedPort is an address of this machine at which nobody answers.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

// settings are those of a start that succeeds, but for what edit makes of them.
func settings(t *testing.T, edit func(*Options)) Options {
	t.Helper()
	o := flagDefaults(t)
	o.ClusterID, o.Region, o.VPCID, o.Namespace = "c-1", "cn-hangzhou", fakecloud.DefaultVPC, "default"
	o.MetadataBase = "http://" + closedPort(t)
	o.MetricsAddress, o.ProbeAddress = "0", "0"
	if edit != nil {
		edit(&o)
	}
	return o
}

// TestStart is in one piece because the last of its parts change the one control plane.
//
//nolint:paralleltest // and because one of them needs the environment
func TestStart(t *testing.T) {
	t.Run("MissingCRDs", func(t *testing.T) {
		err := Run(t.Context(), bare, settings(t, nil))
		if err == nil || !strings.Contains(err.Error(), "SLBConfig") || !strings.Contains(err.Error(), "kubectl apply -k config/crd") {
			t.Errorf("Run: got %v, want an error that names the kind and the command", err)
		}
	})
	installCRDs(t)
	t.Run("Refused", startsRefused)
	t.Run("RunsTwice", runsTwice)
}

func startsRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }() // nothing was written
	broken := filepath.Join(t.TempDir(), "token-config")
	if err := os.WriteFile(broken, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", fakecloud.DefaultAccessKeyID)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", fakecloud.DefaultAccessKeySecret)
	cases := map[string]struct {
		reason string
		edit   func(*Options)
		want   string
	}{
		"Credentials": {"a token that cannot be used is not passed over", func(o *Options) { o.AddonToken = broken }, "cannot start without credentials"},
		"Workers":     {"nobody would work", func(o *Options) { o.Workers = 0 }, "--workers"},
		"RateShare":   {"it is a part", func(o *Options) { o.RateShare = 3 }, "--rate-share"},
		"Rate":        {"no call would ever be made", func(o *Options) { o.WriteRate = 0 }, "--write-rate"},
		"Grace":       {"it lies in the past", func(o *Options) { o.ReleaseGrace = -1 }, "--release-grace"},
		"Audit":       {"it would use up the account's rates", func(o *Options) { o.AuditInterval = 1 }, "--audit-interval"},
		"CallTimeout": {"no call could end in time", func(o *Options) { o.CallTimeout = 0 }, "--call-timeout"},
		"ShortLease":  {"a renewal may take a while", func(o *Options) { o.LeaderElect, o.CallTimeout, o.LeaseDuration = true, time.Second, 3*time.Second }, "--lease-duration"},
		"OddLease":    {"the lease's own field holds whole seconds", func(o *Options) { o.LeaderElect, o.LeaseDuration = true, 30500*time.Millisecond }, "--lease-duration"},
		"Lease":       {"a deposed leader's call would meet its successor's", func(o *Options) { o.LeaderElect, o.CallTimeout = true, leaseDuration }, "--call-timeout"},
		"Region":      {"neither flag nor metadata", func(o *Options) { o.Region = "" }, "--region"},
		"VPC":         {"neither flag nor metadata", func(o *Options) { o.VPCID = "" }, "--vpc-id"},
		"ClusterID":   {"the tags cannot hold it", func(o *Options) { o.ClusterID = strings.Repeat("c", cloud.MaxClusterID+1) }, "--cluster-id"},
		"BadRegion":   {"it would end up in host names", func(o *Options) { o.Region = "cn hangzhou" }, "--region"},
		"PlainHTTP":   {"keys do not travel in the clear", func(o *Options) { o.Endpoint = "http://slb.example.com" }, "--slb-endpoint"},
		"MetricsPort": {"somebody else listens there", func(o *Options) { o.MetricsAddress = taken.Addr().String() }, taken.Addr().String()},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := Run(t.Context(), bare, settings(t, tc.edit))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want an error that names %s", tc.reason, err, tc.want)
			}
		})
	}
}

// runsTwice starts the controller, waits until it works, ends it, and does so again in the same
// process.
func runsTwice(t *testing.T) {
	account := fakecloud.New(fakecloud.Options{})
	service := httptest.NewServer(account)
	defer service.Close()
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", fakecloud.DefaultAccessKeyID)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", fakecloud.DefaultAccessKeySecret)
	for range 2 {
		probe := closedPort(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		works, ended := make(chan struct{}), make(chan error, 1)
		o := settings(t, func(o *Options) {
			o.Endpoint, o.ProbeAddress, o.ClusterID = service.URL, probe, ""
			o.Started = func() { close(works) }
		})
		go func() { ended <- Run(ctx, bare, o) }()
		select {
		case <-works:
		case err := <-ended:
			t.Fatalf("Run ended: %v", err)
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			if status := get(ctx, t, "http://"+probe+path); status != http.StatusOK {
				t.Errorf("%s: got %d", path, status)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	if n := account.Writes(); n != 0 {
		t.Errorf("a cluster without Ingresses caused %d writes", n)
	}
}

func get(ctx context.Context, t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
