package alibaba_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
)

// TestFence: the fence is asked before each attempt to write, for as long as the attempt may take,
// and what it does not let through is not sent.
func TestFence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := refusal(http.StatusBadRequest, "ServiceIsConfiguring", "wait")
		s := &script{answers: map[string][]answer{
			"CreateLoadBalancer":         {busy, busy, ok(`{"LoadBalancerId":"lb-1"}`)},
			"DescribeServerCertificates": {ok(`{"ServerCertificates":{"ServerCertificate":[]}}`)},
		}}
		asked, outcomes := 0, []string{}
		client := s.client(t, func(o *alibaba.Options) {
			o.Retry, o.Timeout = alibaba.Retry{}, 5*time.Second
			o.Observer = func(op, outcome string, _ time.Duration) { outcomes = append(outcomes, op+" "+outcome) }
			o.Fence = func(within time.Duration) error {
				if within != 5*time.Second {
					t.Errorf("asked for %s, want the time limit of a call", within)
				}
				asked++
				if asked == 2 {
					return errors.New("the lease is lost")
				}
				return nil
			}
		})
		_, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, create())
		if cloud.KindOf(err) != cloud.Barred || !strings.Contains(err.Error(), "the lease is lost") {
			t.Errorf("Apply: got %v, want Barred and why", err)
		}
		if got := strings.Join(outcomes, ", "); got != "CreateLoadBalancer Busy, CreateLoadBalancer Barred" || len(s.calls) != 1 {
			t.Errorf("attempts %s; %d calls were sent, want the first one", got, len(s.calls))
		}
		if _, err := client.Apply(t.Context(), cloud.Scope{Owner: owner()}, create()); err != nil || asked != 4 {
			t.Errorf("Apply: got %v after %d questions, want success: the fence is open again, for the repetition too", err, asked)
		}
	})
}

// TestFenceLetsReadsThrough: a replica that may not write may look.
func TestFenceLetsReadsThrough(t *testing.T) {
	t.Parallel()
	fake := newFake(nil)
	client := newClient(t, fake, func(o *alibaba.Options) {
		o.Fence = func(time.Duration) error { return errors.New("closed") }
	})
	if _, err := client.Observe(t.Context(), cloud.Query{Owner: owner()}); err != nil {
		t.Errorf("Observe: %v", err)
	}
}
