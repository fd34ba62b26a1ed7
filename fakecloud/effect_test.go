package fakecloud_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// field follows a path like Rules.Rule.0.Domain; "#" is the length of a list.
func field(answer any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch v := answer.(type) {
		case map[string]any:
			answer = v[step]
		case []any:
			if step == "#" {
				return len(v)
			}
			n, err := strconv.Atoi(step)
			if err != nil || n >= len(v) {
				return nil
			}
			answer = v[n]
		}
	}
	return answer
}

// TestEffects: a write, and a read that shows it.
func TestEffects(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	lb, group := map[string]string{"LoadBalancerId": s.lb}, map[string]string{"VServerGroupId": s.empty}
	list := do(t, s.Cloud, "CreateAccessControlList", map[string]string{"AclName": "a"})["AclId"].(string)
	acl := map[string]string{"AclId": list}
	ca := do(t, s.Cloud, "UploadCACertificate", map[string]string{"CACertificate": s.pair.cert})["CACertificateId"].(string)
	spare := do(t, s.Cloud, "UploadServerCertificate", map[string]string{"ServerCertificate": s.pair.cert, "PrivateKey": s.pair.key})["ServerCertificateId"].(string)
	extension := do(t, s.Cloud, "CreateDomainExtension", with(s.at("443"), "Domain", "a.com", "ServerCertificateId", s.cert))["DomainExtensionId"].(string)
	rule := ruleIDs(do(t, s.Cloud, "CreateRules", s.rules("80", s.rule("r", "a.com", ""))))[0]
	tagged := map[string]string{"ResourceType": "vservergroup", "ResourceId.1": s.empty}
	const attribute, groupAttribute = "DescribeLoadBalancerAttribute", "DescribeVServerGroupAttribute"
	const servers = "BackendServers.BackendServer."

	for _, c := range []struct {
		write  string
		params map[string]string
		read   string
		of     map[string]string
		path   string
		want   any
	}{
		{"SetLoadBalancerName", with(lb, "LoadBalancerName", "renamed"), attribute, lb, "LoadBalancerName", "renamed"},
		{"SetLoadBalancerDeleteProtection", with(lb, "DeleteProtection", "on"), attribute, lb, "DeleteProtection", "on"},
		{"SetLoadBalancerModificationProtection", with(lb, "ModificationProtectionStatus", "ConsoleProtection", "ModificationProtectionReason", "mine"), attribute, lb, "ModificationProtectionReason", "mine"},
		{"SetLoadBalancerModificationProtection", with(lb, "ModificationProtectionStatus", "NonProtection"), attribute, lb, "ModificationProtectionReason", ""},
		{"ModifyLoadBalancerInstanceSpec", with(lb, "LoadBalancerSpec", "slb.s3.large"), attribute, lb, "LoadBalancerSpec", "slb.s3.large"},
		{"ModifyLoadBalancerInternetSpec", with(lb, "InternetChargeType", "paybybandwidth", "Bandwidth", "7"), "DescribeLoadBalancers", lb, "LoadBalancers.LoadBalancer.0.InternetChargeType", "3"},
		{"SetLoadBalancerStatus", with(lb, "LoadBalancerStatus", "inactive"), attribute, lb, "LoadBalancerStatus", "inactive"},
		{"SetLoadBalancerStatus", with(lb, "LoadBalancerStatus", "active"), attribute, lb, "LoadBalancerStatus", "active"},
		{"AddVServerGroupBackendServers", with(group, "BackendServers", membersJSON("10.244.0.1", "10.244.0.2")), groupAttribute, group, servers + "#", 2},
		{"SetVServerGroupAttribute", with(group, "BackendServers", strings.ReplaceAll(membersJSON("10.244.0.2", "10.244.0.3"), ":100", ":0")), groupAttribute, group, servers + "1.Weight", 0.0},
		{"SetVServerGroupAttribute", with(group, "VServerGroupName", "n"), groupAttribute, group, servers + "#", 2},
		{"ModifyVServerGroupBackendServers", with(group, "OldBackendServers", membersJSON("10.244.0.1"), "NewBackendServers", membersJSON("10.244.0.9")), groupAttribute, group, servers + "1.ServerIp", "10.244.0.9"},
		{"RemoveVServerGroupBackendServers", with(group, "BackendServers", membersJSON("10.244.0.2", "10.244.0.77")), groupAttribute, group, servers + "#", 1},
		{"TagResources", with(tagged, "Tag.1.Key", "a", "Tag.1.Value", "1", "Tag.2.Key", "b"), groupAttribute, group, "Tags.Tag.0.TagValue", "1"},
		{"TagResources", with(tagged, "Tag.1.Key", "a", "Tag.1.Value", "2"), groupAttribute, group, "Tags.Tag.0.TagValue", "2"},
		{"UntagResources", with(tagged, "TagKey.1", "a"), "ListTagResources", tagged, "TagResources.TagResource.#", 1},
		{"UntagResources", with(tagged, "All", "true"), "ListTagResources", tagged, "TagResources.TagResource.#", 0},
		{"SetServerCertificateName", map[string]string{"ServerCertificateId": spare, "ServerCertificateName": "*.n"}, "DescribeServerCertificates", map[string]string{"ServerCertificateId": spare}, "ServerCertificates.ServerCertificate.0.ServerCertificateName", "*.n"},
		{"SetCACertificateName", map[string]string{"CACertificateId": ca, "CACertificateName": "n"}, "DescribeCACertificates", nil, "CACertificates.CACertificate.0.CACertificateName", "n"},
		{"DeleteCACertificate", map[string]string{"CACertificateId": ca}, "DescribeCACertificates", nil, "CACertificates.CACertificate.#", 0},
		{"SetDomainExtensionAttribute", map[string]string{"DomainExtensionId": extension, "ServerCertificateId": spare}, "DescribeDomainExtensions", s.at("443"), "DomainExtensions.DomainExtension.0.ServerCertificateId", spare},
		{"DeleteDomainExtension", map[string]string{"DomainExtensionId": extension}, "DescribeDomainExtensions", s.at("443"), "DomainExtensions.DomainExtension.#", 0},
		{"SetRule", map[string]string{"RuleId": rule, "RuleName": "q", "VServerGroupId": s.empty}, "DescribeRules", s.at("80"), "Rules.Rule.0.VServerGroupId", s.empty},
		{"DeleteRules", map[string]string{"RuleIds": fmt.Sprintf("[%q]", rule)}, "DescribeRules", s.at("80"), "Rules.Rule.#", 0},
		{"AddAccessControlListEntry", with(acl, "AclEntrys", `[{"entry":"10.0.0.1"},{"entry":"10.0.0.2","comment":"c"}]`), "DescribeAccessControlListAttribute", acl, "AclEntrys.AclEntry.1.AclEntryIP", "10.0.0.2/32"},
		{"RemoveAccessControlListEntry", with(acl, "AclEntrys", `[{"entry":"10.0.0.1/32"}]`), "DescribeAccessControlListAttribute", acl, "TotalAclEntry", 1.0},
		{"SetAccessControlListAttribute", with(acl, "AclName", "n"), "DescribeAccessControlListAttribute", acl, "AclName", "n"},
		{"DeleteAccessControlList", acl, "DescribeAccessControlLists", nil, "TotalCount", 0.0},
		{"StopLoadBalancerListener", s.at("80"), "DescribeLoadBalancerHTTPListenerAttribute", s.at("80"), "Status", "stopped"},
		{"DeleteLoadBalancerListener", s.at("80"), attribute, lb, "ListenerPorts.ListenerPort.#", 1},
		{"DeleteVServerGroup", group, "DescribeVServerGroups", lb, "VServerGroups.VServerGroup.#", 1},
	} {
		do(t, s.Cloud, c.write, c.params)
		if got := field(do(t, s.Cloud, c.read, c.of), c.path); got != c.want {
			t.Errorf("%s: %s of %s: got %v, want %v", c.write, c.path, c.read, got, c.want)
		}
	}
}

