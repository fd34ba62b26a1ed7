package cloud_test

import (
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

var guarded = cloud.Owner{Cluster: "c-1", Group: "class.slb.0"}

// everyChange is one change of each kind, against what ours and theirs have.
func everyChange(port int, mark string) map[string]cloud.Change {
	rule := cloud.Rule{Port: port, Domain: mark + ".com", Group: mark}
	extension := cloud.Extension{Port: port, Domain: mark + ".com", Certificate: mark}
	list := []cloud.Change{
		cloud.TagLoadBalancer{Tags: map[string]string{"team": "shop"}},
		cloud.UntagLoadBalancer{Keys: []string{"team"}},
		cloud.SetDeleteProtection{On: true},
		cloud.SetLoadBalancerName{Name: "n"},
		cloud.ModifyLoadBalancerInstanceSpec{Spec: "slb.s2.small"},
		cloud.ModifyLoadBalancerInternetSpec{ChargeType: cloud.PayByTraffic},
		cloud.SetLoadBalancerModificationProtection{Status: cloud.ConsoleProtection},
		cloud.DeleteLoadBalancer{},
		cloud.CreateListener{Listener: cloud.Listener{Port: 81}},
		cloud.StartListener{Port: port},
		cloud.SetListener{Listener: cloud.Listener{Port: port}},
		cloud.TagListener{Port: port},
		cloud.DeleteListener{Port: port},
		cloud.CreateRules{Port: port, Rules: []cloud.Rule{rule}},
		cloud.SetRule{Rule: rule},
		cloud.DeleteRules{Port: port, Rules: []cloud.Rule{rule}},
		cloud.CreateExtension{Extension: extension},
		cloud.SetExtension{Extension: extension},
		cloud.DeleteExtension{Extension: extension},
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "new"}},
		cloud.AddMembers{Group: mark},
		cloud.SetMembers{Group: mark},
		cloud.RemoveMembers{Group: mark},
		cloud.DeleteServerGroup{Name: mark},
		cloud.AddACLEntries{List: mark},
		cloud.RemoveACLEntries{List: mark},
		cloud.DeleteACL{Name: mark},
		cloud.DeleteCertificate{Name: mark},
		cloud.DeleteCACertificate{Name: mark},
	}
	changes := map[string]cloud.Change{}
	for _, c := range list {
		changes[c.Op()] = c
	}
	return changes
}

// state has something of ours on port 80 and something of theirs on 443 and 8443, on an instance
// with the tags.
func state(tags map[string]string) cloud.Observed {
	o := cloud.Observed{Instance: &cloud.Instance{ID: "lb-1", Tags: tags}}
	on := func(port int, mark string) ([]cloud.Listener, []cloud.Rule, []cloud.Extension) {
		return []cloud.Listener{{Port: port}}, []cloud.Rule{{Port: port, Domain: mark + ".com"}},
			[]cloud.Extension{{Port: port, Domain: mark + ".com"}}
	}
	o.Ours.Listeners, o.Ours.Rules, o.Ours.Extensions = on(80, "ours")
	for _, port := range []int{443, 8443} {
		l, r, e := on(port, "theirs")
		o.Foreign.Listeners, o.Foreign.Rules = append(o.Foreign.Listeners, l...), append(o.Foreign.Rules, r...)
		o.Foreign.Extensions = append(o.Foreign.Extensions, e...)
	}
	o.Ours.ServerGroups = []cloud.ServerGroup{{Name: "ours"}}
	o.Ours.Certificates, o.Ours.CACertificates = []cloud.Certificate{{Name: "ours"}}, []cloud.CACertificate{{Name: "ours"}}
	o.Ours.ACLs = []cloud.AccessControlList{{Name: "ours"}}
	return o
}

