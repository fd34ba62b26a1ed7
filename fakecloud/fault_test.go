package fakecloud_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"
	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// add makes a call that adds members through the SDK.
func add(t *testing.T, s site, client *slb.Client, ips ...string) error {
	t.Helper()
	r := slb.CreateAddVServerGroupBackendServersRequest()
	r.VServerGroupId, r.BackendServers = s.group, membersJSON(ips...)
	_, err := client.AddVServerGroupBackendServers(r)
	return err
}

func memberCount(t *testing.T, s site) int {
	t.Helper()
	g := do(t, s.Cloud, "DescribeVServerGroupAttribute", map[string]string{"VServerGroupId": s.group})
	return len(g["BackendServers"].(map[string]any)["BackendServer"].([]any))
}

// TestFaults: what the caller sees and what has happened. The group begins with one member; the call
// adds two.
func TestFaults(t *testing.T) {
	t.Parallel()
	var ran atomic.Bool
	cases := map[string]struct {
		fault   fakecloud.Fault
		code    string // "" for success, "lost" for an error without a code
		members int
	}{
		"none":               {fakecloud.Fault{Action: "CreateRules", Before: "SystemBusy"}, "", 3},
		"before":             {fakecloud.Fault{Before: "SystemBusy"}, "SystemBusy", 1},
		"throttled":          {fakecloud.Fault{Writes: true, Before: "Throttling.User"}, "Throttling.User", 1},
		"after":              {fakecloud.Fault{After: "InternalError"}, "InternalError", 3},
		"reply lost":         {fakecloud.Fault{LoseReply: true}, "lost", 3},
		"one of two":         {fakecloud.Fault{Partial: 1}, "InternalError", 2},
		"second call only":   {fakecloud.Fault{Nth: 2, Before: "SystemBusy"}, "", 3},
		"by parameter":       {fakecloud.Fault{When: func(p fakecloud.Params) bool { return p["VServerGroupId"] == "" }, Before: "SystemBusy"}, "", 3},
		"caller died before": {fakecloud.Fault{CrashBefore: func() {}}, "lost", 1},
		"caller died after":  {fakecloud.Fault{CrashAfter: func() { ran.Store(true) }}, "", 3},
	}
	for reason, c := range cases {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, fakecloud.Options{})
			s.Fail(c.fault)
			err := add(t, s, inProcess(t, s.Cloud), "10.244.0.2", "10.244.0.3")
			switch {
			case c.code == "lost" && (err == nil || !strings.Contains(err.Error(), "connection lost")):
				t.Errorf("got %v, want a lost answer", err)
			case c.code != "lost" && codeOf(err) != c.code:
				t.Errorf("got %q, want %q", codeOf(err), c.code)
			}
			if n := memberCount(t, s); n != c.members {
				t.Errorf("members: got %d, want %d", n, c.members)
			}
			if c.fault.CrashAfter != nil && !ran.Load() {
				t.Error("the crash hook did not run")
			}
		})
	}
}

func TestPartialRules(t *testing.T) {
	t.Parallel()
	batch := func(s site) map[string]string {
		return s.rules("80", s.rule("a", "a.com", ""), s.rule("b", "a.com", ""), s.rule("c", "c.com", ""))
	}
	for reason, c := range map[string]struct {
		partial bool
		want    int
	}{"all or nothing": {false, 0}, "as far as it goes": {true, 1}} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, fakecloud.Options{Switches: fakecloud.Switches{PartialRules: c.partial}})
			if _, err := s.Do("CreateRules", batch(s)); codeOf(err) != "DomainExist" {
				t.Errorf("got %q, want DomainExist", codeOf(err))
			}
			if n := len(s.Dump().Rules); n != c.want {
				t.Errorf("rules: got %d, want %d", n, c.want)
			}
		})
	}
}

func TestLostReplyOverTCP(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	s.Fail(fakecloud.Fault{LoseReply: true})
	if err := add(t, s, overTCP(t, s.Cloud), "10.244.0.2"); err == nil {
		t.Error("a lost answer arrived")
	}
	if n := memberCount(t, s); n != 2 {
		t.Errorf("members: got %d, want 2", n)
	}
}

// TestTimes: a fault that hits calls 2 and 3, next to one that hits all, which comes second.
func TestTimes(t *testing.T) {
	t.Parallel()
	s := newSite(t, fakecloud.Options{})
	client := inProcess(t, s.Cloud)
	s.Fail(fakecloud.Fault{Nth: 2, Times: 2, Before: "SystemBusy"})
	s.Fail(fakecloud.Fault{Nth: 3, Times: -1, Before: "OperationBusy"})
	var got []string
	for range 5 {
		got = append(got, codeOf(add(t, s, client, "10.244.0.1")))
	}
	want := []string{"InvalidParameter", "SystemBusy", "SystemBusy", "OperationBusy", "OperationBusy"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	s.Heal()
	if code := codeOf(add(t, s, client, "10.244.0.1")); code != "InvalidParameter" {
		t.Errorf("after Heal: got %q", code)
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, fakecloud.Options{Rates: fakecloud.Rates{Writes: 2}})
		client := inProcess(t, s.Cloud)
		var got []string
		for _, ip := range ips(3) {
			got = append(got, codeOf(add(t, s, client, ip)))
		}
		time.Sleep(time.Minute)
		got = append(got, codeOf(add(t, s, client, ips(3)[2])))
		if diff := cmp.Diff([]string{"", "", "Throttling.User", ""}, got); diff != "" {
			t.Errorf("codes (-want +got):\n%s", diff)
		}
	})
}