// TestFilters: which instances DescribeLoadBalancers finds.
func TestFilters(t *testing.T) {
	t.Parallel()
	cloud := fakecloud.New(fakecloud.Options{ENICIDR: podRange()})
	ids := map[string]string{}
	for name, tags := range map[string]map[string]string{"a": {"k": "1"}, "b": {"k": "2", "l": "1"}, "c": nil} {
		ids[cloud.AddInstance(fakecloud.InstanceSpec{Name: name, Spec: "slb.s1.small", Tags: tags})] = name
	}
	inside := cloud.AddInstance(fakecloud.InstanceSpec{Name: "d", AddressType: "intranet", Spec: "slb.s1.small"})
	ids[inside] = "d"
	do(t, cloud, "CreateVServerGroup", map[string]string{"LoadBalancerId": inside, "BackendServers": membersJSON("10.244.0.1")})
	for reason, c := range map[string]struct {
		params map[string]string
		want   string
	}{
		"all":                  {nil, "abcd"},
		"by id":                {map[string]string{"LoadBalancerId": inside + ",lb-x"}, "d"},
		"unknown id":           {map[string]string{"LoadBalancerId": "lb-x"}, ""},
		"by name":              {map[string]string{"LoadBalancerName": "a,b"}, "ab"},
		"by type":              {map[string]string{"AddressType": "intranet"}, "d"},
		"by VPC":               {map[string]string{"VpcId": fakecloud.DefaultVPC}, "d"},
		"by tag":               {map[string]string{"Tag.1.Key": "k", "Tag.1.Value": "2"}, "b"},
		"by tag key":           {map[string]string{"Tag.1.Key": "k"}, "ab"},
		"several tags are OR":  {map[string]string{"Tag.1.Key": "k", "Tag.1.Value": "1", "Tag.2.Key": "l"}, "ab"},
		"by the older Tags":    {map[string]string{"Tags": `[{"TagKey":"k","TagValue":"1"}]`}, "a"},
		"by server":            {map[string]string{"ServerId": eniOf(t, "10.244.0.1")}, "d"},
		"by server, elsewhere": {map[string]string{"ServerId": "i-1"}, ""},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			answer := do(t, cloud, "DescribeLoadBalancers", c.params)
			found := map[string]bool{}
			for n := range field(answer, "LoadBalancers.LoadBalancer.#").(int) {
				found[ids[field(answer, fmt.Sprintf("LoadBalancers.LoadBalancer.%d.LoadBalancerId", n)).(string)]] = true
			}
			want := map[string]bool{}
			for _, name := range c.want {
				want[string(name)] = true
			}
			if diff := cmp.Diff(want, found); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
		})
	}
}

