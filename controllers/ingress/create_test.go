package ingress

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

func TestCreateServesAndThenRests(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		w.serves("cafe", "cafe.example", "/coffee/1", "coffee")
		w.serves("cafe", "cafe.example", "/tea", "tea")
		w.serves("cafe", "cafe.example", "/", "404")
		w.serves("bar", "bar.example", "/any", "tea")
		w.serves("bar", "unknown.example", "/", "503")
		if got, want := w.condition("class.slb.0", v1alpha1.ConditionReady), "True Programmed: the load balancer matches what the Ingresses ask for"; got != want {
			w.Errorf("Ready: got %q, want %q", got, want)
		}
		record := w.record("class.slb.0")
		if len(record.Status.Intents) != 0 || len(record.Status.DomainExtensions) != 1 || len(record.Status.Claims) != 3 {
			w.Errorf("record: got %+v", record.Status)
		}

		seq, writes := w.cloud.Seq(), w.api.writes
		w.reconcile("class.slb.0")
		if n := w.calls(seq); n != 0 {
			w.Errorf("the same reconcile again made %d calls:\n%s", n, w.journal(seq))
		}
		if w.api.writes != writes {
			w.Errorf("the same reconcile again wrote %d times to the cluster", w.api.writes-writes)
		}

		w.run(24 * time.Hour)
		w.wrote(seq)
		if w.api.writes != writes {
			w.Errorf("a day without changes wrote %d times to the cluster", w.api.writes-writes)
		}
		audits := 0
		for _, c := range w.cloud.JournalSince(seq) {
			if c.Action == "DescribeLoadBalancerAttribute" {
				audits++
			}
		}
		if audits < 6 || audits > 8 {
			w.Errorf("a day has %d audits, want 6 to 8 (every 3 to 4 hours)", audits)
		}
	})
}

func TestRestartWritesNothing(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		before, seq, writes := w.dump(), w.cloud.Seq(), w.api.writes
		w.restart()
		w.settle()
		w.wrote(seq)
		if w.calls(seq) == 0 {
			w.Error("a new process did not read the service")
		}
		if w.api.writes != writes {
			w.Errorf("a new process wrote %d times to the cluster", w.api.writes-writes)
		}
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			w.Errorf("the account changed (-before +after):\n%s", diff)
		}
	})
}
