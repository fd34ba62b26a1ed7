package plan_test

import (
	"fmt"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

func ExampleMake() {
	ingress := cloud.Source{Object: cloud.Object{Kind: "Ingress", Namespace: "shop", Name: "web"}}
	group := cloud.ServerGroup{Name: "shop/web/80", Members: []cloud.Member{{ServerID: "eni-1", IP: "10.0.0.1", Port: 8080, Weight: 100}}}
	want := cloud.Stack{
		LoadBalancer: &cloud.LoadBalancer{ID: "lb-1", Source: ingress},
		Listeners:    []cloud.Listener{{Port: 80, Protocol: cloud.HTTP, Group: group.Name}},
		Rules:        []cloud.Rule{{Port: 80, Domain: "shop.example", Group: group.Name, Source: ingress}},
		ServerGroups: []cloud.ServerGroup{group},
	}
	owner := cloud.Owner{Cluster: "c1", Group: "id.lb-1"}
	got := cloud.Observed{Instance: &cloud.Instance{
		ID: "lb-1", Status: cloud.StatusActive, Spec: "slb.s1.small", Tags: map[string]string{owner.ClaimKey(): ""},
	}}
	todo, _ := plan.Make(want, got, plan.Policy{Owner: owner})
	fmt.Print(todo)
	// Output:
	// CreateServerGroup shop/web/80: 10.0.0.1:8080 weight 100
	//     there is none
	// CreateListener 80 http, default group shop/web/80
	//     there is none
	// StartListener 80 http
	//     the service creates listeners stopped
	// CreateRules 80: shop.example → shop/web/80
	//     new, asked by Ingress shop/web
}
