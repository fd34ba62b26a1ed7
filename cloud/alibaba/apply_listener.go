package alibaba

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func (c *Client) createListener(ctx context.Context, s cloud.Scope, l cloud.Listener) (cloud.IDs, error) {
	op := cloud.CreateListener{}.Op()
	r := &resolver{op: op, scope: s}
	params := creatingParams(l, r)
	params["Description"] = descriptionOf(s.Owner)
	req := rpc("CreateLoadBalancer"+wireProtocol(l.Protocol)+"Listener", params)
	addTags(req, s.Owner.Tags())
	if r.err != nil {
		return nil, r.err
	}
	if err := c.do(ctx, req); err != nil {
		return nil, err
	}
	return created(op, l.Ref(), strconv.Itoa(l.Port))
}

func (c *Client) setListener(ctx context.Context, s cloud.Scope, l cloud.Listener) error {
	r := &resolver{op: cloud.SetListener{}.Op(), scope: s}
	req := rpc("SetLoadBalancer"+wireProtocol(l.Protocol)+"ListenerAttribute", settingParams(l, r))
	if r.err != nil {
		return r.err
	}
	return c.do(ctx, req)
}

func (c *Client) startListener(ctx context.Context, s cloud.Scope, x cloud.StartListener) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateStartLoadBalancerListenerRequest()
	req.LoadBalancerId = r.loadBalancer()
	req.ListenerPort, req.ListenerProtocol = integer(x.Port), string(x.Protocol)
	if r.err != nil {
		return r.err
	}
	return c.do(ctx, req)
}

func (c *Client) tagListener(ctx context.Context, s cloud.Scope, x cloud.TagListener) error {
	r := &resolver{op: x.Op(), scope: s}
	return c.tag(ctx, r, listenerResource(r.loadBalancer(), x.Protocol, x.Port), s.Owner.Tags())
}

func (c *Client) deleteListener(ctx context.Context, s cloud.Scope, x cloud.DeleteListener) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateDeleteLoadBalancerListenerRequest()
	req.LoadBalancerId = r.loadBalancer()
	req.ListenerPort, req.ListenerProtocol = integer(x.Port), string(x.Protocol)
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}

// maxPlainName is the longest name of a resource, and the shorter of the two documented limits of a
// listener's description.
const maxPlainName = 80

// descriptionOf tells people who made a listener, within the characters of a description: letters,
// digits and "- / . _".
func descriptionOf(owner cloud.Owner) string {
	return plainName("slb-ingress/" + owner.Cluster + "/" + owner.Group)
}

// plainName maps every other character to "-".
func plainName(s string) string {
	return cloud.Shorten(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-/._", r):
			return r
		}
		return '-'
	}, s), maxPlainName)
}

func integer(n int) requests.Integer { return requests.Integer(strconv.Itoa(n)) }

// creatingParams are the parameters of a new listener. One that forwards has no settings, but has to
// name health check and stickiness.
func creatingParams(l cloud.Listener, r *resolver) map[string]string {
	params := addressParams(l, r)
	if l.Forward.Port != 0 {
		maps.Copy(params, map[string]string{
			"ListenerForward": "on", "ForwardPort": strconv.Itoa(l.Forward.Port),
			"HealthCheck": "off", "StickySession": "off",
		})
		if l.Forward.Code != 0 {
			params["ForwardCode"] = strconv.Itoa(l.Forward.Code)
		}
		return params
	}
	maps.Copy(params, commonParams(l, r))
	params["Bandwidth"] = "-1" // no limit; required for HTTPS
	if l.HealthCheck.On && l.HealthCheck.URI != "/" {
		params["HealthCheckURI"] = l.HealthCheck.URI
	}
	dropEmpty(params)
	return params
}

// settingParams are the parameters that set every attribute of a listener. What is not sent is kept
// by the service and an empty text counts as not sent, so "back to the default" has to be spelt out.
// Bandwidth stays as it is: a limit on a listener that was taken over is its user's.
func settingParams(l cloud.Listener, r *resolver) map[string]string {
	params := addressParams(l, r)
	maps.Copy(params, commonParams(l, r))
	params["VServerGroup"] = "on"
	if h := l.HealthCheck; h.On {
		params["HealthCheckURI"] = wireURI(h.URI)
		if h.Domain == "" {
			params["HealthCheckDomain"] = memberIP
		}
		if h.Port == 0 {
			params["HealthCheckConnectPort"] = memberPort
		}
	}
	dropEmpty(params)
	return params
}

func dropEmpty(params map[string]string) {
	maps.DeleteFunc(params, func(_, value string) bool { return value == "" })
}
