package manager

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func flagDefaults(t *testing.T) Options {
	t.Helper()
	var o Options
	flags := flag.NewFlagSet("slb-ingress-controller", flag.ContinueOnError)
	o.AddFlags(flags)
	if err := flags.Parse(nil); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestFlagDefaults(t *testing.T) {
	t.Parallel()
	want := Options{
		AddonToken: "/var/addon/token-config", CallTimeout: 8 * time.Second, WriteRate: 90, ReadRate: 3000, RateShare: 0.3,
		MetadataBase: "http://100.100.100.200", DefaultClass: "slb", ReleaseGrace: 10 * time.Minute, AuditInterval: 3 * time.Hour,
		Workers: 4, LeaseDuration: 30 * time.Second, MetricsAddress: ":8443", MetricsSecure: true, ProbeAddress: ":8081",
	}
	if diff := cmp.Diff(want, flagDefaults(t), cmpopts.IgnoreFields(Options{}, "Started")); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var o Options
	var got bytes.Buffer
	flags := flag.NewFlagSet("slb-ingress-controller", flag.ContinueOnError)
	flags.SetOutput(&got)
	o.AddFlags(flags)
	if err := flags.Parse([]string{"--help"}); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("Parse: got %v, want %v", err, flag.ErrHelp)
	}
	golden := filepath.Join("testdata", "help.txt")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("--help (-want +got), -update rewrites it:\n%s", diff)
	}
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"--release-grace=soon": "release-grace",
		"--workers=many":       "workers",
		"--nonsense":           "nonsense",
	}
	for arg, want := range cases {
		t.Run(arg, func(t *testing.T) {
			t.Parallel()
			var o Options
			flags := flag.NewFlagSet("slb-ingress-controller", flag.ContinueOnError)
			flags.SetOutput(&bytes.Buffer{})
			o.AddFlags(flags)
			if err := flags.Parse([]string{arg}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Parse: got %v, want an error that names %s", err, want)
			}
		})
	}
}

// metadata answers as the metadata service of an instance does.
func metadata(t *testing.T, items map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, ok := items[strings.TrimPrefix(r.URL.Path, "/latest/meta-data/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(value))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// nobody is a cluster that must not be asked.
type nobody struct{ client.Reader }

func (nobody) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return errors.New("nobody is to be asked")
}

func TestComplete(t *testing.T) {
	t.Parallel()
	system := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system", UID: "9b1d"}}
	cluster := fake.NewClientBuilder().WithObjects(system).Build()
	url := metadata(t, map[string]string{"region-id": "cn-beijing", "vpc-id": "vpc-1"})
	bad := metadata(t, map[string]string{"region-id": "<html>", "vpc-id": "vpc-1"})
	cases := map[string]struct {
		reason string
		given  Options
		live   client.Reader
		want   Options
		err    string
	}{
		"Everything": {
			"nothing is given: cluster and metadata tell",
			Options{MetadataBase: url},
			cluster,
			Options{ClusterID: "9b1d", Region: "cn-beijing", VPCID: "vpc-1", Namespace: "kube-system", MetadataBase: url},
			"",
		},
		"Nothing": {
			"what is given is not asked for",
			Options{ClusterID: "c", Region: "r", VPCID: "v", Namespace: "n", MetadataBase: "http://[::1]:0"},
			nobody{},
			Options{ClusterID: "c", Region: "r", VPCID: "v", Namespace: "n", MetadataBase: "http://[::1]:0"},
			"",
		},
		"LongestClusterID": {
			"it fits a tag",
			Options{ClusterID: strings.Repeat("c", cloud.MaxClusterID), Region: "r", VPCID: "v", Namespace: "n"},
			nobody{},
			Options{ClusterID: strings.Repeat("c", cloud.MaxClusterID), Region: "r", VPCID: "v", Namespace: "n"},
			"",
		},
		"NoCluster":    {"the cluster cannot be asked", Options{}, nobody{}, Options{}, "--cluster-id"},
		"LongID":       {"it fits no tag", Options{ClusterID: strings.Repeat("c", cloud.MaxClusterID+1)}, nobody{}, Options{}, "--cluster-id"},
		"BadMetadata":  {"a page of a proxy is no region", Options{ClusterID: "c", MetadataBase: bad}, nobody{}, Options{}, "--region"},
		"NoVPC":        {"metadata without a VPC", Options{ClusterID: "c", Region: "r", MetadataBase: metadata(t, nil)}, nobody{}, Options{}, "--vpc-id"},
		"ClosedRegion": {"nobody answers", Options{ClusterID: "c", MetadataBase: "http://" + closedPort(t)}, nobody{}, Options{}, "--region"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.given
			err := got.complete(t.Context(), tc.live)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("%s: got %v, want an error that names %s", tc.reason, err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(Options{}, "Started")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestClusterByKubeconfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "none")
	t.Setenv("KUBECONFIG", "")
	if _, err := Cluster(file); err == nil || !strings.Contains(err.Error(), "--kubeconfig") {
		t.Errorf("Cluster: got %v, want an error that names --kubeconfig", err)
	}
	text := "{apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: 'https://192.0.2.1:6443'}}]}"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cluster, err := Cluster(file)
	if err != nil || cluster.Host != "https://192.0.2.1:6443" {
		t.Errorf("Cluster: got %v (%v)", cluster, err)
	}
}
