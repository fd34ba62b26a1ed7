package alibaba_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
)

// script answers calls by the name of their operation, one answer after the other, the last one for
// good. It stands in for the service where its words matter, not its state.
type script struct {
	mu      sync.Mutex
	answers map[string][]answer
	calls   []call
}

type answer struct {
	status int
	body   string
	err    error
}

// call is what was sent.
type call struct {
	url  string
	form url.Values
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	s.calls = append(s.calls, call{url: r.URL.String(), form: form})
	queue := s.answers[form.Get("Action")]
	if len(queue) == 0 {
		return nil, fmt.Errorf("no answer to %s", form.Get("Action"))
	}
	if len(queue) > 1 {
		s.answers[form.Get("Action")] = queue[1:]
	}
	if queue[0].err != nil {
		return nil, queue[0].err
	}
	return &http.Response{
		StatusCode: queue[0].status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(queue[0].body)), Request: r,
	}, nil
}

// ok is an answer of the service, which gives each a request id.
func ok(body string) answer {
	if rest, object := strings.CutPrefix(body, "{"); object && !strings.Contains(body, `"RequestId"`) {
		if body = `{"RequestId":"a",` + rest; rest == "}" {
			body = `{"RequestId":"a"}`
		}
	}
	return answer{status: http.StatusOK, body: body}
}

func refusal(status int, code, message string) answer {
	return answer{status: status, body: fmt.Sprintf(
		`{"RequestId":"365F4154-92F6-4AE4-92F8-7FF34B540710","HostId":"slb.aliyuncs.com","Code":%q,"Message":%q}`, code, message)}
}

func (s *script) client(t *testing.T, edit func(*alibaba.Options)) *alibaba.Client {
	t.Helper()
	o := alibaba.Options{
		Region: "cn-hangzhou", VPCID: "vpc-1", Credentials: key(), Transport: s,
		Retry: alibaba.Retry{Busy: -1, Throttled: -1}, Rates: alibaba.Rates{Share: 1, Writes: 10_000, Reads: 10_000},
	}
	if edit != nil {
		edit(&o)
	}
	client, err := alibaba.New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return client
}