func TestPermit(t *testing.T) {
	t.Parallel()
	all := cloud.Grant{Synced: true, ProtectionOurs: true, TakeOver: true}
	synced := cloud.Grant{Synced: true}
	made, claimed := guarded.Tags(), map[string]string{guarded.ClaimKey(): "class.slb.0"}
	const creates = "CreateListener CreateRules CreateServerGroup CreateDomainExtension CreateExtension StartListener "
	const onPort = "SetListener TagListener DeleteListener SetRule DeleteRules SetExtension DeleteExtension "
	const parts = "AddMembers SetMembers RemoveMembers DeleteServerGroup AddAccessControlListEntry RemoveAccessControlListEntry " +
		"DeleteAccessControlList DeleteCertificate DeleteCACertificate "
	const instance = "TagLoadBalancer UntagLoadBalancer SetDeleteProtection SetLoadBalancerName ModifyLoadBalancerInstanceSpec " +
		"ModifyLoadBalancerInternetSpec SetLoadBalancerModificationProtection DeleteLoadBalancer "
	cases := map[string]struct {
		reason string
		grant  cloud.Grant
		tags   map[string]string
		port   int
		mark   string
		want   string
	}{
		"Nothing":   {"the zero grant permits nothing", cloud.Grant{ProtectionOurs: true, TakeOver: true}, made, 80, "ours", ""},
		"Made":      {"all on the instance that was made for the group", synced, made, 80, "ours", creates + onPort + parts + instance},
		"Claimed":   {"what is ours on an instance that is reused", synced, claimed, 80, "ours", creates + onPort + parts},
		"Unmarked":  {"what carries our marks on an instance that carries none any more", synced, nil, 80, "ours", onPort + parts},
		"Theirs":    {"nothing of others, even on our own instance", synced, made, 443, "theirs", creates + instance},
		"Override":  {"listeners that were handed over, and nothing beside them", all, claimed, 443, "theirs", creates + onPort},
		"Added":     {"only ports 80 and 443 are handed over", all, claimed, 8443, "theirs", creates},
		"Unclaimed": {"and only after the claim", all, nil, 443, "theirs", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for op, c := range everyChange(tc.port, tc.mark) {
				err := tc.grant.Permit(guarded, state(tc.tags), c)
				if want := strings.Contains(tc.want, op+" "); want != (err == nil) {
					t.Errorf("%s: %s: got %v, permitted should be %t", tc.reason, op, err, want)
				}
				if err != nil && cloud.KindOf(err) != cloud.Barred {
					t.Errorf("%s: kind %s", op, cloud.KindOf(err))
				}
			}
		})
	}
}

// TestPermitInstance has the cases in which an instance's state decides.
func TestPermitInstance(t *testing.T) {
	t.Parallel()
	claim := map[string]string{guarded.ClaimKey(): "class.slb.0"}
	protected := state(guarded.Tags())
	protected.Instance.DeleteProtection = true
	managed := state(nil)
	managed.Instance.ServiceManaged = true
	cases := map[string]struct {
		grant   cloud.Grant
		got     cloud.Observed
		change  cloud.Change
		allowed bool
	}{
		"a protected instance stays":             {cloud.Grant{Synced: true, ProtectionOurs: true}, protected, cloud.DeleteLoadBalancer{}, false},
		"a user's protection stays":              {cloud.Grant{Synced: true}, protected, cloud.SetDeleteProtection{}, false},
		"our protection is lifted":               {cloud.Grant{Synced: true, ProtectionOurs: true}, protected, cloud.SetDeleteProtection{}, true},
		"a second instance is not made":          {cloud.Grant{Synced: true}, protected, cloud.CreateLoadBalancer{}, false},
		"the first instance is made":             {cloud.Grant{Synced: true}, cloud.Observed{}, cloud.CreateLoadBalancer{}, true},
		"nobody's instance is claimed":           {cloud.Grant{Synced: true}, state(nil), cloud.TagLoadBalancer{Tags: claim}, true},
		"another service's instance is not":      {cloud.Grant{Synced: true}, managed, cloud.TagLoadBalancer{Tags: claim}, false},
		"another cluster's instance is not":      {cloud.Grant{Synced: true}, state(map[string]string{cloud.TagCluster: "c-2"}), cloud.TagLoadBalancer{Tags: claim}, false},
		"another controller's instance is not":   {cloud.Grant{Synced: true}, state(map[string]string{cloud.TagACK: "x"}), cloud.TagLoadBalancer{Tags: claim}, false},
		"the claim is given up":                  {cloud.Grant{Synced: true}, state(claim), cloud.UntagLoadBalancer{Keys: []string{guarded.ClaimKey()}}, true},
		"a new certificate is nobody's business": {cloud.Grant{Synced: true}, state(nil), cloud.UploadCertificate{}, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := tc.grant.Permit(guarded, tc.got, tc.change); (err == nil) != tc.allowed {
				t.Errorf("Permit: %v", err)
			}
		})
	}
}
