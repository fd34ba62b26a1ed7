package model_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// TestIndependence: a judge that shared code with the judged would share its mistakes.
func TestIndependence(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/slb-ingress/slb-ingress-controller/"
	var own []string
	for path := range strings.Lines(string(out)) {
		if room, ok := strings.CutPrefix(strings.TrimSpace(path), module); ok {
			own = append(own, room)
		}
	}
	if diff := cmp.Diff([]string{"api/v1alpha1", "hack/sim/model"}, own); diff != "" {
		t.Errorf("packages of this repository that the model uses (-want +got):\n%s", diff)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	const host = "a.example.com"
	cases := map[string]struct {
		reason string
		lines  []string
		want   map[string]string // by path, of host
	}{
		"PrefixIsLongestString": {
			reason: "the service compares plain prefixes, and a known host has no way out",
			lines:  []string{host + " Prefix /foo coffee", host + " Prefix /foo/bar tea"},
			want:   map[string]string{"/foo": "shop/coffee", "/foobar": "shop/coffee", "/foo/bar/x": "shop/tea", "/": "404"},
		},
		"ExactBesidePrefix": {
			reason: "Prefix leaves its URL to Exact and takes what is below it",
			lines:  []string{host + " Prefix /foo coffee", host + " Exact /foo tea"},
			want:   map[string]string{"/foo": "shop/tea", "/foo/x": "shop/coffee", "/foobar": "shop/tea"},
		},
		"ExactBelowRoot": {
			reason: "what is below an Exact path goes where it would go without it",
			lines:  []string{host + " Prefix / coffee", host + " Exact /foo tea"},
			want:   map[string]string{"/foo": "shop/tea", "/foo/x": "shop/coffee", "/x": "shop/coffee"},
		},
		"ExactAlone": {
			reason: "nobody else has what is below it",
			lines:  []string{host + " Exact /foo tea"},
			want:   map[string]string{"/foo": "shop/tea", "/foo/x": "shop/tea", "/x": "404"},
		},
		"NativePrefix": {
			reason: "ImplementationSpecific is what the service does, and /* at its end says no more",
			lines:  []string{host + " ImplementationSpecific /foo/* tea"},
			want:   map[string]string{"/foo": "404", "/foo/": "shop/tea"},
		},
		"DefaultBackend": {
			reason: "a host without / needs one, because the service does not fall through",
			lines:  []string{host + " Prefix /foo tea", "default coffee"},
			want:   map[string]string{"/foo": "shop/tea", "/x": "shop/coffee"},
		},
		"BrokenIsLeftOut": {
			reason: "what never was served is not served, and the rest is",
			lines:  []string{host + " Prefix /foo nothing", host + " Prefix / tea"},
			want:   map[string]string{"/foo": "shop/tea", "/": "shop/tea"},
		},
		"Unsendable": {
			reason: "a regular expression is no prefix",
			lines:  []string{host + " ImplementationSpecific /a.*b tea", host + " Prefix / coffee"},
			want:   map[string]string{"/a.*b": "shop/coffee"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.ingress("shop", "a", tc.lines...)
			table := w.look()
			for path, want := range tc.want {
				if got := answer(table, host, path); got != want {
					t.Errorf("%s: %s is answered by %q, want %q", tc.reason, path, got, want)
				}
			}
		})
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("shop", "a", "*.example.com Prefix / coffee", "*.b.example.com Prefix / tea", "a.example.com Prefix /x milk", "- Prefix /p milk", "default tea")
	table := w.look()
	for host, want := range map[string]string{
		"A.Example.com.": "shop/milk", "c.example.com": "shop/coffee", "x.b.example.com": "shop/tea",
		"c.d.example.com": "shop/coffee", "example.com": "shop/tea",
	} {
		if got := answer(table, host, "/x"); got != want {
			t.Errorf("%s: answered by %q, want %q", host, got, want)
		}
	}
	if got := answer(table, "unknown", "/p/x"); got != "shop/milk" {
		t.Errorf("a path of no host: answered by %q", got)
	}
}

// TestTenants: a host belongs to the namespace that asked first, and who waits gets it when it is free.
func TestTenants(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ reason, theirs string }{
		"Same":     {"the host itself", "a.example.com"},
		"Spelling": {"the host in another spelling", "A.EXAMPLE.com."},
		"Wildcard": {"a wildcard over it", "*.example.com"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			older := w.ingress("other", "b", "b.other.net Prefix / tea")
			w.ingress("shop", "a", "a.example.com Prefix /x coffee")
			w.look()
			w.line(older, []string{tc.theirs, "Prefix", "/x/y", "tea"})
			table := w.look()
			if got := answer(table, "a.example.com", "/x/y"); got != "shop/coffee" {
				t.Errorf("%s was taken: answered by %q", tc.reason, got)
			}
			if want := (model.Told{Ingress: "other/b", Reason: "HostClaimed"}); !slices.Contains(table.Groups[group].Told, want) {
				t.Errorf("told %v, want %v", table.Groups[group].Told, want)
			}
			w.Ingresses = []*networkingv1.Ingress{older}
			if got := answer(w.look(), "a.example.com", "/x/y"); got != "other/tea" {
				t.Errorf("after its owner left, %s is answered by %q", tc.reason, got)
			}
		})
	}
}

func TestSharedHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.Spec.HostSharing = v1alpha1.HostSharingAcrossNamespaces
	w.ingress("shop", "a", "a.example.com Prefix /x coffee")
	w.ingress("other", "b", "a.example.com Prefix /y tea", "a.example.com Prefix /x tea")
	table := w.look()
	if got := answer(table, "a.example.com", "/y") + answer(table, "a.example.com", "/x"); got != "other/teashop/coffee" {
		t.Errorf("answered by %q", got)
	}
}

// TestKept: a backend that breaks keeps what it served, and is served anew when it is mended.
func TestKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ing := w.ingress("shop", "a", "a.example.com Prefix /x coffee")
	w.look()
	path := &ing.Spec.Rules[0].HTTP.Paths[0]
	path.Backend = backend("nothing")
	table := w.look()
	if got := answer(table, "a.example.com", "/x"); got != "shop/coffee" {
		t.Errorf("broken: answered by %q", got)
	}
	if want := []model.Told{{Ingress: "shop/a", Reason: "ServiceNotFound"}}; !slices.Equal(table.Groups[group].Told, want) {
		t.Errorf("told %v, want %v", table.Groups[group].Told, want)
	}
	path.Backend = backend("tea")
	if got := answer(w.look(), "a.example.com", "/x"); got != "shop/tea" {
		t.Errorf("mended: answered by %q", got)
	}
}

func TestCanary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("shop", "a", "a.example.com Prefix /x coffee", "a.example.com Prefix /y coffee")
	w.ingress("shop", "c", "a.example.com Prefix /x tea", "note canary true", "note canary-weight 30")
	w.ingress("other", "d", "a.example.com Prefix /y tea", "note canary true", "note canary-weight 30")
	table := w.look()
	if got := answer(table, "a.example.com", "/x"); got != "shop/coffee 70% shop/tea 30%" {
		t.Errorf("answered by %q", got)
	}
	if got := answer(table, "a.example.com", "/y"); got != "shop/coffee" {
		t.Errorf("another namespace's canary: answered by %q", got)
	}
	w.Slices = slices.Delete(w.Slices, 1, 2) // tea's
	w.Pods = slices.Delete(w.Pods, 1, 2)
	if got := answer(w.look(), "a.example.com", "/x"); got != "shop/coffee shop/tea 0%" {
		t.Errorf("without pods of the canary: answered by %q", got)
	}
}

