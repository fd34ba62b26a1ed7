package ingress

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

// sim is one run of the simulation: a world whose scenario is disturbed by a plan and watched after
// every call.
type sim struct {
	*world

	run    plan.Run
	scene  scenario
	only   *scenario // instead of the one that the run names
	chance *rand.Rand
	judged ruling
	others []*world // clusters beside this one

	reached map[plan.Site]int // points passed, by site
	first   map[plan.Site]int // points passed before the scenario proper began
	last    map[plan.Site]int // points passed when it was over
	acted   map[int]bool      // faults of the plan that acted
	points  []plan.Point
	// visited are the reads since anything was last written or told.
	visited map[string]bool
	// course is what happened: calls, writes to the cluster, lives. Its hash tells runs apart.
	course  []string
	seq     int // of the last call in course
	over    bool
	waiting *stream // held until the next event of any kind

	judges []referee
	// landed tells that an effect came late, when what it changes may have been changed again. The
	// service knows no fencing, so a route may be lost or wrong by it until the next reading, which
	// reread tells of, has been acted on.
	landed, reread bool
	excused        int // routes that were
}

// referee is an oracle: it looks at a run after every call and write, and at its end.
type referee interface {
	look(s *sim)
	close(s *sim)
}

// simResult is what a run came to.
type simResult struct {
	run    plan.Run
	fired  bool
	hash   string
	wrong  []violation
	points []plan.Point // those of the scenario proper
	ending string
	course []string
	passed time.Duration
	calls  int
	spared int // routes that a late effect took, which is excused
}

// perform makes a run in a bubble of its own.
func perform(t *testing.T, r plan.Run, want string) simResult {
	t.Helper()
	var out simResult
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := &sim{run: r, reached: map[plan.Site]int{}, acted: map[int]bool{}}
		s.judged.TB = t
		defer s.leave()
		out = s.play(want)
		out.passed = time.Since(began)
	})
	return out
}

// rareSurveys is the interval of surveys where a scenario does not keep the shipped one. Several of
// them come between a run's last change and its judgment, as with that one, and a run of two days
// costs a fifth of the calls.
const rareSurveys = 4 * time.Hour

// play makes the scenario and then what every run ends with. A scenario that cannot go on is itself
// a violation; so is a panic.
func (s *sim) play(want string) (out simResult) {
	defer func() {
		switch cause := recover(); cause.(type) {
		case nil, gaveUp:
		default:
			s.blamef("panic", "%v\n%s", cause, debug.Stack())
		}
		out.run, out.wrong, out.course, out.calls = s.run, s.judged.wrong, s.course, s.reached[plan.Call]
		out.spared = s.excused
		out.fired = len(s.acted) == len(s.run.Plan)
		out.hash = s.hash()
		for _, p := range s.points {
			if p.N > s.first[p.Site] && p.N <= s.last[p.Site] {
				out.points = append(out.points, p)
			}
		}
	}()
	s.build()
	s.scene.story(s)
	s.rest()
	s.over, s.last = true, maps.Clone(s.reached) // what follows is the same for each run, and not disturbed any more
	out.ending = s.end() + s.comings()
	if want != "" {
		s.compare(want, out.ending)
	}
	return out
}

// build makes the world. What a seed chooses is chosen here, before anything happens.
func (s *sim) build() {
	scene, ok := s.scenario()
	if !ok {
		s.judged.Fatalf("there is no scenario %q", s.run.Scenario)
	}
	s.scene = scene
	s.changed()
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.run.Scenario))
	s.chance = rand.New(rand.NewPCG(s.run.Seed, h.Sum64()))
	edits := []func(*setup){func(w *setup) {
		w.cached, w.token, w.log = true, canaryToken, &logSink{}
		w.wrap = func(l *life, next http.RoundTripper) http.RoundTripper { return disturbed{sim: s, life: l, next: next} }
		w.account.Quotas.DomainExtensions = manyExtensions
		if !scene.surveys {
			w.options.SurveyInterval = rareSurveys
		}
	}}
	if s.run.Seed > 0 {
		edits = append(edits, flavour(s.chance))
	}
	s.world = newWorld(&s.judged, append(edits, scene.edits...)...)
	s.disturbCluster()
	s.populate()
	s.judges = judges()
}

