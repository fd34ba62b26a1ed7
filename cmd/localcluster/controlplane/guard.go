package controlplane

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// guardScript waits for a word on its standard input. "done" means that everything was stopped in
// order. End of input without it means that the parent died: the script then kills what the pid
// files name and removes the state, which nobody else would do.
const guardScript = `read -r word
[ "$word" = done ] && exit 0
for file in "$1"/*.pid; do
	[ -f "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null
done
rm -rf "$2"`

// launcherScript notes its process id, then becomes the real program, which keeps that id. envtest
// neither tells the ids of what it starts nor ties them to the life of the parent. The id is noted
// before the look at the stop file, and kill does it the other way round, so none slips through.
const launcherScript = `#!/bin/sh
echo $$ >%[1]s.new && mv %[1]s.new %[1]s
[ -e %[3]s ] && exit 1
exec %[2]s "$@"
`

// guard is a shell that outlives this process just long enough to clean up after it.
type guard struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	dir   string
}

// startGuard starts the guard of the programs launched by wrap; state is the folder to remove.
func startGuard(state string) (*guard, error) {
	dir := filepath.Join(state, "run")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of process ids: %w", err)
	}
	cmd := exec.Command("/bin/sh", "-c", guardScript, "guard", dir, state) //nolint:noctx // It outlives every context.
	// Its own process group, so that a Ctrl-C on the terminal does not end it before its parent.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the guard: %w", err)
	}
	return &guard{cmd: cmd, stdin: stdin, dir: dir}, nil
}

// wrap writes a launcher for the program at path and returns the launcher's path.
func (g *guard) wrap(path string) (string, error) {
	name := filepath.Base(path)
	launcher := filepath.Join(g.dir, name)
	text := fmt.Sprintf(launcherScript, quote(launcher+".pid"), quote(path), quote(g.stopFile()))
	if err := os.WriteFile(launcher, []byte(text), 0o700); err != nil { //nolint:gosec // It is to be executed.
		return "", fmt.Errorf("writing the launcher of %s: %w", name, err)
	}
	return launcher, nil
}

// stopFile, when it exists, keeps the launchers from launching.
func (g *guard) stopFile() string { return filepath.Join(g.dir, "stop") }

// kill ends every program that was launched so far and launches no other. Their start then fails.
func (g *guard) kill() {
	_ = os.WriteFile(g.stopFile(), nil, 0o600)               // Without it a start that is under way takes longer to fail.
	files, _ := filepath.Glob(filepath.Join(g.dir, "*.pid")) // The pattern is well formed.
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL) // The only error is that it has ended already.
		}
	}
}

// dismiss ends the guard without an action.
func (g *guard) dismiss() error {
	_, err := io.WriteString(g.stdin, "done\n")
	if err != nil {
		return fmt.Errorf("dismissing the guard: %w", err)
	}
	return g.cmd.Wait()
}

// quote makes text one word of a shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
