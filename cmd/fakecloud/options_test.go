package main

import (
	"errors"
	"flag"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func defaults() Options {
	return Options{
		Listen: "127.0.0.1:8088", VIPRange: netip.MustParsePrefix("127.0.100.0/24"), Region: "cn-hangzhou",
		VPC: fakecloud.DefaultVPC, AccessKeyID: fakecloud.DefaultAccessKeyID,
		AccessKeySecret: fakecloud.DefaultAccessKeySecret, DataPlane: true,
	}
}

func TestParseOptions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason string
		args   []string
		change func(*Options)
	}{
		"Defaults": {reason: "no flag is needed", change: func(*Options) {}},
		"All": {
			reason: "every flag is read",
			args: []string{
				"--listen=127.0.0.1:0", "--vip-range=127.0.50.0/25", "--eni-cidr=10.244.1.7/16", "--region=cn-beijing",
				"--vpc=vpc-a", "--seed=7", "--access-key-id=k", "--access-key-secret=s", "--data-plane=false",
				"--latency=20ms", "--busy",
			},
			change: func(o *Options) {
				*o = Options{
					Listen: "127.0.0.1:0", VIPRange: netip.MustParsePrefix("127.0.50.0/25"),
					ENICIDR: netip.MustParsePrefix("10.244.0.0/16"), Region: "cn-beijing", VPC: "vpc-a", Seed: 7,
					AccessKeyID: "k", AccessKeySecret: "s", Latency: 20 * time.Millisecond, Busy: true,
				}
			},
		},
		"Instances": {
			reason: "an id is enough, and the flag repeats",
			args:   []string{"--seed-instance=lb-a", "--seed-instance", "lb-b,slb.s2.small,intranet,vpc-x", "--seed-instance=lb-c,shared"},
			change: func(o *Options) {
				o.Instances = []fakecloud.InstanceSpec{
					{ID: "lb-a", Name: "seeded-lb-a", Spec: "slb.s1.small", AddressType: "internet"},
					{ID: "lb-b", Name: "seeded-lb-b", Spec: "slb.s2.small", AddressType: "intranet", VPC: "vpc-x"},
					{ID: "lb-c", Name: "seeded-lb-c", AddressType: "internet"},
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := defaults()
			c.change(&want)
			got, err := parseOptions(c.args, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func TestParseOptionsRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"Argument":     {args: []string{"serve"}, says: `unexpected argument "serve"`},
		"UnknownFlag":  {args: []string{"--nope"}, says: "nope"},
		"Listen":       {args: []string{"--listen=8088"}, says: "--listen"},
		"ListenHost":   {args: []string{"--listen=:8088"}, says: "a host is needed"},
		"VIPRange":     {args: []string{"--vip-range=fd00::/64"}, says: "IPv4"},
		"ENICIDR":      {args: []string{"--eni-cidr=10.244"}, says: "eni-cidr"},
		"Latency":      {args: []string{"--latency=-1s"}, says: "negative"},
		"Secret":       {args: []string{"--access-key-secret="}, says: "both are needed"},
		"InstanceID":   {args: []string{"--seed-instance=mine"}, says: `id "mine"`},
		"InstanceSpec": {args: []string{"--seed-instance=lb-a,big"}, says: `spec "big"`},
		"InstanceType": {args: []string{"--seed-instance=lb-a,,public"}, says: `address type "public"`},
		"InstanceVPC":  {args: []string{"--seed-instance=lb-a,,internet,vpc-a"}, says: `vpc "vpc-a"`},
		"InstanceMore": {args: []string{"--seed-instance=lb-a,,,,"}, says: "at most"},
		"InstanceDup":  {args: []string{"--seed-instance=lb-a", "--seed-instance=lb-a"}, says: "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := parseOptions(c.args, io.Discard); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %q", err, c.says)
			}
		})
	}
}

func TestHelpNamesEveryFlag(t *testing.T) {
	t.Parallel()
	var help strings.Builder
	if _, err := parseOptions([]string{"--help"}, &help); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("got %v", err)
	}
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	new(Options).addFlags(flags)
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(help.String(), "-"+f.Name) || f.Usage == "" {
			t.Errorf("--%s is not explained", f.Name)
		}
	})
}
