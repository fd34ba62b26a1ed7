package oracle_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

const group = "class.slb.0"

// scene is an account with a controller that is played by hand, and its judge.
type scene struct {
	*testing.T

	cloud   *fakecloud.Cloud
	client  *sdk.Client
	judge   *oracle.Judge
	model   *model.Model
	cluster model.Cluster
	ids     map[string]string // of what was made, by a name of the test's
}

type words = map[string]string

// play runs a scene on the virtual clock of a bubble.
func play(t *testing.T, act func(*scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.program()
		act(s)
	})
}

// newScene makes an account with foreign things, among them a rule like ours on nothing of ours.
func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{T: t, ids: map[string]string{}}
	s.cloud = fakecloud.New(fakecloud.Options{
		Seed: 1, ENICIDR: netip.MustParsePrefix("10.1.0.0/16"),
		Switches: fakecloud.Switches{AnyENI: true},
	})
	config := sdk.NewConfig().WithScheme("HTTP").WithAutoRetry(false)
	config.Transport = s.cloud.RoundTripper()
	client, err := sdk.NewClientWithOptions("cn-hangzhou", config,
		credentials.NewAccessKeyCredential(fakecloud.DefaultAccessKeyID, fakecloud.DefaultAccessKeySecret))
	s.must(err)
	s.client = client
	s.ids["theirs"] = s.cloud.AddInstance(fakecloud.InstanceSpec{Name: "theirs", Spec: "slb.s1.small", Tags: words{"team": "x"}})
	s.ids["their group"] = s.theirs("CreateVServerGroup", words{"LoadBalancerId": s.ids["theirs"], "VServerGroupName": "g"}, "VServerGroupId")
	s.model = model.New(model.Options{Namespace: "system", Grace: time.Minute})
	s.fill()
	s.judge = oracle.New(oracle.Options{Cloud: s.cloud, Cluster: "c-1"})
	return s
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// fill makes the cluster: Services coffee and tea of namespace shop, and class slb.
func (s *scene) fill() {
	s.Helper()
	s.cluster.Classes = []*networkingv1.IngressClass{{
		ObjectMeta: metav1.ObjectMeta{Name: "slb"}, Spec: networkingv1.IngressClassSpec{Controller: "ingress.k8s.alibabacloud/slb"},
	}}
	for i, app := range []string{"coffee", "tea"} {
		labels, number, ip := map[string]string{"app": app}, int32(8080), podIP(i)
		s.cluster.Services = append(s.cluster.Services, &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: app},
			Spec:       corev1.ServiceSpec{Selector: labels, Ports: []corev1.ServicePort{{Port: 80}}},
		})
		s.cluster.Pods = append(s.cluster.Pods, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: app, Labels: labels}, Status: corev1.PodStatus{PodIP: ip},
		})
		s.cluster.Slices = append(s.cluster.Slices, &discoveryv1.EndpointSlice{
			ObjectMeta:  metav1.ObjectMeta{Namespace: "shop", Name: app, Labels: map[string]string{discoveryv1.LabelServiceName: app}},
			AddressType: discoveryv1.AddressTypeIPv4, Ports: []discoveryv1.EndpointPort{{Port: &number}},
			Endpoints: []discoveryv1.Endpoint{{Addresses: []string{ip}, TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: app}}},
		})
	}
	s.secret("system", "slb-ingress-fallback-certificate", "fallback")
}

func podIP(i int) string { return fmt.Sprintf("10.1.0.%d", i+1) }

func (s *scene) secret(namespace, name, host string) {
	s.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	s.must(err)
	private, err := x509.MarshalECPrivateKey(key)
	s.must(err)
	s.cluster.Secrets = append(s.cluster.Secrets, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Data: map[string][]byte{
			"tls.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			"tls.key": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}),
		},
	})
}

// theirs changes the account as somebody else, and gives a word of the answer.
func (s *scene) theirs(action string, p words, word string) string {
	s.Helper()
	p["RegionId"] = "cn-hangzhou"
	answer, err := s.cloud.Do(action, p)
	s.must(err)
	id, _ := answer[word].(string)
	return id
}

// ours makes a signed call and a step, and gives a word of the answer; a refusal is an answer.
func (s *scene) ours(action string, p words, word string) string {
	s.Helper()
	r := requests.NewCommonRequest()
	r.Method, r.Product, r.Version, r.ApiName, r.Scheme, r.Domain = "POST", "Slb", "2014-05-15", action, "HTTP", "slb.fake"
	r.FormParams["RegionId"] = "cn-hangzhou"
	maps.Copy(r.FormParams, p)
	response, err := s.client.ProcessCommonRequest(r)
	s.judge.Step()
	if err != nil {
		return err.Error()
	}
	var answer map[string]any
	s.must(json.Unmarshal(response.GetHttpContentBytes(), &answer))
	id, _ := answer[word].(string)
	return id
}

// ingress is the cluster's only one: paths of a.example to a Service each.
func (s *scene) ingress(services words) {
	s.Helper()
	class, kind := "slb", networkingv1.PathTypePrefix
	ing := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "a", Annotations: words{}}}
	ing.Spec.IngressClassName = &class
	for path, service := range services {
		ing.Spec.Rules = append(ing.Spec.Rules, networkingv1.IngressRule{Host: "a.example", IngressRuleValue: networkingv1.IngressRuleValue{
			HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
				Path: path, PathType: &kind, Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
					Name: service, Port: networkingv1.ServiceBackendPort{Number: 80},
				}},
			}}},
		}})
	}
	s.cluster.Ingresses = []*networkingv1.Ingress{ing}
	s.observe()
}

