package alibaba

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// wireRule is an element of RuleList.
type wireRule struct {
	RuleName       string
	Domain         string `json:",omitempty"`
	URL            string `json:"Url,omitempty"`
	VServerGroupID string `json:"VServerGroupId"`
}

func (c *Client) createRules(ctx context.Context, s cloud.Scope, x cloud.CreateRules) (cloud.IDs, error) {
	r := &resolver{op: x.Op(), scope: s}
	list := make([]wireRule, len(x.Rules))
	for i, rule := range x.Rules {
		list[i] = wireRule{
			RuleName: s.Owner.RuleName(rule.Domain, rule.URL), Domain: rule.Domain, URL: rule.URL,
			VServerGroupID: r.id(cloud.ServerGroupRef(rule.Group)),
		}
	}
	req := slb.CreateCreateRulesRequest()
	req.LoadBalancerId = r.loadBalancer()
	req.ListenerPort, req.ListenerProtocol = integer(x.Port), string(x.Protocol)
	req.RuleList = jsonText(list)
	if r.err != nil {
		return nil, r.err
	}
	resp := slb.CreateCreateRulesResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return nil, err
	}
	return ruleIDs(s.Owner, x, resp.Rules.Rule)
}

// ruleIDs reads the ids of created rules by name. The answer is documented to hold id and name only.
func ruleIDs(owner cloud.Owner, x cloud.CreateRules, answer []slb.Rule) (cloud.IDs, error) {
	byName := make(map[string]string, len(answer))
	for _, r := range answer {
		byName[r.RuleName] = r.RuleId
	}
	ids := make(cloud.IDs, len(x.Rules))
	for _, rule := range x.Rules {
		one, err := created(x.Op(), rule.Ref(), byName[owner.RuleName(rule.Domain, rule.URL)])
		if err != nil {
			return nil, err
		}
		ids[rule.Ref()] = one[rule.Ref()]
	}
	return ids, nil
}

func (c *Client) setRule(ctx context.Context, s cloud.Scope, rule cloud.Rule) error {
	r := &resolver{op: cloud.SetRule{}.Op(), scope: s}
	params := spreadParams(rule.Own)
	params["RuleId"], params["VServerGroupId"] = r.id(rule.Ref()), r.id(cloud.ServerGroupRef(rule.Group))
	if r.err != nil {
		return r.err
	}
	return c.do(ctx, rpc("SetRule", params))
}

// spreadParams are the settings of a rule's own. As of a listener, what is not sent is kept, so "back
// to the default" is spelt out; but the port of a health check has no spelling for it (SetRule: 1 to
// 65535).
func spreadParams(s cloud.Spread) map[string]string {
	if s == (cloud.Spread{}) {
		return map[string]string{"ListenerSync": "on"}
	}
	params := map[string]string{"ListenerSync": "off", "Scheduler": s.Scheduler}
	maps.Copy(params, stickyParams(s.Sticky))
	maps.Copy(params, healthCheckParams(s.HealthCheck))
	delete(params, "HealthCheckMethod")
	if h := s.HealthCheck; h.On {
		params["HealthCheckURI"] = wireURI(h.URI)
		params["HealthCheckDomain"] = cmp.Or(h.Domain, memberIP)
	}
	dropEmpty(params)
	return params
}

// deleteRules deletes a batch. If the service does not know one rule of several, nobody says what
// became of the others, so that is a Conflict: read again.
func (c *Client) deleteRules(ctx context.Context, s cloud.Scope, x cloud.DeleteRules) error {
	r := &resolver{op: x.Op(), scope: s}
	ids := make([]string, len(x.Rules))
	for i, rule := range x.Rules {
		ids[i] = r.id(rule.Ref())
	}
	req := slb.CreateDeleteRulesRequest()
	req.RuleIds = jsonText(ids)
	if r.err != nil {
		return r.err
	}
	if len(ids) == 1 {
		return c.remove(ctx, req)
	}
	return conflictIfGone(c.do(ctx, req))
}

func conflictIfGone(err error) error {
	if e, ok := errors.AsType[*cloud.Error](err); ok && e.Kind == cloud.NotFound {
		changed := *e
		changed.Kind = cloud.Conflict
		return &changed
	}
	return err
}

func (c *Client) createExtension(ctx context.Context, s cloud.Scope, e cloud.Extension) (cloud.IDs, error) {
	op := cloud.CreateExtension{}.Op()
	r := &resolver{op: op, scope: s}
	req := slb.CreateCreateDomainExtensionRequest()
	req.LoadBalancerId, req.ListenerPort, req.Domain = r.loadBalancer(), integer(e.Port), e.Domain
	req.ServerCertificateId = r.id(cloud.CertificateRef(e.Certificate))
	if r.err != nil {
		return nil, r.err
	}
	resp := slb.CreateCreateDomainExtensionResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return nil, err
	}
	return created(op, e.Ref(), resp.DomainExtensionId)
}

func (c *Client) setExtension(ctx context.Context, s cloud.Scope, e cloud.Extension) error {
	r := &resolver{op: cloud.SetExtension{}.Op(), scope: s}
	req := slb.CreateSetDomainExtensionAttributeRequest()
	req.DomainExtensionId = r.id(e.Ref())
	req.ServerCertificateId = r.id(cloud.CertificateRef(e.Certificate))
	if r.err != nil {
		return r.err
	}
	return c.do(ctx, req)
}

func (c *Client) deleteExtension(ctx context.Context, s cloud.Scope, e cloud.Extension) error {
	r := &resolver{op: cloud.DeleteExtension{}.Op(), scope: s}
	req := slb.CreateDeleteDomainExtensionRequest()
	req.DomainExtensionId = r.id(e.Ref())
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}

// jsonText encodes values of our own types, which cannot fail.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
