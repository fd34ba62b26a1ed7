package fakecloud_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestShapes decodes answers strictly into the SDK's types: a field that the SDK does not know, or of
// another type, is a mistake of the fake, since the SDK would drop it in silence.
func TestShapes(t *testing.T) {
	t.Parallel()
	s := shapeSite(t)
	lb, group := map[string]string{"LoadBalancerId": s.lb}, map[string]string{"VServerGroupId": s.group}
	for action, c := range map[string]struct {
		params map[string]string
		into   any
	}{
		"CreateLoadBalancer":                         {map[string]string{"LoadBalancerSpec": "slb.s1.small"}, &slb.CreateLoadBalancerResponse{}},
		"DescribeLoadBalancers":                      {nil, &slb.DescribeLoadBalancersResponse{}},
		"DescribeLoadBalancerAttribute":              {lb, &slb.DescribeLoadBalancerAttributeResponse{}},
		"ModifyLoadBalancerInstanceSpec":             {with(lb, "LoadBalancerSpec", "slb.s2.small"), &slb.ModifyLoadBalancerInstanceSpecResponse{}},
		"ModifyLoadBalancerInternetSpec":             {with(lb, "Bandwidth", "5"), &slb.ModifyLoadBalancerInternetSpecResponse{}},
		"ListTagResources":                           {map[string]string{"ResourceType": "instance", "Tag.1.Key": "k"}, &slb.ListTagResourcesResponse{}},
		"DescribeLoadBalancerHTTPListenerAttribute":  {s.at("80"), &slb.DescribeLoadBalancerHTTPListenerAttributeResponse{}},
		"DescribeLoadBalancerHTTPSListenerAttribute": {s.at("443"), &slb.DescribeLoadBalancerHTTPSListenerAttributeResponse{}},
		"DescribeLoadBalancerListeners":              {nil, &slb.DescribeLoadBalancerListenersResponse{}},
		"CreateRules":                                {s.rules("80", s.rule("x", "x.com", "")), &slb.CreateRulesResponse{}},
		"DescribeRules":                              {s.at("443"), &slb.DescribeRulesResponse{}},
		"DescribeRuleAttribute":                      {map[string]string{"RuleId": s.ruleID}, &slb.DescribeRuleAttributeResponse{}},
		"CreateVServerGroup":                         {with(lb, "BackendServers", membersJSON("10.244.0.9")), &slb.CreateVServerGroupResponse{}},
		"DescribeVServerGroups":                      {with(lb, "IncludeRule", "true", "IncludeListener", "true"), &slb.DescribeVServerGroupsResponse{}},
		"DescribeVServerGroupAttribute":              {group, &slb.DescribeVServerGroupAttributeResponse{}},
		"AddVServerGroupBackendServers":              {with(group, "BackendServers", membersJSON("10.244.0.2")), &slb.AddVServerGroupBackendServersResponse{}},
		"RemoveVServerGroupBackendServers":           {with(group, "BackendServers", membersJSON("10.244.0.3")), &slb.RemoveVServerGroupBackendServersResponse{}},
		"SetVServerGroupAttribute":                   {with(group, "VServerGroupName", "n"), &slb.SetVServerGroupAttributeResponse{}},
		"ModifyVServerGroupBackendServers":           {with(group, "OldBackendServers", membersJSON("10.244.0.4"), "NewBackendServers", membersJSON("10.244.0.5")), &slb.ModifyVServerGroupBackendServersResponse{}},
		"UploadServerCertificate":                    {map[string]string{"ServerCertificate": s.pair.cert, "PrivateKey": s.pair.key}, &slb.UploadServerCertificateResponse{}},
		"DescribeServerCertificates":                 {nil, &slb.DescribeServerCertificatesResponse{}},
		"UploadCACertificate":                        {map[string]string{"CACertificate": s.pair.cert}, &slb.UploadCACertificateResponse{}},
		"DescribeCACertificates":                     {nil, &slb.DescribeCACertificatesResponse{}},
		"CreateDomainExtension":                      {with(s.at("443"), "Domain", "b.com", "ServerCertificateId", s.cert), &slb.CreateDomainExtensionResponse{}},
		"DescribeDomainExtensions":                   {s.at("443"), &slb.DescribeDomainExtensionsResponse{}},
		"DescribeDomainExtensionAttribute":           {map[string]string{"DomainExtensionId": s.extension}, &slb.DescribeDomainExtensionAttributeResponse{}},
		"DescribeAccessControlLists":                 {nil, &slb.DescribeAccessControlListsResponse{}},
		"DescribeAccessControlListAttribute":         {map[string]string{"AclId": s.list}, &slb.DescribeAccessControlListAttributeResponse{}},
		"SetAccessControlListAttribute":              {map[string]string{"AclId": s.list, "AclName": "b"}, &slb.SetAccessControlListAttributeResponse{}},
		"DescribeHealthStatus":                       {lb, &slb.DescribeHealthStatusResponse{}},
		"DescribeZones":                              {nil, &slb.DescribeZonesResponse{}},
		"DescribeRegions":                            {nil, &slb.DescribeRegionsResponse{}},
		"DescribeNetworkInterfaces":                  {map[string]string{"PrivateIpAddress.1": "10.244.0.1"}, &ecs.DescribeNetworkInterfacesResponse{}},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(do(t, s.Cloud, action, c.params))
			if err != nil {
				t.Fatal(err)
			}
			decoder := json.NewDecoder(bytes.NewReader(body))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(c.into); err != nil {
				t.Errorf("%v in %s", err, body)
			}
		})
	}
}

