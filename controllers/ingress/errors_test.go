package ingress

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// requestID is what no text for people may hold.
const requestID = `[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-`

func TestFailingCalls(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		code   string
		want   cloud.Reason
		tries  int // at most, of the failing operation within one hour
	}{
		"Throttled": {"the account calls too often: the adapter waits, then the group", "Throttling.User", cloud.CloudError, 220},
		"Busy":      {"another change is under way", "OperationBusy", cloud.CloudError, 400},
		"Denied":    {"a permission is missing", "Forbidden.RAM", cloud.CloudDenied, 30},
		"Quota":     {"a quota is used up", "OperationForbidden.QuotaLimit", cloud.QuotaExceeded, 30},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.add(class("slb"))
				w.app("coffee", 1)
				w.app("tea", 1)
				w.cloud.Fail(fakecloud.Fault{Action: "CreateRules", Before: tc.code, Times: -1})
				w.add(cafe())
				w.run(time.Minute)
				first := w.condition("class.slb.0", v1alpha1.ConditionReady)
				if !strings.HasPrefix(first, "False "+string(tc.want)+": CreateRules: "+tc.code) {
					w.Errorf("Ready: got %q", first)
				}
				w.run(59 * time.Minute)
				if got := w.condition("class.slb.0", v1alpha1.ConditionReady); got != first {
					w.Errorf("the condition's text changed from %q to %q", first, got)
				}
				if regexp.MustCompile(requestID).MatchString(first) {
					w.Errorf("the condition holds a request id: %q", first)
				}
				for _, object := range []string{"cafe", "class.slb.0"} {
					if notes := w.life.told.of(object, tc.want); len(notes) != 1 {
						w.Errorf("%s: %s was told %d times, want once: %q", tc.reason, object, len(notes), notes)
					}
				}
				if n := count(w.writes(0), "CreateRules!"+tc.code); n < 4 || n > tc.tries {
					w.Errorf("%s: %d tries within an hour, want 4 to %d", tc.reason, n, tc.tries)
				}
				if pauses := w.pauses("CreateRules"); len(pauses) < 3 || pauses[len(pauses)-1] < pauses[0] || pauses[len(pauses)-1] > 7*time.Minute {
					w.Errorf("pauses between tries: got %v, want growth to at most about 5 minutes", pauses)
				}

				// Whoever changes something does not wait for the back-off.
				seq := w.cloud.Seq()
				w.add(ingressOf("bar", route{"bar.example", "/", "tea"}))
				w.run(time.Second)
				if n := len(w.writes(seq)); n == 0 {
					w.Error("a change was not tried at once")
				}

				w.cloud.Heal()
				w.run(6 * time.Minute)
				w.settle()
				w.serves("cafe", "cafe.example", "/", "coffee")
				w.serves("bar", "bar.example", "/", "tea")
				if got := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(got, "True Programmed") {
					w.Errorf("Ready: got %q", got)
				}
			})
		})
	}
}

func count(list []string, want string) int {
	n := 0
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

// pauses are the times between bouts of calls of an operation; a bout has less than 40 s in it.
func (w *world) pauses(action string) []time.Duration {
	var list []time.Duration
	var last time.Time
	for _, c := range w.cloud.Journal() {
		if c.Action != action {
			continue
		}
		if pause := c.Time.Sub(last); !last.IsZero() && pause > 40*time.Second {
			list = append(list, pause)
		}
		last = c.Time
	}
	return list
}

func TestUnreadableService(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		w.cloud.Fail(fakecloud.Fault{Action: "DescribeVServerGroups", Before: "Forbidden.RAM", Times: -1})
		seq := w.cloud.Seq()
		w.run(24 * time.Hour)
		w.wrote(seq)
		w.serves("cafe", "cafe.example", "/", "coffee")
		if got := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(got, "False CloudDenied") {
			w.Errorf("Ready: got %q", got)
		}
		if notes := w.life.told.of("class.slb.0", cloud.CloudDenied); len(notes) != 1 {
			w.Errorf("told %d times, want once: %q", len(notes), notes)
		}
		w.cloud.Heal()
		w.run(10 * time.Minute)
		if got := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(got, "True") {
			w.Errorf("Ready: got %q", got)
		}
	})
}

