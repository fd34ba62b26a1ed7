package cloudtest_test

import (
	"fmt"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/cloudtest"
)

func owner() cloud.Owner { return cloud.Owner{Cluster: "c-1", Group: "class.slb.0"} }

func members(n int) []cloud.Member {
	list := make([]cloud.Member, n)
	for i := range list {
		list[i] = cloud.Member{ServerID: fmt.Sprintf("eni-%d", i), IP: fmt.Sprintf("10.0.0.%d", i+1), Port: 8080, Weight: 100}
	}
	return list
}

func TestMemory(t *testing.T) {
	t.Parallel()
	cloudtest.Run(t, func(*testing.T) cloudtest.Harness {
		m := cloudtest.NewMemory(owner(), cloud.Observed{})
		return cloudtest.Harness{
			Reader: m, Writer: m, Owner: owner(), Members: members(3),
			Occupy: func(_ *testing.T, _ cloud.ID, f cloud.Foreign) { m.Occupy(f) },
		}
	})
}

func TestMemoryRefuses(t *testing.T) {
	t.Parallel()
	lb := cloud.CreateLoadBalancer{Token: "a"}
	group := cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}}
	rules := func(from, n int) cloud.CreateRules {
		c := cloud.CreateRules{Port: 80, Protocol: cloud.HTTP}
		for i := range n {
			c.Rules = append(c.Rules, cloud.Rule{Port: 80, URL: fmt.Sprintf("/%d", from+i), Group: "a/b/c"})
		}
		return c
	}
	listener := cloud.CreateListener{Listener: cloud.Listener{Port: 80, Protocol: cloud.HTTP, Group: "a/b/c"}}
	cases := map[string]struct {
		reason string
		made   []cloud.Change
		change cloud.Change
		want   cloud.ErrorKind
	}{
		"SecondInstance":  {"another token asks for another instance", []cloud.Change{lb}, cloud.CreateLoadBalancer{Token: "b"}, cloud.Invalid},
		"NoInstance":      {"nothing can be on no instance", nil, group, cloud.NotFound},
		"TooManyMembers":  {"20 a call", []cloud.Change{lb, group}, cloud.AddMembers{Group: "a/b/c", Members: members(21)}, cloud.Invalid},
		"TooManyRules":    {"10 a call", []cloud.Change{lb, group, listener}, rules(0, 11), cloud.Invalid},
		"RulesOfListener": {"40 a listener", []cloud.Change{lb, group, listener, rules(0, 10), rules(10, 10), rules(20, 10), rules(30, 10)}, rules(40, 1), cloud.Quota},
		"NoGroup":         {"a listener needs its group", []cloud.Change{lb}, listener, cloud.NotFound},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := cloudtest.NewMemory(owner(), cloud.Observed{})
			for _, c := range tc.made {
				if _, err := m.Apply(t.Context(), cloud.Scope{Owner: owner(), IDs: m.State().IDs}, c); err != nil {
					t.Fatalf("%s: %v", c.Op(), err)
				}
			}
			_, err := m.Apply(t.Context(), cloud.Scope{Owner: owner(), IDs: m.State().IDs}, tc.change)
			if got := cloud.KindOf(err); got != tc.want {
				t.Errorf("%s: got %q (%v), want %q", tc.reason, got, err, tc.want)
			}
			if got := len(m.Changes()); got != len(tc.made) {
				t.Errorf("%s: a refused change is among the changes", tc.reason)
			}
		})
	}
}

func TestMemoryKnowsOneOwner(t *testing.T) {
	t.Parallel()
	m := cloudtest.NewMemory(owner(), cloud.Observed{})
	other := cloud.Owner{Cluster: "c-2", Group: "class.slb.0"}
	_, err := m.Apply(t.Context(), cloud.Scope{Owner: other}, cloud.CreateLoadBalancer{Token: "a"})
	if got := cloud.KindOf(err); got != cloud.Denied {
		t.Errorf("another owner's change: got %q, want %q", got, cloud.Denied)
	}
}
