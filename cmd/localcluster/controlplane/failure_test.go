package controlplane_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/controlplane"
)

func TestStartFails(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		etcd   string // the text of a shell script
		cancel bool   // whether ctx ends while etcd starts
		want   string
	}{
		"program ends": {
			reason: "The error names the program and quotes its log, or the user learns nothing.",
			etcd:   "echo 'the disk is on fire' >&2; exit 1",
			want:   `(?s)starting etcd: .*the disk is on fire`,
		},
		"cancelled": {
			reason: "A Ctrl-C during the start ends a program that never becomes ready.",
			etcd:   `[ "$1" = --help ] && exit 0; exec sleep 600`,
			cancel: true,
			want:   `starting the control plane: context canceled`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bin, dir := t.TempDir(), filepath.Join(t.TempDir(), "state")
			script := []byte("#!/bin/sh\n" + tc.etcd + "\n")
			if err := os.WriteFile(filepath.Join(bin, "etcd"), script, 0o700); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			cp, err := controlplane.Start(ctx, controlplane.Options{
				BinaryDir: bin, Dir: dir, Progress: func(string) {
					if tc.cancel {
						cancel()
					}
				},
			})
			if err == nil {
				t.Fatalf("Start succeeded: %v; %s", cp.Stop(), tc.reason)
			}
			if !regexp.MustCompile(tc.want).MatchString(err.Error()) {
				t.Errorf("error %q does not match %q; %s", err, tc.want, tc.reason)
			}
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the folder of the state: got error %v, want that it does not exist", err)
			}
		})
	}
}

func TestStartRefusesAnExistingFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := controlplane.Start(t.Context(), controlplane.Options{BinaryDir: dir, Dir: dir}); !errors.Is(err, os.ErrExist) {
		t.Errorf("got error %v, want that the folder exists", err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Errorf("a file that was there before: %v", err)
	}
}

func TestBinaryDir(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("KUBEBUILDER_ASSETS", dir)
	if _, err := controlplane.BinaryDir(); !errors.Is(err, controlplane.ErrNoBinaries) {
		t.Errorf("in an empty folder: got error %v, want %v", err, controlplane.ErrNoBinaries)
	}
	for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kubectl"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := controlplane.BinaryDir(); got != dir || err != nil {
		t.Errorf("got %q and error %v, want %q", got, err, dir)
	}
}

// TestVersion keeps the folder that is looked into the one that is built.
func TestVersion(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join("..", "..", "..", "hack", "kube", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "k8s.io/kubernetes " + controlplane.Version; !strings.Contains(string(mod), want+" ") {
		t.Errorf("hack/kube/go.mod does not require %q", want)
	}
}
