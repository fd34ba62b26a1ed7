package desired_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// path is one path of the random Ingresses.
type path struct{ host, kind, path, service string }

func (p path) line() string {
	return fmt.Sprintf("default/a@1 %s %s %s %s:80", p.host, p.kind, p.path, p.service)
}

// TestSemantics compares, for random Ingresses, where the programmed rules send requests with where
// Kubernetes says they go. The requests are those that the translation promises to get right: every
// path that was asked for, what is a segment below it, and the root. What is served wider than
// asked, such as /foobar for /foo, is not among them.
func TestSemantics(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			paths := randomPaths(rand.New(rand.NewPCG(seed, 1)))
			w := newWorld(t)
			for _, p := range paths {
				w.ingress(p.line())
			}
			for _, s := range []string{"s0", "s1", "s2"} {
				w.service("default/" + s + " 80:8080 10.0.0.1")
			}
			result := desired.Build(w.done())
			checkStack(t, result.Stack)
			for _, p := range paths {
				for _, request := range []string{p.path, strings.TrimSuffix(p.path, "/") + "/x", "/"} {
					want := kubernetes(paths, p.host, request)
					got := service(result.Stack, p.host, request)
					if want == "" && got != "404" && approximated(paths, p.host, request) {
						continue // nobody has it for Kubernetes; an Exact path takes it, as is told
					}
					if want == "" {
						want = "404"
					}
					if got != want {
						t.Errorf("%s%s goes to %s, want %s\npaths %v\n%s", p.host, request, got, want, paths, showStack(result))
					}
				}
			}
		})
	}
}

// randomPaths makes paths of a small alphabet, so that they nest and repeat, none with the slot of
// another.
func randomPaths(r *rand.Rand) []path {
	var paths []path
	used := map[path]bool{}
	for range 1 + r.IntN(7) {
		p := path{host: "a.example.com", kind: "Prefix", path: "/", service: fmt.Sprintf("s%d", r.IntN(3))}
		if r.IntN(2) == 0 {
			p.kind = "Exact"
		}
		var segments []string
		for range r.IntN(4) {
			segments = append(segments, string(rune('a'+r.IntN(2))))
		}
		p.path += strings.Join(segments, "/")
		slot := path{kind: p.kind, path: p.path}
		if p.path == "/" {
			slot.kind = "" // Exact "/" and Prefix "/" are one for the service
			p.kind = "Prefix"
		}
		if !used[slot] {
			used[slot] = true
			paths = append(paths, p)
		}
	}
	return paths
}

// kubernetes is where a request goes by the definition of Ingress: Exact before Prefix, the longest
// path first, Prefix by segments.
func kubernetes(paths []path, host, request string) string {
	best, length := "", -1
	for _, p := range paths {
		if p.host != host {
			continue
		}
		if p.kind == "Exact" && p.path == request {
			return p.service
		}
		prefix := strings.TrimSuffix(p.path, "/")
		if p.kind == "Prefix" && (request == prefix || strings.HasPrefix(request, prefix+"/")) && len(prefix) > length {
			best, length = p.service, len(prefix)
		}
	}
	return best
}

// approximated tells whether an Exact path takes the request as a string.
func approximated(paths []path, host, request string) bool {
	return slices.ContainsFunc(paths, func(p path) bool {
		return p.host == host && p.kind == "Exact" && strings.HasPrefix(request, p.path)
	})
}

// service is where a request goes by the service's rules: the longest string prefix of the host's
// rules, else the host's rule without URL, else 404.
func service(s cloud.Stack, host, request string) string {
	group, longest := "404", -1
	for _, r := range s.Rules {
		if r.Port == 443 && r.Domain == host && strings.HasPrefix(request, r.URL) && len(r.URL) > longest {
			group, longest = r.Group, len(r.URL)
		}
	}
	return strings.TrimSuffix(strings.TrimPrefix(group, "default/"), "/80")
}

