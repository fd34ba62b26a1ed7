package crash_test

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/cluster"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// How much is tried. The defaults are a sample for every run; make faults tries all.
var (
	kills   = flag.Int("kills", 5, "calls at which the program is killed")
	freezes = flag.Int("freezes", 2, "calls at which the leader is stopped")
	longest = flag.Duration("longest", 10*time.Second, "the longest time that a leader is stopped for")
	seed    = flag.Uint64("seed", 1, "seed of the sample")
)

// callTimeout bounds a call, so that a lease can be short.
const callTimeout = 2 * time.Second

// world has no controller of its own.
var world *cluster.Cluster

func TestMain(m *testing.M) {
	flag.Parse()
	ctrl.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) int {
	fail := func(what string, err error) int {
		fmt.Fprintln(os.Stderr, what+":", err)
		return 1
	}
	dir, err := os.MkdirTemp("", "slb-ingress-crash-")
	if err != nil {
		return fail("making a folder", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a folder that stays is no failure
	if err := build(dir); err != nil {
		return fail("building", err)
	}
	binaries, err := controlplane.BinaryDir()
	if err != nil {
		return fail("looking for the control plane", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	world, err = cluster.Start(ctx, cluster.Options{
		BinaryDir: binaries, Config: filepath.Join("..", "..", "..", "config"), WithoutController: true,
		Addresses: netip.MustParsePrefix("127.0.102.0/24"), Pods: netip.MustParsePrefix("10.246.0.0/16"),
		Fake: fakecloud.Options{AccessKeys: map[string]string{"first": secretOf("first"), "second": secretOf("second")}},
	})
	if err != nil {
		return fail("starting the cluster", err)
	}
	code := m.Run()
	if err := world.Stop(); err != nil {
		return fail("stopping the cluster", err)
	}
	return code
}
