package alibaba

import (
	"cmp"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// listenerAnswer is the answer of DescribeLoadBalancerHTTPListenerAttribute and of its HTTPS sister
// in one type: the SDK has a type for each, and the answers differ in a few fields that one of them
// lacks. Only what the vocabulary holds is decoded.
type listenerAnswer struct {
	*responses.BaseResponse

	Status         string `json:"Status"`
	VServerGroupID string `json:"VServerGroupId"`
	Scheduler      string `json:"Scheduler"`
	Gzip           string `json:"Gzip"`
	IdleTimeout    int    `json:"IdleTimeout"`
	RequestTimeout int    `json:"RequestTimeout"`

	XForwardedFor              string `json:"XForwardedFor"`
	XForwardedForProto         string `json:"XForwardedFor_proto"`
	XForwardedForSLBIP         string `json:"XForwardedFor_SLBIP"`
	XForwardedForSLBID         string `json:"XForwardedFor_SLBID"`
	XForwardedForSLBPort       string `json:"XForwardedFor_SLBPORT"`
	XForwardedForClientSrcPort string `json:"XForwardedFor_ClientSrcPort"`

	StickySession     string `json:"StickySession"`
	StickySessionType string `json:"StickySessionType"`
	Cookie            string `json:"Cookie"`
	CookieTimeout     int    `json:"CookieTimeout"`

	HealthCheck            string `json:"HealthCheck"`
	HealthCheckMethod      string `json:"HealthCheckMethod"`
	HealthCheckURI         string `json:"HealthCheckURI"`
	HealthCheckDomain      string `json:"HealthCheckDomain"`
	HealthCheckConnectPort int    `json:"HealthCheckConnectPort"`
	HealthCheckHTTPCode    string `json:"HealthCheckHttpCode"`
	HealthCheckTimeout     int    `json:"HealthCheckTimeout"`
	HealthCheckInterval    int    `json:"HealthCheckInterval"`
	HealthyThreshold       int    `json:"HealthyThreshold"`
	UnhealthyThreshold     int    `json:"UnhealthyThreshold"`

	ACLStatus string `json:"AclStatus"`
	ACLType   string `json:"AclType"`
	ACLID     string `json:"AclId"`
	ACLIDs    struct {
		ID []string `json:"AclId"`
	} `json:"AclIds"`

	ListenerForward string `json:"ListenerForward"`
	ForwardPort     int    `json:"ForwardPort"`
	ForwardCode     int    `json:"ForwardCode"`

	ServerCertificateID string `json:"ServerCertificateId"`
	CACertificateID     string `json:"CACertificateId"`
	TLSCipherPolicy     string `json:"TLSCipherPolicy"`
	EnableHTTP2         string `json:"EnableHttp2"`

	Rules              slb.RulesInDescribeLoadBalancerHTTPSListenerAttribute              `json:"Rules"`
	DomainExtensions   slb.DomainExtensionsInDescribeLoadBalancerHTTPSListenerAttribute   `json:"DomainExtensions"`
	ServerCertificates slb.ServerCertificatesInDescribeLoadBalancerHTTPSListenerAttribute `json:"ServerCertificates"`
	Tags               slb.TagsInDescribeLoadBalancerHTTPSListenerAttribute               `json:"Tags"`
}

func newListenerAnswer() *listenerAnswer {
	return &listenerAnswer{BaseResponse: &responses.BaseResponse{}}
}

// certificateID is the default certificate, in either of the two places where it is told.
func (a *listenerAnswer) certificateID() string {
	if list := a.ServerCertificates.ServerCertificate; a.ServerCertificateID == "" && len(list) > 0 {
		return list[0].ServerCertificateId
	}
	return a.ServerCertificateID
}

// listener converts all but references to other resources.
func (a *listenerAnswer) listener(port int, protocol cloud.Protocol) cloud.Listener {
	return cloud.Listener{
		Port: port, Protocol: protocol, Scheduler: a.Scheduler, Gzip: isOn(a.Gzip),
		IdleTimeout: a.IdleTimeout, RequestTimeout: a.RequestTimeout,
		Headers: a.headers(), Sticky: a.sticky(), HealthCheck: a.healthCheck(), ACL: a.acl(), Forward: a.forward(),
		TLS: cloud.TLS{Policy: a.TLSCipherPolicy, HTTP2: isOn(a.EnableHTTP2)},
		// A listener that is starting or being configured serves, or is about to.
		Running: !strings.EqualFold(a.Status, "stopped") && !strings.EqualFold(a.Status, "stopping"),
	}
}

func (a *listenerAnswer) headers() cloud.ForwardedHeaders {
	return cloud.ForwardedHeaders{
		For: isOn(a.XForwardedFor), Proto: isOn(a.XForwardedForProto),
		SLBIP: isOn(a.XForwardedForSLBIP), SLBID: isOn(a.XForwardedForSLBID),
		SLBPort: isOn(a.XForwardedForSLBPort), ClientPort: isOn(a.XForwardedForClientSrcPort),
	}
}

func (a *listenerAnswer) sticky() cloud.Sticky {
	if !isOn(a.StickySession) {
		return cloud.Sticky{}
	}
	return cloud.Sticky{Type: a.StickySessionType, Cookie: a.Cookie, Timeout: a.CookieTimeout}
}

func (a *listenerAnswer) healthCheck() cloud.HealthCheck {
	if !isOn(a.HealthCheck) {
		return cloud.HealthCheck{}
	}
	h := cloud.HealthCheck{
		On: true, Method: strings.ToLower(a.HealthCheckMethod), URI: a.HealthCheckURI,
		Domain: a.HealthCheckDomain, Port: max(0, a.HealthCheckConnectPort), Codes: a.HealthCheckHTTPCode,
		Timeout: a.HealthCheckTimeout, Interval: a.HealthCheckInterval,
		HealthyThreshold: a.HealthyThreshold, UnhealthyThreshold: a.UnhealthyThreshold,
	}
	if h.URI == wireRootURI {
		h.URI = "/"
	}
	if h.Domain == memberIP {
		h.Domain = ""
	}
	return h
}

func (a *listenerAnswer) acl() cloud.ACL {
	if !isOn(a.ACLStatus) {
		return cloud.ACL{}
	}
	return cloud.ACL{Type: a.ACLType}
}

// aclIDs are the lists of a listener that has access control, in either of the two places where
// they are told.
func (a *listenerAnswer) aclIDs() []string {
	if !isOn(a.ACLStatus) {
		return nil
	}
	return strings.FieldsFunc(cmp.Or(strings.Join(a.ACLIDs.ID, ","), a.ACLID), func(r rune) bool { return r == ',' })
}

func (a *listenerAnswer) forward() cloud.Forward {
	if !isOn(a.ListenerForward) {
		return cloud.Forward{}
	}
	return cloud.Forward{Port: a.ForwardPort, Code: a.ForwardCode}
}
