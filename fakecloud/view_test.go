package fakecloud_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// served is the listener of a port in the view, or nil.
func served(s site, port int) *fakecloud.ListenerView {
	for _, i := range s.View().Instances {
		for n := range i.Listeners {
			if i.ID == s.lb && i.Listeners[n].Port == port {
				return &i.Listeners[n]
			}
		}
	}
	return nil
}

func TestViewOfSettings(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	list := do(t, s.Cloud, "CreateAccessControlList", map[string]string{"AclName": "a"})["AclId"].(string)
	do(t, s.Cloud, "AddAccessControlListEntry", map[string]string{"AclId": list, "AclEntrys": `[{"entry":"10.0.0.1"},{"entry":"10.1.2.3/8"}]`})
	do(t, s.Cloud, "SetLoadBalancerHTTPListenerAttribute", with(s.at("80"),
		"AclStatus", "on", "AclType", "white", "AclId", list, "Scheduler", "rr", "IdleTimeout", "20", "RequestTimeout", "90",
		"XForwardedFor_SLBID", "on", "XForwardedFor_ClientSrcPort", "on", "Gzip", "off",
		"StickySession", "on", "StickySessionType", "server", "Cookie", "SID",
		"HealthCheck", "on", "HealthCheckURI", "/ok", "HealthCheckConnectPort", "-520", "HealthCheckHttpCode", "http_2xx,http_3xx"))
	id := ruleIDs(do(t, s.Cloud, "CreateRules", s.rules("80", s.rule("r", "a.com", "/a"))))[0]
	policy := fakecloud.Policy{
		Scheduler: "rr", Sticky: &fakecloud.StickyView{Type: "server", Cookie: "SID"},
		HealthCheck: &fakecloud.HealthCheckView{
			Method: "head", URI: "/ok", Codes: []string{"http_2xx", "http_3xx"}, Timeout: 5 * time.Second,
			Interval: 2 * time.Second, HealthyThreshold: 3, UnhealthyThreshold: 3,
		},
	}
	group := fakecloud.GroupView{ID: s.group, Members: []fakecloud.MemberView{{IP: "10.244.0.1", Port: 8080, Weight: 100}}}
	want := &fakecloud.ListenerView{
		Port: 80, Protocol: "http", Default: group, Policy: policy,
		Rules:         []fakecloud.RuleView{{ID: id, Domain: "a.com", URL: "/a", Group: group, Policy: policy}},
		XForwardedFor: true, XForwardedForSLBID: true, XForwardedForPort: true,
		IdleTimeout: 20 * time.Second, RequestTimeout: 90 * time.Second,
		ACL: &fakecloud.ACLView{White: true, Entries: []string{"10.0.0.1/32", "10.0.0.0/8"}},
	}
	ignoreServer := cmpopts.IgnoreFields(fakecloud.MemberView{}, "ServerID")
	if diff := cmp.Diff(want, served(s, 80), ignoreServer); diff != "" {
		t.Errorf("listener (-want +got):\n%s", diff)
	}
	do(t, s.Cloud, "SetRule", map[string]string{
		"RuleId": id, "ListenerSync": "off", "Scheduler": "wlc", "HealthCheck": "off",
		"StickySession": "on", "StickySessionType": "insert", "CookieTimeout": "60",
	})
	own := fakecloud.Policy{Scheduler: "wlc", Sticky: &fakecloud.StickyView{Type: "insert", Timeout: time.Minute}}
	if diff := cmp.Diff(own, served(s, 80).Rules[0].Policy); diff != "" {
		t.Errorf("policy of the rule's own (-want +got):\n%s", diff)
	}
}

func TestViewOfEmptyLists(t *testing.T) {
	t.Parallel()
	for reason, c := range map[string]struct {
		kind string
		open bool
		want *fakecloud.ACLView
	}{
		"white lets nobody in":   {"white", false, &fakecloud.ACLView{White: true}},
		"white, by the switch":   {"white", true, nil},
		"black keeps nobody out": {"black", false, nil},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, fakecloud.Options{Switches: fakecloud.Switches{EmptyWhiteListOpen: c.open}})
			list := do(t, s.Cloud, "CreateAccessControlList", map[string]string{"AclName": "a"})["AclId"].(string)
			do(t, s.Cloud, "SetLoadBalancerHTTPListenerAttribute", with(s.at("80"), "AclStatus", "on", "AclType", c.kind, "AclId", list))
			if diff := cmp.Diff(c.want, served(s, 80).ACL); diff != "" {
				t.Errorf("list (-want +got):\n%s", diff)
			}
		})
	}
}

