package apply_test

import (
	"context"
	"fmt"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

func ExampleRun() {
	todo := plan.Plan{Steps: []plan.Step{
		{Change: cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "shop/web/80"}}, Why: "there is none"},
		{Change: cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "shop/api/80"}}, Why: "there is none"},
	}}
	// The writer fails the first call; what does not depend on it is made all the same.
	writer := &service{refuse: func(n int, c cloud.Change) error {
		if n == 1 {
			return &cloud.Error{Kind: cloud.Quota, Op: c.Op(), Code: "QuotaExceeded"}
		}
		return nil
	}}
	result := apply.Run(context.Background(), writer, todo, apply.Start{Owner: owner, Grant: full()})
	fmt.Println("failed:", result.Failed[0])
	fmt.Println("done:", result.Done[0].Ref())
	fmt.Println("pending:", result.Pending[0].Ref(), "known:", result.Known)
	// Output:
	// failed: ServerGroup/shop/web/80: CreateServerGroup: QuotaExceeded
	// done: ServerGroup/shop/api/80
	// pending: ServerGroup/shop/web/80 known: true
}
