package ingress

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

// canaryToken is the security token of the controller's key in a run.
const canaryToken = "canary-security-token/0123456789+abcdefghij=="

// canaryOIDC is the token of a service account by which the controller gets the key of a role.
const canaryOIDC = "canary.oidc-token/0123456789+klmnopqrst=="

// logSink keeps a text. A nil one drops it.
type logSink struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logSink) write(line string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

func (l *logSink) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// logged is a context whose logger takes down everything.
func (w *world) logged() context.Context {
	if w.setup.log == nil {
		return w.Context()
	}
	logger := funcr.New(func(prefix, args string) { w.setup.log.write(prefix + " " + args) }, funcr.Options{Verbosity: 10})
	return log.IntoContext(w.Context(), logger)
}

// canaries are what must be seen nowhere: the private keys of all that scenarios have, and what the
// controller proves to be itself with.
var canaries = sync.OnceValues(func() (*oracle.Secrets, error) {
	secrets := map[string]string{"access key": fakecloud.DefaultAccessKeySecret, "security token": canaryToken, "OIDC token": canaryOIDC}
	var public []string
	for _, host := range []string{"fallback", "cafe.example", "bar.example", "*.example", "*.baz.example"} {
		p := pairOf(host)
		secrets["key of "+host] = string(p.key)
		public = append(public, string(p.chain))
	}
	return oracle.NewSecrets(secrets, public...)
})

// searcher is O6: it looks for secrets in all that leaves the controller.
type searcher struct {
	told  strings.Builder
	heard map[*eventLog]int
}

// look implements referee.
func (j *searcher) look(s *sim) {
	for _, w := range s.worlds() {
		list := w.life.told.all()
		for _, e := range list[j.heard[w.life.told]:] {
			fmt.Fprintf(&j.told, "%s %s %s: %s\n", e.Object, e.Type, e.Reason, e.Note)
		}
		j.heard[w.life.told] = len(list)
	}
}

// close implements referee.
func (j *searcher) close(s *sim) {
	j.look(s)
	secrets, err := canaries()
	s.must(err)
	for sink, text := range j.sinks(s) {
		for _, found := range secrets.Search(sink, text) {
			s.blamef("O6", "%s", found)
		}
	}
}

// sinks are all texts of a run: the journal, and what the controller logs, tells, records and counts.
func (j *searcher) sinks(s *sim) map[string]string {
	sinks := map[string]string{"journal": strings.Join(s.course, "\n"), "events": j.told.String(), "panics": fmt.Sprint(s.judged.wrong)}
	for i, w := range s.worlds() {
		if w.setup.log != nil {
			sinks[fmt.Sprintf("log %d", i)] = w.setup.log.String()
		}
		sinks[fmt.Sprintf("metrics %d", i)] = w.counted()
		var ingresses networkingv1.IngressList
		w.must(w.api.List(w.Context(), &ingresses))
		text, err := json.Marshal([]any{w.recordList(), ingresses.Items})
		w.must(err)
		sinks[fmt.Sprintf("statuses %d", i)] = string(text)
	}
	return sinks
}

// counted are the metrics as they are served.
func (w *world) counted() string {
	families, err := w.life.metrics.Gather()
	w.must(err)
	var b bytes.Buffer
	for _, f := range families {
		_, err := expfmt.MetricFamilyToText(&b, f)
		w.must(err)
	}
	return b.String()
}

// TestSecretSinks is the control: a secret that is put into any of the sinks is found there.
func TestSecretSinks(t *testing.T) {
	t.Parallel()
	leaks := map[string]func(*sim){
		"log": func(s *sim) {
			if strings.Contains(s.world.setup.log.String(), "changing the load balancer") { // it takes down what is logged
				s.world.setup.log.write("token=" + canaryToken)
			}
		},
		"events":   func(s *sim) { s.life.told.Eventf(nil, nil, "Warning", "R", "a", "%s", canaryOIDC) },
		"journal":  func(s *sim) { s.notef("%s", canaryToken) },
		"statuses": func(s *sim) { s.leakIntoRecord() },
		"metrics": func(s *sim) {
			s.life.metrics.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "leak_total", Help: canaryToken}))
		},
		"panics": func(s *sim) { s.blamef("panic", "%s", pairOf("cafe.example").key) },
	}
	for sink, leak := range leaks {
		t.Run(sink, func(t *testing.T) {
			t.Parallel()
			out := performScene(t, func(s *sim) { httpsCreate(s); s.rest(); leak(s) })
			for _, v := range out.wrong {
				if v.oracle == "O6" && strings.Contains(v.text, sink) {
					return
				}
			}
			t.Errorf("not found: %v", out.wrong)
		})
	}
}

// performScene makes a run of a story that is no scenario's.
func performScene(t *testing.T, story func(*sim)) simResult {
	t.Helper()
	var out simResult
	synctest.Test(t, func(t *testing.T) {
		s := &sim{reached: map[plan.Site]int{}, acted: map[int]bool{}, only: &scenario{story: story}}
		s.judged.TB = t
		defer s.leave()
		out = s.play("")
	})
	return out
}

// scenario is what users do in the run.
func (s *sim) scenario() (scenario, bool) {
	if s.only != nil {
		return *s.only, true
	}
	scene, ok := scenarios()[s.run.Scenario]
	return scene, ok
}

func (s *sim) leakIntoRecord() {
	record := s.record("class.slb.0")
	record.Annotations = map[string]string{"leak": canaryToken}
	s.must(s.api.Update(s.Context(), record))
}

// debugChild marks the process that TestDebugPrintsNoSecret starts.
const debugChild = "SIM_DEBUG_CHILD"

// TestDebugPrintsNoSecret runs a scenario with TLS in a process in which the SDK prints what it does.
func TestDebugPrintsNoSecret(t *testing.T) {
	t.Parallel()
	if os.Getenv(debugChild) != "" {
		for _, line := range []string{"none", "lost@call:7", "short@call:7", "error-after@call:7", "denied@call:7"} {
			p, err := plan.Parse(line)
			if err != nil {
				t.Fatal(err)
			}
			perform(t, plan.Run{Scenario: "https-rotate", Plan: p}, "")
		}
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDebugPrintsNoSecret$", "-test.v")
	child.Env = append(os.Environ(), "DEBUG=sdk", debugChild+"=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	secrets, err := canaries()
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range secrets.Search("what the SDK prints", string(out)) {
		t.Error(found)
	}
}
