package config_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
)

// seen is one request as the API server's authorizer understands it.
type seen struct {
	*request.RequestInfo

	Status int
}

func (s seen) String() string {
	return fmt.Sprintf("%s %s (%d)", s.Verb, strings.TrimPrefix(s.Path, "/"), s.Status)
}

// recorder keeps the requests of a client. It is safe for concurrent use.
type recorder struct {
	mu   sync.Mutex
	list []seen
}

// wrap is a rest.Config's WrapTransport.
func (r *recorder) wrap(next http.RoundTripper) http.RoundTripper {
	factory := request.RequestInfoFactory{APIPrefixes: sets.NewString("api", "apis"), GrouplessAPIPrefixes: sets.NewString("api")}
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		info, err := factory.NewRequestInfo(req)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL, err)
		}
		s := seen{RequestInfo: info}
		resp, err := next.RoundTrip(req)
		if resp != nil {
			s.Status = resp.StatusCode
		}
		r.mu.Lock()
		r.list = append(r.list, s)
		r.mu.Unlock()
		return resp, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// requests returns what was seen so far.
func (r *recorder) requests() []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// expectNoRefusal is the proof that the roles suffice.
func expectNoRefusal(t *testing.T, requests []seen) {
	t.Helper()
	for _, s := range requests {
		if s.Status == http.StatusForbidden || s.Status == http.StatusUnauthorized {
			t.Errorf("refused: %s", s)
		}
	}
}

// expectSecretsByName is the proof that Secrets which nobody names stay out of reach.
func expectSecretsByName(t *testing.T, requests []seen) {
	t.Helper()
	watched := false
	for _, s := range requests {
		if s.Resource != "secrets" {
			continue
		}
		switch s.Verb {
		case "get", "create":
		case "watch":
			watched = true
			if s.FieldSelector != "metadata.name="+s.Name || s.Name == "" || s.Namespace == "" {
				t.Errorf("a watch of Secrets that is not of one name: %s?fieldSelector=%s", s, s.FieldSelector)
			}
		default:
			t.Errorf("Secrets are to be read by name: %s", s)
		}
	}
	if !watched {
		t.Error("no Secret was watched, so nothing is proved")
	}
}

// expectUse is the proof that the roles grant nothing that is not used.
func expectUse(t *testing.T, rules []rule, requests []seen) {
	t.Helper()
	for _, r := range rules {
		for _, group := range r.APIGroups {
			for _, resource := range r.Resources {
				for _, verb := range r.Verbs {
					use := func(s seen) bool { return s.uses(r, group, resource, verb) }
					if !slices.ContainsFunc(requests, use) {
						t.Errorf("%s grants %s of %s in group %q %v, which is not used", r.role, verb, resource, group, r.ResourceNames)
					}
				}
			}
		}
	}
}

// uses tells whether the request needs that a rule has a verb.
func (s seen) uses(r rule, group, resource, verb string) bool {
	target, subresource, _ := strings.Cut(resource, "/")
	if !s.IsResourceRequest || s.APIGroup != group || s.Resource != target || s.Subresource != subresource {
		return false
	}
	if strings.HasPrefix(r.role, "Role/") && s.Namespace != namespace {
		return false
	}
	if len(r.ResourceNames) > 0 && !slices.Contains(r.ResourceNames, s.Name) {
		return false
	}
	return s.Verb == verb
}