func TestEmptyGroupsRefused(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		w.app("tea", 0)
		w.add(ingressOf("cafe", route{"cafe.example", "/coffee", "coffee"}, route{"cafe.example", "/tea", "tea"}))
		w.settle()
		w.serves("cafe", "cafe.example", "/coffee", "coffee")
		w.serves("cafe", "cafe.example", "/tea", "404")
		if notes := w.life.told.of("cafe", cloud.NoReadyEndpoints); len(notes) == 0 {
			w.Errorf("want an event %s:\n%s", cloud.NoReadyEndpoints, w.journal(w.cloud.Seq()))
		}
		seq := w.cloud.Seq()
		w.run(24 * time.Hour)
		w.wrote(seq)

		w.scale("tea", 1)
		w.settle()
		w.serves("cafe", "cafe.example", "/tea", "tea")
		w.scale("tea", 0)
		w.settle()
		w.serves("cafe", "cafe.example", "/tea", "503")
	}, func(s *setup) { s.account.Switches.RefuseEmptyGroup = true })
}

func TestRejectedPath(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		w.app("tea", 1)
		w.add(ingressOf("cafe", route{"cafe.example", "/a_b", "coffee"}, route{"cafe.example", "/tea", "tea"}))
		w.wait(time.Second)
		w.add(ingressOf("bar", route{"bar.example", "/", "tea"}))
		w.settle()
		w.run(10 * time.Minute)
		w.serves("cafe", "cafe.example", "/tea", "tea")
		w.serves("cafe", "cafe.example", "/a_b", "404")
		w.serves("bar", "bar.example", "/", "tea")
		if got := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(got, "True Programmed") {
			w.Errorf("Ready: got %q; a path that its author got wrong does not count", got)
		}
		notes := w.life.told.of("cafe", cloud.RejectedPath)
		if len(notes) == 0 || !strings.Contains(notes[0], "cafe.example/a_b") || !strings.Contains(notes[0], "UrlMalformed") {
			w.Errorf("told %q, want path and code", notes)
		}
		if len(w.life.told.of("bar", cloud.RejectedPath)) != 0 {
			w.Error("another Ingress was told")
		}

		seq, told := w.cloud.Seq(), len(w.life.told.all())
		w.run(24 * time.Hour)
		w.wrote(seq)
		if n := w.calls(seq); n > 8*12 {
			w.Errorf("a rejected path costs %d reads a day, want those of audits alone", n)
		}
		if got := len(w.life.told.all()); got != told {
			w.Errorf("told again: %v", w.life.told.all()[told:])
		}

		seq = w.cloud.Seq()
		edit(w, cafe(), setPath("/a_c"))
		w.settle()
		w.run(10 * time.Minute)
		if !w.sent(seq, "a_c") {
			w.Error("a changed path was not tried")
		}
		edit(w, cafe(), setPath("/a_b"))
		seq = w.cloud.Seq()
		w.settle()
		w.run(10 * time.Minute)
		if !w.sent(seq, "a_b") {
			w.Error("a path that came back was not tried")
		}
		edit(w, cafe(), setPath("/ab"))
		w.settle()
		w.serves("cafe", "cafe.example", "/ab", "coffee")
	})
}

// sent tells whether rules with a text were sent since a journal's entry.
func (w *world) sent(since int, text string) bool {
	return slices.ContainsFunc(w.cloud.JournalSince(since), func(c fakecloud.Call) bool {
		return c.Action == "CreateRules" && strings.Contains(c.Params["RuleList"], text)
	})
}

// TestAdviceOnRefusedCreation: a wish that the service refuses for an instance is told with where it comes from.
func TestAdviceOnRefusedCreation(t *testing.T) {
	t.Parallel()
	object := cloud.Object{Kind: "Ingress", Name: "cafe"}
	cases := map[string]struct {
		reason, op string
		kind       cloud.ErrorKind
		want       bool
	}{
		"vSwitch":  {"the SLBConfig names it", "CreateLoadBalancer", cloud.NotFound, true},
		"spec":     {"the service does not take it", "CreateLoadBalancer", cloud.Invalid, true},
		"busy":     {"nobody's fault", "CreateLoadBalancer", cloud.Busy, false},
		"listener": {"it is about no instance", "CreateLoadBalancerHTTPListener", cloud.Invalid, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := problemOf(object, &cloud.Error{Kind: tc.kind, Op: tc.op, Code: "Code", Message: "Text."})
			if told := strings.Contains(got.Message, "of the class's SLBConfig"); told != tc.want || got.Reason != cloud.CloudError {
				t.Errorf("%s: got %s %q", tc.reason, got.Reason, got.Message)
			}
		})
	}
}
