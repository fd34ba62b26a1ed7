package ingress

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
		s.keep(id)
	}
	bare := s.cloud.AddInstance(fakecloud.InstanceSpec{
		Name: "class.slb.0", Spec: "slb.s1.small", Address: "127.0.100.210", Tags: map[string]string{cloud.TagCluster: ours.Cluster},
	})
	s.estate(bare, nil)
	s.certificate("class.slb.0", map[string]string{cloud.TagGroup: ours.Group})
	s.keep(bare)
}

// estate makes a group, listeners and a rule on an instance that is not ours.
func (s *sim) estate(lb string, tags map[string]string) {
	group := s.make("CreateVServerGroup", "VServerGroupId", map[string]string{"LoadBalancerId": lb, "VServerGroupName": "shop/coffee/80"})
	s.tag("vservergroup", group, tags)
	s.make("CreateLoadBalancerHTTPListener", "", map[string]string{
		"LoadBalancerId": lb, "ListenerPort": "80", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "VServerGroupId": group,
	})
	s.foreignRule(lb, "80", group)
	s.strange[group] = true
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
	s.keep(id)
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

// make is what somebody else makes, and gives a field of the answer.
func (s *sim) make(action, field string, params map[string]string) string {
	params["RegionId"] = "cn-hangzhou"
	answer, err := s.cloud.Do(action, params)
	if err != nil {
		s.Fatalf("%s: %v", action, err)
	}
	id, _ := answer[field].(string)
	return id
}

// keep takes down what is there of somebody else's id and has to stay as it is.
func (s *sim) keep(id string) {
	s.strange[id] = true
	for line := range strings.SplitSeq(s.cloud.Dump().String(), "\n") {
		if strings.Contains(line, id) && !slices.Contains(s.strangers, line) {
			s.strangers = append(s.strangers, line)
		}
	}
}

// squat puts somebody else's things into our instance, once it is there: a group that is named like
// ours, a listener and a rule.
func (s *sim) squat() {
	if !s.scene.squat || s.squatted {
		return
	}
	ours := slices.IndexFunc(s.cloud.Dump().Listeners, func(line string) bool {
		return strings.Contains(line, "/80 http") && !slices.ContainsFunc(s.strangers, func(l string) bool { return l == line })
	})
	if ours < 0 {
		return
	}
	s.squatted = true
	lb, _, _ := strings.Cut(strings.Fields(s.cloud.Dump().Listeners[ours])[1], "/")
	group := s.make("CreateVServerGroup", "VServerGroupId", map[string]string{"LoadBalancerId": lb, "VServerGroupName": "shop/tea/80"})
	s.tag("vservergroup", group, cloud.Owner{Cluster: "c-10", Group: "class.slb.0"}.Tags())
	s.make("CreateLoadBalancerHTTPListener", "", map[string]string{
		"LoadBalancerId": lb, "ListenerPort": "8080", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "VServerGroupId": group,
	})
	s.foreignRule(lb, "80", group)
	s.strange[group] = true
	for line := range strings.SplitSeq(s.cloud.Dump().String(), "\n") {
		if strings.Contains(line, group) {
			s.strangers = append(s.strangers, line)
		}
	}
}

// strangersJudge sees to it that nothing of anyone else changes.
type strangersJudge struct{ seq int }

func (j *strangersJudge) look(s *sim) {
	changed := false
	for _, c := range s.cloud.JournalSince(j.seq) {
		j.seq = c.Seq
		changed = changed || c.Effect
		if !c.Effect || c.Foreign {
			continue
		}
		for _, id := range c.Resources {
			if s.strange[id] {
				s.blame("foreign", "%s changes %s, which is somebody else's: %v", c.Action, id, c.Params)
			}
		}
	}
	if !changed {
		return
	}
	have := map[string]bool{}
	for line := range strings.SplitSeq(s.cloud.Dump().String(), "\n") {
		have[line] = true
	}
	for _, line := range s.strangers {
		if !have[line] {
			s.blame("foreign", "somebody else's is no more as it was: %s", line)
		}
	}
}

func (j *strangersJudge) close(s *sim) { j.look(s) }
