package alibaba_test

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func enis(t *testing.T, n int) []netip.Addr {
	t.Helper()
	var list []netip.Addr
	for i := range n {
		list = append(list, netip.AddrFrom4([4]byte{10, 1, byte(i / 250), byte(i%250 + 1)}))
	}
	return list
}

// TestInterfaces asks for more than one call's worth, twice over, and again when what was learnt is old.
func TestInterfaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newFake(nil)
		client := newClient(t, fake, nil)
		wanted := append(enis(t, 250), netip.MustParseAddr("192.168.0.1"))
		look := func() int {
			t.Helper()
			before := fake.Seq()
			found, err := client.InterfacesOf(t.Context(), append(wanted, wanted[:5]...))
			if err != nil {
				t.Fatalf("InterfacesOf: %v", err)
			}
			if len(found) != 250 || found[wanted[0]] != fakecloud.ENIID(wanted[0]) {
				t.Errorf("found %d, first %q; want 250 and %q", len(found), found[wanted[0]], fakecloud.ENIID(wanted[0]))
			}
			return fake.Seq() - before
		}
		got := []int{look(), look()}
		time.Sleep(time.Hour) // virtual: what is known is too old then
		got = append(got, look())
		if diff := cmp.Diff([]int{3, 1, 3}, got); diff != "" {
			t.Errorf("calls, where one address never has an interface (-want +got):\n%s", diff)
		}
	})
}

// TestInterfacePages follows pages, and leaves out other VPCs and addresses that nobody asked for.
func TestInterfacePages(t *testing.T) {
	t.Parallel()
	eni := func(id, vpc, ip string) string {
		return fmt.Sprintf(`{"NetworkInterfaceId":%q,"VpcId":%q,"PrivateIpAddress":"10.9.9.9","PrivateIpSets":{"PrivateIpSet":[{"PrivateIpAddress":%q}]}}`, id, vpc, ip)
	}
	page := func(next, sets string) answer {
		return ok(fmt.Sprintf(`{"NextToken":%q,"NetworkInterfaceSets":{"NetworkInterfaceSet":[%s]}}`, next, sets))
	}
	s := &script{answers: map[string][]answer{"DescribeNetworkInterfaces": {
		page("n", eni("eni-1", "vpc-1", "10.0.0.1")), page("", eni("eni-2", "vpc-2", "10.0.0.2")+","+eni("eni-3", "", "10.0.0.3")),
	}}}
	got, err := s.client(t, nil).InterfacesOf(t.Context(), addresses("10.0.0.1", "10.0.0.2", "10.0.0.3"))
	if err != nil {
		t.Fatalf("InterfacesOf: %v", err)
	}
	want := map[netip.Addr]string{netip.MustParseAddr("10.0.0.1"): "eni-1", netip.MustParseAddr("10.0.0.3"): "eni-3"}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("interfaces (-want +got):\n%s", diff)
	}
	if vpc, next := s.calls[1].form.Get("VpcId"), s.calls[1].form.Get("NextToken"); vpc != "vpc-1" || next != "n" {
		t.Errorf("second page asked for VPC %q and token %q", vpc, next)
	}
}

// TestInterfaceGone: a refused member makes the next look-up ask again.
func TestInterfaceGone(t *testing.T) {
	t.Parallel()
	fake := newFake(nil)
	client := newClient(t, fake, nil)
	scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{}}
	ids, err := client.Apply(t.Context(), scope, create())
	if err != nil {
		t.Fatalf("CreateLoadBalancer: %v", err)
	}
	scope.IDs[cloud.LoadBalancerRef()] = ids[cloud.LoadBalancerRef()]
	list := members(t, client, 1)
	fake.RemoveServer(list[0].ServerID)
	before := fake.Seq()
	_, err = client.Apply(t.Context(), scope, cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c", Members: list}})
	if got := cloud.KindOf(err); got != cloud.NotFound {
		t.Errorf("a member without an interface: got %q (%v), want %q", got, err, cloud.NotFound)
	}
	if _, err := client.InterfacesOf(t.Context(), enis(t, 1)); err != nil {
		t.Fatalf("InterfacesOf: %v", err)
	}
	if n := fake.Seq() - before; n != 2 {
		t.Errorf("%d calls, want the create and a new look-up", n)
	}
}