// shaped is a site whose answers have something in every field.
type shaped struct {
	site
	list, ruleID, extension string
}

func shapeSite(t *testing.T) shaped {
	t.Helper()
	s := shaped{site: newSite(t, fakecloud.Options{})}
	s.list = do(t, s.Cloud, "CreateAccessControlList", map[string]string{"AclName": "a", "Tag.1.Key": "k"})["AclId"].(string)
	do(t, s.Cloud, "AddAccessControlListEntry", map[string]string{"AclId": s.list, "AclEntrys": `[{"entry":"10.0.0.1","comment":"c"}]`})
	for port, action := range map[string]string{"80": "SetLoadBalancerHTTPListenerAttribute", "443": "SetLoadBalancerHTTPSListenerAttribute"} {
		do(t, s.Cloud, action, with(s.at(port), "AclStatus", "on", "AclType", "black", "AclId", s.list,
			"HealthCheck", "on", "HealthCheckURI", "/ok", "HealthCheckConnectPort", "-520", "StickySession", "on",
			"StickySessionType", "insert", "CookieTimeout", "60"))
	}
	do(t, s.Cloud, "TagResources", map[string]string{"ResourceType": "listener", "ResourceId.1": s.lb + "_https_443", "Tag.1.Key": "k", "Tag.1.Value": "v"})
	do(t, s.Cloud, "TagResources", map[string]string{"ResourceType": "instance", "ResourceId.1": s.lb, "Tag.1.Key": "k"})
	s.ruleID = ruleIDs(do(t, s.Cloud, "CreateRules", s.rules("443", s.rule("r", "a.com", "/a"))))[0]
	do(t, s.Cloud, "SetRule", map[string]string{
		"RuleId": s.ruleID, "ListenerSync": "off", "Scheduler": "rr", "StickySession": "off", "HealthCheck": "on", "HealthCheckURI": "/r",
	})
	s.extension = do(t, s.Cloud, "CreateDomainExtension", with(s.at("443"), "Domain", "a.com", "ServerCertificateId", s.cert))["DomainExtensionId"].(string)
	do(t, s.Cloud, "UploadCACertificate", map[string]string{"CACertificate": s.pair.cert, "CACertificateName": "ca"})
	return s
}
