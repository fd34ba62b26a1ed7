package fakecloud_test

import (
	"net/netip"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// BenchmarkNew is what each simulated account costs.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		fakecloud.New(fakecloud.Options{})
	}
}

// BenchmarkDo is one read without wire and signature.
func BenchmarkDo(b *testing.B) {
	cloud := fakecloud.New(fakecloud.Options{JournalLimit: 100, ENICIDR: netip.MustParsePrefix("10.244.0.0/16")})
	lb := cloud.AddInstance(fakecloud.InstanceSpec{Spec: "slb.s1.small"})
	for b.Loop() {
		if _, err := cloud.Do("DescribeLoadBalancerAttribute", map[string]string{"LoadBalancerId": lb}); err != nil {
			b.Fatal(err)
		}
	}
}
