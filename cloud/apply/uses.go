package apply

import (
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

func (r *run) listenerReady(l cloud.Listener) bool {
	refs := []cloud.Ref{l.Ref(), cloud.ServerGroupRef(l.Group), cloud.CertificateRef(l.TLS.Certificate)}
	if l.Forward.Port != 0 {
		refs = append(refs, cloud.ListenerRef(l.Forward.Port))
	}
	if l.TLS.CACertificate != "" {
		refs = append(refs, cloud.CACertificateRef(l.TLS.CACertificate))
	}
	// A list that is incomplete is no reason to hold back a listener that has it already.
	if have, _ := r.result.Observed.Ours.Listener(l.Port); have.ACL != l.ACL {
		for _, name := range l.ACL.Names() {
			refs = append(refs, cloud.ACLRef(name))
		}
	}
	return r.ready(refs...) && !r.deserted(l.Group)
}

// returns tells whether a listener that is about to be deleted can be created again, if the plan
// says that it is.
func (r *run) returns(port int, rest []plan.Step) bool {
	for _, step := range rest {
		if c, ok := step.Change.(cloud.CreateListener); ok && c.Listener.Port == port {
			return r.listenerReady(c.Listener)
		}
	}
	return true
}

func (r *run) certificateReady(e cloud.Extension) bool {
	return r.ready(cloud.ListenerRef(e.Port), cloud.CertificateRef(e.Certificate))
}

// ruled tells whether an extension's domain has a rule on its listener.
func (r *run) ruled(e cloud.Extension) bool {
	o := r.result.Observed
	return slices.ContainsFunc(slices.Concat(o.Ours.Rules, o.Foreign.Rules), func(rule cloud.Rule) bool {
		return rule.Port == e.Port && rule.Domain == e.Domain
	})
}

func (r *run) exists(group string) bool {
	_, ok := r.result.Observed.Ours.ServerGroup(group)
	return ok
}

// leavesSome tells whether members can be removed: if members that should have come first did not,
// the last ones stay.
func (r *run) leavesSome(c cloud.RemoveMembers) bool {
	g, ok := r.result.Observed.Ours.ServerGroup(c.Group)
	return ok && !r.hold.refs[c.Target()] && (!r.hold.short[c.Group] || len(g.Members) > len(c.Members))
}

func (r *run) groupUsed(name string) bool {
	o := r.result.Observed
	return slices.ContainsFunc(slices.Concat(o.Ours.Rules, o.Foreign.Rules), func(rule cloud.Rule) bool { return rule.Group == name }) ||
		slices.ContainsFunc(slices.Concat(o.Ours.Listeners, o.Foreign.Listeners), func(l cloud.Listener) bool { return l.Group == name })
}

// listenerHas tells whether a listener, ours or not, has something.
func (r *run) listenerHas(what func(cloud.Listener) bool) bool {
	o := r.result.Observed
	return slices.ContainsFunc(slices.Concat(o.Ours.Listeners, o.Foreign.Listeners), what)
}

func (r *run) certificateUsed(name string) bool {
	o := r.result.Observed
	return slices.ContainsFunc(slices.Concat(o.Ours.Extensions, o.Foreign.Extensions), func(e cloud.Extension) bool { return e.Certificate == name }) ||
		slices.ContainsFunc(slices.Concat(o.Ours.Listeners, o.Foreign.Listeners), func(l cloud.Listener) bool { return l.TLS.Certificate == name })
}
