package fakecloud_test

import (
	"fmt"
	"maps"
	"net/netip"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func podRange() netip.Prefix { return netip.MustParsePrefix("10.244.0.0/16") }

func membersJSON(ips ...string) string {
	var list []string
	for _, ip := range ips {
		list = append(list, fmt.Sprintf(`{"ServerId":%q,"ServerIp":%q,"Type":"eni","Port":"8080","Weight":100}`,
			fakecloud.ENIID(netip.MustParseAddr(ip)), ip))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// do runs an operation that must succeed.
func do(t *testing.T, cloud *fakecloud.Cloud, action string, params map[string]string) map[string]any {
	t.Helper()
	answer, err := cloud.Do(action, params)
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	return answer
}

// site is an account with one instance, a group with one member, a certificate, and listeners on 80
// and 443 that are running.
type site struct {
	*fakecloud.Cloud
	lb, group, empty, cert string
	pair                   keyPair
}

func newSite(t *testing.T, o fakecloud.Options) site {
	t.Helper()
	o.ENICIDR = podRange()
	s := site{Cloud: fakecloud.New(o), pair: newPair(t, "shop.example.com")}
	s.lb = s.AddInstance(fakecloud.InstanceSpec{Name: "site", Spec: "slb.s1.small"})
	s.group = do(t, s.Cloud, "CreateVServerGroup", map[string]string{
		"LoadBalancerId": s.lb, "VServerGroupName": "g", "BackendServers": membersJSON("10.244.0.1"),
	})["VServerGroupId"].(string)
	s.empty = do(t, s.Cloud, "CreateVServerGroup", map[string]string{
		"LoadBalancerId": s.lb, "VServerGroupName": "e",
	})["VServerGroupId"].(string)
	s.cert = do(t, s.Cloud, "UploadServerCertificate", map[string]string{
		"ServerCertificateName": "c", "ServerCertificate": s.pair.cert, "PrivateKey": s.pair.key,
	})["ServerCertificateId"].(string)
	do(t, s.Cloud, "CreateLoadBalancerHTTPListener", s.listener("80"))
	do(t, s.Cloud, "CreateLoadBalancerHTTPSListener", s.listener("443"))
	for _, port := range []string{"80", "443"} {
		do(t, s.Cloud, "StartLoadBalancerListener", s.at(port))
	}
	return s
}

// at names a listener.
func (s site) at(port string) map[string]string {
	return map[string]string{"LoadBalancerId": s.lb, "ListenerPort": port}
}

// listener are the parameters that create one.
func (s site) listener(port string) map[string]string {
	p := with(s.at(port), "HealthCheck", "off", "StickySession", "off", "VServerGroupId", s.group, "Bandwidth", "-1")
	if strings.HasSuffix(port, "443") {
		p["ServerCertificateId"] = s.cert
	}
	return p
}

func (s site) rules(port string, rules ...string) map[string]string {
	return with(s.at(port), "RuleList", "["+strings.Join(rules, ",")+"]")
}

func (s site) rule(name, domain, url string) string {
	return fmt.Sprintf(`{"RuleName":%q,"Domain":%q,"Url":%q,"VServerGroupId":%q}`, name, domain, url, s.group)
}

// with is a copy of p with pairs of name and value set; an empty value removes the name.
func with(p map[string]string, pairs ...string) map[string]string {
	c := map[string]string{}
	maps.Copy(c, p)
	for n := 0; n+1 < len(pairs); n += 2 {
		c[pairs[n]] = pairs[n+1]
		if pairs[n+1] == "" {
			delete(c, pairs[n])
		}
	}
	return c
}
