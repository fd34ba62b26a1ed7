package cluster_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/cluster"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// shared is the one world of this package's tests: starting a control plane takes seconds. Each
// test has a namespace and an IngressClass of its own in it, and so an SLB instance of its own.
var shared *cluster.Cluster

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := controlplane.BinaryDir()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	logs, err := os.CreateTemp("", "slb-ingress-e2e-*.log")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	logTo(logs.Name())
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	shared, err = cluster.Start(ctx, cluster.Options{
		BinaryDir:    dir,
		Config:       configDir,
		Addresses:    netip.MustParsePrefix("127.0.101.0/24"),
		ReleaseGrace: grace,
		// Every test has instances of its own, and all tests together more than an account is given.
		Fake: fakecloud.Options{Quotas: fakecloud.Quotas{DomainExtensions: 10, Instances: 250}},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the cluster:", err, "\nlog:", logs.Name())
		return 1
	}
	code := max(m.Run(), checkRights())
	if err := shared.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping the cluster:", err)
		code = 1
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, "the controller's log:", logs.Name())
		return code
	}
	_ = os.Remove(logs.Name()) // a leftover log is no failure
	return 0
}

// checkRights is the proof that the shipped roles and the shipped RAM policy are enough for everything
// that the tests do.
func checkRights() int {
	code := 0
	for _, request := range shared.Refused() {
		fmt.Fprintln(os.Stderr, "the controller's roles do not allow:", request)
		code = 1
	}
	for _, call := range shared.Cloud.Journal() {
		if call.Code == "Forbidden.RAM" && !call.Foreign {
			fmt.Fprintln(os.Stderr, "the RAM policy does not allow:", call.Action)
			code = 1
		}
	}
	return code
}

// configDir is the project's folder of manifests, from this package.
var configDir = filepath.Join("..", "..", "..", "config")

// grace is long enough that no test meets its end by chance; tests of the end delete the record.
const grace = 10 * time.Minute

func logTo(path string) {
	config := zap.NewProductionConfig()
	config.OutputPaths = []string{path}
	config.DisableStacktrace = true
	config.Sampling = nil
	logger, err := config.Build()
	if err != nil {
		panic(err)
	}
	ctrl.SetLogger(zapr.NewLogger(logger))
}
