package cluster_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// annotate sets annotations of an Ingress under our own prefix; nil removes one.
func (s *scene) annotate(ingress string, values map[string]any) {
	s.Helper()
	keyed := map[string]any{}
	for name, value := range values {
		keyed[annotations.OwnPrefix+name] = value
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": keyed}})
	s.must(err)
	s.must(s.world.Client.Patch(s.Context(), &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: ingress}},
		client.RawPatch(types.MergePatchType, patch)))
}

// exchanged is what a request without following redirects came to.
type exchanged struct {
	*http.Response // its body is read and closed

	body string
}

// exchange sends one request.
func exchange(transport *http.Transport, req *http.Request) (exchanged, error) {
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return exchanged{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return exchanged{resp, string(body)}, err
}

func get(ctx context.Context, url string) *http.Request {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		panic(err) // a URL of a test
	}
	return req
}

const shopURL = "https://shop.example.com/"

// TestListenerSettings sets every annotation that changes what a request meets, in a few steps, and
// meets it.
func TestListenerSettings(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 2)
	s.create(s.ingress("shop", "shop.example.com/ web"))
	address := s.address("shop")
	s.expect(address, shopURL, http.StatusOK, "web")

	s.annotate("shop", map[string]any{
		"xforwardedfor": "off", "xforwardedfor-proto": "off", "xforwardedfor-slbip": "on", "xforwardedfor-slbid": "on",
		"xforwardedfor-slbport": "on", "xforwardedfor-clientsrcport": "on",
		"sticky-session": "on", "sticky-session-type": "insert", "cookie-timeout": "600",
		"gzip": "off", "http2-enabled": "off", "tls-cipher-policy": "tls_cipher_policy_1_2_strict_with_1_3", "scheduler": "rr",
	})
	s.expectHeaders(address)
	s.expectHandshake(address)
	s.expectSession(address)

	s.annotate("shop", map[string]any{
		"sticky-session-type": "server", "cookie": "mine", "cookie-timeout": nil, "gzip": nil, "http2-enabled": nil,
		"request-timeout": "1", "idle-timeout": "1", "scheduler": "wlc",
	})
	s.expectDefaults(address)
	s.expectTimeouts(address)
	s.expectIdle(address)
}

// expectHeaders: the switches of the forwarded headers, each away from its default.
func (s *scene) expectHeaders(address string) {
	s.Helper()
	id := s.record(s.group()).Status.LoadBalancerID
	s.eventually("headers", func(ctx context.Context) error {
		r, err := s.request(ctx, address, shopURL)
		if err != nil {
			return err
		}
		got := r.Headers
		if got.Get("Slb-Id") != id || got.Get("Slb-Ip") != address || got.Get("X-Forwarded-Port") != "443" ||
			got.Get("X-Forwarded-Client-Srcport") == "" || got.Get("X-Forwarded-For") != "" || got.Get("X-Forwarded-Proto") != "" {
			return fmt.Errorf("the pod got %v", got)
		}
		return nil
	})
}

// expectHandshake: TLS 1.3, no HTTP/2, and no compression.
func (s *scene) expectHandshake(address string) {
	s.Helper()
	s.eventually("handshake", func(ctx context.Context) error {
		transport := s.transport(address)
		transport.ForceAttemptHTTP2 = true
		req := get(ctx, shopURL+"?"+strings.Repeat("long", 500))
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := exchange(transport, req)
		if err != nil {
			return err
		}
		if resp.ProtoMajor != 1 || resp.TLS.Version != tls.VersionTLS13 || resp.Header.Get("Content-Encoding") != "" {
			return fmt.Errorf("got %s, TLS %x, encoding %q", resp.Proto, resp.TLS.Version, resp.Header.Get("Content-Encoding"))
		}
		return nil
	})
}

