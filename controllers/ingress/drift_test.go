package ingress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// audits is longer than the time between two readings of the service.
const audits = 5 * time.Hour

func TestAuditRepairsDrift(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		drift  func(*world)
		want   []string
	}{
		"RulePointedElsewhere": {
			"a rule has its group back by one call",
			func(w *world) {
				w.do("SetRule", map[string]string{
					"RuleId": idIn(w.find("rule", "/80 ", "cafe.example/coffee")), "VServerGroupId": idIn(w.find("group", "shop/tea")),
				})
			},
			[]string{"SetRule"},
		},
		"RuleDeleted": {
			"a rule that is gone is made again",
			func(w *world) {
				w.do("DeleteRules", map[string]string{"RuleIds": fmt.Sprintf("[%q]", idIn(w.find("rule", "/443 ", "cafe.example/tea")))})
			},
			[]string{"CreateRules"},
		},
		"ListenerAttribute": {
			"an attribute is set back in place",
			func(w *world) {
				w.do("SetLoadBalancerHTTPListenerAttribute", map[string]string{
					"LoadBalancerId": w.lb(), "ListenerPort": "80", "IdleTimeout": "30",
				})
			},
			[]string{"SetLoadBalancerHTTPListenerAttribute"},
		},
		"ListenerStopped": {
			"a stopped listener is started",
			func(w *world) {
				w.do("StopLoadBalancerListener", map[string]string{"LoadBalancerId": w.lb(), "ListenerPort": "443", "ListenerProtocol": "https"})
			},
			[]string{"StartLoadBalancerListener"},
		},
		"MemberRemoved": {
			"a member is added again",
			func(w *world) {
				w.do("RemoveVServerGroupBackendServers", map[string]string{
					"VServerGroupId": idIn(w.find("group", "shop/coffee")),
					"BackendServers": fmt.Sprintf(`[{"ServerId":%q,"ServerIp":%q,"Port":8080,"Type":"eni"}]`, w.eniOf("coffee", 1), w.addressOf("coffee", 1)),
				})
			},
			[]string{"AddVServerGroupBackendServers"},
		},
		"MemberAdded": {
			"a member that nobody asked for goes",
			func(w *world) {
				w.do("AddVServerGroupBackendServers", map[string]string{
					"VServerGroupId": idIn(w.find("group", "shop/coffee")),
					"BackendServers": fmt.Sprintf(`[{"ServerId":%q,"ServerIp":%q,"Port":8080,"Weight":100,"Type":"eni"}]`, w.eniOf("coffee", 7), w.addressOf("coffee", 7)),
				})
			},
			[]string{"RemoveVServerGroupBackendServers"},
		},
		"CertificateDeleted": {
			"an extension and its certificate that are gone are made again",
			func(w *world) {
				line := w.find("extension", "bar.example")
				_, certificate, _ := strings.Cut(line, "certificate=")
				w.do("DeleteRules", map[string]string{"RuleIds": fmt.Sprintf("[%q]", idIn(w.find("rule", "/443 ", "bar.example")))})
				w.do("DeleteDomainExtension", map[string]string{"DomainExtensionId": idIn(line)})
				w.do("DeleteServerCertificate", map[string]string{"ServerCertificateId": certificate})
			},
			[]string{"UploadServerCertificate", "CreateRules", "CreateDomainExtension"},
		},
		"DefaultCertificateDeleted": {
			"the listener's certificate that somebody replaced and deleted is uploaded again and presented",
			func(w *world) {
				cafe := w.defaultCertificate()
				_, bar, _ := strings.Cut(w.find("extension", "bar.example"), "certificate=")
				w.do("SetLoadBalancerHTTPSListenerAttribute", map[string]string{
					"LoadBalancerId": w.lb(), "ListenerPort": "443", "ServerCertificateId": bar,
				})
				w.do("DeleteServerCertificate", map[string]string{"ServerCertificateId": cafe})
			},
			[]string{"UploadServerCertificate", "SetLoadBalancerHTTPSListenerAttribute"},
		},
		"ExtensionDeleted": {
			"an extension that is gone is made again",
			func(w *world) {
				w.do("DeleteRules", map[string]string{"RuleIds": fmt.Sprintf("[%q]", idIn(w.find("rule", "/443 ", "bar.example")))})
				w.do("DeleteDomainExtension", map[string]string{"DomainExtensionId": idIn(w.find("extension", "bar.example"))})
			},
			[]string{"CreateRules", "CreateDomainExtension"},
		},
		"ListenerDeleted": {
			"a listener comes back with everything on it",
			func(w *world) {
				w.do("DeleteLoadBalancerListener", map[string]string{"LoadBalancerId": w.lb(), "ListenerPort": "80", "ListenerProtocol": "http"})
			},
			[]string{"CreateLoadBalancerHTTPListener", "StartLoadBalancerListener", "CreateRules"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.shop()
				before := w.dump()
				tc.drift(w)
				if w.dump() == before {
					w.Fatal("the drift changed nothing")
				}
				seq := w.cloud.Seq()
				w.run(audits)
				w.wrote(seq, tc.want...)
				if diff := cmp.Diff(before, w.dump()); diff != "" {
					w.Errorf("%s (-want +got):\n%s", tc.reason, diff)
				}
				w.serves("cafe", "cafe.example", "/tea", "tea")
				seq = w.cloud.Seq()
				w.run(audits)
				w.wrote(seq)
			})
		})
	}
}

func TestAuditLeavesOthersThingsAlone(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		w.do("CreateVServerGroup", map[string]string{"LoadBalancerId": w.lb(), "VServerGroupName": "theirs"})
		w.do("CreateRules", map[string]string{
			"LoadBalancerId": w.lb(), "ListenerPort": "80", "ListenerProtocol": "http",
			"RuleList": fmt.Sprintf(`[{"RuleName":"theirs","Domain":"their.example","Url":"/x","VServerGroupId":%q}]`, idIn(w.find("group", "theirs"))),
		})
		w.do("CreateLoadBalancerHTTPListener", map[string]string{"LoadBalancerId": w.lb(), "ListenerPort": "8080", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "VServerGroupId": idIn(w.find("group", "theirs"))})
		before, seq := w.dump(), w.cloud.Seq()
		w.run(2 * audits)
		w.wrote(seq)
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			w.Errorf("the account changed (-before +after):\n%s", diff)
		}
		if got := w.record("class.slb.0").Status.Use; !strings.Contains(got, "rules 4/40") {
			w.Errorf("use: got %q, want the foreign rule counted: 4 of 40", got)
		}
	})
}
