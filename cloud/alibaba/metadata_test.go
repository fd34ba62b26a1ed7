package alibaba_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
)

func TestMetadata(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason   string
		hardened bool
		value    string
		want     string
		err      string
	}{
		"Plain":    {"no session needed", false, "vpc-bp1\n", "vpc-bp1", ""},
		"Hardened": {"session needed", true, "vpc-bp1", "vpc-bp1", ""},
		"Nonsense": {"a captive portal answers", false, "<html>", "", "cannot read vpc-id from the instance metadata: the answer is no id; give it by --vpc-id"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			if tc.hardened {
				mux.HandleFunc("PUT /latest/api/token", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "session") })
			}
			mux.HandleFunc("GET /latest/meta-data/vpc-id", func(w http.ResponseWriter, r *http.Request) {
				if tc.hardened && r.Header.Get("X-aliyun-ecs-metadata-token") != "session" {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				fmt.Fprint(w, tc.value)
			})
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			got, err := alibaba.Metadata{BaseURL: server.URL}.VPC(t.Context())
			text := ""
			if err != nil {
				text = err.Error()
			}
			if got != tc.want || text != tc.err {
				t.Errorf("%s: got %q (%q), want %q (%q)", tc.reason, got, text, tc.want, tc.err)
			}
		})
	}
}

// silence never answers.
type silence struct{}

func (silence) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestNoMetadata: off the cloud nobody answers, and the start does not hang.
func TestNoMetadata(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := alibaba.Metadata{Transport: silence{}}.Region(t.Context())
		if got, want := fmt.Sprint(err), "cannot read region-id from the instance metadata: timed out; give it by --region"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("took %s", d)
		}
	})
}
