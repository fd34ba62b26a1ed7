package fakecloud_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestIncarnation: a caller that dies after an effect sees no answer, and what it does afterwards has
// no effect; the next life finds what the first one left.
func TestIncarnation(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	first := s.Incarnation()
	client := sdkClient(t, "slb.fake", first)
	s.Fail(fakecloud.Fault{Action: "AddVServerGroupBackendServers", CrashAfter: first.Kill})
	for _, ip := range []string{"10.244.0.2", "10.244.0.3"} {
		if err := add(t, s, client, ip); err == nil || !strings.Contains(err.Error(), fakecloud.ErrDead.Error()) {
			t.Errorf("adding %s: got %v, want a dead caller", ip, err)
		}
	}
	if n := memberCount(t, s); n != 2 {
		t.Errorf("members: got %d, want 2", n)
	}
	if err := add(t, s, sdkClient(t, "slb.fake", s.Incarnation()), "10.244.0.3"); err != nil {
		t.Errorf("the next life: %v", err)
	}
}

// TestConcurrency is for the race detector: callers, a data plane and a test at once.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	var group sync.WaitGroup
	for n := range 4 {
		client := inProcess(t, s.Cloud)
		group.Go(func() {
			for k := range 20 {
				create := slb.CreateCreateVServerGroupRequest()
				create.LoadBalancerId, create.VServerGroupName = s.lb, fmt.Sprintf("g-%d-%d", n, k)
				if _, err := client.CreateVServerGroup(create); err != nil {
					t.Errorf("caller %d: %v", n, err)
				}
			}
		})
		group.Go(func() {
			for range 20 {
				<-s.Changed()
				s.View()
				s.Journal()
				_ = s.Dump().String()
			}
		})
	}
	stop := make(chan struct{})
	var ticker sync.WaitGroup
	ticker.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				s.EditInstance(s.lb, func(*fakecloud.InstanceSpec) {})
			}
		}
	})
	group.Wait()
	close(stop)
	ticker.Wait()
	if n := len(s.Dump().Groups); n != 82 {
		t.Errorf("groups: got %d, want 82", n)
	}
}

// TestIntranet: a vSwitch makes an instance intranet, in the vSwitch's VPC.
func TestIntranet(t *testing.T) {
	t.Parallel()
	cloud := fakecloud.New(fakecloud.Options{})
	lb := do(t, cloud, "CreateLoadBalancer", map[string]string{
		"LoadBalancerSpec": "slb.s1.small", "VSwitchId": fakecloud.DefaultVSwitch, "Address": "127.0.100.77",
	})
	if lb["VpcId"] != fakecloud.DefaultVPC || lb["NetworkType"] != "vpc" || lb["Address"] != "127.0.100.77" {
		t.Errorf("intranet instance: %v", lb)
	}
	other := do(t, cloud, "CreateLoadBalancer", map[string]string{"InstanceChargeType": "PayByCLCU", "VpcId": fakecloud.DefaultVPC})
	if other["VpcId"] != "" || other["NetworkType"] != "classic" {
		t.Errorf("internet instance: %v", other)
	}
	got := do(t, cloud, "DescribeLoadBalancerAttribute", map[string]string{"LoadBalancerId": other["LoadBalancerId"].(string)})
	if got["InstanceChargeType"] != "PayByCLCU" || got["LoadBalancerSpec"] != "" || got["AddressType"] != "internet" {
		t.Errorf("instance paid by use: %v", got)
	}
}