// expectSession: a session stays with one of two pods.
func (s *scene) expectSession(address string) {
	s.Helper()
	s.eventually("session", func(ctx context.Context) error {
		first, err := exchange(s.transport(address), get(ctx, shopURL))
		if err != nil {
			return err
		}
		if len(first.Cookies()) == 0 {
			return errors.New("no cookie")
		}
		pods := map[string]bool{podOf(first.body): true}
		for range 6 {
			req := get(ctx, shopURL)
			req.AddCookie(first.Cookies()[0])
			next, err := exchange(s.transport(address), req)
			if err != nil {
				return err
			}
			pods[podOf(next.body)] = true
		}
		if len(pods) != 1 {
			return fmt.Errorf("the session met pods %v", slices.Sorted(maps.Keys(pods)))
		}
		return nil
	})
}

func podOf(body string) string {
	var answer node.Answer
	_ = json.Unmarshal([]byte(body), &answer) // no JSON is no pod
	return answer.Pod
}

// expectDefaults: what is no longer said is as it was, and the cookie has the server's name.
func (s *scene) expectDefaults(address string) {
	s.Helper()
	s.eventually("defaults", func(ctx context.Context) error {
		transport := s.transport(address)
		transport.ForceAttemptHTTP2 = true
		req := get(ctx, shopURL+"?"+strings.Repeat("long", 500))
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := exchange(transport, req)
		if err != nil {
			return err
		}
		if resp.ProtoMajor != 2 || resp.Header.Get("Content-Encoding") != "gzip" {
			return fmt.Errorf("got %s, encoding %q", resp.Proto, resp.Header.Get("Content-Encoding"))
		}
		for _, c := range resp.Cookies() {
			if c.Name == "SERVERID" {
				return errors.New("the listener still inserts its own cookie")
			}
		}
		return nil
	})
}

// expectTimeouts: an exchange that is silent for the second of the request timeout is cut. A
// WebSocket on which nobody says anything is one.
func (s *scene) expectTimeouts(address string) {
	s.Helper()
	s.eventually("request timeout", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, patience/4) // far below the default, which is 60 s
		defer cancel()
		req := get(ctx, "http://shop.example.com/")
		for key, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		} {
			req.Header.Set(key, value)
		}
		resp, err := s.transport(address).RoundTrip(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		stop := context.AfterFunc(ctx, func() { _ = resp.Body.Close() })
		defer stop()
		_, err = resp.Body.Read(make([]byte, 1))
		if resp.StatusCode != http.StatusSwitchingProtocols || ctx.Err() != nil {
			return fmt.Errorf("got %d, and the connection was not cut: %w", resp.StatusCode, errors.Join(ctx.Err(), err))
		}
		return nil
	})
}

// expectIdle: a connection is closed within the second of the idle timeout.
func (s *scene) expectIdle(address string) {
	s.Helper()
	s.eventually("idle timeout", func(ctx context.Context) error {
		conn, err := s.transport(address).DialContext(ctx, "tcp", net.JoinHostPort(address, "80"))
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(patience / 6)); err != nil { // below the default, which is 15 s
			return err
		}
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n"); err != nil {
			return err
		}
		_, err = io.ReadAll(conn)
		return err
	})
}

