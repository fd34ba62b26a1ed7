package oracle_test

import (
	"testing"
	"time"
)

// TestControls: each oracle that judges after calls catches a wrong that is done on purpose, and is
// silent on what is right.
func TestControls(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason  string
		wrong   func(*scene)
		text    string
		oracles []string
	}{
		"Right": {reason: "nothing was done", wrong: func(s *scene) { s.judge.Converged() }},
		"O1NotServed": {
			reason: "what is asked for is not programmed",
			wrong:  func(s *scene) { s.ingress(words{"/": "coffee", "/tea": "tea"}); s.judge.Converged() },
			text:   "a.example/tea/x gets map[10.1.0.1:8080:100], wanted is 100% shop/tea/80 [10.1.0.2:8080]", oracles: []string{"O1"},
		},
		"O1Certificate": {
			reason: "a certificate that was replaced is still presented",
			wrong: func(s *scene) {
				s.cluster.Secrets = nil
				s.secret("system", "slb-ingress-fallback-certificate", "other")
				s.observe()
				s.judge.Converged()
			},
			text: "presents certificate", oracles: []string{"O1"},
		},
		"O2": {
			reason: "a write that changes nothing is a write",
			wrong: func(s *scene) {
				seq := s.cloud.Seq()
				s.ours("SetLoadBalancerName", words{"LoadBalancerId": s.ids["lb"], "LoadBalancerName": "ours"}, "")
				s.judge.Quiet(seq, 0)
			},
			text: "SetLoadBalancerName", oracles: []string{"O2"},
		},
		"O2Reads": {
			reason: "reading for ever is noise",
			wrong: func(s *scene) {
				seq := s.cloud.Seq()
				s.ours("DescribeLoadBalancers", words{}, "")
				s.judge.Quiet(seq, 0)
			},
			text: "1 reads", oracles: []string{"O2"},
		},
		"O3Group": {
			reason: "a group that nothing refers to",
			wrong: func(s *scene) {
				s.ours("CreateVServerGroup", words{"LoadBalancerId": s.ids["lb"], "VServerGroupName": "lost"}, "")
				s.judge.Converged()
			},
			text: "left over: group", oracles: []string{"O3"},
		},
		"O3Instance": {
			reason: "a second instance, even with our marks",
			wrong: func(s *scene) {
				s.ours("CreateLoadBalancer", words{"LoadBalancerName": "twice", "LoadBalancerSpec": "slb.s1.small"}, "")
				s.judge.Converged()
			},
			text: "left over: instance", oracles: []string{"O3"},
		},
		"O3Certificate": {
			reason: "a certificate that nobody presents",
			wrong: func(s *scene) {
				s.secret("shop", "lost", "lost.example")
				data := s.cluster.Secrets[1].Data
				s.ours("UploadServerCertificate", words{"ServerCertificate": string(data["tls.crt"]), "PrivateKey": string(data["tls.key"])}, "")
				s.judge.Converged()
			},
			text: "left over: certificate", oracles: []string{"O3"},
		},
		"O3Rule": {
			reason: "a rule for a host that nobody asks for",
			wrong:  func(s *scene) { s.rule("80", "b.example", "", "empty"); s.judge.Converged() },
			text:   "left over: rule", oracles: []string{"O3"},
		},
		"O4Changed": {
			reason: "a foreign group gets a member",
			wrong: func(s *scene) {
				s.ours("AddVServerGroupBackendServers", words{"VServerGroupId": s.ids["their group"], "BackendServers": s.members(0)}, "")
			},
			text: "changed what is not ours: group", oracles: []string{"O4"},
		},
		"O4Deleted": {
			reason: "a foreign instance is deleted",
			wrong: func(s *scene) {
				s.ours("DeleteLoadBalancer", words{"LoadBalancerId": s.ids["theirs"]}, "")
			},
			text: "deleted what is not ours", oracles: []string{"O4"},
		},
		"O4Aimed": {
			reason: "a call that is refused was aimed all the same",
			wrong: func(s *scene) {
				s.theirs("SetLoadBalancerDeleteProtection", words{"LoadBalancerId": s.ids["theirs"], "DeleteProtection": "on"}, "")
				s.judge.Step()
				s.ours("DeleteLoadBalancer", words{"LoadBalancerId": s.ids["theirs"]}, "")
			},
			text: "DeleteLoadBalancer is aimed at", oracles: []string{"O4"},
		},
		"O4Rule": {
			reason: "a rule that somebody made by hand on our listener",
			wrong: func(s *scene) {
				s.theirs("CreateRules", words{
					"LoadBalancerId": s.ids["lb"], "ListenerPort": "80",
					"RuleList": `[{"RuleName":"hand","Domain":"hand.example","VServerGroupId":"` + s.ids["empty"] + `"}]`,
				}, "")
				s.judge.Step()
				s.ours("DeleteRules", words{"RuleIds": `["` + s.ruleID("80", "hand.example") + `"]`}, "")
			},
			text: "deleted what is not ours: rule", oracles: []string{"O4"},
		},
		"O5Lost": {
			reason: "a rule is deleted before it is made anew",
			wrong:  func(s *scene) { s.ours("DeleteRules", words{"RuleIds": `["` + s.ruleID("80", "a.example") + `"]`}, "") },
			text:   "lost: class.slb.0:80 a.example/ gets 503", oracles: []string{"O5"},
		},
		"O5Emptied": {
			reason: "a group loses its last member",
			wrong: func(s *scene) {
				s.ours("RemoveVServerGroupBackendServers", words{"VServerGroupId": s.ids["coffee"], "BackendServers": s.members(0)}, "")
			},
			text: "lost: class.slb.0:443", oracles: []string{"O5"},
		},
		"O5Closed": {
			reason: "a listener is stopped",
			wrong: func(s *scene) {
				s.ours("StopLoadBalancerListener", words{"LoadBalancerId": s.ids["lb"], "ListenerPort": "443"}, "")
			},
			text: "lost: class.slb.0:443 a.example/ gets closed", oracles: []string{"O5"},
		},
		"O5Wrong": {
			reason: "another Service's pod answers",
			wrong: func(s *scene) {
				s.ours("AddVServerGroupBackendServers", words{"VServerGroupId": s.ids["coffee"], "BackendServers": s.members(1)}, "")
			},
			text: "is answered by 10.1.0.2:8080", oracles: []string{"O5"},
		},
		"O5Certificate": {
			reason: "a certificate that nobody asked for is presented",
			wrong: func(s *scene) {
				s.secret("shop", "web", "a.example")
				data := s.cluster.Secrets[1].Data
				id := s.ours("UploadServerCertificate", words{"ServerCertificate": string(data["tls.crt"]), "PrivateKey": string(data["tls.key"])}, "ServerCertificateId")
				s.ours("CreateDomainExtension", words{"LoadBalancerId": s.ids["lb"], "ListenerPort": "443", "Domain": "a.example", "ServerCertificateId": id}, "")
			},
			text: "presents certificate", oracles: []string{"O5"},
		},
		"O5Redirected": {
			reason: "an Ingress gets a redirect that nobody asked for",
			wrong: func(s *scene) {
				lb := s.ids["lb"]
				s.cluster.Ingresses = nil
				s.observe() // so nothing need be served
				s.ours("DeleteLoadBalancerListener", words{"LoadBalancerId": lb, "ListenerPort": "80"}, "")
				s.ours("CreateLoadBalancerHTTPListener", words{
					"LoadBalancerId": lb, "ListenerPort": "80", "ListenerForward": "on", "ForwardPort": "443", "StickySession": "off", "HealthCheck": "off", "Bandwidth": "-1",
				}, "")
				s.ours("StartLoadBalancerListener", words{"LoadBalancerId": lb, "ListenerPort": "80"}, "")
			},
			text: "is redirected", oracles: []string{"O5"},
		},
		"O7": {
			reason: "more writes of one operation than the service takes",
			wrong: func(s *scene) {
				for range 91 {
					s.ours("SetLoadBalancerName", words{"LoadBalancerId": s.ids["lb"], "LoadBalancerName": "ours"}, "")
				}
			},
			text: "SetLoadBalancerName: 91 calls", oracles: []string{"O7"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				tc.wrong(s)
				s.caught(tc.text, tc.oracles...)
			})
			if t.Failed() {
				t.Log(tc.reason)
			}
		})
	}
}

