package cloudtest

import (
	"maps"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

const coffee = "shop/coffee/http"

// instance creates the owner's instance.
func (w *world) instance() {
	w.Helper()
	w.apply(createInstance())
}

func createInstance() cloud.CreateLoadBalancer {
	return cloud.CreateLoadBalancer{
		LoadBalancer: cloud.LoadBalancer{
			AddressType: cloud.AddressInternet, Name: "shop", Spec: "slb.s1.small", DeleteProtection: true,
			Tags: map[string]string{"team": "shop"},
		},
		Token: "token-1",
	}
}

// groups creates the instance, the empty group and one with a member.
func (w *world) groups() {
	w.Helper()
	w.instance()
	w.apply(
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: cloud.EmptyGroup}},
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: coffee, Members: w.Members[:1]}},
	)
}

// listeners creates both listeners, running, and gives the certificate of the second.
func (w *world) listeners() cloud.Certificate {
	w.Helper()
	w.groups()
	certificate := NewCertificate(w.T, "shop.example.com")
	w.apply(
		cloud.UploadCertificate{Certificate: certificate},
		cloud.CreateListener{Listener: plainListener()},
		cloud.CreateListener{Listener: tlsListener(certificate.Name)},
		cloud.StartListener{Port: 80, Protocol: cloud.HTTP},
		cloud.StartListener{Port: 443, Protocol: cloud.HTTPS},
	)
	return certificate
}

func plainListener() cloud.Listener {
	return normalized(cloud.Listener{
		Port: 80, Protocol: cloud.HTTP, Group: cloud.EmptyGroup, Running: true,
		Headers: cloud.ForwardedHeaders{For: true, Proto: true},
	})
}

func tlsListener(certificate string) cloud.Listener {
	return normalized(cloud.Listener{
		Port: 443, Protocol: cloud.HTTPS, Group: cloud.EmptyGroup, Running: true,
		Headers: cloud.ForwardedHeaders{For: true, Proto: true},
		TLS:     cloud.TLS{Certificate: certificate, Policy: "tls_cipher_policy_1_2", HTTP2: true},
	})
}

func normalized(l cloud.Listener) cloud.Listener {
	s := cloud.Stack{Listeners: []cloud.Listener{l}}
	s.Normalize()
	return s.Listeners[0]
}

func instancePart(w *world) {
	if diff := Diff(cloud.Observed{}, w.observe()); diff != "" {
		w.Fatalf("an account without anything of ours (-want +got):\n%s", diff)
	}
	w.instance()
	w.again(createInstance(), nil)
	byID := w.observe()
	byTags := w.observeAs(cloud.Query{Owner: w.Owner})
	if diff := cmp.Diff(byID, byTags); diff != "" {
		w.Errorf("found by id and by tags (-id +tags):\n%s", diff)
	}
	key := w.Owner.ClaimKey()
	w.apply(
		cloud.TagLoadBalancer{Tags: map[string]string{key: "claimed"}},
		cloud.UntagLoadBalancer{Keys: []string{key}},
		cloud.SetLoadBalancerName{Name: "renamed"},
		cloud.ModifyLoadBalancerInstanceSpec{Spec: "slb.s2.small"},
		cloud.ModifyLoadBalancerInternetSpec{ChargeType: cloud.PayByBandwidth, Bandwidth: 20},
		cloud.ModifyLoadBalancerInternetSpec{ChargeType: cloud.PayByTraffic},
		cloud.SetLoadBalancerModificationProtection{Status: cloud.ConsoleProtection},
		cloud.SetLoadBalancerModificationProtection{Status: cloud.NonProtection},
	)
	w.refused(cloud.DeleteLoadBalancer{}, byID.IDs, cloud.Conflict)
	w.apply(cloud.SetDeleteProtection{On: false}, cloud.DeleteLoadBalancer{})
	w.again(cloud.DeleteLoadBalancer{}, byID.IDs)
	if got := w.observe(); got.Instance != nil {
		w.Errorf("a deleted instance is still observed: %+v", got.Instance)
	}
}

// chargedPart creates an instance with everything that can be said of one.
func chargedPart(w *world) {
	create := createInstance()
	create.LoadBalancer.InternetChargeType, create.LoadBalancer.Bandwidth = cloud.PayByBandwidth, 50
	create.LoadBalancer.ModificationProtection = cloud.ConsoleProtection
	w.apply(create, cloud.SetDeleteProtection{}, cloud.DeleteLoadBalancer{})
	create.Token = "token-2"
	create.LoadBalancer.InternetChargeType, create.LoadBalancer.Bandwidth = "", 0
	create.LoadBalancer.ChargeType, create.LoadBalancer.Spec = cloud.ChargeByUse, ""
	w.apply(create)
}