// TestListenerGuards: who may come in, with what certificate, to which pods, and the redirect.
func TestListenerGuards(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(s.ingress("shop", "shop.example.com/ web"))
	address := s.address("shop")

	theirs := newCertificate(t, "theirs.example.com")
	uploaded := s.cloud("UploadServerCertificate", map[string]string{"ServerCertificate": string(theirs.chain), "PrivateKey": string(theirs.key)})
	s.annotate("shop", map[string]any{"cert-id": uploaded["ServerCertificateId"], "ssl-redirect": "true", "ssl-redirect-code": "308"})
	s.eventually("certificate by id", func(ctx context.Context) error {
		r, err := s.request(ctx, address, shopURL)
		if err != nil || r.TLS.PeerCertificates[0].SerialNumber.Cmp(theirs.serial) != 0 {
			return fmt.Errorf("another certificate is presented: %w", err)
		}
		return nil
	})
	s.expectRedirect(address, http.StatusPermanentRedirect)
	s.annotate("shop", map[string]any{"ssl-redirect": nil, "ssl-redirect-code": nil, "forward-port": "80:443"})
	s.expectRedirect(address, http.StatusMovedPermanently)

	s.annotate("shop", map[string]any{
		"forward-port": nil, "cert-id": nil, "health-check-flag": "on",
		"health-check-connect-port": "9", "health-check-interval": "1", "health-check-timeout": "1", "unhealthy-threshold": "2",
	})
	s.eventually("unhealthy pods", func(ctx context.Context) error {
		r, err := s.request(ctx, address, "http://shop.example.com/")
		if err != nil || r.Status < http.StatusBadGateway {
			return fmt.Errorf("got %d: %w", r.Status, err)
		}
		return nil
	})
	s.annotate("shop", map[string]any{
		"health-check-connect-port": nil, "health-check-uri": "/healthz", "health-check-method": "get",
		"health-check-domain": "shop.example.com", "health-check-httpcode": "http_2xx,http_3xx", "healthy-threshold": "2",
	})
	s.expect(address, "http://shop.example.com/", http.StatusOK, "web")

	list := s.cloud("CreateAccessControlList", map[string]string{"AclName": s.namespace})["AclId"]
	s.cloud("AddAccessControlListEntry", map[string]string{"AclId": fmt.Sprint(list), "AclEntrys": `[{"entry":"203.0.113.0/24","comment":"c"}]`})
	s.annotate("shop", map[string]any{"acl-status": "on", "acl-type": "white", "acl-id": list})
	s.eventually("white list", func(ctx context.Context) error {
		if r, err := s.request(ctx, address, "http://shop.example.com/"); err == nil {
			return fmt.Errorf("a client that is not on the list got %d", r.Status)
		}
		return nil
	})
	s.annotate("shop", map[string]any{"acl-type": "black"})
	s.expect(address, "http://shop.example.com/", http.StatusOK, "web")
}

// TestInstanceSettings: a created instance is as asked, changes where the service can change it, and
// a reused one does not.
func TestInstanceSettings(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	ing := s.ingress("shop", "shop.example.com/ web")
	for name, value := range map[string]string{
		"name": "shop-a", "spec": "slb.s2.small", "charge-type": "paybybandwidth", "bandwidth": "20", "master-zoneid": "cn-hangzhou-b",
		"additional-resource-tags": "team=shop", "modification-protection": cloud.ConsoleProtection, "delete-protection": "off", "resource-group-id": "rg-shared",
	} {
		ing.Annotations[annotations.OwnPrefix+name] = value
	}
	s.create(ing)
	s.address("shop")
	id := s.record(s.group()).Status.LoadBalancerID
	s.expectInstance(id, map[string]any{
		"LoadBalancerName": "shop-a", "LoadBalancerSpec": "slb.s2.small", "InternetChargeType": "paybybandwidth", "Bandwidth": 20,
		"ModificationProtectionStatus": cloud.ConsoleProtection, "DeleteProtection": "off", "ResourceGroupId": "rg-shared", "MasterZoneId": "cn-hangzhou-b",
	})
	s.annotate("shop", map[string]any{
		"name": "shop-b", "spec": "slb.s3.small", "charge-type": "paybytraffic", "bandwidth": nil, "modification-protection": cloud.NonProtection,
		"delete-protection": "on", "resource-group-id": "rg-other",
	})
	s.expectInstance(id, map[string]any{
		"LoadBalancerName": "shop-b", "LoadBalancerSpec": "slb.s3.small", "InternetChargeType": "paybytraffic",
		"ModificationProtectionStatus": cloud.NonProtection, "DeleteProtection": "on", "ResourceGroupId": "rg-shared",
	})
	s.expectEvent("shop", "FixedAtCreation")

	reused := s.addInstance(fakecloud.InstanceSpec{Name: "theirs", AddressType: "internet", Spec: "slb.s1.small"})
	s.create(annotated(annotated(s.ingress("other", "other.example.com/ web"), annotationID, reused), annotations.OwnPrefix+"name", "ours"))
	s.expectEvent("other", "IneffectiveAnnotation")
	s.address("other")
	s.expectInstance(reused, map[string]any{"LoadBalancerName": "theirs"})
}

