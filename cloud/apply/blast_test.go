package apply_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
)

// refuseIf fails every call for which hit holds.
func refuseIf(kind cloud.ErrorKind, hit func(cloud.Change) bool) func(int, cloud.Change) error {
	return func(_ int, c cloud.Change) error {
		if hit(c) {
			return &cloud.Error{Kind: kind, Op: c.Op(), Code: "Injected"}
		}
		return nil
	}
}

func reasons(problems []cloud.Problem) []string {
	var list []string
	for _, p := range problems {
		list = append(list, string(p.Reason)+" "+p.Object.Name)
	}
	return list
}

func ruleKeys(rules []cloud.Rule) []string {
	var keys []string
	for _, r := range rules {
		keys = append(keys, r.Ref().Name)
	}
	slices.Sort(keys)
	return keys
}

// TestRunContainsFailures: what one thing breaks, and what is made all the same.
func TestRunContainsFailures(t *testing.T) {
	t.Parallel()
	badRule := func(c cloud.Change) bool {
		create, ok := c.(cloud.CreateRules)
		return ok && slices.ContainsFunc(create.Rules, func(r cloud.Rule) bool { return r.URL == "/a" })
	}
	badMember := func(id string) func(cloud.Change) bool {
		return func(c cloud.Change) bool {
			list := []cloud.Member{}
			switch c := c.(type) {
			case cloud.CreateServerGroup:
				list = c.Group.Members
			case cloud.AddMembers:
				list = c.Members
			}
			return slices.ContainsFunc(list, func(m cloud.Member) bool { return m.ServerID == id })
		}
	}
	op := func(op, name string) func(cloud.Change) bool {
		return func(c cloud.Change) bool { return c.Op() == op && (name == "" || c.Target().Name == name) }
	}
	all := []string{"443/api.com", "443/web.com", "443/web.com/a", "80/api.com", "80/web.com", "80/web.com/a"}
	cases := map[string]struct {
		reason   string
		kind     cloud.ErrorKind
		hit      func(cloud.Change) bool
		rules    []string
		problems []string
		pending  bool
	}{
		"BadRule": {
			reason: "a refused batch is made one by one, and the bad path is told",
			kind:   cloud.Invalid, hit: badRule,
			rules:    []string{"443/api.com", "443/web.com", "80/api.com", "80/web.com"},
			problems: []string{"RejectedPath web"},
		},
		"VanishedInterface": {
			reason: "the other members of the group are added",
			kind:   cloud.NotFound, hit: badMember("eni-24"),
			rules:    all,
			problems: []string{"NetworkInterfaceNotFound api"},
		},
		"OtherNetwork": {
			reason: "a member that is refused at the group's creation does not keep the group from being created",
			kind:   cloud.Invalid, hit: badMember("eni-2"),
			rules:    all,
			problems: []string{"NetworkConflict api", "NetworkConflict web"},
		},
		"GroupQuota": {
			reason: "rules to the group wait, others do not",
			kind:   cloud.Quota, hit: op("CreateServerGroup", "shop/web/80"),
			rules:   []string{"443/api.com", "443/web.com/a", "80/api.com", "80/web.com/a"},
			pending: true,
		},
		"BadCertificate": {
			reason: "the listener has its own certificate, so only the extension waits",
			kind:   cloud.Invalid, hit: op("UploadCertificate", "c2"),
			rules:    all,
			problems: []string{"InvalidCertificate api"},
			pending:  true,
		},
		"DefaultCertificateDenied": {
			reason: "HTTPS waits for its certificate, HTTP does not",
			kind:   cloud.Denied, hit: op("UploadCertificate", "c1"),
			rules:   []string{"80/api.com", "80/web.com", "80/web.com/a"},
			pending: true,
		},
		"BusyListener": {
			reason: "a busy listener holds back its own rules only",
			kind:   cloud.Busy, hit: op("StartListener", "80"),
			rules:   []string{"443/api.com", "443/web.com", "443/web.com/a"},
			pending: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &service{refuse: refuseIf(tc.kind, tc.hit)}
			result := runAll(t, s, makePlan(shop(), s.state), s.state)
			if diff := cmp.Diff(tc.rules, ruleKeys(s.state.Ours.Rules)); diff != "" {
				t.Errorf("%s: rules (-want +got):\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.problems, reasons(result.Problems)); diff != "" {
				t.Errorf("%s: problems (-want +got):\n%s", tc.reason, diff)
			}
			if got := len(result.Pending) > 0; got != tc.pending || len(result.Failed) == 0 {
				t.Errorf("%s: pending %v, failed %v", tc.reason, result.Pending, result.Failed)
			}
		})
	}
}

