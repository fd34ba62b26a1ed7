package ingress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
)

// conclude brings the record to what the reconcile came to.
func (r *reporter) conclude(in loaded, out outcome, problems []cloud.Problem) {
	status := &in.Record.Status
	got := out.done.Observed
	if got.Instance != nil {
		status.LoadBalancerID = string(got.Instance.ID)
		if got.Instance.Address != "" {
			status.Address = got.Instance.Address
		}
	} else if out.done.Known {
		status.LoadBalancerID, status.Address = "", ""
	}
	status.Intents = settle(status.Intents, intent{todo: out.todo}, out.done, in.Now)
	if out.done.Known {
		status.ListenPorts = addedPorts(out.want.Stack, got)
	}
	status.DomainExtensions = extensionIDs(got)
	status.Certificates = servedCertificates(out.want, got)
	quotas := quotasOf(in, got)
	status.Use = use(quotas)
	for _, q := range quotas {
		r.metrics.quota(in.Owner.Group, q)
	}
	now := r.now()
	setReady(in, out, now)
	setCondition(in.Record, metav1.Condition{Type: v1alpha1.ConditionConfigMissing, Status: metav1.ConditionFalse, Reason: "ConfigFound"}, now)
	setBlocked(in.Record, problems, now)
}

// setReady judges the group as a whole: what was refused on its author's account does not count.
func setReady(in loaded, out outcome, now time.Time) {
	ready := metav1.Condition{
		Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: string(cloud.Programmed),
		Message: "the load balancer matches what the Ingresses ask for",
	}
	failed := slices.IndexFunc(out.done.Failed, func(e apply.StepError) bool { return !e.Refused })
	switch {
	case failed >= 0:
		setNotReady(in.Record, problemOf(recordObject(in.Owner.Group), out.done.Failed[failed].Err), now)
		return
	case refusedInstance(out) != nil:
		setNotReady(in.Record, *refusedInstance(out), now)
		return
	case refusedWhole(out) != nil:
		setNotReady(in.Record, *refusedWhole(out), now)
		return
	case out.todo.Again || created(out.todo):
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, "Programming", "the load balancer is being programmed"
	case len(in.Ingresses) == 0:
		ready.Reason, ready.Message = "Unused", "no Ingress needs the load balancer"
	}
	setCondition(in.Record, ready, now)
}

// refusedInstance returns the problem for which the service refused to create the instance, if it did.
func refusedInstance(out outcome) *cloud.Problem {
	i := slices.IndexFunc(out.done.Problems, func(p cloud.Problem) bool { return p.Reason == cloud.CreationRefused })
	if i < 0 {
		return nil
	}
	return &out.done.Problems[i]
}

// refusedWhole returns the problem for which the planner refused the whole group, if it did: it
// planned nothing although there is something to do.
func refusedWhole(out outcome) *cloud.Problem {
	if !out.todo.Empty() || len(out.done.Observed.Ours.Listeners) > 0 {
		return nil
	}
	for i := range out.refused {
		if !out.refused[i].Notice {
			return &out.refused[i]
		}
	}
	return nil
}

func setNotReady(record *v1alpha1.SLBInstance, p cloud.Problem, now time.Time) {
	setCondition(record, metav1.Condition{
		Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: string(p.Reason), Message: p.Message,
	}, now)
}

func setFrozen(record *v1alpha1.SLBInstance, why string, now time.Time) {
	setCondition(record, metav1.Condition{
		Type: v1alpha1.ConditionConfigMissing, Status: metav1.ConditionTrue, Reason: string(cloud.ConfigMissing), Message: why,
	}, now)
}

func setBlocked(record *v1alpha1.SLBInstance, problems []cloud.Problem, now time.Time) {
	for _, p := range problems {
		if p.Reason == cloud.DeletionBlocked {
			setCondition(record, metav1.Condition{
				Type: v1alpha1.ConditionDeletionBlocked, Status: metav1.ConditionTrue,
				Reason: "IngressesExist", Message: p.Message,
			}, now)
			return
		}
	}
	meta.RemoveStatusCondition(&record.Status.Conditions, v1alpha1.ConditionDeletionBlocked)
}