// TestViewOfTLS: an extension counts only while the listener has a rule of its domain.
func TestViewOfTLS(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	do(t, s.Cloud, "CreateDomainExtension", with(s.at("443"), "Domain", "A.com", "ServerCertificateId", s.cert))
	if n := len(served(s, 443).TLS.Extensions); n != 0 {
		t.Errorf("without a rule: got %d extensions, want 0", n)
	}
	id := ruleIDs(do(t, s.Cloud, "CreateRules", s.rules("443", s.rule("r", "a.com", ""))))[0]
	if _, ok := served(s, 443).TLS.Extensions["a.com"]; !ok {
		t.Errorf("with a rule: got %v, want a.com", served(s, 443).TLS.Extensions)
	}
	do(t, s.Cloud, "DeleteRules", map[string]string{"RuleIds": `["` + id + `"]`})
	if n := len(served(s, 443).TLS.Extensions); n != 0 {
		t.Errorf("after its rule: got %d extensions, want 0", n)
	}
	if got := served(s, 443).TLS; got.Policy != "tls_cipher_policy_1_0" || !got.HTTP2 || len(got.Default.Certificate) == 0 {
		t.Errorf("TLS: %+v", got)
	}
}

// TestViewOfInstances: locked and stopped instances and stopped listeners are left out.
func TestViewOfInstances(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	do(t, s.Cloud, "CreateLoadBalancerHTTPListener", with(s.at("8080"), "ListenerForward", "on", "ForwardPort", "443", "HealthCheck", "off", "StickySession", "off"))
	if served(s, 8080) != nil {
		t.Error("a stopped listener is served")
	}
	do(t, s.Cloud, "StartLoadBalancerListener", s.at("8080"))
	if diff := cmp.Diff(&fakecloud.ForwardView{Port: 443, Code: 301}, served(s, 8080).Forward); diff != "" {
		t.Errorf("redirect (-want +got):\n%s", diff)
	}
	s.EditInstance(s.lb, func(i *fakecloud.InstanceSpec) { i.Locked = true })
	if served(s, 80) != nil {
		t.Error("a locked instance serves")
	}
	s.EditInstance(s.lb, func(i *fakecloud.InstanceSpec) { i.Locked = false })
	do(t, s.Cloud, "SetLoadBalancerStatus", map[string]string{"LoadBalancerId": s.lb, "LoadBalancerStatus": "inactive"})
	if served(s, 80) != nil {
		t.Error("a stopped instance serves")
	}
	do(t, s.Cloud, "SetLoadBalancerStatus", map[string]string{"LoadBalancerId": s.lb, "LoadBalancerStatus": "active"})
	if served(s, 80) == nil {
		t.Error("an instance that was activated does not serve")
	}
}

func TestNetworkInterfaces(t *testing.T) {
	t.Parallel()
	cloud := fakecloud.New(fakecloud.Options{ENICIDR: podRange()})
	cloud.AddServer(fakecloud.ServerSpec{ID: "eni-node", IPs: []string{"10.244.0.1", "10.244.0.2"}})
	cloud.RemoveServer(fakecloud.ENIID(podRange().Addr().Next().Next().Next().Next()))
	config := sdk.NewConfig().WithScheme("HTTP")
	config.Transport = cloud.RoundTripper()
	making.Lock()
	defer making.Unlock()
	client, err := ecs.NewClientWithOptions(region, config,
		credentials.NewAccessKeyCredential(fakecloud.DefaultAccessKeyID, fakecloud.DefaultAccessKeySecret))
	if err != nil {
		t.Fatal(err)
	}
	client.Domain = "ecs.fake"

	var wanted []string
	for i := range 100 {
		wanted = append(wanted, fmt.Sprintf("10.244.0.%d", i+1))
	}
	r := ecs.CreateDescribeNetworkInterfacesRequest()
	r.PrivateIpAddress, r.VpcId, r.Status, r.MaxResults = &wanted, fakecloud.DefaultVPC, "InUse", requests.NewInteger(60)
	owners := map[string]string{}
	for pages := 1; ; pages++ {
		answer := must[*ecs.DescribeNetworkInterfacesResponse](t)(client.DescribeNetworkInterfaces(r))
		for _, eni := range answer.NetworkInterfaceSets.NetworkInterfaceSet {
			for _, ip := range eni.PrivateIpSets.PrivateIpSet {
				owners[ip.PrivateIpAddress] = eni.NetworkInterfaceId
			}
		}
		if r.NextToken = answer.NextToken; r.NextToken == "" {
			if pages != 2 {
				t.Errorf("got %d pages, want 2", pages)
			}
			break
		}
	}
	if len(owners) != 99 || owners["10.244.0.4"] != "" || owners["10.244.0.2"] != "eni-node" {
		t.Errorf("got %d owners: %v", len(owners), owners)
	}
	r.VpcId = "vpc-other"
	if n := must[*ecs.DescribeNetworkInterfacesResponse](t)(client.DescribeNetworkInterfaces(r)).TotalCount; n != 0 {
		t.Errorf("in another VPC: got %d interfaces, want 0", n)
	}
}
