package controlplane

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Version is the Kubernetes release that hack/kube builds; it names the folder in the user's cache.
const Version = "v1.37.0"

// assetsVariable is the variable by which envtest, too, finds its programs.
const assetsVariable = "KUBEBUILDER_ASSETS"

// ErrNoBinaries says that a program of the control plane has not been built yet.
var ErrNoBinaries = errors.New("kube tools are missing: run make kube-tools (about 10 minutes on 2 cores, once)")

// BinaryDir finds the folder that holds etcd, kube-apiserver, kube-controller-manager and kubectl:
// KUBEBUILDER_ASSETS if that is set, else the folder of the user's cache that `make kube-tools`
// fills. The error wraps ErrNoBinaries if one of them is not there.
func BinaryDir() (string, error) {
	dir, err := assetsDir()
	if err != nil {
		return "", err
	}
	for _, name := range []string{etcd, apiServer, controllerManager, "kubectl"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("looking for %s in %q: %w", name, dir, ErrNoBinaries)
		}
	}
	return dir, nil
}

// assetsDir follows the rule of hack/kube/build.sh. os.UserCacheDir does not: on macOS it names
// another folder.
func assetsDir() (string, error) {
	if dir := os.Getenv(assetsVariable); dir != "" {
		return dir, nil
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("looking for the kube tools: %w", err)
		}
		cache = filepath.Join(home, ".cache")
	}
	return filepath.Join(cache, "slb-ingress-controller", "kube", Version), nil
}
