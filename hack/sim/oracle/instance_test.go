package oracle_test

import "testing"

// TestInstanceOfAGroup: a group whose name begins with another one's is another group.
func TestInstanceOfAGroup(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		id := s.ours("CreateLoadBalancer", words{
			"LoadBalancerSpec": "slb.s1.small", "Tag.1.Key": "slb-ingress/cluster", "Tag.1.Value": "c-1",
			"Tag.2.Key": "slb-ingress/group", "Tag.2.Value": "class.slb.10",
		}, "LoadBalancerId")
		if got := s.judge.Instance("class.slb.10"); got == "" || got != id {
			t.Errorf("instance of class.slb.10: got %q, want %q", got, id)
		}
		if got := s.judge.Instance("class.slb.1"); got != "" {
			t.Errorf("instance of class.slb.1: got %q, want none", got)
		}
	})
}
