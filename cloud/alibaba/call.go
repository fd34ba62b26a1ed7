package alibaba

import (
	"context"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// call makes one call, waiting out a busy or throttling service. resp is filled when it returns nil;
// an error is a *cloud.Error.
func (c *Client) call(ctx context.Context, req requests.AcsRequest, resp responses.AcsResponse) error {
	op := req.GetActionName()
	if err := requests.InitParams(req); err != nil {
		return &cloud.Error{Kind: cloud.Invalid, Op: op, Message: "cannot encode the parameters"}
	}
	since := time.Now()
	for attempt := 0; ; attempt++ {
		err := c.attempt(ctx, req, resp)
		if err == nil {
			return nil
		}
		if !c.again(ctx, err.Kind, attempt, since) {
			return err
		}
	}
}

// attempt sends the call once and tells the observer.
func (c *Client) attempt(ctx context.Context, req requests.AcsRequest, resp responses.AcsResponse) *cloud.Error {
	op := req.GetActionName()
	if err := c.limiter.wait(ctx, op); err != nil {
		return notSent(op, ctx.Err())
	}
	start := time.Now()
	err := c.send(ctx, req, resp)
	outcome := "ok"
	if err != nil {
		outcome = string(err.Kind)
	}
	c.observer(op, outcome, time.Since(start))
	return err
}

// notSent is the error of a call that was held back by our own limit until its context ended, or
// would have been.
func notSent(op string, ended error) *cloud.Error {
	if ended != nil {
		return &cloud.Error{Kind: cloud.Unavailable, Op: op, Message: "given up before it was sent"}
	}
	return &cloud.Error{Kind: cloud.Throttled, Op: op, Message: "held back by the controller's own rate limit"}
}