// TestEndpoints: who is written into a slice serves only if it is a pod of the namespace.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"10.9.9.9", "127.0.0.1", "169.254.1.1", "100.100.100.200"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.ingress("shop", "a", "a.example.com Prefix / coffee")
			w.Slices[0].Endpoints[0].Addresses[0] = address
			if address != "10.9.9.9" {
				w.Pods[0].Status.PodIP = address
			}
			if got := answer(w.look(), "a.example.com", "/"); got != "503" {
				t.Errorf("answered by %q", got)
			}
		})
	}
}

// TestHeld: the last members stay for a minute while slices and pods disagree.
func TestHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("shop", "a", "a.example.com Prefix / coffee")
	w.look()
	w.Slices[0].Endpoints = nil
	for after, want := range map[time.Duration]string{0: "shop/coffee", 59 * time.Second: "shop/coffee", time.Minute: "503"} {
		began := *w
		began.model = model.New(model.Options{DefaultClass: "slb"})
		endpoints := w.Slices[0].Endpoints
		w.Slices[0].Endpoints = newWorld(t).Slices[0].Endpoints
		began.look()
		w.Slices[0].Endpoints = endpoints
		began.look()
		began.now = began.now.Add(after)
		if got := answer(began.look(), "a.example.com", "/"); got != want {
			t.Errorf("after %v: answered by %q, want %q", after, got, want)
		}
	}
	w.Pods = nil
	if got := answer(w.look(), "a.example.com", "/"); got != "503" {
		t.Errorf("without pods: answered by %q", got)
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("shop", "a", "a.example.com Prefix / coffee")
	w.look()
	class := w.Classes
	w.Classes = nil
	if got := answer(w.look(), "a.example.com", "/"); got != "shop/coffee" {
		t.Errorf("without its class a group is frozen; answered by %q", got)
	}
	w.Classes, w.Ingresses = class, nil
	g := w.look().Groups[group]
	if g.Instance != model.Present || g.Listening {
		t.Errorf("within the grace: %+v", g)
	}
	w.now = w.now.Add(10 * time.Minute)
	if g := w.look().Groups[group]; g.Instance != model.Absent {
		t.Errorf("after the grace: %+v", g)
	}
}

// TestPlaces: which instance an Ingress is served by, or why by none.
func TestPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("shop", "named", "a.example.com Prefix / coffee", "note id lb-mine")
	w.ingress("shop", "refused", "a.example.com Prefix / coffee", "note id lb-refused")
	w.ingress("shop", "illegible", "a.example.com Prefix / coffee", "note id mine")
	w.ingress("shop", "intranet", "a.example.com Prefix / coffee", "note address-type intranet")
	table := w.look()
	if a := table.Answer(model.Probe{Group: "id.lb-mine", Port: model.HTTPS, Host: "a.example.com", Path: "/"}); !a.Serves() {
		t.Errorf("by id: %v", a)
	}
	if a := table.Answer(model.Probe{Group: "id.lb-refused", Port: model.HTTPS, Host: "a.example.com", Path: "/"}); a.Kind != model.Any {
		t.Errorf("on an instance that is refused: %v", a)
	}
	if got := answer(table, "a.example.com", "/"); got != "closed" {
		t.Errorf("neither illegible nor intranet: answered by %q", got)
	}
	told := table.Groups[group].Told
	for _, want := range []model.Told{{"shop/illegible", "InvalidLoadBalancerID"}, {"shop/intranet", "IntranetNeedsID"}} {
		if !slices.Contains(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("shop", "a", "a.example.com Prefix / coffee")
	w.ingress("shop", "b", "b.example.com Prefix / coffee", "note ssl-redirect true")
	table := w.look()
	if got := answer(table, "a.example.com", "/"); got != "redirect" {
		t.Errorf("port 80 answers %q", got)
	}
	if a := table.Answer(model.Probe{Group: group, Port: model.HTTPS, Host: "a.example.com", Path: "/"}); !a.Serves() {
		t.Errorf("port 443: %v", a)
	}
}
