package alibaba

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// observeListeners reads the listeners of interest with their rules and extensions, which come in
// one answer. A port held by another protocol is a foreign listener of that protocol alone.
func (c *Client) observeListeners(ctx context.Context, o *observation, protocols map[int][]string) error {
	ports := slices.Clone(o.query.Ports)
	if o.query.Strays {
		ports = slices.AppendSeq(ports, maps.Keys(protocols))
	}
	slices.Sort(ports)
	for _, port := range slices.Compact(ports) {
		if len(protocols[port]) == 0 {
			continue
		}
		stray := !slices.Contains(o.query.Ports, port)
		if stray && !layer7(protocols[port][0]) {
			continue
		}
		o.got.IDs[cloud.ListenerRef(port)] = cloud.ID(strconv.Itoa(port))
		protocol := cloud.Protocol(protocols[port][0])
		if !layer7(protocols[port][0]) {
			o.foreign.Listeners = append(o.foreign.Listeners, cloud.Listener{Port: port, Protocol: protocol})
			continue
		}
		answer, err := c.describeListener(ctx, o.got.Instance.ID, port, protocol)
		if err != nil {
			return err
		}
		if stray && !o.query.Owner.Owns(tagMap(answer.Tags.Tag)) {
			delete(o.got.IDs, cloud.ListenerRef(port))
			continue
		}
		o.addListener(answer, port, protocol)
	}
	return nil
}

func layer7(protocol string) bool {
	return protocol == string(cloud.HTTP) || protocol == string(cloud.HTTPS)
}

func (c *Client) describeListener(
	ctx context.Context, lb cloud.ID, port int, protocol cloud.Protocol,
) (*listenerAnswer, error) {
	req := rpc("DescribeLoadBalancer"+wireProtocol(protocol)+"ListenerAttribute", map[string]string{
		"LoadBalancerId": string(lb), "ListenerPort": strconv.Itoa(port),
	})
	answer := newListenerAnswer()
	if err := c.call(ctx, req, answer); err != nil {
		return nil, err
	}
	return answer, nil
}

// addListener sorts a listener, its rules and its extensions into ours and foreign ones.
func (o *observation) addListener(a *listenerAnswer, port int, protocol cloud.Protocol) {
	l := a.listener(port, protocol)
	l.Group = nameOf(o.groups, a.VServerGroupID)
	l.TLS.Certificate = nameOf(o.certificates, a.certificateID())
	l.TLS.CACertificate = nameOf(o.authorities, a.CACertificateID)
	l.ACL = o.access(l.ACL, a.aclIDs())
	ours := o.query.Owner.Owns(tagMap(a.Tags.Tag))
	side := o.side(ours)
	side.Listeners = append(side.Listeners, l)
	for _, r := range a.Rules.Rule {
		o.addRule(r, port)
	}
	for _, e := range a.DomainExtensions.DomainExtension {
		o.addExtension(e, port, ours)
	}
}

func (o *observation) side(ours bool) *cloud.Stack {
	if ours {
		return &o.got.Ours
	}
	return &o.foreign
}

func (o *observation) addRule(r slb.Rule, port int) {
	rule := cloud.Rule{Port: port, Domain: r.Domain, URL: r.Url, Group: nameOf(o.groups, r.VServerGroupId), Own: spreadOf(r)}
	o.got.IDs[rule.Ref()] = cloud.ID(r.RuleId)
	side := o.side(o.query.Owner.OwnsRule(r.RuleName, r.Domain, r.Url))
	side.Rules = append(side.Rules, rule)
}

// spreadOf are the settings of a rule's own, if it has any.
func spreadOf(r slb.Rule) cloud.Spread {
	if !strings.EqualFold(r.ListenerSync, "off") {
		return cloud.Spread{}
	}
	a := listenerAnswer{
		StickySession: r.StickySession, StickySessionType: r.StickySessionType, Cookie: r.Cookie, CookieTimeout: r.CookieTimeout,
		HealthCheck: r.HealthCheck, HealthCheckURI: r.HealthCheckURI, HealthCheckDomain: r.HealthCheckDomain,
		HealthCheckConnectPort: r.HealthCheckConnectPort, HealthCheckHTTPCode: r.HealthCheckHttpCode,
		HealthCheckTimeout: r.HealthCheckTimeout, HealthCheckInterval: r.HealthCheckInterval,
		HealthyThreshold: r.HealthyThreshold, UnhealthyThreshold: r.UnhealthyThreshold,
	}
	return cloud.Spread{Scheduler: cmp.Or(r.Scheduler, "wrr"), Sticky: a.sticky(), HealthCheck: a.healthCheck()}
}

// addExtension takes an extension as ours if its id was recorded, or if its listener and certificate
// are both ours: extensions carry no tags and no name.
func (o *observation) addExtension(e slb.DomainExtension, port int, listenerOurs bool) {
	id := e.ServerCertificateId
	if certificates := e.ServerCertificates.ServerCertificate; id == "" && len(certificates) > 0 {
		id = certificates[0].ServerCertificateId
	}
	_, certificateOurs := o.certificates[id]
	recorded := slices.Contains(o.query.Extensions, cloud.ID(e.DomainExtensionId))
	extension := cloud.Extension{Port: port, Domain: e.Domain, Certificate: nameOf(o.certificates, id)}
	o.got.IDs[extension.Ref()] = cloud.ID(e.DomainExtensionId)
	side := o.side(recorded || listenerOurs && certificateOurs)
	side.Extensions = append(side.Extensions, extension)
}
