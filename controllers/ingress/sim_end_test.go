package ingress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// rested is how long nothing may be written once a run has come to its end.
const rested = 24 * time.Hour

// worlds are all clusters of a run.
func (s *sim) worlds() []*world { return append([]*world{s.world}, s.others...) }

// programmed tells whether every instance is as it should be and nothing is due soon.
func (s *sim) programmed() bool {
	for _, w := range s.worlds() {
		if _, when, ok := w.queue.next(); ok && time.Until(when) <= calm {
			return false
		}
		for i := range w.recordList() {
			record := w.recordList()[i]
			ready := conditionOf(&record, v1alpha1.ConditionReady)
			if !strings.HasPrefix(ready, "True") && conditionOf(&record, v1alpha1.ConditionConfigMissing) == "" || len(record.Status.Intents) > 0 {
				return false
			}
		}
	}
	return true
}

func (w *world) recordList() []v1alpha1.SLBInstance {
	var list v1alpha1.SLBInstanceList
	w.must(w.api.List(w.Context(), &list))
	return list.Items
}

func conditionOf(record *v1alpha1.SLBInstance, kind string) string {
	for _, c := range record.Status.Conditions {
		if c.Type == kind {
			return fmt.Sprintf("%s %s: %s", c.Status, c.Reason, c.Message)
		}
	}
	return ""
}

// end lets the controller find by audits what faults left behind, such as what a lost create made
// after it was repeated, then expects a day without a write, and gives what there is.
func (s *sim) end() string {
	s.rest()
	s.live(2 * audits)
	before := s.state()
	seq, writes := s.cloud.Seq(), s.clusterWrites()
	s.live(rested)
	for _, c := range s.cloud.JournalSince(seq) {
		if c.Write && !c.Foreign && !c.Late {
			s.blamef("quiet", "%s after the end: %s %s %v", c.Time.Format("15:04:05"), c.Action, c.Code, c.Params)
		}
	}
	if n := s.clusterWrites() - writes; n > 0 {
		s.blamef("quiet", "%d writes to the cluster after the end", n)
	}
	after := s.state()
	if before != after {
		s.blamef("quiet", "the state changed after the end:\n%s", unlike(before, after))
	}
	for _, j := range s.judges {
		j.close(s)
	}
	return after
}

// live lets a time pass in every cluster.
func (s *sim) live(d time.Duration) {
	if len(s.others) == 0 {
		s.world.run(d)
		return
	}
	// Clusters take turns; each has the account for itself in its turn, which is a short one.
	const turn = 10 * time.Minute
	for passed := time.Duration(0); passed < d; passed += turn {
		for i, w := range s.worlds() {
			if i == 0 {
				w.run(turn)
			} else {
				w.run(0)
			}
		}
	}
}

func (s *sim) clusterWrites() int {
	n := 0
	for _, w := range s.worlds() {
		n += w.api.writes
	}
	return n
}

// state is what there is of a run, without the ids that the service chose: the account, the records
// and the statuses.
func (s *sim) state() string {
	lines := []string{s.dump()}
	for i, w := range s.worlds() {
		for _, record := range w.recordList() {
			lines = append(lines, fmt.Sprintf("record %d/%s ready=%q missing=%q claims=%v intents=%v extensions=%d use=%q served=%v ports=%v taken=%d",
				i, record.Name, conditionOf(&record, v1alpha1.ConditionReady), conditionOf(&record, v1alpha1.ConditionConfigMissing),
				record.Status.Claims, record.Status.Intents, len(record.Status.DomainExtensions), record.Status.Use,
				certificatesOf(record), record.Status.ListenPorts, len(record.Status.TakenOver)))
		}
		var ingresses networkingv1.IngressList
		w.must(w.api.List(w.Context(), &ingresses))
		for j := range ingresses.Items {
			lines = append(lines, fmt.Sprintf("status %d/%s %v", i, ingresses.Items[j].Name, addresses(&ingresses.Items[j])))
		}
	}
	text := strings.Join(lines, "\n")
	for _, line := range s.cloud.Dump().Instances {
		f := strings.Fields(line)
		text = strings.ReplaceAll(text, f[1], "<"+f[4]+">")
	}
	return text
}

func certificatesOf(record v1alpha1.SLBInstance) []string {
	var list []string
	for _, c := range record.Status.Certificates {
		list = append(list, fmt.Sprintf("%s %t %v", c.Secret, c.Default, slices.Sorted(slices.Values(c.Domains))))
	}
	return list
}
