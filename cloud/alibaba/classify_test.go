package alibaba_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
)

// TestKinds drives codes and statuses through a write, DeleteVServerGroup aside, whose NotFound is
// success.
func TestKinds(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		answer answer
		want   cloud.ErrorKind
	}{
		"ServiceIsConfiguring":     {"an instance lock", refusal(400, "ServiceIsConfiguring", "x"), cloud.Busy},
		"BackendServerConfiguring": {"409", refusal(409, "BackendServer.configuring", "x"), cloud.Busy},
		"SystemBusy":               {"449", refusal(449, "SystemBusy", "x"), cloud.Busy},
		"InUse":                    {"references clear late", refusal(400, "RspoolRuleExist", "x"), cloud.Busy},
		"CertificateInUse":         {"references clear late", refusal(400, "CertificateAndPrivateKeyIsRefered", "x"), cloud.Busy},
		"Throttling":               {"400", refusal(400, "Throttling.User", "x"), cloud.Throttled},
		"RejectedThrottling":       {"another spelling", refusal(400, "Rejected.Throttling", "x"), cloud.Throttled},
		"InnerRateLimiting":        {"of the tag service", refusal(400, "InnerRateLimiting", "x"), cloud.Throttled},
		"TooManyRules":             {"40 a listener", refusal(400, "TooManyRules", "x"), cloud.Quota},
		"TagQuota":                 {"family", refusal(400, "QuotaExceed.TagsPerResource", "x"), cloud.Quota},
		"ZoneFull":                 {"capacity", refusal(400, "ResourceNotAvailible.HttpListener", "x"), cloud.Quota},
		"ForbiddenRAM":             {"permission", refusal(403, "Forbidden.RAM", "x"), cloud.Denied},
		"TokenExpired":             {"STS", refusal(400, "InvalidSecurityToken.Expired", "x"), cloud.Denied},
		"Balance":                  {"arrears", refusal(400, "PAY.INSUFFICIENT_BALANCE", "x"), cloud.Denied},
		"ListenerExists":           {"a repeated create", refusal(400, "ListenerAlreadyExists", "x"), cloud.Conflict},
		"PortTaken":                {"a repeated create", refusal(400, "InvalidParameter.ListenerPortConflict", "x"), cloud.Conflict},
		"DomainExist":              {"a repeated rule", refusal(400, "DomainExist", "x"), cloud.Conflict},
		"DuplicateMember":          {"by text", refusal(400, "InvalidParameter", "BackendServers contain duplicated value of ServerID and Port."), cloud.Conflict},
		"Protected":                {"somebody switched it on", refusal(400, "OperationDenied.DeleteProtectionIsOn", "x"), cloud.Conflict},
		"NoRule":                   {"404", refusal(404, "InvalidRuleId.NotFound", "x"), cloud.NotFound},
		"NoListener":               {"by text", refusal(400, "InvalidParameter", "The specified resource does not exist."), cloud.NotFound},
		"NoGroup":                  {"by text", refusal(404, "InvalidParameter", "The specified VServerGroupId does not exist."), cloud.NotFound},
		"NoInstance":               {"by text", refusal(404, "Whatever", "The specified LoadBalancerId does not exist."), cloud.NotFound},
		"Malformed":                {"final", refusal(400, "UrlMalformed", "x"), cloud.Invalid},
		"Unknown4xx":               {"final", refusal(400, "NeverSeen", "x"), cloud.Invalid},
		"InternalError":            {"may have had its effect", refusal(500, "InternalError", "x"), cloud.Unknown},
		"ServiceUnavailable":       {"may have had its effect", refusal(503, "ServiceUnavailable", "x"), cloud.Unknown},
		"NonceUsed":                {"the same call came before", refusal(400, "SignatureNonceUsed", "x"), cloud.Unknown},
		"Unknown5xx":               {"may have had its effect", refusal(502, "NeverSeen", "x"), cloud.Unknown},
		"Proxy":                    {"no answer of the service", answer{status: 404, body: "<html>not found</html>"}, cloud.Unknown},
		"NoStrings":                {"fields of another type", answer{status: 400, body: `{"Code":400,"Message":{"a":1}}`}, cloud.Unknown},
		"Redirect":                 {"not followed", answer{status: 302}, cloud.Unknown},
		"Unreadable":               {"done, but what", ok("{"), cloud.Unknown},
		"Empty":                    {"done, but what", ok(""), cloud.Unknown},
		"NoID":                     {"done, but what", ok(`{"RequestId":"a"}`), cloud.Unknown},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{answers: map[string][]answer{"CreateVServerGroup": {tc.answer}}}
			scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{cloud.LoadBalancerRef(): "lb-1"}}
			_, err := s.client(t, nil).Apply(t.Context(), scope,
				cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}})
			if got := cloud.KindOf(err); got != tc.want {
				t.Errorf("%s: got %q (%v), want %q", tc.reason, got, err, tc.want)
			}
			if n := len(s.calls); n != 1 {
				t.Errorf("%s: sent %d times, want once", tc.reason, n)
			}
		})
	}
}

