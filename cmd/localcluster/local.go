package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/cluster"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// localDir is the folder by which others find a running localcluster. Whoever holds the lock on its
// pid file is the one that runs.
type localDir struct {
	path string
	lock *os.File
}

// claim makes the folder, unless another localcluster has it. What a killed one left is replaced.
func claim(path string) (*localDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make %q: %w", path, err)
	}
	name := filepath.Join(path, "pid")
	if err := checkOurs(path, name); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot make %q: %w", name, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = lock.Close() }() // nothing was written
		if errors.Is(err, syscall.EWOULDBLOCK) {
			pid, _ := os.ReadFile(name) // for the message only
			return nil, fmt.Errorf("a local cluster is up already (process %s): use it by \". %s/env\", or end it by Ctrl-C there",
				strings.TrimSpace(string(pid)), path)
		}
		return nil, fmt.Errorf("cannot lock %q: %w", name, err)
	}
	if err := errors.Join(lock.Truncate(0), writeAt(lock, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		return nil, fmt.Errorf("cannot write %q: %w", name, err)
	}
	return &localDir{path: path, lock: lock}, nil
}

// checkOurs refuses a folder that somebody else uses: ours is empty or has our pid file.
func checkOurs(path, pid string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("--local: %w", err)
	}
	if _, err := os.Lstat(pid); err != nil && len(entries) > 0 {
		return fmt.Errorf("--local: %q is not empty and was not made by a local cluster; name a folder of its own, since it is removed at the end", path)
	}
	return nil
}

func writeAt(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// release removes what was put into the folder, and the folder if nothing else is in it.
func (d *localDir) release() {
	var errs []error
	for _, name := range []string{"env", ".env", "kubeconfig", "controller.log", "pid"} {
		if err := os.Remove(filepath.Join(d.path, name)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	_ = os.Remove(d.path) // it stays if somebody put something into it
	if err := errors.Join(append(errs, d.lock.Close())...); err != nil {
		fmt.Fprintln(os.Stderr, "localcluster: cleaning up:", err)
	}
}

// writeEnv writes shell assignments for whoever joins in. The file appears whole or not at all.
func (d *localDir) writeEnv(c *cluster.Cluster, binaries string) error {
	kubeconfig, err := os.ReadFile(c.Kubeconfig())
	if err != nil {
		return fmt.Errorf("reading the kubeconfig: %w", err)
	}
	config, err := filepath.Abs(filepath.Join(d.path, "kubeconfig"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(config, kubeconfig, 0o600); err != nil { //nolint:gosec // a folder that the caller chose
		return err
	}
	text := fmt.Sprintf("KUBECONFIG=%s\nSLB_OPENAPI=%s\nSLB_HTTP_PORT=%d\nSLB_HTTPS_PORT=%d\nLOCALCLUSTER_PID=%d\n"+
		"SLB_ACCESS_KEY_ID=%s\nSLB_ACCESS_KEY_SECRET=%s\nPATH=%s:$PATH\nexport KUBECONFIG PATH\n",
		quote(config), quote(c.OpenAPI()), c.Port(80), c.Port(443), os.Getpid(),
		quote(fakecloud.DefaultAccessKeyID), quote(fakecloud.DefaultAccessKeySecret), quote(binaries))
	draft := filepath.Join(d.path, ".env")
	if err := os.WriteFile(draft, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Join(d.path, "env"))
}

// quote makes a shell word of any text.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