func (s *scene) expectInstance(id string, want map[string]any) {
	s.Helper()
	s.eventually("instance "+id, func(context.Context) error {
		got := s.cloud("DescribeLoadBalancerAttribute", map[string]string{"LoadBalancerId": id})
		for name, value := range want {
			if fmt.Sprint(got[name]) != fmt.Sprint(value) {
				return fmt.Errorf("%s is %v, want %v", name, got[name], value)
			}
		}
		return nil
	})
}

// TestSampleClassSettings applies the sample: the API server takes it, nothing that a class can set is
// missing in it but for a few, and an Ingress of the class is served by it.
func TestSampleClassSettings(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	spec := map[string]any{}
	s.must(s.world.ApplyFile(t.Context(), filepath.Join(configDir, "samples", "class-settings.yaml"), func(o *unstructured.Unstructured) {
		if found, ok := o.Object["spec"].(map[string]any); ok && o.GetKind() == "SLBConfig" {
			spec = found
		}
	}))
	got, faults := annotations.FromFields(spec)
	if gone := got.Prune(); len(faults)+len(gone) > 0 {
		t.Errorf("the sample is faulty: %v %v", faults, gone)
	}
	for _, row := range annotations.Table() {
		switch _, ok := got[row.Name]; {
		case ok, row.Field == "", strings.HasPrefix(row.Field, "listeners.acl"), row.Name == annotations.AllowCIDRs, row.Name == annotations.CASecret,
			row.Name == annotations.ID, row.Name == annotations.ForceOverride, row.Name == "vswitch-id", row.Name == "ip",
			row.Name == annotations.CertID, row.Name == "cookie", row.Field == "listeners.healthCheck.domain", row.Field == "listeners.healthCheck.port", row.Name == annotations.HealthCheck:
		default:
			t.Errorf("the sample lacks %s", row.Field)
		}
	}
	s.app("web", 1)
	ing := annotated(s.ingress("shop", "shop.example.com/ web"), annotations.OwnPrefix+"spec", "slb.s3.large")
	class := "slb-settings"
	ing.Spec.IngressClassName = &class
	s.create(ing)
	address := s.address("shop")
	s.expect(address, shopURL, http.StatusOK, "web")
	s.expect(address, "http://shop.example.com/", http.StatusPermanentRedirect, "")
	s.expectEvent("shop", "AnnotationConflict")
	s.expectInstance(s.record("class.slb-settings.0").Status.LoadBalancerID, map[string]any{"LoadBalancerName": "shared-ingress", "LoadBalancerSpec": "slb.s2.small"})
}