// TestRebuildClaims checks that claims that are read back from what is programmed lead to the same
// stack as those on record did, whichever Ingress is older.
func TestRebuildClaims(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		claims []string
		config string // a line of settings
		lines  []string
	}{
		"YoungerOwner": {
			reason: "the owner of a host stays, though an older Ingress waits",
			claims: []string{"a.example.com Prefix / young/b"},
			lines:  []string{"old/a@1 a.example.com Prefix / web:80", "young/b@2 a.example.com Prefix / web:80"},
		},
		"YoungerPath": {
			reason: "the owner of a path stays",
			claims: []string{"a.example.com Prefix /foo one/b"},
			lines:  []string{"one/a@1 a.example.com Prefix /foo other:80", "one/b@2 a.example.com Prefix /foo web:80"},
		},
		"Moved": {
			reason: "a Prefix path is known by its URL below an Exact one",
			claims: []string{"a.example.com Prefix /foo one/b", "a.example.com Exact /foo one/b"},
			lines: []string{
				"one/a@1 a.example.com Prefix /foo other:80",
				"one/b@2 a.example.com Prefix /foo web:80", "one/b@2 a.example.com Exact /foo web2:80",
			},
		},
		"Redundant": {
			reason: "a path without a rule of its own is served by another",
			claims: []string{"a.example.com Prefix / one/b", "a.example.com Prefix /foo one/b"},
			lines: []string{
				"one/a@1 a.example.com Prefix /foo other:80",
				"one/b@2 a.example.com Prefix / web:80", "one/b@2 a.example.com Prefix /foo web:80",
			},
		},
		"DefaultBackend": {
			reason: "and so does the owner of the default group",
			claims: []string{"- Prefix / one/b"},
			lines:  []string{"one/a@1 default other:80", "one/b@2 default web:80"},
		},
		"Canary": {
			reason: "the owner of a path is known by its group with a canary, and the canary is not taken for it",
			claims: []string{"a.example.com Prefix /foo one/b"},
			lines: []string{
				"one/c@0 annotation canary=true", "one/c@0 annotation canary-weight=50", "one/c@0 a.example.com Prefix /foo web2:80",
				"one/a@1 a.example.com Prefix /foo other:80", "one/b@2 a.example.com Prefix /foo web:80",
			},
		},
		"CanaryOfAnother": {
			reason: "nor is one that ingress-nginx would know for a canary",
			claims: []string{"a.example.com Prefix /foo one/b"},
			config: `config {"compatibility":["nginx"]}`,
			lines: []string{
				"one/c@0 annotation nginx.ingress.kubernetes.io/canary=true", "one/c@0 annotation nginx.ingress.kubernetes.io/canary-weight=50",
				"one/c@0 a.example.com Prefix /foo web2:80",
				"one/a@1 a.example.com Prefix /foo other:80", "one/b@2 a.example.com Prefix /foo web:80",
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, line := range tc.lines {
				w.ingress(line)
			}
			for _, line := range []string{"one/web 80:8080 10.0.0.1", "one/web2 80:8080 10.0.0.2", "one/other 80:8080 10.0.0.3", "old/web 80:8080 10.0.0.4", "young/web 80:8080 10.0.0.5"} {
				w.service(line)
			}
			for _, c := range tc.claims {
				w.setting("claim " + c)
			}
			if tc.config != "" {
				w.setting(tc.config)
			}
			s := w.done()
			want := desired.Build(s)
			s.Record = s.Record.DeepCopy()
			s.Record.Status.Claims = nil
			if cmp.Equal(want.Stack.Rules, desired.Build(s).Stack.Rules) && cmp.Equal(want.Stack.Listeners, desired.Build(s).Stack.Listeners) {
				t.Fatal("the case shows nothing: the stack does not depend on the record")
			}
			s.Record.Status.Claims = desired.RebuildClaims(want.Stack, s.Ingresses, s.Config)
			got := desired.Build(s)
			if diff := cmp.Diff(groups(want.Stack), groups(got.Stack)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// groups says where everything goes, without ranks, which depend on the order of the claims.
func groups(s cloud.Stack) map[string]string {
	m := map[string]string{}
	for _, r := range s.Rules {
		m[r.Ref().String()] = r.Group
	}
	for _, l := range s.Listeners {
		m[l.Ref().String()] = l.Group
	}
	return m
}
