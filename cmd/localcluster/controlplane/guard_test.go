package controlplane

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestGuardOutlivesItsParent plays the death of the parent: the guard's input ends without a word.
func TestGuardOutlivesItsParent(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	g, err := startGuard(state)
	if err != nil {
		t.Fatal(err)
	}
	sleeper, child := launch(t, g)

	if err := g.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := sleeper.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("process %d: got %v, want that it was killed", child, err)
	}
	if err := g.cmd.Wait(); err != nil {
		t.Errorf("the guard: %v", err)
	}
	if _, err := os.Stat(state); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the state: got error %v, want that it does not exist", err)
	}
}

// TestKillStopsLaterLaunches closes the gap between a program's launch and the note of its id.
func TestKillStopsLaterLaunches(t *testing.T) {
	t.Parallel()
	g, err := startGuard(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.dismiss(); err != nil {
			t.Error(err)
		}
	})
	g.kill()
	launcher, err := g.wrap("/bin/cat")
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command(launcher).Run(); err == nil {
		t.Error("a program was launched after kill")
	}
}

// launch runs cat under the guard and returns when its process id is noted.
func launch(t *testing.T, g *guard) (*exec.Cmd, int) {
	t.Helper()
	launcher, err := g.wrap("/bin/cat")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(launcher)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// It answers only when the launcher has become cat, so the id is noted by then.
	if _, err := stdin.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return cmd, cmd.Process.Pid
}
