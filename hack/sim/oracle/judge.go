package oracle

import (
	"slices"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// Options say whom to judge.
type Options struct {
	Cloud *fakecloud.Cloud
	// Cluster is the cluster id that the controller runs with.
	Cluster string
	// Caller is the access key id of the controller's calls; those of others are somebody else's.
	// Empty: every signed call is the controller's.
	Caller string
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
		o.Now = time.Now
	}
	return &Judge{options: o, ledger: NewLedger(o.Cloud, o.Caller), traffic: NewTraffic(), budget: NewBudget(o.Limits), seq: o.Cloud.Seq()}
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
	j.excuseQuota(calls)
	calls = slices.DeleteFunc(calls, func(c fakecloud.Call) bool { return foreignTo(j.options.Caller, c) })
	j.Report("O4", j.ledger.Step()...)
	if !j.ledger.disturbed {
		j.Report("O5", j.traffic.Check(j.options.Cloud.View(), j.Instance)...)
	}
	j.Report("O7", j.budget.Add(calls)...)
}

// excuseQuota lets hosts be without their certificates where the service refused an extension.
func (j *Judge) excuseQuota(calls []fakecloud.Call) {
	for _, c := range calls {
		for group := range j.traffic.Newest().Groups {
			if c.Code == "DomainExtensionNumberOverLimit" && c.Params["LoadBalancerId"] == j.Instance(group) {
				j.Excuse(group, certificates)
			}
		}
	}
}

// Instance is the instance of a group; empty if there is none.
func (j *Judge) Instance(group string) string { return j.ledger.Instance(j.options.Cluster, group) }

// Excuse lets the requests to a port of a group be lost until the newest table is served.
func (j *Judge) Excuse(group string, port int) { j.traffic.Excuse(group, port) }

// Settle says that the controller is at rest: if the newest table is served, it is what must not be lost
// from here on. Until then all tables since the last one that was served count. What somebody else
// disturbed in our things is mended then, too; before, O5 is silent, since it is not our doing.
func (j *Judge) Settle() {
	if len(j.Open()) == 0 {
		j.traffic.Converged()
		j.ledger.disturbed = false
	}
}

// Open is O1: what is not yet as the newest table says.
func (j *Judge) Open() []string {
	j.Step()
	return Routing(j.traffic.Newest(), j.options.Cloud.View(), j.Instance, j.traffic.Ever())
}

// Leaks is O3: what we created and the newest table does not need.
func (j *Judge) Leaks() []string {
	j.Step()
	return j.ledger.Leaks(j.traffic.Newest(), j.Instance)
}

// Converged says that the newest table has to be served by now: O1 and O3.
func (j *Judge) Converged() {
	j.Report("O1", j.Open()...)
	j.Report("O3", j.Leaks()...)
	j.Settle()
}

// Quiet is O2 for the calls since a journal's entry.
func (j *Judge) Quiet(since, maxReads int) {
	calls := j.options.Cloud.JournalSince(since)
	calls = slices.DeleteFunc(calls, func(c fakecloud.Call) bool { return foreignTo(j.options.Caller, c) })
	j.Report("O2", Quiet(calls, maxReads)...)
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