func groupsPart(w *world) {
	w.groups()
	lighter := w.Members[0]
	lighter.Weight = 10
	w.apply(
		cloud.AddMembers{Group: coffee, Members: w.Members[1:3]},
		cloud.SetMembers{Group: coffee, Members: []cloud.Member{lighter}},
		cloud.RemoveMembers{Group: coffee, Members: w.Members[1:2]},
	)
	ids := w.observe().IDs
	w.again(cloud.RemoveMembers{Group: coffee, Members: w.Members[1:2]}, ids)
	w.refused(cloud.AddMembers{Group: coffee, Members: w.Members[2:3]}, ids, cloud.Conflict)
	canary := cloud.CanaryGroupName(coffee, "next/http/"+strings.Repeat("n", 200))
	w.apply(cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: canary, Members: w.Members[:2]}})
	w.apply(cloud.DeleteServerGroup{Name: canary})
	w.apply(cloud.DeleteServerGroup{Name: coffee}, cloud.DeleteServerGroup{Name: cloud.EmptyGroup})
	w.again(cloud.DeleteServerGroup{Name: coffee}, ids)
	w.again(cloud.RemoveMembers{Group: coffee, Members: w.Members[:1]}, ids)
}

func certificatesPart(w *world) {
	// Certificates need no instance, and stay when it goes.
	certificate := NewCertificate(w.T, "a.example.com")
	w.apply(cloud.UploadCertificate{Certificate: certificate})
	w.instance()
	w.apply(cloud.SetDeleteProtection{}, cloud.DeleteLoadBalancer{})
	ids := w.observe().IDs
	w.apply(cloud.DeleteCertificate{Name: certificate.Name})
	w.again(cloud.DeleteCertificate{Name: certificate.Name}, ids)
}

func listenersPart(w *world) {
	w.listeners()
	ids := w.observe().IDs
	w.again(cloud.TagListener{Port: 80, Protocol: cloud.HTTP}, ids)
	w.refused(cloud.StartListener{Port: 80, Protocol: cloud.HTTP}, ids, cloud.Conflict, "")
	drop := cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS}
	w.apply(drop)
	w.again(drop, ids)
}

// attributesPart sets every attribute away from its default and back.
func attributesPart(w *world) {
	certificate := w.listeners()
	other := NewCertificate(w.T, "other.example.com")
	w.apply(cloud.UploadCertificate{Certificate: other})
	for _, base := range []cloud.Listener{plainListener(), tlsListener(certificate.Name)} {
		changed := base
		changed.Group, changed.Scheduler, changed.Gzip = coffee, "rr", true
		changed.IdleTimeout, changed.RequestTimeout = 30, 120
		changed.Headers = cloud.ForwardedHeaders{SLBIP: true, SLBID: true, SLBPort: true, ClientPort: true}
		changed.Sticky = cloud.Sticky{Type: "insert", Timeout: 600}
		changed.HealthCheck = cloud.HealthCheck{
			On: true, Method: "get", URI: "/healthz", Domain: "shop.example.com", Port: 8081, Codes: "http_2xx,http_3xx",
			Timeout: 3, Interval: 7, HealthyThreshold: 4, UnhealthyThreshold: 5,
		}
		if base.Protocol == cloud.HTTPS {
			changed.TLS = cloud.TLS{Certificate: other.Name, Policy: "tls_cipher_policy_1_1"}
		}
		plainCheck := base
		plainCheck.Sticky = cloud.Sticky{Type: "server", Cookie: "session"}
		plainCheck.HealthCheck = cloud.HealthCheck{On: true}
		for _, l := range []cloud.Listener{changed, plainCheck, base} {
			w.apply(cloud.SetListener{Listener: normalized(l)})
		}
	}
}

