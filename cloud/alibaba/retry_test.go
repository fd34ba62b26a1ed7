package alibaba_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
	"github.com/slb-ingress/slb-ingress-controller/cloud/cloudtest"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// seeded takes the default policies with jitter from a seed.
func seeded(o *alibaba.Options) {
	o.Retry, o.Rates, o.Source = alibaba.Retry{}, alibaba.Rates{}, rand.NewPCG(1, 2)
}

// TestRetries counts attempts and virtual time of a create that the service answers badly.
func TestRetries(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason   string
		fault    fakecloud.Fault
		want     cloud.ErrorKind
		attempts int // at least
		atMost   int
		elapsed  [2]time.Duration
	}{
		"BusyTwice":   {"waited out", fakecloud.Fault{Before: "ServiceIsConfiguring", Times: 2}, "", 3, 3, [2]time.Duration{750 * time.Millisecond, 1500 * time.Millisecond}},
		"BusyForever": {"30 s at most", fakecloud.Fault{Before: "OperationBusy", Times: -1}, cloud.Busy, 7, 15, [2]time.Duration{20 * time.Second, 30 * time.Second}},
		"Throttled":   {"20 s at most", fakecloud.Fault{Before: "Throttling.User", Times: -1}, cloud.Throttled, 5, 12, [2]time.Duration{12 * time.Second, 20 * time.Second}},
		"Fault":       {"a write is not repeated", fakecloud.Fault{Before: "InternalError", Times: -1}, cloud.Unknown, 1, 1, [2]time.Duration{}},
		"FaultAfter":  {"had its effect", fakecloud.Fault{After: "InternalError"}, cloud.Unknown, 1, 1, [2]time.Duration{}},
		"Lost":        {"had its effect", fakecloud.Fault{LoseReply: true}, cloud.Unknown, 1, 1, [2]time.Duration{}},
		"Slow":        {"the deadline of one attempt", fakecloud.Fault{ReplyLatency: time.Hour}, cloud.Unknown, 1, 1, [2]time.Duration{alibaba.DefaultTimeout, alibaba.DefaultTimeout}},
		"Latency":     {"virtual", fakecloud.Fault{Latency: 3 * time.Second}, "", 1, 1, [2]time.Duration{3 * time.Second, 3 * time.Second}},
		"Refused":     {"final", fakecloud.Fault{Before: "Forbidden.RAM"}, cloud.Denied, 1, 1, [2]time.Duration{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newFake(nil)
				tc.fault.Action = "CreateLoadBalancer"
				fake.Fail(tc.fault)
				attempts := 0
				client := newClient(t, fake, func(o *alibaba.Options) {
					seeded(o)
					o.Observer = func(string, string, time.Duration) { attempts++ }
				})
				start := time.Now()
				_, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, create())
				if got := cloud.KindOf(err); got != tc.want {
					t.Errorf("%s: got %q (%v), want %q", tc.reason, got, err, tc.want)
				}
				if attempts < tc.attempts || attempts > tc.atMost {
					t.Errorf("%s: %d attempts, want %d to %d", tc.reason, attempts, tc.attempts, tc.atMost)
				}
				if d := time.Since(start); d < tc.elapsed[0] || d > tc.elapsed[1] {
					t.Errorf("%s: took %s, want %s", tc.reason, d, tc.elapsed)
				}
			})
		})
	}
}

func create() cloud.CreateLoadBalancer {
	return cloud.CreateLoadBalancer{
		LoadBalancer: cloud.LoadBalancer{AddressType: cloud.AddressInternet, Spec: "slb.s1.small"}, Token: "a",
	}
}

// TestReadLost: what a read did not answer is no doubt.
func TestReadLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newFake(nil)
		fake.Fail(fakecloud.Fault{LoseReply: true})
		_, err := newClient(t, fake, seeded).Observe(t.Context(), cloud.Query{Owner: owner()})
		if got := cloud.KindOf(err); got != cloud.Unavailable {
			t.Errorf("got %q (%v), want %q", got, err, cloud.Unavailable)
		}
	})
}

// TestContextEnds ends the caller's context at each stage of a call.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		fault  fakecloud.Fault
		after  time.Duration
		want   cloud.ErrorKind
		sent   int
	}{
		"BeforeSending": {"surely without effect", fakecloud.Fault{}, 0, cloud.Unavailable, 0},
		"WhileWaiting":  {"it may have had its effect", fakecloud.Fault{ReplyLatency: time.Hour}, time.Second, cloud.Unknown, 1},
		"WhilePausing":  {"the last answer counts", fakecloud.Fault{Before: "SystemBusy", Times: -1}, 3 * time.Second, cloud.Busy, 3},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newFake(nil)
				if tc.fault.Before != "" || tc.fault.ReplyLatency != 0 {
					fake.Fail(tc.fault)
				}
				sent := 0
				client := newClient(t, fake, func(o *alibaba.Options) {
					seeded(o)
					o.Observer = func(string, string, time.Duration) { sent++ }
				})
				ctx, cancel := context.WithCancel(t.Context())
				timer := time.AfterFunc(tc.after, cancel)
				defer timer.Stop()
				if tc.after == 0 {
					cancel()
				}
				start := time.Now()
				_, err := client.Apply(ctx, cloud.Scope{Owner: owner()}, create())
				if got := cloud.KindOf(err); got != tc.want {
					t.Errorf("%s: got %q (%v), want %q", tc.reason, got, err, tc.want)
				}
				if sent < tc.sent || tc.sent <= 1 && sent != tc.sent {
					t.Errorf("%s: sent %d times, want %d", tc.reason, sent, tc.sent)
				}
				if d := time.Since(start); d != tc.after {
					t.Errorf("%s: took %s after the context ended", tc.reason, d-tc.after)
				}
			})
		})
	}
}