// TestClassSettingsRefused shows what the API server refuses in an SLBConfig.
func TestClassSettingsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	yes := []string{"lb-UPPER"}
	cases := map[string]v1alpha1.SLBConfigSpec{
		"BandwidthAlone":   {LoadBalancer: &v1alpha1.LoadBalancerSettings{Bandwidth: 5}},
		"BandwidthMissing": {LoadBalancer: &v1alpha1.LoadBalancerSettings{InternetChargeType: cloud.PayByBandwidth}},
		"ByUse":            {LoadBalancer: &v1alpha1.LoadBalancerSettings{InternetChargeType: cloud.PayByBandwidth, Bandwidth: 5, InstanceChargeType: cloud.ChargeByUse}},
		"OneZoneTwice":     {LoadBalancer: &v1alpha1.LoadBalancerSettings{MasterZoneID: "z", SlaveZoneID: "z"}},
		"Name":             {LoadBalancer: &v1alpha1.LoadBalancerSettings{Name: "1st"}},
		"Compatibility":    {Compatibility: []v1alpha1.Compatibility{"haproxy"}},
		"IdleTimeout":      {Listeners: &v1alpha1.ListenerSettings{IdleTimeout: 61}},
		"Policy":           {Listeners: &v1alpha1.ListenerSettings{TLSCipherPolicy: "tls_cipher_policy_1_3"}},
		"EmptyWhiteList":   {Listeners: &v1alpha1.ListenerSettings{ACL: &v1alpha1.ACLSettings{Type: "white", IDs: []string{}}}},
		"StickyIncomplete": {Listeners: &v1alpha1.ListenerSettings{StickySession: &v1alpha1.StickySettings{Type: "insert"}}},
		"StickyBoth":       {Listeners: &v1alpha1.ListenerSettings{StickySession: &v1alpha1.StickySettings{Type: "server", Cookie: "c", CookieTimeout: 5}}},
		"HealthCodes":      {Listeners: &v1alpha1.ListenerSettings{HealthCheck: &v1alpha1.HealthCheckSettings{Codes: []string{"200"}}}},
		"HealthAuto":       {Listeners: &v1alpha1.ListenerSettings{HealthCheck: &v1alpha1.HealthCheckSettings{Auto: true, URI: "/x"}}},
		"TagReserved":      {Tags: map[string]string{"Aliyun-x": "y"}},
		"TagComma":         {Tags: map[string]string{"x": "y,z"}},
		"CertificateTwice": {DefaultCertificate: &v1alpha1.CertificateSource{SecretName: "s", CertificateID: "c"}},
		"CertificateNone":  {DefaultCertificate: &v1alpha1.CertificateSource{}},
		"AllowedID":        {AllowedLoadBalancerIDs: &yes},
		"ID":               {LoadBalancerID: "lb-UPPER"},
		"IDAndSettings":    {LoadBalancerID: "lb-1", LoadBalancer: &v1alpha1.LoadBalancerSettings{Name: "n"}},
		"IDAndTags":        {LoadBalancerID: "lb-1", Tags: map[string]string{"x": "y"}},
		"IDAndVSwitch":     {LoadBalancerID: "lb-1", AddressType: cloud.AddressIntranet, VSwitchID: "vsw-1"},
		"OverrideOfNone":   {ForceOverrideListeners: true},
		"IntranetAlone":    {AddressType: cloud.AddressIntranet},
		"VSwitchAlone":     {VSwitchID: "vsw-1"},
		"TwoLists":         {Listeners: &v1alpha1.ListenerSettings{AllowCIDRs: []string{"10.0.0.1"}, DenyCIDRs: []string{"10.0.0.2"}}},
		"ListAndACL":       {Listeners: &v1alpha1.ListenerSettings{DenyCIDRs: []string{"10.0.0.2"}, ACL: &v1alpha1.ACLSettings{Type: "white", IDs: []string{"acl-1"}}}},
		"NoNetwork":        {Listeners: &v1alpha1.ListenerSettings{AllowCIDRs: []string{"10.0.0.256"}}},
		"CASecret":         {Listeners: &v1alpha1.ListenerSettings{CASecretName: "-"}},
		"PortOfItsOwn":     {Listeners: &v1alpha1.ListenerSettings{ListenPorts: []v1alpha1.ListenPortSettings{{Port: 443, Protocol: "HTTPS"}}}},
		"PortTwice":        {Listeners: &v1alpha1.ListenerSettings{ListenPorts: []v1alpha1.ListenPortSettings{{Port: 8080, Protocol: "HTTP"}, {Port: 8080, Protocol: "HTTPS"}}}},
		"PortProtocol":     {Listeners: &v1alpha1.ListenerSettings{ListenPorts: []v1alpha1.ListenPortSettings{{Port: 8080, Protocol: "TCP"}}}},
		"SelectorOperator": {AllowedNamespaces: selecting("Equals", "a")},
		"SelectorValues":   {AllowedNamespaces: selecting(metav1.LabelSelectorOpIn)},
		"SelectorTooMuch":  {AllowedNamespaces: selecting(metav1.LabelSelectorOpExists, "a")},
		"ManyInstances":    {MaxInstances: 51},
		"FewInstances":     {MaxInstances: -1},
		"SeveralByID":      {MaxInstances: 2, LoadBalancerID: "lb-1"},
		"AddressOfSeveral": {
			MaxInstances: 2, AddressType: cloud.AddressIntranet, VSwitchID: "vsw-1",
			LoadBalancer: &v1alpha1.LoadBalancerSettings{Address: "10.0.0.5"},
		},
	}
	for name, spec := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := &v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: "refused-" + strings.ToLower(name)}, Spec: spec}
			if err := s.world.Client.Create(t.Context(), config); err == nil {
				t.Error("the API server takes it")
			}
		})
	}
}

