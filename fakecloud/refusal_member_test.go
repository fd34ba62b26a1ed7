package fakecloud_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func TestGroupRefusals(t *testing.T) {
	t.Parallel()
	s := twoNetworks(t)
	shared := s.AddInstance(fakecloud.InstanceSpec{})
	inB := s.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small", AddressType: "intranet", VSwitch: "vsw-b"})
	groupOn := func(lb string) string {
		return do(t, s.Cloud, "CreateVServerGroup", map[string]string{"LoadBalancerId": lb})["VServerGroupId"].(string)
	}
	poor, far := groupOn(shared), groupOn(inB)
	s.AddServer(fakecloud.ServerSpec{ID: "i-stopped", IPs: []string{"10.0.0.5"}, Stopped: true})
	s.AddServer(fakecloud.ServerSpec{ID: "eni-b", VPC: "vpc-b", IPs: []string{"172.16.0.5"}})
	s.RemoveServer(fakecloud.ENIID(netip.MustParseAddr("10.244.9.9")))
	do(t, s.Cloud, "CreateRules", s.rules("80", strings.ReplaceAll(s.rule("r", "a.com", ""), s.group, s.empty)))
	do(t, s.Cloud, "AddVServerGroupBackendServers", map[string]string{"VServerGroupId": s.empty, "BackendServers": membersJSON("10.244.0.1")})

	to := func(group, members string) map[string]string {
		return map[string]string{"VServerGroupId": group, "BackendServers": members}
	}
	eni := func(id, ip, rest string) map[string]string {
		return to(s.group, fmt.Sprintf(`[{"ServerId":%q,"ServerIp":%q,"Type":"eni","Port":80%s}]`, id, ip, rest))
	}
	right := fakecloud.ENIID(netip.MustParseAddr("10.244.0.2"))
	const add, remove, modify = "AddVServerGroupBackendServers", "RemoveVServerGroupBackendServers", "ModifyVServerGroupBackendServers"
	checkRefusals(t, s, map[string]refusal{
		"unknown group":        {add, to("rsp-x", membersJSON("10.244.0.2")), "InvalidParameter", 404},
		"no members":           {add, to(s.group, ""), "MissingParameter", 0},
		"not JSON":             {add, to(s.group, "x"), "InvalidParameter", 0},
		"21 members":           {add, to(s.group, membersJSON(ips(21)...)), "TooManyBackendServers", 0},
		"wrong wire name":      {add, to(s.group, strings.ReplaceAll(membersJSON("10.244.0.2"), "ServerIp", "ServerIP")), "InvalidParameter", 0},
		"same twice":           {add, to(s.group, membersJSON("10.244.0.2", "10.244.0.2")), "InvalidParameter", 0},
		"there already":        {add, to(s.group, membersJSON("10.244.0.1")), "InvalidParameter", 0},
		"vanished, removed":    {remove, to(s.group, membersJSON("10.244.0.1", "10.244.9.9")), "ResourceNotFound.vServers", 404},
		"vanished":             {add, to(s.group, membersJSON("10.244.9.9")), "ResourceNotFound.vServers", 404},
		"other interface's IP": {add, eni("eni-other", "10.244.0.2", ""), "ResourceNotFound.vServers", 404},
		"IP outside":           {add, eni("eni-x", "192.168.0.1", ""), "ResourceNotFound.vServers", 404},
		"IP left out":          {add, eni(right, "", ""), "MissingParameter", 0},
		"weight":               {add, eni(right, "10.244.0.2", `,"Weight":101`), "InvalidParameter", 0},
		"long description":     {add, eni(right, "10.244.0.2", `,"Description":"`+strings.Repeat("d", 81)+`"`), "InvalidParameter", 0},
		"port":                 {add, to(s.group, `[{"ServerId":"i-1","Port":0}]`), "InvalidParameter", 0},
		"no server":            {add, to(s.group, `[{"Port":80}]`), "MissingParameter", 0},
		"type":                 {add, to(s.group, `[{"ServerId":"i-1","Port":80,"Type":"pod"}]`), "BackendServer.InvalidType", 0},
		"unknown server":       {add, to(s.group, `[{"ServerId":"i-1","Port":80}]`), "InvalidServerId.NotExist", 0},
		"stopped server":       {add, to(s.group, `[{"ServerId":"i-stopped","Port":80}]`), "ObtainIpFail", 0},
		"shared-performance":   {add, to(poor, membersJSON("10.244.0.2")), "OperationUnsupported.AddVServerGroupBackendServers", 0},
		"intranet elsewhere":   {add, to(far, membersJSON("10.244.0.2")), "NetworkConflict", 0},
		"second VPC":           {add, eni("eni-b", "172.16.0.5", ""), "NetworkConflict", 0},
		"attached too often":   {"CreateVServerGroup", with(to("", membersJSON("10.244.0.1")), "VServerGroupId", "", "LoadBalancerId", s.lb), "OperationForbidden.QuotaLimit", 0},
		"remove not JSON":      {remove, to(s.group, "[]"), "InvalidParameter", 0},
		"modify, no old":       {modify, map[string]string{"VServerGroupId": s.group, "NewBackendServers": membersJSON("10.244.0.2")}, "MissingParameter", 0},
		"set nothing":          {"SetVServerGroupAttribute", map[string]string{"VServerGroupId": s.group}, "MissingParameter", 0},
		"delete, on listener":  {"DeleteVServerGroup", map[string]string{"VServerGroupId": s.group}, "RspoolVipExist", 0},
		"delete, on rule":      {"DeleteVServerGroup", map[string]string{"VServerGroupId": s.empty}, "RspoolRuleExist", 0},
		"read unknown":         {"DescribeVServerGroupAttribute", map[string]string{"VServerGroupId": "rsp-x"}, "InvalidParameter", 404},
	})
	do(t, s.Cloud, add, to(s.group, membersJSON(ips(20)...)))
	checkRefusals(t, s, map[string]refusal{
		"over the quota": {add, to(s.group, membersJSON(ips(35)[20:]...)), "InstanceBackendServerNumberOverLimit", 0},
	})
}

