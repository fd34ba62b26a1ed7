package alibaba_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
)

// quick lifts the limits of calls, which are of no matter where nobody is called.
func quick(o *alibaba.Options) { o.Rates = alibaba.Rates{Share: 1, Writes: 1e9, Reads: 1e9} }

// TestEndlessLists: a list whose count or token promises more and more pages ends in an error.
func TestEndlessLists(t *testing.T) {
	t.Parallel()
	lists := `{"TotalCount":1000000000,"Acls":{"Acl":[{"AclId":"acl-1","AclName":"x"}]}}`
	instances := `{"TotalCount":1000000000,"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"lb-1"}]}}`
	pages := make([]answer, 1000)
	for i := range pages {
		pages[i] = ok(fmt.Sprintf(`{"NextToken":"t%d"}`, i))
	}
	s := &script{answers: map[string][]answer{
		"DescribeLoadBalancers":      {ok(instances)},
		"DescribeServerCertificates": {ok(`{}`)}, "DescribeCACertificates": {ok(`{}`)},
		"DescribeAccessControlLists":    {ok(lists)},
		"DescribeLoadBalancerAttribute": {ok(`{"LoadBalancerId":"lb-1"}`)},
		"DescribeNetworkInterfaces":     pages,
	}}
	client := s.client(t, quick)
	for _, id := range []cloud.ID{"", "lb-1"} {
		_, err := client.Observe(t.Context(), cloud.Query{Owner: cloud.Owner{Cluster: "c1", Group: "class.slb.0"}, LoadBalancer: id})
		if cloud.KindOf(err) != cloud.Unavailable || !strings.Contains(fmt.Sprint(err), "no end") {
			t.Errorf("observing %q: got error %v", id, err)
		}
	}
	if _, err := client.InterfacesOf(t.Context(), []netip.Addr{netip.MustParseAddr("10.0.0.1")}); cloud.KindOf(err) != cloud.Unavailable {
		t.Errorf("interfaces: got error %v", err)
	}
}

