package apply

import (
	"fmt"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// takeApart deals with refusals that concern one element of a change, and tells whether this was
// one. What is left of the change is made.
func (r *run) takeApart(step plan.Step, err error) bool {
	kind := cloud.KindOf(err)
	switch c := step.Change.(type) {
	case cloud.CreateRules:
		if kind == cloud.Invalid {
			r.splitRules(step, c, err)
			return true
		}
	case cloud.SetRule:
		if kind == cloud.Invalid {
			r.setApart(step, c, err)
			return true
		}
	case cloud.CreateServerGroup:
		if badMember(kind) && len(c.Group.Members) > 0 {
			r.fillApart(step, c)
			return true
		}
	case cloud.AddMembers:
		if badMember(kind) {
			r.splitMembers(step, c, err)
			return true
		}
	case cloud.RemoveMembers:
		if kind == cloud.NotFound && len(c.Members) > 1 {
			r.splitRemoval(step, c)
			return true
		}
	case cloud.UploadCertificate, cloud.UploadCACertificate:
		if kind == cloud.Invalid {
			r.refuse(step, err, toAuthor(step, cloud.InvalidCertificate, "the service refuses the certificate", err))
			return true
		}
	case cloud.AddACLEntries:
		if kind == cloud.Invalid {
			r.refuse(step, err, toAuthor(step, cloud.InvalidAnnotation, "the service refuses entries of the access control list", err))
			return true
		}
	}
	return false
}

func toAuthor(step plan.Step, reason cloud.Reason, what string, err error) cloud.Problem {
	return cloud.Problem{
		Object: step.Source.Object, Field: step.Source.Field, Reason: reason, Message: fmt.Sprintf("%s: %v", what, err),
	}
}

// splitRules makes the rules of a refused batch one by one. Whether the service makes a part of a
// batch that it refuses is not documented, so one that exists already was made just now.
func (r *run) splitRules(step plan.Step, c cloud.CreateRules, err error) {
	if len(c.Rules) == 1 {
		r.refuse(step, err, r.rejected(c.Rules[0], err))
		return
	}
	for i, rule := range c.Rules {
		single := step
		single.Change = cloud.CreateRules{Port: c.Port, Protocol: c.Protocol, Rules: c.Rules[i : i+1]}
		if r.stopped || r.ctx.Err() != nil {
			r.postpone(single)
			continue
		}
		err := r.call(single)
		switch cloud.KindOf(err) {
		case "":
		case cloud.Invalid:
			r.refuse(single, err, r.rejected(rule, err))
		case cloud.Conflict:
			r.result.Known = false // its id is not known
		default:
			r.fail(single, err)
		}
	}
}

// setApart sets a rule's group alone where its own settings were refused with it: requests have to get
// to their pods in any case. What was refused for one rule is not tried for others.
func (r *run) setApart(step plan.Step, c cloud.SetRule, err error) {
	have, _ := ruleOf(r.result.Observed, c.Rule.Ref())
	if c.Rule.Own == have.Own {
		r.refuse(step, err, r.rejected(c.Rule, err))
		return
	}
	if c.Rule.Group != have.Group {
		alone := step
		alone.Change = cloud.SetRule{Rule: withOwn(c.Rule, have.Own)}
		r.try(alone)
		if !r.pointsTo(c.Rule) {
			return // the group was to blame, or the service is in trouble
		}
	}
	r.hold.spreads[c.Rule.Own] = err
	r.refuse(step, err, RefusedSpread(c.Rule, err))
}

func withOwn(rule cloud.Rule, own cloud.Spread) cloud.Rule {
	rule.Own = own
	return rule
}

// pointsTo tells whether a rule has the group that it is to have.
func (r *run) pointsTo(rule cloud.Rule) bool {
	have, _ := ruleOf(r.result.Observed, rule.Ref())
	return have.Group == rule.Group
}

// RefusedSpread is what the author of a rule is told whose own settings the service refuses.
func RefusedSpread(rule cloud.Rule, err error) cloud.Problem {
	return cloud.Problem{
		Object: rule.Source.Object, Field: rule.Source.Field, Reason: cloud.UnsupportedAnnotation,
		Message: fmt.Sprintf("the service refuses that scheduler, session and health check of %q differ from its listener's, which count: %v", rule.Domain+rule.URL, err),
	}
}

func (r *run) rejected(rule cloud.Rule, err error) cloud.Problem {
	p := cloud.Problem{
		Object: rule.Source.Object, Field: rule.Source.Field, Reason: cloud.RejectedPath,
		Message: fmt.Sprintf("the service refuses %q: %v", rule.Domain+rule.URL, err),
	}
	if g, ok := r.result.Observed.Ours.ServerGroup(rule.Group); ok && len(g.Members) == 0 {
		p.Reason = cloud.NoReadyEndpoints
		p.Message = fmt.Sprintf("%q waits until its Service has a ready endpoint: the service refuses rules to an empty group: %v",
			rule.Domain+rule.URL, err)
	}
	return p
}

// badMember tells whether an error may mean that the service does not take a member: a network
// interface that is gone, or one of another network.
func badMember(kind cloud.ErrorKind) bool { return kind == cloud.NotFound || kind == cloud.Invalid }

// fillApart creates a group empty and then adds what can be added of its members.
func (r *run) fillApart(step plan.Step, c cloud.CreateServerGroup) {
	members := c.Group.Members
	c.Group.Members = nil
	step.Change = c
	if err := r.call(step); err != nil {
		r.fail(step, err)
		return
	}
	step.Change = cloud.AddMembers{Group: c.Group.Name, Members: members}
	r.try(step)
}

// splitMembers halves a refused batch until the members are found that the service refuses.
func (r *run) splitMembers(step plan.Step, c cloud.AddMembers, err error) {
	if len(c.Members) == 1 {
		r.refuse(step, err, refusedMember(step, c.Members[0], err))
		if cloud.KindOf(err) == cloud.NotFound {
			r.result.Known = false // it may be the group that is gone
		}
		return
	}
	half := len(c.Members) / 2
	for _, members := range [][]cloud.Member{c.Members[:half], c.Members[half:]} {
		step.Change = cloud.AddMembers{Group: c.Group, Members: members}
		if r.stopped || r.ctx.Err() != nil {
			r.postpone(step)
			continue
		}
		r.try(step)
	}
}

// splitRemoval halves a batch that a member without a network interface spoils, until that one is
// alone: then it is gone.
func (r *run) splitRemoval(step plan.Step, c cloud.RemoveMembers) {
	half := len(c.Members) / 2
	for _, members := range [][]cloud.Member{c.Members[:half], c.Members[half:]} {
		step.Change = cloud.RemoveMembers{Group: c.Group, Members: members}
		if r.stopped || r.ctx.Err() != nil {
			r.postpone(step)
			continue
		}
		r.try(step)
	}
}

func refusedMember(step plan.Step, m cloud.Member, err error) cloud.Problem {
	p := cloud.Problem{Object: step.Source.Object, Field: step.Source.Field}
	if cloud.KindOf(err) == cloud.NotFound {
		p.Reason = cloud.NetworkInterfaceNotFound
		p.Message = fmt.Sprintf("%s:%d is left out, its network interface %q does not exist: %v", m.IP, m.Port, m.ServerID, err)
		return p
	}
	p.Reason = cloud.NetworkConflict
	p.Message = fmt.Sprintf("%s:%d is left out, the load balancer does not take network interface %q: %v", m.IP, m.Port, m.ServerID, err)
	return p
}
