package apply_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

var owner = cloud.Owner{Cluster: "c1", Group: "class.slb.0"}

// service is a cloud.Writer that keeps the state that it was told to make.
type service struct {
	state cloud.Observed
	calls []cloud.Change
	// refuse returns the error with which a call fails, if it does.
	refuse func(n int, c cloud.Change) error
	// lost says that a call that fails has had its effect.
	lost bool
	made int
}

func (s *service) Apply(_ context.Context, scope cloud.Scope, c cloud.Change) (cloud.IDs, error) {
	s.calls = append(s.calls, c)
	var err error
	if s.refuse != nil {
		err = s.refuse(len(s.calls), c)
	}
	if err != nil && !s.lost {
		return nil, err
	}
	if missing := unresolved(scope.IDs, c); missing != "" {
		return nil, fmt.Errorf("%s: the id of %s is not known", c.Op(), missing)
	}
	ids := s.created(c)
	s.state = s.state.After(owner, c, ids)
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func (s *service) created(c cloud.Change) cloud.IDs {
	ids := cloud.IDs{}
	add := func(ref cloud.Ref) {
		s.made++
		ids[ref] = cloud.ID(fmt.Sprintf("id-%d", s.made))
	}
	switch c := c.(type) {
	case cloud.CreateRules:
		for _, r := range c.Rules {
			add(r.Ref())
		}
	case cloud.CreateLoadBalancer, cloud.CreateServerGroup, cloud.UploadCertificate, cloud.CreateExtension:
		add(c.Target())
	}
	return ids
}

// unresolved is a reference of a change that has no id in its scope, or "".
func unresolved(ids cloud.IDs, c cloud.Change) string {
	var refs []cloud.Ref
	switch c := c.(type) {
	case cloud.CreateRules:
		for _, r := range c.Rules {
			refs = append(refs, cloud.ServerGroupRef(r.Group))
		}
	case cloud.SetRule:
		refs = append(refs, c.Rule.Ref(), cloud.ServerGroupRef(c.Rule.Group))
	case cloud.CreateExtension:
		refs = append(refs, cloud.CertificateRef(c.Extension.Certificate))
	case cloud.AddMembers:
		refs = append(refs, c.Target())
	case cloud.DeleteRules:
		for _, r := range c.Rules {
			refs = append(refs, r.Ref())
		}
	case cloud.CreateListener:
		refs = append(refs, cloud.LoadBalancerRef())
		if c.Listener.Forward.Port == 0 {
			refs = append(refs, cloud.ServerGroupRef(c.Listener.Group))
		}
	}
	for _, ref := range refs {
		if _, ok := ids[ref]; !ok {
			return ref.String()
		}
	}
	return ""
}

func ops(changes []cloud.Change) []string {
	var names []string
	for _, c := range changes {
		names = append(names, c.Op())
	}
	return names
}

func source(name string) cloud.Source {
	return cloud.Source{Object: cloud.Object{Kind: "Ingress", Namespace: "shop", Name: name}}
}

func members(n int) []cloud.Member {
	var list []cloud.Member
	for i := range n {
		list = append(list, cloud.Member{ServerID: fmt.Sprintf("eni-%d", i), IP: fmt.Sprintf("10.0.0.%03d", i), Port: 80, Weight: 100})
	}
	return list
}

// shop is a whole Stack: two listeners, rules, an extension, three groups, two certificates.
func shop() cloud.Stack {
	s := cloud.Stack{
		LoadBalancer: &cloud.LoadBalancer{Name: "shop", AddressType: cloud.AddressInternet, Spec: "slb.s1.small"},
		ServerGroups: []cloud.ServerGroup{
			{Name: cloud.EmptyGroup},
			{Name: "shop/api/80", Members: members(25), Source: source("api")},
			{Name: "shop/web/80", Members: members(3), Source: source("web")},
		},
		Certificates: []cloud.Certificate{{Name: "c1", Source: source("web")}, {Name: "c2", Source: source("api")}},
		Listeners: []cloud.Listener{
			{Port: 80, Protocol: cloud.HTTP, Group: cloud.EmptyGroup},
			{Port: 443, Protocol: cloud.HTTPS, Group: cloud.EmptyGroup, TLS: cloud.TLS{Certificate: "c1"}},
		},
		Extensions: []cloud.Extension{{Port: 443, Domain: "api.com", Certificate: "c2", Source: source("api")}},
	}
	for _, port := range []int{80, 443} {
		s.Rules = append(s.Rules,
			cloud.Rule{Port: port, Domain: "api.com", Group: "shop/api/80", Source: source("api")},
			cloud.Rule{Port: port, Domain: "web.com", Group: "shop/web/80", Source: source("web")},
			cloud.Rule{Port: port, Domain: "web.com", URL: "/a", Group: "shop/api/80", Source: source("web")},
		)
	}
	s.Normalize()
	return s
}

// moved is shop after some changes, so that a plan from one to the other has every kind of step.
func moved() cloud.Stack {
	s := shop()
	s.ServerGroups = slices.DeleteFunc(s.ServerGroups, func(g cloud.ServerGroup) bool { return g.Name == "shop/web/80" })
	s.ServerGroups[1].Members = members(30)[4:]
	s.ServerGroups = append(s.ServerGroups, cloud.ServerGroup{Name: "shop/new/80", Members: members(2), Source: source("new")})
	s.Certificates = []cloud.Certificate{{Name: "c3", Source: source("web")}}
	s.Extensions = nil
	s.Listeners[0] = cloud.Listener{Port: 80, Protocol: cloud.HTTP, Forward: cloud.Forward{Port: 443}}
	s.Listeners[1].TLS.Certificate, s.Listeners[1].IdleTimeout = "c3", 30
	s.Rules = []cloud.Rule{
		{Port: 443, Domain: "web.com", Group: "shop/new/80", Source: source("web")},
		{Port: 443, Domain: "new.com", URL: "/n", Group: "shop/new/80", Source: source("new")},
		{Port: 443, Domain: "api.com", URL: "/v2", Group: "shop/api/80", Source: source("api")},
	}
	s.Normalize()
	return s
}

// full is a grant of everything that a group can be granted.
func full() cloud.Grant { return cloud.Grant{Synced: true, ProtectionOurs: true, TakeOver: true} }

func makePlan(want cloud.Stack, got cloud.Observed) plan.Plan {
	todo, _ := plan.Make(want, got, plan.Policy{Owner: owner, CreateToken: "t"})
	return todo
}
