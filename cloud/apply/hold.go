package apply

import (
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// hold is what failed steps hold back.
type hold struct {
	refs   map[cloud.Ref]bool // resources that are not as later steps need them
	routes []route            // requests that have not got their new target
	short  map[string]bool    // groups that miss members
	kept   map[int]string     // default certificates, by port, that a domain has no extension for yet
	any    bool
	// spreads are settings of rules' own that the service has refused for one rule.
	spreads map[cloud.Spread]error
}

// route stands for the requests to a port that a rule of a domain, or without one, may take.
type route struct {
	port   int
	domain string
}

func newHold() *hold {
	return &hold{refs: map[cloud.Ref]bool{}, short: map[string]bool{}, kept: map[int]string{}, spreads: map[cloud.Spread]error{}}
}

// back notes that a change was not made.
func (h *hold) back(change cloud.Change, o cloud.Observed) {
	h.any = true
	switch c := change.(type) {
	case cloud.CreateListener, cloud.DeleteListener, cloud.TagListener,
		cloud.CreateServerGroup, cloud.UploadCertificate, cloud.UploadCACertificate,
		cloud.CreateACL, cloud.AddACLEntries:
		h.refs[c.Target()] = true
	case cloud.SetListener:
		h.routes = append(h.routes, route{c.Listener.Port, ""})
		h.takeOver(c.Listener.Port, o)
		h.unguarded(c.Listener, o)
	case cloud.CreateRules:
		for _, r := range c.Rules {
			h.routes = append(h.routes, route{r.Port, r.Domain})
		}
	case cloud.SetRule:
		if have, _ := ruleOf(o, c.Rule.Ref()); have.Group != c.Rule.Group {
			h.routes = append(h.routes, route{c.Rule.Port, c.Rule.Domain})
		}
	case cloud.DeleteRules:
		h.takeOver(c.Port, o)
	case cloud.DeleteExtension:
		h.takeOver(c.Extension.Port, o)
	case cloud.CreateExtension:
		h.keep(c.Extension, o)
	case cloud.AddMembers:
		h.short[c.Group] = true
	}
}

// takeOver holds back the mark on a listener that is not ours yet: until it is there, another run
// continues the take-over.
func (h *hold) takeOver(port int, o cloud.Observed) {
	if _, foreign := (cloud.Stack{Listeners: o.Foreign.Listeners}).Listener(port); foreign {
		h.refs[cloud.ListenerRef(port)] = true
	}
}

// keep holds back another default certificate of a listener while a domain is served with the present
// one and is to go on so: it has no extension of its own yet.
func (h *hold) keep(e cloud.Extension, o cloud.Observed) {
	if have, _ := o.Ours.Listener(e.Port); have.TLS.Certificate == e.Certificate {
		h.kept[e.Port] = e.Certificate
	}
}

// unguarded holds back rules of a listener whose access control could not be set: they would be open
// to more than their authors ask.
func (h *hold) unguarded(want cloud.Listener, o cloud.Observed) {
	have, _ := o.Ours.Listener(want.Port)
	if have.ACL != want.ACL || have.TLS.CACertificate != want.TLS.CACertificate {
		h.refs[want.Ref()] = true
	}
}

// busy holds back further changes of what is in the middle of one.
func (h *hold) busy(change cloud.Change) {
	if ref := seat(change); ref.Kind != "" {
		h.refs[ref] = true
	}
}

// seat is the resource on whose state the service makes a change depend: a listener or a group.
func seat(change cloud.Change) cloud.Ref {
	switch c := change.(type) {
	case cloud.CreateRules:
		return cloud.ListenerRef(c.Port)
	case cloud.SetRule:
		return cloud.ListenerRef(c.Rule.Port)
	case cloud.DeleteRules:
		return cloud.ListenerRef(c.Port)
	case cloud.CreateExtension:
		return cloud.ListenerRef(c.Extension.Port)
	case cloud.SetExtension:
		return cloud.ListenerRef(c.Extension.Port)
	case cloud.DeleteExtension:
		return cloud.ListenerRef(c.Extension.Port)
	default:
		if kind := change.Target().Kind; kind == cloud.KindListener || kind == cloud.KindServerGroup {
			return change.Target()
		}
		return cloud.Ref{}
	}
}

// divide splits a step into the part that can be made now and the part that is held back.
func (r *run) divide(step plan.Step, rest []plan.Step) (now, held *plan.Step) {
	switch c := step.Change.(type) {
	case cloud.CreateRules:
		free, stuck := partition(c.Rules, r.canCreate)
		return part(step, free, func(rules []cloud.Rule) cloud.Change { c.Rules = rules; return c }),
			part(step, stuck, func(rules []cloud.Rule) cloud.Change { c.Rules = rules; return c })
	case cloud.DeleteRules:
		free, stuck := partition(c.Rules, r.canDelete)
		return part(step, free, func(rules []cloud.Rule) cloud.Change { c.Rules = rules; return c }),
			part(step, stuck, func(rules []cloud.Rule) cloud.Change { c.Rules = rules; return c })
	}
	if r.free(step.Change, rest) {
		return &step, nil
	}
	return nil, &step
}

// ruleOf is the rule of ours as it is now.
func ruleOf(o cloud.Observed, ref cloud.Ref) (cloud.Rule, bool) {
	i := slices.IndexFunc(o.Ours.Rules, func(r cloud.Rule) bool { return r.Ref() == ref })
	if i < 0 {
		return cloud.Rule{}, false
	}
	return o.Ours.Rules[i], true
}

func partition(rules []cloud.Rule, ok func(cloud.Rule) bool) (yes, no []cloud.Rule) {
	for _, r := range rules {
		if ok(r) {
			yes = append(yes, r)
		} else {
			no = append(no, r)
		}
	}
	return yes, no
}

func part(step plan.Step, rules []cloud.Rule, with func([]cloud.Rule) cloud.Change) *plan.Step {
	if len(rules) == 0 {
		return nil
	}
	step.Change = with(rules)
	return &step
}

func (r *run) canCreate(rule cloud.Rule) bool {
	return r.ready(cloud.ListenerRef(rule.Port), cloud.ServerGroupRef(rule.Group)) && !r.deserted(rule.Group)
}

// deserted tells whether a group is empty only because adding its members failed.
func (r *run) deserted(group string) bool {
	g, _ := r.result.Observed.Ours.ServerGroup(group)
	return r.hold.short[group] && len(g.Members) == 0
}

// canDelete tells whether no request that the rule takes misses its new target: one of the same
// domain, or of a wider one to which its hosts may fall.
func (r *run) canDelete(rule cloud.Rule) bool {
	return r.ready(cloud.ListenerRef(rule.Port)) && !slices.ContainsFunc(r.hold.routes, func(missing route) bool {
		return missing.port == rule.Port && covers(missing.domain, rule.Domain)
	})
}

// covers tells whether a rule of one domain may take hosts of another.
func covers(domain, other string) bool {
	if domain == "" || domain == other {
		return true
	}
	suffix, wild := strings.CutPrefix(domain, "*")
	return wild && strings.HasSuffix(other, suffix)
}

// ready tells whether nothing holds back steps that need these resources.
func (r *run) ready(refs ...cloud.Ref) bool {
	return !slices.ContainsFunc(refs, func(ref cloud.Ref) bool { return r.hold.refs[ref] })
}

// free tells whether a change other than a batch of rules can be made.
func (r *run) free(change cloud.Change, rest []plan.Step) bool {
	switch c := change.(type) {
	case cloud.CreateListener:
		return r.listenerReady(c.Listener)
	case cloud.SetListener:
		kept := r.hold.kept[c.Listener.Port]
		return r.listenerReady(c.Listener) && (kept == "" || kept == c.Listener.TLS.Certificate)
	case cloud.StartListener, cloud.TagListener:
		return r.ready(c.Target())
	case cloud.DeleteListener:
		return r.ready(c.Target()) && r.returns(c.Port, rest)
	case cloud.SetRule:
		_, there := ruleOf(r.result.Observed, c.Rule.Ref())
		return there && r.canCreate(c.Rule)
	case cloud.CreateExtension:
		return r.certificateReady(c.Extension) && r.ruled(c.Extension)
	case cloud.SetExtension:
		return r.certificateReady(c.Extension)
	case cloud.DeleteExtension:
		return r.ready(cloud.ListenerRef(c.Extension.Port)) && !r.ruled(c.Extension)
	default:
		return r.freeRest(change)
	}
}

func (r *run) freeRest(change cloud.Change) bool {
	switch c := change.(type) {
	case cloud.AddMembers:
		return r.exists(c.Group) && !r.hold.refs[c.Target()]
	case cloud.SetMembers:
		return r.exists(c.Group) && !r.hold.refs[c.Target()]
	case cloud.RemoveMembers:
		return r.leavesSome(c)
	case cloud.DeleteServerGroup:
		return !r.groupUsed(c.Name)
	case cloud.DeleteCertificate:
		return !r.certificateUsed(c.Name)
	case cloud.AddACLEntries:
		return r.ready(c.Target())
	case cloud.RemoveACLEntries:
		return r.ready(c.Target())
	case cloud.DeleteACL:
		return !r.listenerHas(func(l cloud.Listener) bool { return slices.Contains(l.ACL.Names(), c.Name) })
	case cloud.DeleteCACertificate:
		return !r.listenerHas(func(l cloud.Listener) bool { return l.TLS.CACertificate == c.Name })
	case cloud.SetDeleteProtection:
		return c.On || !r.hold.any
	case cloud.UntagLoadBalancer, cloud.DeleteLoadBalancer:
		return !r.hold.any
	default:
		return true
	}
}