// TestReadKinds drives answers through a read, which has no effect to be in doubt about.
func TestReadKinds(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer answer
		want   cloud.ErrorKind
	}{
		"Busy":             {refusal(400, "SystemBusy", "x"), cloud.Unavailable},
		"Throttled":        {refusal(400, "Throttling", "x"), cloud.Throttled},
		"Denied":           {refusal(403, "Forbidden.RAM", "x"), cloud.Denied},
		"Invalid":          {refusal(400, "MissingParameter", "x"), cloud.Unavailable},
		"InternalError":    {refusal(500, "InternalError", "x"), cloud.Unavailable},
		"Lost":             {answer{err: errors.New("reset")}, cloud.Unavailable},
		"Unreadable":       {ok("{"), cloud.Unavailable},
		"NoAnswerOfTheAPI": {answer{status: 200, body: "{}"}, cloud.Unavailable}, // not an empty list
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{answers: map[string][]answer{"DescribeLoadBalancers": {tc.answer}}}
			_, err := s.client(t, nil).Observe(t.Context(), cloud.Query{Owner: owner()})
			if got := cloud.KindOf(err); got != tc.want {
				t.Errorf("got %q (%v), want %q", got, err, tc.want)
			}
		})
	}
}

// TestMessages checks that a text is the same each time and holds nothing that it must not.
func TestMessages(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer answer
		want   cloud.Error
	}{
		"RequestIDAndTime": {
			refusal(400, "UrlMalformed", "The Url is malformed. RequestId: 4C5F6D7E-92F6-4AE4-92F8-7FF34B540710 at 2026-01-02T03:04:05Z, see 0A5F6D7E-92F6-4AE4-92F8-7FF34B540710."),
			cloud.Error{Kind: cloud.Invalid, Code: "UrlMalformed", Message: "The Url is malformed. at , see ."},
		},
		"URL": {
			refusal(400, "X", "see https://help.example.com/error?Signature=abc&Token=def for more"),
			cloud.Error{Kind: cloud.Invalid, Code: "X", Message: "see https://help.example.com/error for more"},
		},
		"Signature": {
			refusal(400, "SignatureDoesNotMatch", "Specified signature is not matched. server string to sign is:POST&%2F&PrivateKey%3D"),
			cloud.Error{Kind: cloud.Denied, Code: "SignatureDoesNotMatch", Message: "the signature was not accepted: check the access key's secret and the clock"},
		},
		"PEM": {
			refusal(400, "IllegalParam.ServerCertificate", "cannot read -----BEGIN RSA PRIVATE KEY-----\nMII"),
			cloud.Error{Kind: cloud.Invalid, Code: "IllegalParam.ServerCertificate", Message: "cannot read"},
		},
		"Proxy": {
			answer{status: 502, body: "<html>secret</html>"},
			cloud.Error{Kind: cloud.Unknown, Message: "unexpected answer: HTTP 502 Bad Gateway"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{answers: map[string][]answer{"CreateVServerGroup": {tc.answer}}}
			scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{cloud.LoadBalancerRef(): "lb-1"}}
			_, err := s.client(t, nil).Apply(t.Context(), scope,
				cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}})
			got, _ := errors.AsType[*cloud.Error](err)
			if got == nil {
				t.Fatalf("got %v, want a *cloud.Error", err)
			}
			tc.want.Op, tc.want.RequestID = "CreateVServerGroup", got.RequestID
			if diff := cmp.Diff(tc.want, *got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason  string
		options alibaba.Options
		want    string // of the error; empty: none
	}{
		"Plain":     {"production", alibaba.Options{Region: "cn-hangzhou", Credentials: key()}, ""},
		"VPC":       {"inside a VPC", alibaba.Options{Region: "eu-central-1", Credentials: key(), Network: "vpc"}, ""},
		"Loopback":  {"the fake", alibaba.Options{Region: "cn-hangzhou", Credentials: key(), Endpoint: "http://127.0.0.1:8080"}, ""},
		"IPv6":      {"the fake", alibaba.Options{Region: "cn-hangzhou", Credentials: key(), Endpoint: "http://[::1]:8080/"}, ""},
		"NoRegion":  {"required", alibaba.Options{Credentials: key()}, `cannot use region "": give a region id such as "cn-hangzhou" by --region`},
		"BadRegion": {"would become a host name", alibaba.Options{Region: "evil.com/", Credentials: key()}, `cannot use region "evil.com/": give a region id such as "cn-hangzhou" by --region`},
		"NoKey":     {"required", alibaba.Options{Region: "cn-hangzhou"}, "cannot call the service without credentials"},
		"PlainHTTP": {
			"keys in clear",
			alibaba.Options{Region: "cn-hangzhou", Credentials: key(), Endpoint: "http://slb.aliyuncs.com"},
			`cannot use the endpoint "http://slb.aliyuncs.com" of --slb-endpoint: plain HTTP is for loopback hosts only; give an https:// URL`,
		},
		"PlainECS": {
			"keys in clear",
			alibaba.Options{Region: "cn-hangzhou", Credentials: key(), Endpoint: "localhost:1", ECSEndpoint: "http://10.0.0.1"},
			`cannot use the endpoint "http://10.0.0.1" of --ecs-endpoint: plain HTTP is for loopback hosts only; give an https:// URL`,
		},
		"Password": {
			"a secret in a flag",
			alibaba.Options{Region: "cn-hangzhou", Credentials: key(), Endpoint: "https://u:p@slb.aliyuncs.com"},
			"cannot use the endpoint of --slb-endpoint: give a host, host:port or https:// URL without a path",
		},
		"Network": {
			"unknown",
			alibaba.Options{Region: "cn-hangzhou", Credentials: key(), Network: "moon"},
			`cannot use network "moon": give "vpc" or "public"`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := alibaba.New(tc.options)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tc.want {
				t.Errorf("%s: got %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}
