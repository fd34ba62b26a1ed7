package oracle

import (
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// Options say whom to judge.
type Options struct {
	Cloud *fakecloud.Cloud
	// Cluster is the cluster id that the controller runs with.
	Cluster string
	// Limits are those of O7. The zero value is ServiceLimits.
	Limits Limits
	// Now is the account's clock. Nil: time.Now.
	Now func() time.Time
}

// Judge asks the oracles that can say something after every call, and keeps what they find.
type Judge struct {
	options Options
	ledger  *Ledger
	traffic *Traffic
	budget  *Budget
	seq     int
	found   []Violation
}

// New begins to judge. What the account holds now is somebody else's.
func New(o Options) *Judge {
	if o.Limits.Writes == 0 {
		o.Limits = ServiceLimits()
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the default of the injected clock
	}
	return &Judge{options: o, ledger: NewLedger(o.Cloud), traffic: NewTraffic(), budget: NewBudget(o.Limits), seq: o.Cloud.Seq()}
}

// Inputs says what has to be served from now on. Listeners that an Ingress lets be taken over are handed
// over.
func (j *Judge) Inputs(t model.Table) {
	j.traffic.Expect(t)
	for _, g := range t.Groups {
		if g.Override && g.Listening {
			j.ledger.HandOver(g.ID, model.HTTP, model.HTTPS)
		}
	}
}

// Step judges what happened since the last step: O4, O5 and O7. Call it after every call, and after
// time has passed in which late effects landed.
func (j *Judge) Step() {
	calls := j.options.Cloud.JournalSince(j.seq)
	if len(calls) > 0 {
		j.seq = calls[len(calls)-1].Seq
	}
	j.Report("O4", j.ledger.Step()...)
	j.Report("O5", j.traffic.Check(j.options.Cloud.View(), j.Instance)...)
	j.Report("O7", j.budget.Add(calls)...)
}

// Instance is the instance of a group; empty if there is none.
func (j *Judge) Instance(group string) string { return j.ledger.Instance(j.options.Cluster, group) }

// Excuse lets the requests to a port of a group be lost until the newest table is served.
func (j *Judge) Excuse(group string, port int) { j.traffic.Excuse(group, port) }

// Open is O1: what is not yet as the newest table says.
func (j *Judge) Open() []string {
	j.Step()
	return Routing(j.traffic.Newest(), j.options.Cloud.View(), j.Instance)
}

// Leaks is O3: what we created and the newest table does not need.
func (j *Judge) Leaks() []string {
	j.Step()
	return j.ledger.Leaks(j.traffic.Newest(), j.Instance)
}

// Converged says that the newest table has to be served by now: O1 and O3. From here on it is what must
// not be lost.
func (j *Judge) Converged() {
	j.Step()
	open := j.Open()
	j.Report("O1", open...)
	j.Report("O3", j.Leaks()...)
	if len(open) == 0 {
		j.traffic.Converged()
	}
}

// Quiet is O2 for the calls since a journal's entry.
func (j *Judge) Quiet(since, maxReads int) {
	j.Report("O2", Quiet(j.options.Cloud.JournalSince(since), maxReads)...)
}

// Counts is how often each thing came and went by our hand.
func (j *Judge) Counts() Counts { return j.ledger.Counts() }

// Report keeps what an oracle found.
func (j *Judge) Report(oracle string, what ...string) {
	for _, text := range what {
		j.found = append(j.found, Violation{Oracle: oracle, Seq: j.options.Cloud.Seq(), At: j.options.Now(), What: text})
	}
}

// Violations is all that was found, in the order of finding.
func (j *Judge) Violations() []Violation { return j.found }