// flavour is how an account of a seed behaves where the service's documents are silent.
func flavour(chance *rand.Rand) func(*setup) {
	busy, members := chance.IntN(2) == 0, chance.IntN(2) == 0
	return func(w *setup) {
		if busy {
			w.account.Busy = fakecloud.Windows{
				Starting: time.Second, Configuring: 700 * time.Millisecond, Instance: 400 * time.Millisecond,
				Group: 300 * time.Millisecond, References: 2 * time.Second,
			}
		}
		w.account.Switches.Members40 = members
	}
}

// proper marks the end of the preparations, which no plan of a sweep disturbs.
func (s *sim) proper() {
	s.rest()
	s.squat()
	s.rest()
	s.first = maps.Clone(s.reached)
}

// rest lets the controller do all it can do now: until nothing is due soon and every instance is
// programmed, but not for ever, since some never will be.
func (s *sim) rest() {
	for range 30 {
		s.settle()
		for _, w := range s.others {
			w.settle()
		}
		s.settle()
		if s.programmed() {
			if s.reread {
				s.landed, s.reread = false, false
			}
			s.settled()
			return
		}
		s.world.run(time.Minute)
		s.look()
	}
}

// blamef tells what an oracle objects to.
func (s *sim) blamef(oracle, format string, args ...any) {
	if oracle == "O5" && s.landed {
		s.excused++
		return
	}
	s.judged.blamef(oracle, format, args...)
}

// notef puts a line into the course of the run.
func (s *sim) notef(format string, args ...any) {
	s.course = append(s.course, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// remarkf is a note that is no part of what happened, but says why.
func (s *sim) remarkf(format string, args ...any) { s.notef("# "+format, args...) }

// look takes down what happened since the last look and lets the judges see.
func (s *sim) look() {
	for _, c := range s.cloud.JournalSince(s.seq) {
		s.seq = c.Seq
		if c.Code == "CallerCrashed" {
			continue // the service never saw it
		}
		if c.Effect {
			s.changed()
		}
		s.landed = s.landed || c.Late && c.Effect
		s.reread = s.reread || s.landed && !c.Foreign && c.Action == "DescribeVServerGroups"
		flags := ""
		for name, set := range map[string]bool{"effect": c.Effect, "foreign": c.Foreign, "late": c.Late, "lost": c.Lost} {
			if set {
				flags += " " + name
			}
		}
		s.course = append(s.course, fmt.Sprintf("%s %s %s%s %v %v", c.Time.Format("15:04:05.000"), c.Action, c.Code, sortedWords(flags), c.Params, c.Resources))
	}
	for _, j := range s.judges {
		j.look(s)
	}
}

func (s *sim) hash() string {
	sum := sha256.New()
	for _, line := range s.course {
		if strings.Contains(line, " # ") {
			continue // a remark
		}
		sum.Write([]byte(line))
		sum.Write([]byte{'\n'})
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// leave ends every process, so that the bubble can end.
func (s *sim) leave() {
	for _, w := range append(s.others, s.world) {
		if w != nil && w.life != nil {
			w.end()
		}
	}
}

// pointOf describes a call for the enumeration of faults.
func pointOf(n int, c fakecloud.Call) plan.Point {
	p := plan.Point{Site: plan.Call, N: n, What: c.Action, Write: c.Write}
	for _, name := range []string{"RuleList", "RuleIds", "BackendServers"} {
		var items []any
		if text := c.Params[name]; text != "" && json.Unmarshal([]byte(text), &items) == nil {
			p.Items = len(items)
		}
	}
	p.Quota = quotaCode(c.Action)
	return p
}

// quotaCode is how the service refuses an operation that is one too many.
func quotaCode(action string) string {
	return map[string]string{
		"CreateLoadBalancer":              "QuotaLimitExceeds",
		"CreateLoadBalancerHTTPListener":  "ListenerNumberOverLimit",
		"CreateLoadBalancerHTTPSListener": "ListenerNumberOverLimit",
		"CreateRules":                     "TooManyRules",
		"CreateDomainExtension":           "DomainExtensionNumberOverLimit",
		"CreateVServerGroup":              "OverQuota",
		"AddVServerGroupBackendServers":   "InstanceBackendServerNumberOverLimit",
		"UploadServerCertificate":         "TooManyCertificates",
	}[action]
}

func sortedWords(text string) string {
	words := strings.Fields(text)
	if len(words) > 1 {
		sortStrings(words)
	}
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}