// TestDeadlineBeforePause: a pause that the deadline would cut short is not begun.
func TestDeadlineBeforePause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newFake(nil)
		fake.Fail(fakecloud.Fault{Before: "SystemBusy", Times: -1})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := newClient(t, fake, seeded).Apply(ctx, cloud.Scope{Owner: owner()}, create())
		if got := cloud.KindOf(err); got != cloud.Busy || time.Since(start) != 0 {
			t.Errorf("got %q (%v) after %s, want %q at once", got, err, time.Since(start), cloud.Busy)
		}
	})
}

// TestRates makes calls faster than our share allows and looks at when they were sent.
func TestRates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, newFake(nil), func(o *alibaba.Options) {
			o.Rates = alibaba.Rates{Writes: 60, Reads: 6000, Share: 0.5}
		})
		start := time.Now()
		for range 40 { // a burst of 30, then one every two seconds
			if _, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, create()); err != nil {
				t.Fatalf("Apply: %v", err)
			}
		}
		if d := time.Since(start).Round(time.Second); d != 20*time.Second {
			t.Errorf("40 writes took %s, want 20s", d)
		}
		start = time.Now()
		for range 100 {
			if _, err := client.Observe(t.Context(), cloud.Query{Owner: owner(), LoadBalancer: "lb-none"}); err != nil {
				t.Fatalf("Observe: %v", err)
			}
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("100 reads took %s: writes hold reads back", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Apply(ctx, cloud.Scope{Owner: owner()}, create())
		if got := fmt.Sprint(err); got != "CreateLoadBalancer: held back by the controller's own rate limit" || cloud.KindOf(err) != cloud.Throttled {
			t.Errorf("a write that cannot be sent in time: got %q", got)
		}
	})
}

// TestSameSeedSamePauses: with one seed a client waits alike each time.
func TestSameSeedSamePauses(t *testing.T) {
	t.Parallel()
	run := func() time.Duration {
		var took time.Duration
		synctest.Test(t, func(t *testing.T) {
			fake := newFake(nil)
			fake.Fail(fakecloud.Fault{Before: "SystemBusy", Times: -1})
			start := time.Now()
			_, _ = newClient(t, fake, seeded).Apply(t.Context(), cloud.Scope{Owner: owner()}, create())
			took = time.Since(start)
		})
		return took
	}
	if a, b := run(), run(); a != b || a == 0 {
		t.Errorf("one seed gave %s and %s", a, b)
	}
}

// TestBusyListener waits out a listener that is being configured, as the service locks it after each
// change.
func TestBusyListener(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newFake(func(o *fakecloud.Options) {
			o.Busy = fakecloud.Windows{Starting: 3 * time.Second, Configuring: 2 * time.Second, Group: time.Second, References: 4 * time.Second}
		})
		client := newClient(t, fake, seeded)
		certificate := cloudtest.NewCertificate(t, "shop.example.com")
		scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{}}
		rules := []cloud.Rule{{Port: 443, Domain: "shop.example.com", Group: "a/b/c"}}
		for _, c := range []cloud.Change{
			create(),
			cloud.UploadCertificate{Certificate: certificate},
			cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}},
			cloud.AddMembers{Group: "a/b/c", Members: members(t, client, 2)},
			cloud.RemoveMembers{Group: "a/b/c", Members: members(t, client, 1)},
			cloud.CreateListener{Listener: cloud.Listener{
				Port: 443, Protocol: cloud.HTTPS, Group: "a/b/c", TLS: cloud.TLS{Certificate: certificate.Name},
			}},
			cloud.StartListener{Port: 443, Protocol: cloud.HTTPS},
			cloud.CreateRules{Port: 443, Protocol: cloud.HTTPS, Rules: rules},
			cloud.DeleteRules{Port: 443, Protocol: cloud.HTTPS, Rules: rules},
			cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS},
			cloud.DeleteServerGroup{Name: "a/b/c"},
			cloud.DeleteCertificate{Name: certificate.Name},
		} {
			ids, err := client.Apply(t.Context(), scope, c)
			if err != nil {
				t.Fatalf("%s: %v", c.Op(), err)
			}
			maps.Copy(scope.IDs, ids)
		}
	})
}
