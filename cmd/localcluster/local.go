package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/cluster"
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

func writeAt(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// release removes the folder.
func (d *localDir) release() {
	if err := errors.Join(os.RemoveAll(d.path), d.lock.Close()); err != nil {
		fmt.Fprintln(os.Stderr, "localcluster: cleaning up:", err)
	}
}

// writeEnv writes shell assignments for whoever joins in. The file appears whole or not at all.
func (d *localDir) writeEnv(c *cluster.Cluster) error {
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
	text := fmt.Sprintf("KUBECONFIG=%s\nSLB_OPENAPI=%s\nSLB_HTTP_PORT=%d\nSLB_HTTPS_PORT=%d\nLOCALCLUSTER_PID=%d\nexport KUBECONFIG\n",
		quote(config), quote(c.OpenAPI()), c.Port(80), c.Port(443), os.Getpid())
	draft := filepath.Join(d.path, ".env")
	if err := os.WriteFile(draft, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Join(d.path, "env"))
}

// quote makes a shell word of any text.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
