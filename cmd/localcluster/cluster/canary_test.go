package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
)

const (
	annotationCanary = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-canary"
	annotationWeight = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-canary-weight"
)

// TestCanary gives a canary a tenth of the requests and scales both sides; then it switches from
// blue to green and back. Another path of the stable Service has nothing to do with it.
func TestCanary(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 3)
	s.app("next", 1)
	canary := s.ingress("next", "web.example.com/ next")
	canary.Annotations[annotationCanary], canary.Annotations[annotationWeight] = "true", "10"
	s.create(canary, s.ingress("web", "web.example.com/ web", "other.example.com/ web"))
	address := s.address("next")
	const tenth = 10_000

	s.members("*99", 3, "*33", 1)
	s.share(address, "web.example.com", tenth, 10)
	s.share(address, "other.example.com", 1000, 0)

	s.scale("web", 6)
	s.members("*99", 6, "*66", 1)
	s.share(address, "web.example.com", tenth, 10)

	s.scale("next", 2)
	s.members("*99", 6, "*33", 2)
	seq := s.world.Cloud.Seq()
	s.share(address, "web.example.com", tenth, 10)

	s.weigh("next", 100)
	s.members("*0", 6, "*100", 2)
	s.share(address, "web.example.com", 1000, 100)
	s.weigh("next", 0)
	s.members("*100", 6, "*0", 2)
	s.share(address, "web.example.com", 1000, 0)
	for _, call := range s.world.Cloud.JournalSince(seq) {
		if call.Write && call.Params["LoadBalancerId"] == s.record(s.group()).Status.LoadBalancerID {
			t.Errorf("a switch changes members only, not: %s", call.Action)
		}
	}

	s.deleteIngress("next")
	s.eventually("the canary's group is deleted", func(context.Context) error {
		if line := s.canaryLine(); line != "" {
			return errors.New(line)
		}
		return nil
	})
	s.share(address, "web.example.com", 1000, 0)
}

// weigh sets a canary's weight.
func (s *scene) weigh(name string, percent int) {
	s.Helper()
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:"%d"}}}`, annotationWeight, percent)
	ing := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}}
	s.must(s.world.Client.Patch(s.Context(), ing, client.RawPatch(types.MergePatchType, patch)))
}

// canaryLine is what the account holds of the scene's group with a canary.
func (s *scene) canaryLine() string {
	for _, line := range s.world.Cloud.Dump().Groups {
		if strings.Contains(line, s.group()) && strings.Contains(line, "slb-ingress/canary") {
			return line
		}
	}
	return ""
}

// members waits until the group with the canary has that many members of two weights.
func (s *scene) members(weight string, n int, other string, m int) {
	s.Helper()
	s.eventually(fmt.Sprintf("%d members %s and %d members %s", n, weight, m, other), func(context.Context) error {
		line := s.canaryLine()
		counts := map[string]int{}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" ,[]", r) }) {
			if i := strings.LastIndexByte(word, '*'); i > 0 {
				counts[word[i:]]++
			}
		}
		if counts[weight] != n || counts[other] != m || len(counts) != 2 {
			return fmt.Errorf("%v in %q", counts, line)
		}
		return nil
	})
}

// share waits until of n requests so many percent reach the canary, within one of what is asked: the
// data plane follows the account a moment later. Each request has to be answered, whatever the share.
func (s *scene) share(address, host string, n, percent int) {
	s.Helper()
	const workers = 8
	transport := &http.Transport{DialContext: s.dialer(address), MaxIdleConnsPerHost: workers, DisableCompression: true}
	defer transport.CloseIdleConnections()
	s.eventually("the first request is answered", func(ctx context.Context) error {
		_, err := serviceOf(ctx, transport, host)
		return err
	})
	s.eventually(fmt.Sprintf("%d requests to %s, %d%% of them to the canary", n, host, percent), func(context.Context) error {
		counts := s.answers(transport, host, n, workers)
		if counts["web"]+counts["next"] != n {
			s.Fatalf("%d requests to %s: got %v", n, host, counts)
		}
		if off := 100*counts["next"] - percent*n; max(off, -off) > n {
			return fmt.Errorf("got %v, want %d%% ± 1%% at the canary", counts, percent)
		}
		return nil
	})
}

// answers sends n requests over a few connections that are kept, and counts the answers by Service.
func (s *scene) answers(transport *http.Transport, host string, n, workers int) map[string]int {
	var mu sync.Mutex
	counts := map[string]int{}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				service, err := serviceOf(s.Context(), transport, host)
				if err != nil {
					service = err.Error()
				}
				mu.Lock()
				counts[service]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return counts
}

// serviceOf sends one request and tells whose pod answered.
func serviceOf(ctx context.Context, transport *http.Transport, host string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/", http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", resp.StatusCode)
	}
	var who node.Answer
	err = json.NewDecoder(resp.Body).Decode(&who)
	return who.Service, err
}