func redirectPart(w *world) {
	w.groups()
	certificate := NewCertificate(w.T, "shop.example.com")
	w.apply(
		cloud.UploadCertificate{Certificate: certificate},
		cloud.CreateListener{Listener: tlsListener(certificate.Name)},
		cloud.CreateListener{Listener: normalized(cloud.Listener{
			Port: 80, Protocol: cloud.HTTP, Forward: cloud.Forward{Port: 443, Code: 302},
		})},
		cloud.StartListener{Port: 80, Protocol: cloud.HTTP},
	)
	ids := w.observe().IDs
	w.refused(cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS}, ids, cloud.Busy)
	w.apply(
		cloud.DeleteListener{Port: 80, Protocol: cloud.HTTP},
		cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS},
	)
}

func shopRules() []cloud.Rule {
	return []cloud.Rule{
		{Port: 80, Domain: "shop.example.com", Group: coffee},
		{Port: 80, Domain: "shop.example.com", URL: "/coffee", Group: coffee},
		{Port: 80, URL: "/status", Group: coffee},
		{Port: 80, Domain: "*.example.com", URL: "/a/b", Group: coffee},
	}
}

func rulesPart(w *world) {
	w.listeners()
	rules := shopRules()
	w.apply(cloud.CreateRules{Port: 80, Protocol: cloud.HTTP, Rules: rules})
	moved := rules[1]
	moved.Group = cloud.EmptyGroup
	w.apply(cloud.SetRule{Rule: moved})
	w.ownSettings(rules[0])
	ids := w.observe().IDs
	drop := cloud.DeleteRules{Port: 80, Protocol: cloud.HTTP, Rules: rules[:1]}
	w.apply(drop, cloud.DeleteRules{Port: 80, Protocol: cloud.HTTP, Rules: rules[1:3]})
	w.again(drop, ids)
	w.apply(cloud.DeleteListener{Port: 80, Protocol: cloud.HTTP})
}

// ownSettings gives a rule settings of its own, changes each and takes them away.
func (w *world) ownSettings(rule cloud.Rule) {
	w.Helper()
	for _, own := range []cloud.Spread{
		{Scheduler: "rr", Sticky: cloud.Sticky{Type: "insert", Timeout: 600}},
		{Scheduler: "wlc", Sticky: cloud.Sticky{Type: "server", Cookie: "session"}, HealthCheck: cloud.HealthCheck{On: true}},
		{Scheduler: "wrr", HealthCheck: cloud.HealthCheck{
			On: true, URI: "/healthz", Domain: "shop.example.com", Port: 8081, Codes: "http_2xx,http_3xx",
			Timeout: 3, Interval: 7, HealthyThreshold: 4, UnhealthyThreshold: 5,
		}},
		{Scheduler: "wrr", HealthCheck: cloud.HealthCheck{On: true, Port: 8082}},
		{Scheduler: "wrr"},
		{Scheduler: "wrr", HealthCheck: cloud.HealthCheck{On: true}},
		{},
	} {
		rule.Own = own.Normalized()
		w.apply(cloud.SetRule{Rule: rule})
	}
	// A rule that is created follows its listener, whatever is asked for.
	w.apply(cloud.DeleteRules{Port: rule.Port, Protocol: cloud.HTTP, Rules: []cloud.Rule{rule}})
	rule.Own = cloud.Spread{Scheduler: "rr"}
	w.apply(cloud.CreateRules{Port: rule.Port, Protocol: cloud.HTTP, Rules: []cloud.Rule{rule}})
}

func extensionsPart(w *world) {
	certificate := w.listeners()
	other := NewCertificate(w.T, "other.example.com")
	rule := cloud.Rule{Port: 443, Domain: "other.example.com", Group: coffee}
	extension := cloud.Extension{Port: 443, Domain: rule.Domain, Certificate: other.Name}
	w.apply(
		cloud.UploadCertificate{Certificate: other},
		cloud.CreateRules{Port: 443, Protocol: cloud.HTTPS, Rules: []cloud.Rule{rule}},
		cloud.CreateExtension{Extension: extension},
	)
	ids := w.observe().IDs
	w.refused(cloud.DeleteExtension{Extension: extension}, ids, cloud.Busy)
	extension.Certificate = certificate.Name
	w.apply(
		cloud.SetExtension{Extension: extension},
		cloud.DeleteRules{Port: 443, Protocol: cloud.HTTPS, Rules: []cloud.Rule{rule}},
		cloud.DeleteExtension{Extension: extension},
	)
	w.again(cloud.DeleteExtension{Extension: extension}, ids)
}

// without gives ids but for one.
func without(ids cloud.IDs, ref cloud.Ref) cloud.IDs {
	rest := maps.Clone(ids)
	delete(rest, ref)
	return rest
}