func selecting(operator metav1.LabelSelectorOperator, values ...string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "edge", Operator: operator, Values: values}}}
}

// TestClassSettingsTaken shows what the API server takes beside what it refuses.
func TestClassSettingsTaken(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	cases := map[string]v1alpha1.SLBConfigSpec{
		"ID":         {LoadBalancerID: "lb-1", ForceOverrideListeners: true, ReclaimPolicy: v1alpha1.ReclaimDelete},
		"IntranetID": {LoadBalancerID: "lb-1", AddressType: cloud.AddressIntranet},
		"Intranet":   {AddressType: cloud.AddressIntranet, VSwitchID: "vsw-1"},
		"Allow":      {Listeners: &v1alpha1.ListenerSettings{AllowCIDRs: []string{"10.0.0.1", "255.255.255.255/32", "0.0.0.0/0"}, CASecretName: "clients.ca"}},
		"Deny":       {Listeners: &v1alpha1.ListenerSettings{DenyCIDRs: []string{"10.0.0.0/8"}, ListenPorts: []v1alpha1.ListenPortSettings{{Port: 8080, Protocol: "HTTP"}}}},
		"Everybody":  {AllowedNamespaces: &metav1.LabelSelector{}},
		"Label":      {AllowedNamespaces: &metav1.LabelSelector{MatchLabels: map[string]string{"edge": "public"}}},
		"Expression": {AllowedNamespaces: selecting(metav1.LabelSelectorOpNotIn, "a", "b")},
		"Exists":     {AllowedNamespaces: selecting(metav1.LabelSelectorOpExists)},
	}
	for name, spec := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := &v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: "taken-" + strings.ToLower(name)}, Spec: spec}
			if err := s.world.Client.Create(t.Context(), config); err != nil {
				t.Errorf("the API server refuses it: %v", err)
			}
		})
	}
}

// TestLoadBalancerIDIsFixed: it cannot be added, changed or removed; other fields can be changed.
func TestLoadBalancerIDIsFixed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for name, tc := range map[string]struct{ from, to string }{
		"Added": {"", "lb-1"}, "Changed": {"lb-1", "lb-2"}, "Removed": {"lb-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := &v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: "fixed-" + strings.ToLower(name)}, Spec: v1alpha1.SLBConfigSpec{LoadBalancerID: tc.from}}
			s.must(s.world.Client.Create(t.Context(), config))
			config.Spec.PathMatching = v1alpha1.PathMatchingStrict
			s.must(s.world.Client.Update(t.Context(), config))
			config.Spec.LoadBalancerID = tc.to
			if err := s.world.Client.Update(t.Context(), config); err == nil || !strings.Contains(err.Error(), "cannot be added, changed or removed") {
				t.Errorf("the API server answers %v", err)
			}
		})
	}
}
