package manager

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
)

// update rewrites golden files.
var update = flag.Bool("update", false, "rewrite the golden files")

// bare is a control plane on which nothing of ours is installed until installCRDs. It takes seconds
// to start, so the package has one.
var bare *rest.Config

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := controlplane.BinaryDir()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	control, err := controlplane.Start(ctx, controlplane.Options{BinaryDir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bare = control.Config()
	code := m.Run()
	if err := control.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// installCRDs makes the control plane one that the controller can run on.
func installCRDs(t *testing.T) {
	t.Helper()
	_, err := envtest.InstallCRDs(bare, envtest.CRDInstallOptions{
		Paths:              []string{filepath.Join("..", "..", "..", "config", "crd", "bases")},
		ErrorIfPathMissing: true, MaxTime: time.Minute, PollInterval: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
}
