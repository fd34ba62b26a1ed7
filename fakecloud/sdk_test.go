package fakecloud_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"
	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

const region = "cn-hangzhou"

// making guards the making of clients: the SDK fills a table of endpoints that all of them share,
// without a lock of its own.
var making sync.Mutex

// sdkClient is a client of the real SDK. One client is not safe for concurrent use.
func sdkClient(t *testing.T, domain string, transport http.RoundTripper) *slb.Client {
	t.Helper()
	config := sdk.NewConfig().WithScheme("HTTP").WithTimeout(30 * time.Second)
	config.Transport = transport
	key := credentials.NewAccessKeyCredential(fakecloud.DefaultAccessKeyID, fakecloud.DefaultAccessKeySecret)
	making.Lock()
	defer making.Unlock()
	client, err := slb.NewClientWithOptions(region, config, key)
	if err != nil {
		t.Fatalf("making a client: %v", err)
	}
	client.Domain = domain
	return client
}

func overTCP(t *testing.T, cloud *fakecloud.Cloud) *slb.Client {
	t.Helper()
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	return sdkClient(t, strings.TrimPrefix(server.URL, "http://"), nil)
}

func inProcess(t *testing.T, cloud *fakecloud.Cloud) *slb.Client {
	t.Helper()
	return sdkClient(t, "slb.fake", cloud.RoundTripper())
}

// codeOf is the service's code of an error of the SDK, or of Do.
func codeOf(err error) string {
	if server, ok := errors.AsType[*sdkerrors.ServerError](err); ok {
		return server.ErrorCode()
	}
	if direct, ok := errors.AsType[*fakecloud.Error](err); ok {
		return direct.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(answer T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("cannot call the service: %v", err)
		}
		return answer
	}
}

// keyPair is a certificate and its key in SEC 1 form, and the key as PKCS#8.
type keyPair struct{ cert, key, pkcs8 string }

func newPair(t *testing.T, names ...string) keyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return keyPair{block("CERTIFICATE", der), block("EC PRIVATE KEY", sec1), block("PRIVATE KEY", pkcs8)}
}

// uploadRequest keeps certificate and key in the request's body.
func uploadRequest(name string, pair keyPair) *slb.UploadServerCertificateRequest {
	upload := slb.CreateUploadServerCertificateRequest()
	upload.ServerCertificateName = name
	upload.FormParams = map[string]string{"ServerCertificate": pair.cert, "PrivateKey": pair.key}
	return upload
}

// TestLifecycle takes an instance from nothing to traffic and back through the real SDK.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	for name, connect := range map[string]func(*testing.T, *fakecloud.Cloud) *slb.Client{
		"over TCP": overTCP, "in process": inProcess,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fakecloud.New(fakecloud.Options{ENICIDR: podRange()})
			client := connect(t, cloud)
			pair := newPair(t, "shop.example.com", "www.shop.example.com")

			lb := sdkInstance(t, client)
			group := sdkGroup(t, client, lb)
			cert := must[*slb.UploadServerCertificateResponse](t)(client.UploadServerCertificate(uploadRequest("shop", pair)))
			if want := []string{`["shop.example.com","www.shop.example.com"]`}; !cmp.Equal(cert.SubjectAlternativeNames.SubjectAlternativeName, want) {
				t.Errorf("SubjectAlternativeName: got %q, want %q", cert.SubjectAlternativeNames.SubjectAlternativeName, want)
			}
			sdkListener(t, client, sdkParts{lb: lb, group: group, cert: cert.ServerCertificateId})
			rules := sdkRule(t, client, lb, group)
			checkView(t, cloud, lb)

			remove := slb.CreateDeleteVServerGroupRequest()
			remove.VServerGroupId = group
			if _, err := client.DeleteVServerGroup(remove); codeOf(err) != "RspoolVipExist" {
				t.Errorf("DeleteVServerGroup in use: got %q", codeOf(err))
			}
			sdkTearDown(t, client, lb, rules)
			must[*slb.DeleteVServerGroupResponse](t)(client.DeleteVServerGroup(remove))
			drop := slb.CreateDeleteServerCertificateRequest()
			drop.ServerCertificateId = cert.ServerCertificateId
			must[*slb.DeleteServerCertificateResponse](t)(client.DeleteServerCertificate(drop))
			release := slb.CreateDeleteLoadBalancerRequest()
			release.LoadBalancerId = lb
			must[*slb.DeleteLoadBalancerResponse](t)(client.DeleteLoadBalancer(release))
			if d := cloud.Dump(); !d.Empty() {
				t.Errorf("the account is not empty:\n%s", d)
			}
		})
	}
}

