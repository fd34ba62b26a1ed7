package ingress

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// populate gives the account to other people too, whose things have names and tags like ours: those
// of a cluster whose id begins with ours, of another group, and the names alone.
func (s *sim) populate() {
	ours := cloud.Owner{Cluster: "c-1", Group: "class.slb.0"}
	for i, owner := range []cloud.Owner{{Cluster: "c-10", Group: ours.Group}, {Cluster: ours.Cluster, Group: "class.slb.00"}} {
		tags := owner.Tags()
		id := s.cloud.AddInstance(fakecloud.InstanceSpec{Name: "k8s-c-1-class.slb.0", Spec: "slb.s1.small", Tags: tags, Address: fmt.Sprintf("127.0.100.%d", 200+i)})
		s.estate(id, tags)
		s.certificate("class.slb.0/fallback", tags)
	}
	bare := s.cloud.AddInstance(fakecloud.InstanceSpec{
		Name: "class.slb.0", Spec: "slb.s1.small", Address: "127.0.100.210", Tags: map[string]string{cloud.TagCluster: ours.Cluster},
	})
	s.estate(bare, nil)
	s.certificate("class.slb.0", map[string]string{cloud.TagGroup: ours.Group})
}

// estate makes a group, listeners and a rule on an instance that is not ours.
func (s *sim) estate(lb string, tags map[string]string) {
	group := s.group(lb, "shop/coffee/80")
	s.tag("vservergroup", group, tags)
	s.make("CreateLoadBalancerHTTPListener", "", map[string]string{
		"LoadBalancerId": lb, "ListenerPort": "80", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "VServerGroupId": group,
	})
	s.foreignRule(lb, "80", group)
}

// group is somebody else's vServer group, with a member.
func (s *sim) group(lb, name string) string {
	const ip = "10.1.252.1"
	return s.make("CreateVServerGroup", "VServerGroupId", map[string]string{
		"LoadBalancerId": lb, "VServerGroupName": name,
		"BackendServers": fmt.Sprintf(`[{"ServerId":%q,"ServerIp":%q,"Port":8080,"Weight":100,"Type":"eni"}]`, fakecloud.ENIID(netip.MustParseAddr(ip)), ip),
	})
}

// foreignRule has the name that ours would have for another domain.
func (s *sim) foreignRule(lb, port, group string) {
	name := cloud.Owner{Cluster: "c-1", Group: "class.slb.0"}.RuleName("cafe.example", "/theirs")
	s.make("CreateRules", "", map[string]string{
		"LoadBalancerId": lb, "ListenerPort": port, "ListenerProtocol": "http",
		"RuleList": fmt.Sprintf(`[{"RuleName":%q,"Domain":"their.example","Url":"/x","VServerGroupId":%q}]`, name, group),
	})
}

func (s *sim) certificate(name string, tags map[string]string) {
	p := pairOf("their.example")
	id := s.make("UploadServerCertificate", "ServerCertificateId", map[string]string{
		"ServerCertificate": string(p.chain), "PrivateKey": string(p.key), "ServerCertificateName": name,
	})
	s.tag("certificate", id, tags)
}

func (s *sim) tag(kind, id string, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	params := map[string]string{"ResourceType": kind, "ResourceId.1": id}
	for i, key := range slices.Sorted(maps.Keys(tags)) {
		params[fmt.Sprintf("Tag.%d.Key", i+1)], params[fmt.Sprintf("Tag.%d.Value", i+1)] = key, tags[key]
	}
	s.make("TagResources", "", params)
}

// make is what somebody else makes, in patience, and gives a field of the answer.
func (s *sim) make(action, field string, params map[string]string) string {
	params["RegionId"] = "cn-hangzhou"
	for try := 0; ; try++ {
		answer, err := s.cloud.Do(action, params)
		if err == nil {
			id, _ := answer[field].(string)
			return id
		}
		if try == 10 {
			s.Fatalf("%s: %v", action, err)
		}
		<-time.NewTimer(time.Second).C
	}
}

// squat puts somebody else's things into our instance, once it is there: a group that is named like
// ours, a listener and a rule.
func (s *sim) squat() {
	if !s.scene.squat {
		return
	}
	lb := s.own()
	group := s.group(lb, "shop/tea/80")
	s.tag("vservergroup", group, cloud.Owner{Cluster: "c-10", Group: "class.slb.0"}.Tags())
	s.make("CreateLoadBalancerHTTPListener", "", map[string]string{
		"LoadBalancerId": lb, "ListenerPort": "8080", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "VServerGroupId": group,
	})
	s.foreignRule(lb, "80", group)
}