func eniOf(t *testing.T, ip string) string {
	t.Helper()
	var members []struct {
		ServerID string `json:"ServerId"`
	}
	if err := json.Unmarshal([]byte(membersJSON(ip)), &members); err != nil {
		t.Fatal(err)
	}
	return members[0].ServerID
}

// TestPaging: pages do not overlap and together hold everything.
func TestPaging(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	for range 11 {
		s.AddInstance(fakecloud.InstanceSpec{Tags: map[string]string{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}})
	}
	seen := map[any]bool{}
	for number := 1; number <= 3; number++ {
		answer := do(t, s.Cloud, "DescribeLoadBalancers", map[string]string{"PageNumber": strconv.Itoa(number), "PageSize": "5"})
		for n := range field(answer, "LoadBalancers.LoadBalancer.#").(int) {
			seen[field(answer, fmt.Sprintf("LoadBalancers.LoadBalancer.%d.LoadBalancerId", n))] = true
		}
	}
	if len(seen) != 12 {
		t.Errorf("pages of 5: got %d instances, want 12", len(seen))
	}
	first := do(t, s.Cloud, "ListTagResources", map[string]string{"ResourceType": "instance", "Tag.1.Key": "a"})
	next := do(t, s.Cloud, "ListTagResources", map[string]string{"ResourceType": "instance", "Tag.1.Key": "a", "NextToken": first["NextToken"].(string)})
	if a, b := field(first, "TagResources.TagResource.#"), field(next, "TagResources.TagResource.#"); a != 50 || b != 5 || next["NextToken"] != "" {
		t.Errorf("tags: got pages of %v and %v, want 50 and 5", a, b)
	}
	one := do(t, s.Cloud, "DescribeLoadBalancerListeners", map[string]string{"MaxResults": "1"})
	two := do(t, s.Cloud, "DescribeLoadBalancerListeners", map[string]string{"MaxResults": "1", "NextToken": one["NextToken"].(string)})
	if field(one, "Listeners.0.ListenerPort") != 80.0 || field(two, "Listeners.0.ListenerPort") != 443.0 || two["NextToken"] != "" {
		t.Errorf("listeners: got %v and %v", one, two)
	}
}