func (s *scene) observe() { s.judge.Inputs(s.model.Observe(time.Now(), s.cluster)) }

// program serves a.example/ by coffee as a controller would.
func (s *scene) program() {
	s.Helper()
	s.ingress(words{"/": "coffee"})
	lb := s.ours("CreateLoadBalancer", words{
		"AddressType": "internet", "LoadBalancerSpec": "slb.s1.small", "LoadBalancerName": "ours", "InstanceChargeType": "PayBySpec",
		"Tags": `[{"TagKey":"slb-ingress/cluster","TagValue":"c-1"},{"TagKey":"slb-ingress/group","TagValue":"class.slb.0"}]`,
	}, "LoadBalancerId")
	if !strings.HasPrefix(lb, "lb-") {
		s.Fatalf("no instance: %s", lb)
	}
	s.ids["lb"] = lb
	if !strings.Contains(s.cloud.Dump().String(), "slb-ingress/group=class.slb.0") {
		s.ours("TagResources", words{
			"ResourceType": "instance", "ResourceId.1": lb,
			"Tag.1.Key": "slb-ingress/cluster", "Tag.1.Value": "c-1", "Tag.2.Key": "slb-ingress/group", "Tag.2.Value": group,
		}, "")
	}
	secret := s.cluster.Secrets[0]
	s.ids["certificate"] = s.ours("UploadServerCertificate", words{
		"ServerCertificate": string(secret.Data["tls.crt"]), "PrivateKey": string(secret.Data["tls.key"]), "ServerCertificateName": "fallback",
	}, "ServerCertificateId")
	for i, name := range []string{"coffee", "tea"} {
		s.ids[name] = s.ours("CreateVServerGroup", words{
			"LoadBalancerId": lb, "VServerGroupName": name, "BackendServers": s.members(i),
		}, "VServerGroupId")
	}
	s.ids["empty"] = s.ours("CreateVServerGroup", words{"LoadBalancerId": lb, "VServerGroupName": "empty"}, "VServerGroupId")
	s.listen(lb)
}

func (s *scene) members(i int) string {
	ip := netip.MustParseAddr(podIP(i))
	return fmt.Sprintf(`[{"ServerId":%q,"ServerIp":%q,"Port":8080,"Weight":100,"Type":"eni"}]`, fakecloud.ENIID(ip), ip)
}

func (s *scene) listen(lb string) {
	s.Helper()
	s.ours("CreateLoadBalancerHTTPListener", s.listenerWords(lb, "80"), "")
	https := s.listenerWords(lb, "443")
	https["ServerCertificateId"] = s.ids["certificate"]
	s.ours("CreateLoadBalancerHTTPSListener", https, "")
	for _, port := range []string{"80", "443"} {
		s.ours("StartLoadBalancerListener", words{"LoadBalancerId": lb, "ListenerPort": port}, "")
		s.rule(port, "a.example", "", "coffee")
	}
	s.ours("DeleteVServerGroup", words{"VServerGroupId": s.ids["tea"]}, "")
	s.judge.Converged()
	if len(s.judge.Violations()) > 0 {
		s.Fatalf("what is right is called wrong: %v\n%s", s.judge.Violations(), s.cloud.Dump())
	}
}

func (s *scene) listenerWords(lb, port string) words {
	return words{
		"LoadBalancerId": lb, "ListenerPort": port, "Bandwidth": "-1", "StickySession": "off", "HealthCheck": "off",
		"VServerGroupId": s.ids["empty"],
	}
}

func (s *scene) rule(port, domain, url, service string) {
	s.Helper()
	entry := words{"RuleName": "r" + port + domain + strings.ReplaceAll(url, "/", "-"), "Domain": domain, "VServerGroupId": s.ids[service]}
	if url != "" {
		entry["Url"] = url
	}
	text, err := json.Marshal([]words{entry})
	s.must(err)
	s.ours("CreateRules", words{"LoadBalancerId": s.ids["lb"], "ListenerPort": port, "RuleList": string(text)}, "")
}

// ruleID is that of a rule on a port.
func (s *scene) ruleID(port, what string) string {
	s.Helper()
	for _, line := range s.cloud.Dump().Rules {
		if strings.Contains(line, "/"+port+" "+what+" ") {
			_, rest, _ := strings.Cut(line, " id=")
			return strings.Fields(rest)[0]
		}
	}
	s.Fatalf("no rule %s on %s in\n%s", what, port, s.cloud.Dump())
	return ""
}

// caught checks which oracles found something, and that what they say has a text.
func (s *scene) caught(text string, oracles ...string) {
	s.Helper()
	if got := oracle.Oracles(s.judge.Violations()); !slices.Equal(got, oracles) {
		s.Errorf("found by %v, want %v: %v\n%s", got, oracles, s.judge.Violations(), s.cloud.Dump())
	}
	if len(oracles) > 0 && !strings.Contains(fmt.Sprint(s.judge.Violations()), text) {
		s.Errorf("found %v, want %q", s.judge.Violations(), text)
	}
}