// FuzzObserve answers the reads with arbitrary bodies: there is an error of a kind that a Reader may
// give, or a state that is normal, in which everything has an id.
func FuzzObserve(f *testing.F) {
	const (
		instance     = `{"LoadBalancerId":"lb-1","LoadBalancerStatus":"active","LoadBalancerSpec":"slb.s1.small","AddressType":"internet","Tags":{"Tag":[{"TagKey":"slb-ingress/cluster","TagValue":"c1"}]},"ListenerPortsAndProtocol":{"ListenerPortAndProtocol":[{"ListenerPort":443,"ListenerProtocol":"https"}]}}`
		listener     = `{"ListenerPort":443,"Status":"running","VServerGroupId":"rsp-1","Rules":{"Rule":[{"RuleId":"rule-1","RuleName":"x","Domain":"a","Url":"/b","VServerGroupId":"rsp-1"}]},"DomainExtensions":{"DomainExtension":[{"DomainExtensionId":"de-1","Domain":"a","ServerCertificateId":"1_2"}]},"AclStatus":"on","AclIds":{"AclId":["acl-1"]}}`
		groups       = `{"VServerGroups":{"VServerGroup":[{"VServerGroupId":"rsp-1","VServerGroupName":"k8s/n/a/80","Tags":{"Tag":[{"TagKey":"slb-ingress/cluster","TagValue":"c1"},{"TagKey":"slb-ingress/group","TagValue":"class.slb.0"}]}}]}}`
		members      = `{"VServerGroupId":"rsp-1","BackendServers":{"BackendServer":[{"ServerId":"eni-1","ServerIp":"10.0.0.1","Port":80,"Weight":100,"Type":"eni"}]}}`
		certificates = `{"ServerCertificates":{"ServerCertificate":[{"ServerCertificateId":"1_2","ServerCertificateName":"x","ExpireTimeStamp":4102444800000}]}}`
		lists        = `{"TotalCount":1,"Acls":{"Acl":[{"AclId":"acl-1","AclName":"slb-ingress-x"}]}}`
	)
	f.Add(instance, listener, groups, members, certificates, lists)
	f.Add(`{}`, `[]`, `null`, `1`, `""`, ``)
	f.Add(`{"LoadBalancerId":7,"Bandwidth":"x","Tags":[]}`, `{"ListenerPort":"443"}`, `{"VServerGroups":{"VServerGroup":null}}`, members, `{"ServerCertificates":[]}`, `{"TotalCount":-1}`)
	f.Add(instance, `{"ListenerPort":443,"ListenerForward":"on","ForwardPort":0,"Rules":{"Rule":[null]}}`, groups, `{"BackendServers":{"BackendServer":[{"Port":1e99}]}}`, certificates, `{"TotalCount":1000000000,"Acls":{"Acl":[]}}`)
	f.Fuzz(func(t *testing.T, instance, listener, groups, members, certificates, lists string) {
		s := &script{answers: map[string][]answer{
			"DescribeLoadBalancerAttribute":              {ok(instance)},
			"DescribeLoadBalancers":                      {ok(`{"LoadBalancers":{"LoadBalancer":[` + instance + `]}}`)},
			"DescribeLoadBalancerHTTPListenerAttribute":  {ok(listener)},
			"DescribeLoadBalancerHTTPSListenerAttribute": {ok(listener)},
			"DescribeVServerGroups":                      {ok(groups)},
			"DescribeVServerGroupAttribute":              {ok(members)},
			"DescribeServerCertificates":                 {ok(certificates)},
			"DescribeCACertificates":                     {ok(`{"CACertificates":{"CACertificate":[]}}`)},
			"DescribeAccessControlLists":                 {ok(lists)},
			"DescribeAccessControlListAttribute":         {ok(lists)},
		}}
		client := s.client(t, quick)
		got, err := client.Observe(t.Context(), cloud.Query{
			Owner: cloud.Owner{Cluster: "c1", Group: "class.slb.0"}, LoadBalancer: "lb-1", Ports: []int{80, 443},
		})
		if err != nil {
			switch cloud.KindOf(err) {
			case cloud.Throttled, cloud.Denied, cloud.Unavailable, cloud.Unknown:
			default:
				t.Errorf("kind %q: %v", cloud.KindOf(err), err)
			}
			return
		}
		again := got.Ours.Clone()
		again.Normalize()
		if diff := cmp.Diff(got.Ours, again); diff != "" {
			t.Errorf("what is observed is not normal:\n%s", diff)
		}
		for _, r := range got.Ours.Rules {
			if got.IDs[r.Ref()] == "" {
				t.Errorf("%s has no id", r.Ref())
			}
		}
	})
}

// FuzzInterfaces: an address gets the interface that has it according to the answer, and no other
// address gets one.
func FuzzInterfaces(f *testing.F) {
	f.Add(`{"NetworkInterfaceSets":{"NetworkInterfaceSet":[{"NetworkInterfaceId":"eni-1","PrivateIpSets":{"PrivateIpSet":[{"PrivateIpAddress":"10.0.0.1"},{"PrivateIpAddress":"10.0.0.9"}]}}]}}`)
	f.Add(`{"NetworkInterfaceSets":{"NetworkInterfaceSet":[{"NetworkInterfaceId":"","PrivateIpAddress":"10.0.0.1"}]}}`)
	f.Add(`{"NextToken":"x","NetworkInterfaceSets":{"NetworkInterfaceSet":[{"NetworkInterfaceId":1}]}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		s := &script{answers: map[string][]answer{"DescribeNetworkInterfaces": {ok(body), ok(`{}`)}}}
		asked := []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")}
		found, err := s.client(t, quick).InterfacesOf(t.Context(), asked)
		if err != nil {
			return
		}
		for address, id := range found {
			if address != asked[0] && address != asked[1] || id == "" {
				t.Errorf("%s has interface %q", address, id)
			}
		}
	})
}
