package crash_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// program is the built controller.
var program string

// build makes the program that is shipped.
func build(dir string) error {
	program = filepath.Join(dir, "slb-ingress-controller")
	out, err := exec.Command("go", "build", "-o", program, "../../slb-ingress-controller").CombinedOutput()
	if err != nil {
		return fmt.Errorf("building the controller: %w\n%s", err, out)
	}
	return nil
}

// replica is one place where the program runs, again and again: whenever it ends it is started anew,
// as its pod would be.
type replica struct {
	key  string // its access key at the fake, which tells its calls from others'
	args []string
	log  *os.File

	mu      sync.Mutex
	process *os.Process
	starts  int
	stopped bool
	done    chan struct{}
}

// secretOf is the secret of an access key of the fake.
func secretOf(key string) string { return "secret-of-" + key }

// startReplica runs the program until the test ends.
func startReplica(t *testing.T, key string, extra ...string) *replica {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), key+".log"))
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{key: key, log: log, done: make(chan struct{})}
	r.args = append([]string{
		"--kubeconfig", world.Kubeconfig(), "--region", "cn-hangzhou", "--vpc-id", fakecloud.DefaultVPC, "--slb-endpoint", world.OpenAPI(),
		"--addon-token-file", filepath.Join(t.TempDir(), "none"), "--namespace", "kube-system",
		"--metrics-bind-address", "0", "--health-probe-bind-address", "0",
		"--write-rate", "60000", "--read-rate", "60000", "--rate-share", "1", "--call-timeout", callTimeout.String(),
	}, extra...)
	go r.supervise()
	t.Cleanup(func() {
		r.end()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("log of %s:\n%s", key, text[max(0, len(text)-20_000):])
		}
		_ = log.Close()
	})
	return r
}

func (r *replica) supervise() {
	defer close(r.done)
	for {
		cmd := exec.Command(program, r.args...)
		cmd.Stderr = r.log
		cmd.Env = append(os.Environ(), "ALIBABA_CLOUD_ACCESS_KEY_ID="+r.key, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+secretOf(r.key))
		if !r.begin(cmd) {
			return
		}
		_ = cmd.Wait() // it was killed, or lost its lease: both are what this is about
	}
}

func (r *replica) begin(cmd *exec.Cmd) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || cmd.Start() != nil {
		return false
	}
	r.process = cmd.Process
	r.starts++
	return true
}

// signal sends a signal to the process that runs now, by its id.
func (r *replica) signal(s syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.process != nil {
		_ = r.process.Signal(s) // one that just ended is as good as killed
	}
}

// freeze stops the process that runs now for a while, and tells which one it is.
func (r *replica) freeze(long time.Duration) {
	r.mu.Lock()
	process := r.process
	r.mu.Unlock()
	_ = process.Signal(syscall.SIGSTOP)
	time.AfterFunc(long, func() { _ = process.Signal(syscall.SIGCONT) })
}

// end kills the process for good.
func (r *replica) end() {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.signal(syscall.SIGKILL)
	<-r.done
}
