package fakecloud_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestVirtualLatency shows that the SDK over RoundTripper waits on a bubble's clock: an hour of latency
// passes at once, and the SDK's timeout is met in virtual time as well.
func TestVirtualLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fakecloud.New(fakecloud.Options{})
		cloud.AddInstance(fakecloud.InstanceSpec{})
		client := inProcess(t, cloud)
		cloud.Fail(fakecloud.Fault{Action: "DescribeLoadBalancers", Latency: 20 * time.Second, Times: 180})
		start := time.Now()
		for range 180 {
			must[*slb.DescribeLoadBalancersResponse](t)(client.DescribeLoadBalancers(slb.CreateDescribeLoadBalancersRequest()))
		}
		if took := time.Since(start); took != time.Hour {
			t.Errorf("180 calls of 20 s took %v of virtual time, want 1h", took)
		}
		cloud.Fail(fakecloud.Fault{Latency: time.Minute})
		start = time.Now()
		if _, err := client.DescribeLoadBalancers(slb.CreateDescribeLoadBalancersRequest()); err == nil {
			t.Error("a call longer than the client's timeout succeeded")
		}
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("the client gave up after %v, want 30s", took)
		}
	})
}

// TestStarting follows a listener from stopped to running, seen by the API and by a data plane.
func TestStarting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fakecloud.New(fakecloud.Options{Busy: fakecloud.Windows{Starting: 3 * time.Second}})
		lb := cloud.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small"})
		at := map[string]string{"LoadBalancerId": lb, "ListenerPort": "80"}
		do(t, cloud, "CreateLoadBalancerHTTPListener", with(at, "HealthCheck", "off", "StickySession", "off", "BackendServerPort", "80"))
		checkStatus(t, cloud, at, "stopped")

		do(t, cloud, "StartLoadBalancerListener", at)
		checkStatus(t, cloud, at, "starting")
		if _, err := cloud.Do("StartLoadBalancerListener", at); codeOf(err) != "Operation.Deny" {
			t.Errorf("start while starting: got %q", codeOf(err))
		}
		changed := cloud.Changed()
		if n := len(cloud.View().Instances[0].Listeners); n != 0 {
			t.Errorf("a starting listener is served already")
		}
		start := time.Now()
		<-changed
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the view changed after %v, want 3s", took)
		}
		checkStatus(t, cloud, at, "running")
		if n := len(cloud.View().Instances[0].Listeners); n != 1 {
			t.Errorf("got %d listeners in the view, want 1", n)
		}
	})
}

func checkStatus(t *testing.T, cloud *fakecloud.Cloud, at map[string]string, want string) {
	t.Helper()
	if got := do(t, cloud, "DescribeLoadBalancerHTTPListenerAttribute", at)["Status"]; got != want {
		t.Errorf("status: got %v, want %s", got, want)
	}
}

// TestBusyWindows: each write opens a window in which its neighbours are refused and after which they
// are not.
func TestBusyWindows(t *testing.T) {
	t.Parallel()
	const window = 5 * time.Second
	cases := map[string]struct {
		busy          fakecloud.Windows
		first, second func(s site) (string, map[string]string)
		code          string
	}{
		"rules after a set": {
			fakecloud.Windows{Configuring: window}, setIdle, newRule, "OperationFailed.ListenerStatusNotSupport",
		},
		"set after rules":       {fakecloud.Windows{Configuring: window}, newRule, setIdle, "ServiceIsConfiguring"},
		"extension after a set": {fakecloud.Windows{Configuring: window}, setIdle, newExtension, "DomainExtensionProcessing"},
		"stop after a set":      {fakecloud.Windows{Configuring: window}, setIdle, stop, "ServiceIsConfiguring"},
		"members after members": {fakecloud.Windows{Group: window}, member("10.244.0.3"), member("10.244.0.4"), "VServerGroupProcessing"},
		"entries after entries": {fakecloud.Windows{ACL: window}, entry("10.0.0.1"), entry("10.0.0.2"), "AclEntryProcessing"},
		"listener after group":  {fakecloud.Windows{Instance: window}, newGroup, newListener, "ListenerProcessing"},
		"group after listener":  {fakecloud.Windows{Instance: window}, newListener, newGroup, "BackendServer.configuring"},
	}
	for reason, c := range cases {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newBusySite(t, c.busy)
				action, params := c.first(s)
				do(t, s.Cloud, action, params)
				time.Sleep(window - time.Nanosecond)
				action, params = c.second(s)
				if _, err := s.Do(action, params); codeOf(err) != c.code {
					t.Errorf("within the window: got %q, want %s", codeOf(err), c.code)
				}
				time.Sleep(time.Nanosecond)
				do(t, s.Cloud, action, params)
			})
		})
	}
}

// newBusySite waits out the windows that making the site opened.
func newBusySite(t *testing.T, busy fakecloud.Windows) site {
	t.Helper()
	cloud := fakecloud.New(fakecloud.Options{ENICIDR: podRange(), Busy: busy})
	s := site{Cloud: cloud, pair: newPair(t, "shop.example.com")}
	s.lb = s.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small"})
	later := func(action string, params map[string]string) map[string]any {
		answer := do(t, cloud, action, params)
		time.Sleep(time.Minute)
		return answer
	}
	s.group = later("CreateVServerGroup", map[string]string{"LoadBalancerId": s.lb})["VServerGroupId"].(string)
	s.empty = later("CreateAccessControlList", map[string]string{"AclName": "a"})["AclId"].(string)
	s.cert = later("UploadServerCertificate", map[string]string{"ServerCertificate": s.pair.cert, "PrivateKey": s.pair.key})["ServerCertificateId"].(string)
	later("CreateLoadBalancerHTTPSListener", s.listener("443"))
	later("StartLoadBalancerListener", s.at("443"))
	return s
}

