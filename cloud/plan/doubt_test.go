package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// doubted is an instance with one rule to one group of two members.
func doubted() (want cloud.Stack, got cloud.Observed, policy plan.Policy) {
	policy = plan.Policy{Owner: cloud.Owner{Cluster: "c", Group: "class.slb.0"}}
	listener := cloud.Listener{Port: 80, Protocol: cloud.HTTP, Group: cloud.EmptyGroup, Running: true}
	members := []cloud.Member{{ServerID: "eni-1", IP: "10.0.0.1", Port: 80, Weight: 100}, {ServerID: "eni-2", IP: "10.0.0.2", Port: 80, Weight: 100}}
	stack := cloud.Stack{
		Listeners:    []cloud.Listener{listener},
		Rules:        []cloud.Rule{{Port: 80, Domain: "a.com", Group: "n/web/old"}},
		ServerGroups: []cloud.ServerGroup{{Name: cloud.EmptyGroup}, {Name: "n/web/old", Members: members}},
	}
	stack.Normalize()
	got = cloud.Observed{
		Instance: &cloud.Instance{ID: "lb-1", Status: cloud.StatusActive, Spec: "slb.s1.small", Tags: policy.Owner.Tags()},
		Ours:     stack.Clone(),
		IDs: cloud.IDs{
			cloud.LoadBalancerRef(): "lb-1", cloud.ListenerRef(80): "80", cloud.RuleRef(80, "a.com", ""): "rule-1",
			cloud.ServerGroupRef(cloud.EmptyGroup): "rsp-0", cloud.ServerGroupRef("n/web/old"): "rsp-1",
		},
	}
	want = stack.Clone()
	want.LoadBalancer = &cloud.LoadBalancer{}
	return want, got, policy
}

func ops(p plan.Plan) []string {
	var list []string
	for _, s := range p.Steps {
		list = append(list, s.Op())
	}
	return list
}

// TestDoubtfulMembersStay removes the members that are gone for sure, and those alone.
func TestDoubtfulMembersStay(t *testing.T) {
	t.Parallel()
	want, got, policy := doubted()
	want.ServerGroups[1].Members = []cloud.Member{{ServerID: "eni-3", IP: "10.0.0.3", Port: 80, Weight: 100}}
	want.ServerGroups[1].Doubtful = []string{"10.0.0.2"}
	todo, _ := plan.Make(want, got, policy)
	if diff := cmp.Diff([]string{"AddMembers", "RemoveMembers"}, ops(todo)); diff != "" {
		t.Fatalf("plan (-want +got):\n%s\n%s", diff, todo)
	}
	remove, ok := todo.Steps[1].Change.(cloud.RemoveMembers)
	if !ok || len(remove.Members) != 1 || remove.Members[0].IP != "10.0.0.1" {
		t.Errorf("removed: %+v, want 10.0.0.1 alone", todo.Steps[1].Change)
	}
}

// TestKeepGroup leaves a rule on its group while the new one is not known, and makes a new rule.
func TestKeepGroup(t *testing.T) {
	t.Parallel()
	want, got, policy := doubted()
	want.Rules = []cloud.Rule{
		{Port: 80, Domain: "a.com", Group: "n/web/new", KeepGroup: true},
		{Port: 80, Domain: "b.com", Group: "n/web/new", KeepGroup: true},
	}
	want.ServerGroups[1] = cloud.ServerGroup{Name: "n/web/new"}
	todo, _ := plan.Make(want, got, policy)
	if diff := cmp.Diff([]string{"CreateServerGroup", "CreateRules"}, ops(todo)); diff != "" {
		t.Fatalf("plan (-want +got):\n%s\n%s", diff, todo)
	}
}

// TestLeavingACanary leaves rule and listener on the group that a Service shared with its canary
// while nothing is known of its members, and moves them once they are known, or there are none.
func TestLeavingACanary(t *testing.T) {
	t.Parallel()
	const own, shared, other = "n/web/80", "n/web/80/next/80/next", "n/web/8080/next/80/next"
	cases := map[string]struct {
		reason string
		from   string
		group  cloud.ServerGroup
		want   string // group of the rule and the listener in the end
	}{
		"Held":   {"the new group would be empty", shared, cloud.ServerGroup{Name: own, Hold: true}, shared},
		"Known":  {"the members are known", shared, cloud.ServerGroup{Name: own, Hold: true, Members: []cloud.Member{{ServerID: "eni-1", IP: "10.0.0.1", Port: 80, Weight: 100}}}, own},
		"Empty":  {"there are none", shared, cloud.ServerGroup{Name: own}, own},
		"Others": {"the present group is another Service port's: its requests are no longer its author's", other, cloud.ServerGroup{Name: own, Hold: true}, own},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, got, policy := doubted()
			got.Ours.Rules[0].Group, got.Ours.Listeners[0].Group = tc.from, tc.from
			got.Ours.ServerGroups[1].Name = tc.from
			got.IDs[cloud.ServerGroupRef(tc.from)] = "rsp-1"
			want.Rules[0].Group, want.Listeners[0].Group = own, own
			want.ServerGroups[1] = tc.group
			todo, _ := plan.Make(want, got, policy)
			after := got
			for _, s := range todo.Steps {
				after = after.After(policy.Owner, s.Change, cloud.IDs{})
			}
			if r, l := after.Ours.Rules[0].Group, after.Ours.Listeners[0].Group; r != tc.want || l != tc.want {
				t.Errorf("%s: rule and listener point at %q and %q, want %q\n%s", tc.reason, r, l, tc.want, todo)
			}
		})
	}
}
