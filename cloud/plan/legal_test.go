package plan_test

import (
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// refusal says why the service would refuse a change in a state; "" if it would not.
func refusal(o cloud.Observed, change cloud.Change) string {
	switch c := change.(type) {
	case cloud.CreateListener:
		return listenerRefusal(o, c.Listener)
	case cloud.SetListener:
		if l, ok := listenerAt(o, c.Listener.Port); !ok || l.Protocol != c.Listener.Protocol ||
			l.Forward.Port != 0 || c.Listener.Forward.Port != 0 {
			return "the listener cannot be set"
		}
		return useRefusal(o, c.Listener)
	case cloud.StartListener:
		if l, ok := listenerAt(o, c.Port); !ok || l.Running {
			return "the listener is not stopped"
		}
	case cloud.DeleteListener:
		return deleteListenerRefusal(o, c)
	case cloud.CreateRules:
		return createRulesRefusal(o, c)
	case cloud.SetRule:
		return setRuleRefusal(o, c.Rule)
	case cloud.DeleteRules:
		if len(c.Rules) > cloud.MaxRulesPerCall {
			return "too many rules in a call"
		}
	default:
		return restRefusal(o, change)
	}
	return ""
}

func restRefusal(o cloud.Observed, change cloud.Change) string {
	switch c := change.(type) {
	case cloud.CreateExtension:
		return createExtensionRefusal(o, c.Extension)
	case cloud.SetExtension:
		if !hasCertificate(o, c.Extension.Certificate) {
			return "certificate is missing"
		}
	case cloud.DeleteExtension:
		if domainRuled(o, c.Extension.Port, c.Extension.Domain) {
			return "the domain has a rule"
		}
	case cloud.CreateServerGroup:
		return batchRefusal(len(c.Group.Members))
	case cloud.AddMembers:
		return batchRefusal(len(c.Members))
	case cloud.SetMembers:
		return batchRefusal(len(c.Members))
	case cloud.RemoveMembers:
		return batchRefusal(len(c.Members))
	case cloud.DeleteServerGroup:
		return deleteGroupRefusal(o, c.Name)
	case cloud.DeleteCertificate:
		return deleteCertificateRefusal(o, c.Name)
	}
	return accessRefusal(o, change)
}

func batchRefusal(n int) string {
	if n > cloud.MaxMembersPerCall {
		return "too many members in a call"
	}
	return ""
}

func listenerRefusal(o cloud.Observed, l cloud.Listener) string {
	if _, ok := listenerAt(o, l.Port); ok {
		return "the port is taken"
	}
	if l.Forward.Port != 0 {
		if _, ok := listenerAt(o, l.Forward.Port); !ok {
			return "the redirect's target is missing"
		}
		return ""
	}
	return useRefusal(o, l)
}

func useRefusal(o cloud.Observed, l cloud.Listener) string {
	if !hasGroup(o, l.Group) || l.Protocol == cloud.HTTPS && !hasCertificate(o, l.TLS.Certificate) {
		return "group or certificate is missing"
	}
	return accessUseRefusal(o, l)
}

func deleteListenerRefusal(o cloud.Observed, c cloud.DeleteListener) string {
	for _, l := range slices.Concat(o.Ours.Listeners, o.Foreign.Listeners) {
		if l.Forward.Port == c.Port {
			return "a redirect points to it"
		}
	}
	return ""
}

func createRulesRefusal(o cloud.Observed, c cloud.CreateRules) string {
	if l, ok := o.Ours.Listener(c.Port); !ok || l.Forward.Port != 0 || l.Protocol != c.Protocol {
		return "no listener of ours that takes rules"
	}
	if len(c.Rules) > cloud.MaxRulesPerCall {
		return "too many rules in a call"
	}
	for _, r := range c.Rules {
		switch {
		case hasRule(o.Ours.Rules, r) || hasRule(o.Foreign.Rules, r):
			return "the rule exists"
		case !hasGroup(o, r.Group):
			return "the rule's group is missing"
		case r.Own != cloud.Spread{}:
			return "no rule is created with settings of its own"
		}
	}
	return ""
}

func setRuleRefusal(o cloud.Observed, want cloud.Rule) string {
	i := slices.IndexFunc(o.Ours.Rules, sameRule(want))
	if i < 0 || !hasGroup(o, want.Group) {
		return "rule or group is missing"
	}
	if was, is := o.Ours.Rules[i].Own.HealthCheck, want.Own.HealthCheck; was.Port != 0 && is.On && is.Port == 0 {
		return "the port of a health check cannot be taken back"
	}
	return ""
}

func createExtensionRefusal(o cloud.Observed, e cloud.Extension) string {
	same := func(x cloud.Extension) bool { return x.Ref() == e.Ref() }
	switch {
	case slices.ContainsFunc(slices.Concat(o.Ours.Extensions, o.Foreign.Extensions), same):
		return "the extension exists"
	case !hasCertificate(o, e.Certificate):
		return "certificate is missing"
	case !domainRuled(o, e.Port, e.Domain):
		return "the extension would have no effect"
	}
	return ""
}

func deleteGroupRefusal(o cloud.Observed, name string) string {
	for _, r := range slices.Concat(o.Ours.Rules, o.Foreign.Rules) {
		if r.Group == name {
			return "a rule uses the group"
		}
	}
	for _, l := range slices.Concat(o.Ours.Listeners, o.Foreign.Listeners) {
		if l.Group == name {
			return "a listener uses the group"
		}
	}
	return ""
}

func deleteCertificateRefusal(o cloud.Observed, name string) string {
	for _, e := range slices.Concat(o.Ours.Extensions, o.Foreign.Extensions) {
		if e.Certificate == name {
			return "an extension uses the certificate"
		}
	}
	for _, l := range slices.Concat(o.Ours.Listeners, o.Foreign.Listeners) {
		if l.TLS.Certificate == name {
			return "a listener uses the certificate"
		}
	}
	return ""
}

// excess names the quota that a state exceeds, or "".
func excess(o cloud.Observed, limits plan.Limits) string {
	for _, port := range []int{80, 443} {
		onPort := func(r cloud.Rule) bool { return r.Port != port }
		rules := slices.DeleteFunc(slices.Concat(o.Ours.Rules, o.Foreign.Rules), onPort)
		if len(rules) > limits.RulesPerListener {
			return "rules of a listener"
		}
	}
	if len(o.Ours.Extensions)+len(o.Foreign.Extensions) > limits.ExtensionsPerListener {
		return "domain extensions"
	}
	for _, a := range o.Ours.ACLs {
		if len(a.Entries) > limits.EntriesPerACL {
			return "entries of a list"
		}
	}
	if countMembers(o.Ours) > limits.MembersPerInstance {
		return "members of the instance"
	}
	return ""
}

func listenerAt(o cloud.Observed, port int) (cloud.Listener, bool) {
	return cloud.Stack{Listeners: slices.Concat(o.Ours.Listeners, o.Foreign.Listeners)}.Listener(port)
}

func hasRule(rules []cloud.Rule, r cloud.Rule) bool {
	return slices.ContainsFunc(rules, sameRule(r))
}

// sameRule compares what a rule is known by, as Ref does, but makes no text of it.
func sameRule(r cloud.Rule) func(cloud.Rule) bool {
	return func(x cloud.Rule) bool { return x.Port == r.Port && x.Domain == r.Domain && x.URL == r.URL }
}

func hasGroup(o cloud.Observed, name string) bool {
	_, ok := o.Ours.ServerGroup(name)
	return ok
}

func hasCertificate(o cloud.Observed, name string) bool {
	return slices.ContainsFunc(o.Ours.Certificates, func(c cloud.Certificate) bool { return c.Name == name })
}

func domainRuled(o cloud.Observed, port int, domain string) bool {
	return slices.ContainsFunc(slices.Concat(o.Ours.Rules, o.Foreign.Rules),
		func(r cloud.Rule) bool { return r.Port == port && r.Domain == domain })
}
