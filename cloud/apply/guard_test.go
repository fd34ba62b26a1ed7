package apply_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// TestRunKeepsGuard: what fails on the way to access control leaves no new path open, and no
// listener with half a list.
func TestRunKeepsGuard(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason   string
		op       string
		kind     cloud.ErrorKind
		lists    int // listeners with a list at the end
		problems []string
	}{
		"ListQuota":       {reason: "without the list nothing new is served", op: "CreateAccessControlList", kind: cloud.Quota},
		"EntriesBusy":     {reason: "a list without all its entries is not attached", op: "AddAccessControlListEntry", kind: cloud.Busy},
		"EntryRefused":    {reason: "and the author is told", op: "AddAccessControlListEntry", kind: cloud.Invalid, problems: []string{"InvalidAnnotation web"}},
		"ListenerDenied":  {reason: "the list stands and is not on", op: "SetListener", kind: cloud.Denied},
		"CertificateKind": {reason: "a CA certificate that is refused keeps its listener closed to new rules", op: "UploadCACertificate", kind: cloud.Invalid, lists: 1, problems: []string{"InvalidCertificate web"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := having(t, shop())
			old := ruleKeys(s.state.Ours.Rules)
			want := guarded(shop(), "allow", "10.0.0.0/8")
			for _, port := range []int{80, 443} {
				want.Rules = append(want.Rules, cloud.Rule{Port: port, Domain: "new.com", Group: "shop/web/80", Source: source("web")})
			}
			author := cloud.Source{Object: cloud.Object{Kind: "Ingress", Namespace: "shop", Name: "web"}}
			want.ACLs[0].Source, want.CACertificates[0].Source = author, author
			todo := makePlan(want, s.state)
			s.refuse = refuseIf(tc.kind, func(c cloud.Change) bool { return c.Op() == tc.op })
			result := runAll(t, s, todo, s.state)
			lists := 0
			for _, l := range s.state.Ours.Listeners {
				if len(l.ACL.Names()) > 0 {
					lists++
					continue
				}
				for _, r := range s.state.Ours.Rules {
					if r.Port == l.Port && !slices.Contains(old, r.Ref().Name) {
						t.Errorf("%s: %s is open", tc.reason, r.Ref())
					}
				}
			}
			if lists != tc.lists {
				t.Errorf("%s: %d listeners have the list, want %d", tc.reason, lists, tc.lists)
			}
			if diff := cmp.Diff(tc.problems, reasons(result.Problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