func setCondition(record *v1alpha1.SLBInstance, c metav1.Condition, now time.Time) {
	c.ObservedGeneration = record.Generation
	c.LastTransitionTime = metav1.NewTime(now).Rfc3339Copy()
	if c.Message == "" {
		c.Message = "class and parameters were read"
	}
	meta.SetStatusCondition(&record.Status.Conditions, c)
}

func extensionIDs(got cloud.Observed) []string {
	var ids []string
	for _, e := range got.Ours.Extensions {
		if id := got.IDs[e.Ref()]; id != "" {
			ids = append(ids, string(id))
		}
	}
	return ids
}

// quota is the use of one quota of an instance.
type quota struct {
	name        string
	used, limit int
}

// quotasOf counts what the quotas count: everything on the listener, also what is not ours. Rules
// and domain extensions are the fullest listener's.
func quotasOf(in loaded, got cloud.Observed) []quota {
	l := limits(in).Filled()
	rules, extensions := map[int]int{}, map[int]int{}
	for _, list := range [][]cloud.Rule{got.Ours.Rules, got.Foreign.Rules} {
		for _, rule := range list {
			rules[rule.Port]++
		}
	}
	for _, list := range [][]cloud.Extension{got.Ours.Extensions, got.Foreign.Extensions} {
		for _, extension := range list {
			extensions[extension.Port]++
		}
	}
	members := 0
	for _, g := range got.Ours.ServerGroups {
		members += len(g.Members)
	}
	list := []quota{
		{"rules", most(rules), l.RulesPerListener},
		{"domain extensions", most(extensions), l.ExtensionsPerListener},
		{"backend servers", members, l.MembersPerInstance},
		{"server certificates of the region", got.RegionCertificates, certificateQuota(in)},
	}
	if len(got.Ours.ACLs) == 0 {
		return list
	}
	entries := map[int]int{}
	for i, acl := range got.Ours.ACLs {
		entries[i] = len(acl.Entries)
	}
	return append(list, quota{"entries of an access control list", most(entries), l.EntriesPerACL})
}

// warnAt is the part of a quota whose use is told, in percent.
const warnAt = 80

// nearlyUsed tells of quotas that are nearly used up. The message has no number that changes while it
// is so: an event is emitted when the use crosses the line and not again.
func nearlyUsed(in loaded, out outcome) []cloud.Problem {
	var list []cloud.Problem
	if !out.done.Known {
		return list
	}
	for _, q := range quotasOf(in, out.done.Observed) {
		if 100*q.used < warnAt*q.limit {
			continue
		}
		list = append(list, cloud.Problem{
			Object: recordObject(in.Owner.Group), Reason: cloud.QuotaNearlyUsed, Message: fmt.Sprintf(
				"%s: %d %% of %d or more are used; make room, or raise the quota, before it is used up", q.name, warnAt, q.limit),
		})
	}
	return list
}

// certificateQuota is how many server certificates the account may have in the region: 100 unless it
// was raised. A quota of the account bounds nothing that the planner decides.
func certificateQuota(in loaded) int {
	if quotas := in.Config.Spec.Quotas; quotas != nil && quotas.ServerCertificatesPerRegion > 0 {
		return quotas.ServerCertificatesPerRegion
	}
	return 100
}

func most(counts map[int]int) int {
	n := 0
	for _, count := range counts {
		n = max(n, count)
	}
	return n
}

func use(quotas []quota) string {
	parts := make([]string, len(quotas))
	for i, q := range quotas {
		parts[i] = fmt.Sprintf("%s %d/%d", q.name, q.used, q.limit)
	}
	return strings.Join(parts, ", ")
}
