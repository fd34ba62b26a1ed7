package plan_test

import (
	"fmt"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// fullStack is an instance at its limits: 40 rules on each listener, 80 groups, 200 members. Every
// group's name has the suffix.
func fullStack(suffix string) cloud.Stack {
	s := cloud.Stack{
		LoadBalancer: &cloud.LoadBalancer{Name: "bench"},
		Certificates: []cloud.Certificate{{Name: "c1"}},
		Listeners: []cloud.Listener{
			{Port: 80, Protocol: cloud.HTTP, Group: "n/s0" + suffix, Running: true},
			{Port: 443, Protocol: cloud.HTTPS, Group: "n/s0" + suffix, Running: true, TLS: cloud.TLS{Certificate: "c1"}},
		},
	}
	for i := range 80 {
		g := cloud.ServerGroup{Name: fmt.Sprintf("n/s%d%s", i, suffix)}
		for j := i * 5 / 2; j < (i+1)*5/2; j++ {
			g.Members = append(g.Members, cloud.Member{ServerID: "eni-1", IP: fmt.Sprintf("10.0.0.%d", j), Port: 80, Weight: 100})
		}
		s.ServerGroups = append(s.ServerGroups, g)
		r := cloud.Rule{Port: 80, Domain: fmt.Sprintf("h%d.com", i%8), URL: fmt.Sprintf("/p%d", i), Group: g.Name, Rank: i}
		if i%2 == 1 {
			r.Port = 443
		}
		s.Rules = append(s.Rules, r)
	}
	s.Normalize()
	return s
}

func BenchmarkMake(b *testing.B) {
	full := fullStack("/80")
	moved := fullStack("/80")
	for i := range moved.Rules {
		moved.Rules[i].URL += "/v2"
	}
	instance := &cloud.Instance{ID: "lb-1", Status: cloud.StatusActive, Spec: "slb.s1.small", Tags: owner.Tags()}
	cases := []struct {
		name string
		want cloud.Stack
		got  cloud.Observed
	}{
		{"InSync", full, cloud.Observed{Instance: instance, Ours: full}},
		{"Create", full, cloud.Observed{Instance: instance}},
		{"ReplaceAllRules", moved, cloud.Observed{Instance: instance, Ours: full}},
		{"ReplaceAllGroups", fullStack("/81"), cloud.Observed{Instance: instance, Ours: full}},
		{"Release", cloud.Stack{}, cloud.Observed{Instance: instance, Ours: full}},
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var todo plan.Plan
			for b.Loop() {
				todo, _ = plan.Make(c.want, c.got, plan.Policy{Owner: owner})
			}
			b.ReportMetric(float64(todo.Writes()), "calls/plan")
		})
	}
}