func twoNetworks(t *testing.T) site {
	t.Helper()
	return newSite(t, fakecloud.Options{
		VSwitches: []fakecloud.VSwitch{
			{ID: "vsw-a", VPC: "vpc-a", CIDR: netip.MustParsePrefix("10.0.0.0/8")},
			{ID: "vsw-b", VPC: "vpc-b", CIDR: netip.MustParsePrefix("172.16.0.0/12")},
		},
		Quotas: fakecloud.Quotas{Backends: 30, Attached: 2},
	})
}

// ips are n addresses of the pod range, from 10.244.1.1.
func ips(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("10.244.1.%d", i+1))
	}
	return list
}

func TestCertificateRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{Quotas: fakecloud.Quotas{DomainExtensions: 1, Certificates: 2, CACertificates: 1}})
	shared := s.AddInstance(fakecloud.InstanceSpec{})
	do(t, s.Cloud, "CreateLoadBalancerHTTPSListener", with(s.listener("443"), "LoadBalancerId", shared,
		"VServerGroupId", "", "BackendServerPort", "80"))
	other := newPair(t, "other.example.com")
	spare := do(t, s.Cloud, "UploadServerCertificate", map[string]string{"ServerCertificate": other.cert, "PrivateKey": other.key})["ServerCertificateId"].(string)
	ca := do(t, s.Cloud, "UploadCACertificate", map[string]string{"CACertificate": other.cert})["CACertificateId"].(string)
	do(t, s.Cloud, "SetLoadBalancerHTTPSListenerAttribute", with(s.at("443"), "CACertificateId", ca))
	extension := do(t, s.Cloud, "CreateDomainExtension", with(s.at("443"), "Domain", "a.com", "ServerCertificateId", spare))["DomainExtensionId"].(string)
	do(t, s.Cloud, "CreateRules", s.rules("443", s.rule("r", "a.com", "")))
	pair := func(cert, key string) map[string]string {
		return map[string]string{"ServerCertificate": cert, "PrivateKey": key}
	}
	ext := func(pairs ...string) map[string]string {
		return with(with(s.at("443"), "Domain", "b.com", "ServerCertificateId", spare), pairs...)
	}
	const upload, extend = "UploadServerCertificate", "CreateDomainExtension"
	checkRefusals(t, s, map[string]refusal{
		"over the quota":      {upload, pair(other.cert, other.key), "OverQuota", 0},
		"no key":              {upload, pair(other.cert, ""), "MissingParameter", 0},
		"of another product":  {upload, map[string]string{"AliCloudCertificateId": "1"}, "InvalidParameter.AliCloudCertificateId", 0},
		"rename unknown":      {"SetServerCertificateName", map[string]string{"ServerCertificateId": "x", "ServerCertificateName": "a"}, "ServerCertificateId.NotFound", 404},
		"delete unknown":      {"DeleteServerCertificate", map[string]string{"ServerCertificateId": "x"}, "ServerCertificateId.NotFound", 404},
		"delete, on listener": {"DeleteServerCertificate", map[string]string{"ServerCertificateId": s.cert}, "CertificateAndPrivateKeyIsRefered", 0},
		"delete, on SNI":      {"DeleteServerCertificate", map[string]string{"ServerCertificateId": spare}, "CertificateRelatedDomainExtensionExist", 0},
		"CA over the quota":   {"UploadCACertificate", map[string]string{"CACertificate": other.cert}, "OverQuota", 0},
		"CA in use":           {"DeleteCACertificate", map[string]string{"CACertificateId": ca}, "CertificateAndPrivateKeyIsRefered", 0},
		"CA unknown":          {"DeleteCACertificate", map[string]string{"CACertificateId": "x"}, "CACertificateId.NotFound", 404},
		"domain taken":        {extend, ext("Domain", "A.com"), "InvalidParameter.Domain", 0},
		"domain malformed":    {extend, ext("Domain", "a b"), "InvalidParameter.Domain", 0},
		"extension quota":     {extend, ext(), "DomainExtensionNumberOverLimit", 0},
		"extension, no cert":  {extend, ext("ServerCertificateId", ""), "MissingParam.ServerCertificates", 0},
		"extension, bad cert": {extend, ext("ServerCertificateId", "x"), "InvalidParameter.ServerCertificateId", 0},
		"extension on HTTP":   {extend, ext("ListenerPort", "80"), "InvalidParameter", 0},
		"extension if shared": {extend, ext("LoadBalancerId", shared), "DomainExtensionNotSupport", 0},
		"set unknown":         {"SetDomainExtensionAttribute", map[string]string{"DomainExtensionId": "de-x", "ServerCertificateId": spare}, "InvalidParameter.DomainExtensionId", 0},
		"delete with rule":    {"DeleteDomainExtension", map[string]string{"DomainExtensionId": extension}, "DomainExtensionRelatedRuleExist", 0},
		"delete no extension": {"DeleteDomainExtension", map[string]string{"DomainExtensionId": "de-x"}, "InvalidParameter.DomainExtensionId", 0},
	})
	roomy := newSite(t, fakecloud.Options{})
	checkRefusals(t, roomy, map[string]refusal{
		"key of another":   {upload, pair(other.cert, newPair(t, "x").key), "InvalidParameter", 0},
		"key is no PEM":    {upload, pair(other.cert, "x"), "KeyFormatError", 0},
		"key is PKCS#8":    {upload, pair(other.cert, other.pkcs8), "KeyFormatError", 0},
		"key is encrypted": {upload, pair(other.cert, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), "PrivateKeyEncryption", 0},
		"no certificate":   {upload, pair("x", other.key), "IllegalParam.ServerCertificate", 0},
		"key as chain":     {upload, pair(other.key, other.key), "IllegalParam.ServerCertificate", 0},
		"CA is no PEM":     {"UploadCACertificate", map[string]string{"CACertificate": "x"}, "CertificateFormatInvalid", 0},
	})
}

func TestACLRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{Quotas: fakecloud.Quotas{ACLs: 2, ACLEntries: 60, ACLListeners: 1}})
	list := do(t, s.Cloud, "CreateAccessControlList", map[string]string{"AclName": "a"})["AclId"].(string)
	do(t, s.Cloud, "CreateAccessControlList", map[string]string{"AclName": "b"})
	entries := func(from, n int) map[string]string {
		var texts []string
		for i := range n {
			texts = append(texts, fmt.Sprintf(`{"entry":"10.0.%d.0/24","comment":"c"}`, from+i))
		}
		return map[string]string{"AclId": list, "AclEntrys": "[" + strings.Join(texts, ",") + "]"}
	}
	do(t, s.Cloud, "AddAccessControlListEntry", entries(0, 50))
	do(t, s.Cloud, "SetLoadBalancerHTTPListenerAttribute", with(s.at("80"), "AclStatus", "on", "AclType", "white", "AclId", list))
	const add = "AddAccessControlListEntry"
	checkRefusals(t, s, map[string]refusal{
		"name taken":        {"CreateAccessControlList", map[string]string{"AclName": "a"}, "InvalidParameter", 0},
		"over the quota":    {"CreateAccessControlList", map[string]string{"AclName": "c"}, "AclNumberOverLimit", 0},
		"ipv6":              {"CreateAccessControlList", map[string]string{"AclName": "c", "AddressIPVersion": "ipv6"}, "InvalidAction.RegionNotSupport", 0},
		"rename to taken":   {"SetAccessControlListAttribute", map[string]string{"AclId": list, "AclName": "b"}, "InvalidParameter", 0},
		"unknown":           {"DescribeAccessControlListAttribute", map[string]string{"AclId": "acl-x"}, "AclNotExist", 0},
		"no entries":        {add, map[string]string{"AclId": list}, "AclEntryEmpty", 0},
		"51 entries":        {add, entries(60, 51), "AclEntryExceedLimit", 0},
		"more than a list":  {add, entries(60, 11), "AclEntryExceedLimit", 0},
		"there already":     {add, entries(49, 1), "InvalidParam.AclEntryExists", 0},
		"not JSON":          {add, map[string]string{"AclId": list, "AclEntrys": "x"}, "InvalidEntry", 0},
		"no address":        {add, map[string]string{"AclId": list, "AclEntrys": `[{"entry":"x"}]`}, "IllegalEntry", 0},
		"bound":             {"DeleteAccessControlList", map[string]string{"AclId": list}, "OperationFailed.AclBindedWithVip", 0},
		"bound too often":   {"SetLoadBalancerHTTPSListenerAttribute", with(s.at("443"), "AclStatus", "on", "AclType", "white", "AclId", list), "QuotaLimitExceeds.AclAttachedToListener", 0},
		"page size":         {"DescribeAccessControlLists", map[string]string{"PageSize": "51"}, "InvalidParameter", 0},
		"health of nothing": {"DescribeHealthStatus", s.at("81"), "InvalidParameter", 0},
		"101 addresses":     {"DescribeNetworkInterfaces", map[string]string{"PrivateIpAddress.101": "10.0.0.1"}, "InvalidParameter", 0},
		"few results":       {"DescribeNetworkInterfaces", map[string]string{"MaxResults": "9"}, "InvalidParameter", 0},
	})
}