// TestChangesAreRight: what leads from one table to the next without loss is not called wrong, and
// neither is what others do to their own.
func TestChangesAreRight(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.theirs("SetLoadBalancerName", words{"LoadBalancerId": s.ids["theirs"], "LoadBalancerName": "renamed"}, "")
		s.judge.Step()
		s.ingress(words{"/": "tea"})
		s.ids["tea"] = s.ours("CreateVServerGroup", words{"LoadBalancerId": s.ids["lb"], "VServerGroupName": "tea", "BackendServers": s.members(1)}, "VServerGroupId")
		for _, port := range []string{"80", "443"} {
			s.ours("SetRule", words{"RuleId": s.ruleID(port, "a.example"), "VServerGroupId": s.ids["tea"], "ListenerSync": "on"}, "")
		}
		s.ours("DeleteVServerGroup", words{"VServerGroupId": s.ids["coffee"]}, "")
		s.judge.Converged()
		s.cluster.Ingresses = nil
		s.observe()
		for _, port := range []string{"80", "443"} {
			s.ours("DeleteLoadBalancerListener", words{"LoadBalancerId": s.ids["lb"], "ListenerPort": port}, "")
		}
		for _, name := range []string{"tea", "empty"} {
			s.ours("DeleteVServerGroup", words{"VServerGroupId": s.ids[name]}, "")
		}
		s.ours("DeleteServerCertificate", words{"ServerCertificateId": s.ids["certificate"]}, "")
		s.judge.Converged()
		s.caught("")
		time.Sleep(time.Minute) // on the virtual clock
		s.observe()
		s.judge.Converged()
		s.caught("left over: instance", "O3")
	})
}
