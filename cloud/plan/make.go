package plan

import (
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Make returns the calls that lead from got to want, and what cannot be served as asked, addressed
// to those who asked. It edits neither want nor got; want need not be normalised, got must be.
//
// A want without a load balancer asks for release: what is ours goes, the instance too if it was
// made for the owner. A want with a load balancer and nothing else keeps the instance alone. Of
// groups and certificates only those that something uses are created.
func Make(want cloud.Stack, got cloud.Observed, p Policy) (Plan, []cloud.Problem) {
	if want.LoadBalancer == nil || want.LoadBalancer.Keep && got.Instance == nil {
		want = cloud.Stack{LoadBalancer: want.LoadBalancer} // nothing can be on no instance
	}
	want = want.Clone()
	want.Normalize()
	p.Limits = p.Limits.Filled()
	m := &maker{want: want, got: got, policy: p}
	if m.admit() {
		m.target = m.choose()
		m.program()
	}
	return Plan{Steps: m.steps, Again: m.again}, cloud.SortProblems(m.problems)
}

// maker is one making of a plan.
type maker struct {
	want     cloud.Stack
	got      cloud.Observed
	policy   Policy
	target   target
	steps    []Step
	again    bool
	problems []cloud.Problem
}

func (m *maker) add(c cloud.Change, why string) { m.addFor(c, why, cloud.Source{}) }

func (m *maker) addFor(c cloud.Change, why string, source cloud.Source) {
	m.steps = append(m.steps, Step{Change: c, Why: why, Source: source})
}

// tell addresses a problem to whoever asked, or to the group's own object if nobody is known.
func (m *maker) tell(to cloud.Source, reason cloud.Reason, message string) {
	if to.Object == (cloud.Object{}) {
		to = m.policy.Source
	}
	m.problems = append(m.problems, cloud.Problem{
		Object: to.Object, Field: to.Field, Reason: reason, Message: message,
	})
}

// notice is tell for what is served but worth knowing.
func (m *maker) notice(to cloud.Source, reason cloud.Reason, message string) {
	m.tell(to, reason, message)
	m.problems[len(m.problems)-1].Notice = true
}

// program emits all steps, in the order that doc.go gives.
func (m *maker) program() {
	members := m.planMembers()
	m.createInstance()
	m.uploadCertificates()
	m.uploadCACertificates()
	members.early()
	m.fillACLs()
	sites := m.sites()
	m.raiseListeners(sites)
	for _, s := range sites {
		if s.stands() {
			m.tighten(s)
			m.createRules(s)
		}
	}
	for _, s := range sites {
		if s.stands() {
			m.setRules(s)
		}
	}
	for _, s := range sites {
		m.deleteRules(s)
		m.loosen(s)
	}
	m.dropListeners(sites)
	m.deleteGroups()
	members.late()
	m.deleteCertificates()
	m.deleteCACertificates()
	m.deleteACLs()
	m.releaseInstance()
}