func TestRunSaysThatAnEmptyGroupIsRefused(t *testing.T) {
	t.Parallel()
	want := shop()
	for i := range want.ServerGroups {
		want.ServerGroups[i].Members = nil
	}
	s := &service{refuse: refuseIf(cloud.Invalid, func(c cloud.Change) bool { return c.Op() == "CreateRules" })}
	result := runAll(t, s, makePlan(want, s.state), s.state)
	if diff := cmp.Diff([]string{"NoReadyEndpoints api", "NoReadyEndpoints web", "NoReadyEndpoints web"}, reasons(result.Problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestRunKeepsWhatStillServes: an old rule goes only once its successor is there.
func TestRunKeepsWhatStillServes(t *testing.T) {
	t.Parallel()
	s := having(t, shop())
	want := shop()
	want.Rules = []cloud.Rule{
		{Port: 80, Domain: "api.com", Group: "shop/api/80"},
		{Port: 80, Domain: "*.com", Group: "shop/web/80"}, // takes over web.com
		{Port: 443, Domain: "web.com", URL: "/b", Group: "shop/web/80"},
	}
	s.refuse = refuseIf(cloud.Quota, func(c cloud.Change) bool { return c.Op() == "CreateRules" && c.Target().Name == "80/*.com" })
	result := runAll(t, s, makePlan(want, s.state), s.state)
	if diff := cmp.Diff([]string{"443/web.com/b", "80/api.com", "80/web.com", "80/web.com/a"}, ruleKeys(s.state.Ours.Rules)); diff != "" {
		t.Errorf("rules (-want +got):\n%s\nfailed %v", diff, result.Failed)
	}
}

func TestRunDeletesAListenerOnlyIfItComesBack(t *testing.T) {
	t.Parallel()
	s := having(t, shop())
	want := shop()
	want.Listeners[0] = cloud.Listener{Port: 80, Protocol: cloud.HTTPS, Group: cloud.EmptyGroup, TLS: cloud.TLS{Certificate: "c9"}}
	want.Certificates = append(want.Certificates, cloud.Certificate{Name: "c9"})
	s.refuse = refuseIf(cloud.Quota, func(c cloud.Change) bool { return c.Op() == "UploadCertificate" })
	result := runAll(t, s, makePlan(want, s.state), s.state)
	if l, ok := s.state.Ours.Listener(80); !ok || l.Protocol != cloud.HTTP {
		t.Errorf("listener 80 is gone although its new certificate is missing; calls %v", ops(s.calls))
	}
	if len(result.Pending) == 0 {
		t.Error("nothing is pending")
	}
}

// TestRunReleasesLast: the claim, or the instance, goes only after everything else.
func TestRunReleasesLast(t *testing.T) {
	t.Parallel()
	s := having(t, shop())
	s.refuse = refuseIf(cloud.Busy, func(c cloud.Change) bool {
		return c.Op() == "DeleteServerGroup" && strings.Contains(c.Target().Name, "web")
	})
	result := runAll(t, s, makePlan(cloud.Stack{}, s.state), s.state)
	if s.state.Instance == nil {
		t.Error("the instance was deleted although a group is left")
	}
	if len(s.state.Ours.ServerGroups) != 1 || len(s.state.Ours.Certificates) != 0 {
		t.Errorf("left: %d groups, %d certificates; the busy group alone should be", len(s.state.Ours.ServerGroups), len(s.state.Ours.Certificates))
	}
	s.refuse = nil
	rest := apply.Run(t.Context(), s, makePlan(cloud.Stack{}, result.Observed), apply.Start{Owner: owner, Observed: result.Observed, Grant: full()})
	if s.state.Instance != nil || !rest.Complete() {
		t.Errorf("second run: instance %v, failed %v", s.state.Instance, rest.Failed)
	}
}

// TestRunKeepsTheLastMembers: members that could not be replaced are not removed.
func TestRunKeepsTheLastMembers(t *testing.T) {
	t.Parallel()
	s := having(t, shop())
	want := shop()
	want.ServerGroups[2].Members = []cloud.Member{{ServerID: "eni-new", IP: "10.0.1.1", Port: 80, Weight: 100}}
	s.refuse = refuseIf(cloud.Quota, func(c cloud.Change) bool { return c.Op() == "AddMembers" })
	runAll(t, s, makePlan(want, s.state), s.state)
	if g, _ := s.state.Ours.ServerGroup("shop/web/80"); len(g.Members) != 3 {
		t.Errorf("members of shop/web/80: %d, want the 3 old ones", len(g.Members))
	}
}

// TestRunDeletesNothingThatIsUsed: the service would refuse, and every refusal costs a call.
func TestRunDeletesNothingThatIsUsed(t *testing.T) {
	t.Parallel()
	s := having(t, shop())
	want := shop()
	want.Rules = slices.DeleteFunc(want.Rules, func(r cloud.Rule) bool { return r.Group == "shop/web/80" })
	s.calls = nil
	s.refuse = refuseIf(cloud.Denied, func(c cloud.Change) bool { return c.Op() == "DeleteRules" })
	result := runAll(t, s, makePlan(want, s.state), s.state)
	if slices.Contains(ops(s.calls), "DeleteServerGroup") {
		t.Errorf("a group was deleted that rules still use: %v", ops(s.calls))
	}
	if last := result.Pending[len(result.Pending)-1]; last.Op() != "DeleteServerGroup" {
		t.Errorf("the last pending step is %s", last)
	}
}

// TestRunSurvivesAHalfMadeBatch: the service may make a part of a batch that it refuses.
func TestRunSurvivesAHalfMadeBatch(t *testing.T) {
	t.Parallel()
	s := &service{refuse: func(_ int, c cloud.Change) error {
		create, ok := c.(cloud.CreateRules)
		switch {
		case !ok:
			return nil
		case len(create.Rules) > 1:
			return &cloud.Error{Kind: cloud.Invalid, Op: c.Op()}
		case create.Rules[0].Domain == "api.com":
			return &cloud.Error{Kind: cloud.Conflict, Op: c.Op()} // made by the batch
		default:
			return nil
		}
	}}
	result := runAll(t, s, makePlan(shop(), s.state), s.state)
	if result.Known {
		t.Error("the ids of rules that a refused batch made are taken as known")
	}
	if diff := cmp.Diff([]string{"443/web.com", "443/web.com/a", "80/web.com", "80/web.com/a"}, ruleKeys(s.state.Ours.Rules)); diff != "" || len(result.Problems) > 0 {
		t.Errorf("problems %v; rules (-want +got):\n%s", result.Problems, diff)
	}
}