func setIdle(s site) (string, map[string]string) {
	return "SetLoadBalancerHTTPSListenerAttribute", with(s.at("443"), "IdleTimeout", "20")
}

func newRule(s site) (string, map[string]string) {
	return "CreateRules", s.rules("443", s.rule("r", "a.com", ""))
}

func newExtension(s site) (string, map[string]string) {
	return "CreateDomainExtension", with(s.at("443"), "Domain", "a.com", "ServerCertificateId", s.cert)
}

func stop(s site) (string, map[string]string) { return "StopLoadBalancerListener", s.at("443") }

func newGroup(s site) (string, map[string]string) {
	return "CreateVServerGroup", map[string]string{"LoadBalancerId": s.lb}
}

func newListener(s site) (string, map[string]string) {
	return "CreateLoadBalancerHTTPListener", s.listener("81")
}

func member(ip string) func(site) (string, map[string]string) {
	return func(s site) (string, map[string]string) {
		return "AddVServerGroupBackendServers", map[string]string{"VServerGroupId": s.group, "BackendServers": membersJSON(ip)}
	}
}

func entry(ip string) func(site) (string, map[string]string) {
	return func(s site) (string, map[string]string) {
		return "AddAccessControlListEntry", map[string]string{"AclId": s.empty, "AclEntrys": fmt.Sprintf(`[{"entry":%q}]`, ip)}
	}
}

// TestLingeringReferences: what was in use a moment ago cannot be deleted yet.
func TestLingeringReferences(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, fakecloud.Options{Busy: fakecloud.Windows{References: 4 * time.Second}})
		id := ruleIDs(do(t, s.Cloud, "CreateRules", s.rules("80", s.rule("r", "a.com", ""))))[0]
		do(t, s.Cloud, "SetRule", map[string]string{"RuleId": id, "VServerGroupId": s.empty})
		do(t, s.Cloud, "DeleteRules", map[string]string{"RuleIds": fmt.Sprintf("[%q]", id)})
		do(t, s.Cloud, "DeleteLoadBalancerListener", s.at("80"))
		do(t, s.Cloud, "DeleteLoadBalancerListener", s.at("443"))
		waiting := map[string]struct {
			action string
			params map[string]string
		}{
			"RspoolVipExist":                    {"DeleteVServerGroup", map[string]string{"VServerGroupId": s.group}},
			"RspoolRuleExist":                   {"DeleteVServerGroup", map[string]string{"VServerGroupId": s.empty}},
			"CertificateAndPrivateKeyIsRefered": {"DeleteServerCertificate", map[string]string{"ServerCertificateId": s.cert}},
		}
		for code, call := range waiting {
			if _, err := s.Do(call.action, call.params); codeOf(err) != code {
				t.Errorf("%s at once: got %q, want %s", call.action, codeOf(err), code)
			}
		}
		time.Sleep(4 * time.Second)
		for _, call := range waiting {
			do(t, s.Cloud, call.action, call.params)
		}
	})
}

// TestLateEffect: the caller sees nothing, the effect lands later, a ClientToken counts as in progress.
func TestLateEffect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fakecloud.New(fakecloud.Options{})
		client := inProcess(t, cloud)
		cloud.Fail(fakecloud.Fault{Action: "CreateLoadBalancer", Late: time.Minute})
		create := slb.CreateCreateLoadBalancerRequest()
		create.LoadBalancerSpec, create.ClientToken = "slb.s1.small", "once"
		if _, err := client.CreateLoadBalancer(create); err == nil {
			t.Fatal("a lost answer arrived")
		}
		if _, err := client.CreateLoadBalancer(create); codeOf(err) != "OperationFailed.TokenIsProcessing" {
			t.Errorf("while in progress: got %q", codeOf(err))
		}
		changed := cloud.Changed()
		<-changed
		if n := len(cloud.Dump().Instances); n != 1 {
			t.Fatalf("after a minute: got %d instances, want 1", n)
		}
		must[*slb.CreateLoadBalancerResponse](t)(client.CreateLoadBalancer(create))
		if n := len(cloud.Dump().Instances); n != 1 {
			t.Errorf("after the replay: got %d instances, want 1", n)
		}
		if late := cloud.Journal()[2]; !late.Late || !late.Effect {
			t.Errorf("the journal does not tell of the late effect: %+v", late)
		}
	})
}

// TestStaleReads: reads lag behind a write for a while, writes see the truth.
func TestStaleReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, fakecloud.Options{})
		client := inProcess(t, s.Cloud)
		s.Fail(fakecloud.Fault{Action: "CreateRules", Stale: 10 * time.Second, StaleReads: []string{"DescribeRules"}})
		create := slb.CreateCreateRulesRequest()
		create.LoadBalancerId, create.ListenerPort = s.lb, requests.NewInteger(80)
		create.RuleList = s.rules("80", s.rule("r", "a.com", ""))["RuleList"]
		must[*slb.CreateRulesResponse](t)(client.CreateRules(create))

		read := slb.CreateDescribeRulesRequest()
		read.LoadBalancerId, read.ListenerPort = s.lb, requests.NewInteger(80)
		count := func() int {
			return len(must[*slb.DescribeRulesResponse](t)(client.DescribeRules(read)).Rules.Rule)
		}
		if n := count(); n != 0 {
			t.Errorf("a stale read shows %d rules, want 0", n)
		}
		if _, err := client.CreateRules(create); codeOf(err) != "DomainExist" {
			t.Errorf("a write against the truth: got %q, want DomainExist", codeOf(err))
		}
		time.Sleep(10 * time.Second)
		if n := count(); n != 1 {
			t.Errorf("after the lag: got %d rules, want 1", n)
		}
	})
}