func sdkInstance(t *testing.T, client *slb.Client) string {
	t.Helper()
	create := slb.CreateCreateLoadBalancerRequest()
	create.LoadBalancerName = "shop"
	create.LoadBalancerSpec = "slb.s1.small"
	create.ClientToken = "token-1"
	create.Tag = &[]slb.CreateLoadBalancerTag{{Key: "owner", Value: "test"}}
	made := must[*slb.CreateLoadBalancerResponse](t)(client.CreateLoadBalancer(create))
	again := must[*slb.CreateLoadBalancerResponse](t)(client.CreateLoadBalancer(create))
	if made.LoadBalancerId != again.LoadBalancerId {
		t.Errorf("repeated ClientToken: got %q, want %q", again.LoadBalancerId, made.LoadBalancerId)
	}
	find := slb.CreateDescribeLoadBalancersRequest()
	find.Tag = &[]slb.DescribeLoadBalancersTag{{Key: "owner", Value: "test"}}
	found := must[*slb.DescribeLoadBalancersResponse](t)(client.DescribeLoadBalancers(find))
	if n := len(found.LoadBalancers.LoadBalancer); n != 1 {
		t.Fatalf("DescribeLoadBalancers by tag: got %d instances, want 1", n)
	}
	one := found.LoadBalancers.LoadBalancer[0]
	if one.InternetChargeType != "4" || one.InternetChargeTypeAlias != "paybytraffic" || one.LoadBalancerStatus != "inactive" {
		t.Errorf("listed instance: %+v", one)
	}
	return made.LoadBalancerId
}

func sdkGroup(t *testing.T, client *slb.Client, lb string) string {
	t.Helper()
	create := slb.CreateCreateVServerGroupRequest()
	create.LoadBalancerId = lb
	create.VServerGroupName = "shop-80"
	group := must[*slb.CreateVServerGroupResponse](t)(client.CreateVServerGroup(create)).VServerGroupId
	add := slb.CreateAddVServerGroupBackendServersRequest()
	add.VServerGroupId = group
	add.BackendServers = membersJSON("10.244.0.7", "10.244.0.8")
	added := must[*slb.AddVServerGroupBackendServersResponse](t)(client.AddVServerGroupBackendServers(add))
	if n := len(added.BackendServers.BackendServer); n != 2 {
		t.Errorf("members after the call: got %d, want 2", n)
	}
	return group
}

// sdkParts are the ids of what a listener is made of.
type sdkParts struct{ lb, group, cert string }

func sdkListener(t *testing.T, client *slb.Client, of sdkParts) {
	t.Helper()
	create := slb.CreateCreateLoadBalancerHTTPSListenerRequest()
	create.LoadBalancerId = of.lb
	create.ListenerPort = requests.NewInteger(443)
	create.Bandwidth = requests.NewInteger(-1)
	create.HealthCheck, create.StickySession = "off", "off"
	create.VServerGroupId = of.group
	create.ServerCertificateId = of.cert
	create.XForwardedForProto = "on"
	must[*slb.CreateLoadBalancerHTTPSListenerResponse](t)(client.CreateLoadBalancerHTTPSListener(create))

	start := slb.CreateStartLoadBalancerListenerRequest()
	start.LoadBalancerId, start.ListenerPort, start.ListenerProtocol = of.lb, requests.NewInteger(443), "https"
	must[*slb.StartLoadBalancerListenerResponse](t)(client.StartLoadBalancerListener(start))

	read := slb.CreateDescribeLoadBalancerHTTPSListenerAttributeRequest()
	read.LoadBalancerId, read.ListenerPort = of.lb, requests.NewInteger(443)
	got := must[*slb.DescribeLoadBalancerHTTPSListenerAttributeResponse](t)(client.DescribeLoadBalancerHTTPSListenerAttribute(read))
	if got.Status != "running" || got.XForwardedForProto != "on" || got.IdleTimeout != 15 || got.EnableHttp2 != "on" {
		t.Errorf("listener: %+v", got)
	}
	list := slb.CreateDescribeLoadBalancerListenersRequest()
	list.LoadBalancerId = &[]string{of.lb}
	flat := must[*slb.DescribeLoadBalancerListenersResponse](t)(client.DescribeLoadBalancerListeners(list))
	if len(flat.Listeners) != 1 || flat.Listeners[0].HTTPSListenerConfig.ServerCertificateId != of.cert {
		t.Errorf("flat listeners: %+v", flat.Listeners)
	}
}

func sdkRule(t *testing.T, client *slb.Client, lb, group string) []string {
	t.Helper()
	create := slb.CreateCreateRulesRequest()
	create.LoadBalancerId, create.ListenerPort, create.ListenerProtocol = lb, requests.NewInteger(443), "https"
	create.RuleList = `[{"RuleName":"r1","Domain":"shop.example.com","Url":"/cart","VServerGroupId":"` + group + `"}]`
	made := must[*slb.CreateRulesResponse](t)(client.CreateRules(create))
	id := made.Rules.Rule[0].RuleId
	read := slb.CreateDescribeRuleAttributeRequest()
	read.RuleId = id
	got := must[*slb.DescribeRuleAttributeResponse](t)(client.DescribeRuleAttribute(read))
	if got.ListenerPort != "443" || got.Url != "/cart" || got.ListenerSync != "on" {
		t.Errorf("rule: %+v", got)
	}
	return []string{id}
}

func checkView(t *testing.T, cloud *fakecloud.Cloud, lb string) {
	t.Helper()
	view := cloud.View()
	if len(view.Instances) != 1 || view.Instances[0].ID != lb || len(view.Instances[0].Listeners) != 1 {
		t.Fatalf("view: %+v", view)
	}
	l := view.Instances[0].Listeners[0]
	if l.TLS == nil || len(l.TLS.Default.Certificate) != 1 || len(l.Default.Members) != 2 || !l.XForwardedForProto {
		t.Errorf("listener in the view: %+v", l)
	}
	if r, how := fakecloud.Match(l.Rules, "shop.example.com:443", "/cart/1"); how != fakecloud.MatchedRule || r.URL != "/cart" {
		t.Errorf("Match: got %+v, %v", r, how)
	}
	if again := cloud.View(); again != view {
		t.Error("the view was made anew although nothing changed")
	}
}

func sdkTearDown(t *testing.T, client *slb.Client, lb string, rules []string) {
	t.Helper()
	drop := slb.CreateDeleteRulesRequest()
	drop.RuleIds = `["` + strings.Join(rules, `","`) + `"]`
	must[*slb.DeleteRulesResponse](t)(client.DeleteRules(drop))
	remove := slb.CreateDeleteLoadBalancerListenerRequest()
	remove.LoadBalancerId, remove.ListenerPort, remove.ListenerProtocol = lb, requests.NewInteger(443), "https"
	must[*slb.DeleteLoadBalancerListenerResponse](t)(client.DeleteLoadBalancerListener(remove))
	if _, err := client.DeleteLoadBalancerListener(remove); codeOf(err) != "ResourceNotFound.Listener" {
		t.Errorf("second delete of a listener: got %q", codeOf(err))
	}
	read := slb.CreateDescribeLoadBalancerAttributeRequest()
	read.LoadBalancerId = lb
	got := must[*slb.DescribeLoadBalancerAttributeResponse](t)(client.DescribeLoadBalancerAttribute(read))
	if got.LoadBalancerStatus != "inactive" || got.InternetChargeType != "paybytraffic" {
		t.Errorf("instance after its last listener: %+v", got)
	}
}
