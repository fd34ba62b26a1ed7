package desired_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

func TestDemands(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason    string
		ingresses []string
		sharing   v1alpha1.HostSharing
		owners    map[string]string
		want      []placement.Host
	}{
		"Paths": {
			"each path once, in the order of age",
			[]string{"shop/b@2 b.com Prefix /x web:80", "shop/a@1 a.com Prefix / web:80", "shop/a@1 a.com Prefix /x web:80", "shop/b@2 A.com Prefix /x api:80"},
			"", nil,
			[]placement.Host{
				{Name: "a.com", Age: 0, Rules: 2, Owner: "shop", Groups: []string{"shop/web:80", "shop/api:80"}},
				{Name: "b.com", Age: 1, Rules: 1, Owner: "shop", Groups: []string{"shop/web:80"}},
			},
		},
		"Exact": {
			"what is below an Exact path may need a rule, which one beside it shares",
			[]string{"shop/a@1 a.com Exact /x web:80", "shop/a@1 a.com Prefix /x web:80", "shop/a@1 a.com Exact / web:80"},
			"", nil,
			[]placement.Host{{Name: "a.com", Rules: 3, Owner: "shop", Groups: []string{"shop/web:80"}}},
		},
		"DefaultBackend": {
			"it is a rule of each host without a root, and a host of its own without a rule",
			[]string{"shop/a@1 a.com Prefix /x web:80", "shop/a@1 default def:80"},
			"", nil,
			[]placement.Host{
				{Name: "a.com", Rules: 2, Owner: "shop", Groups: []string{"shop/web:80", "shop/def:80"}},
				{Name: "", Age: 1, Groups: []string{"shop/def:80"}},
			},
		},
		"Unusable": {
			"an Ingress without a host that can be served is somewhere, too, to be told",
			[]string{"shop/a@1 no_host.com Prefix / web:80"},
			"", nil,
			[]placement.Host{{Name: ""}},
		},
		"OtherNamespace": {
			"what a host's owner does not get takes no room",
			[]string{"one/a@1 a.com Prefix / web:80", "two/b@2 a.com Prefix /x web:80"},
			"", nil,
			[]placement.Host{{Name: "a.com", Rules: 1, Owner: "one", Groups: []string{"one/web:80"}}},
		},
		"OwnerOnRecord": {
			"the owner is who claimed first, not who is oldest",
			[]string{"one/a@1 a.com Prefix / web:80", "two/b@2 a.com Prefix /x web:80", "two/b@2 a.com Prefix /y web:80"},
			"",
			map[string]string{"a.com": "two"},
			[]placement.Host{{Name: "a.com", Rules: 2, Owner: "two", Groups: []string{"two/web:80"}}},
		},
		"Shared": {
			"where namespaces share hosts all count",
			[]string{"one/a@1 a.com Prefix / web:80", "two/b@2 a.com Prefix /x web:80"},
			v1alpha1.HostSharingAcrossNamespaces, nil,
			[]placement.Host{{Name: "a.com", Rules: 2, Groups: []string{"one/web:80", "two/web:80"}}},
		},
		"Canary": {
			"a canary shares the rule and adds members",
			[]string{"shop/a@1 a.com Prefix / web:80", "shop/b@2 a.com Prefix / next:80", "shop/b@2 annotation canary=true"},
			"", nil,
			[]placement.Host{{Name: "a.com", Rules: 1, Owner: "shop", Groups: []string{"shop/web:80", "shop/next:80"}}},
		},
		"TLS": {
			"the first Secret for the host",
			[]string{"shop/a@1 a.com Prefix / web:80", "shop/a@1 b.com Prefix / web:80", "shop/a@1 tls star *.com", "shop/a@1 tls b b.com"},
			"", nil,
			[]placement.Host{
				{Name: "a.com", Age: 0, Rules: 1, Owner: "shop", Groups: []string{"shop/web:80"}, Certificate: "shop/star"},
				{Name: "b.com", Age: 1, Rules: 1, Owner: "shop", Groups: []string{"shop/web:80"}, Certificate: "shop/star"},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, line := range tc.ingresses {
				w.ingress(line)
			}
			w.snapshot.Config.Spec.HostSharing = tc.sharing
			got := desired.Demands(w.snapshot.Config, w.snapshot.Ingresses, tc.owners)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
			hosts := map[string]bool{}
			for _, ing := range w.snapshot.Ingresses {
				for _, host := range desired.Hosts(ing) {
					hosts[host] = true
				}
			}
			for _, h := range got {
				if !hosts[h.Name] {
					t.Errorf("%q is demanded, and no Ingress asks for it: %v", h.Name, hosts)
				}
			}
		})
	}
}

func TestServedHosts(t *testing.T) {
	t.Parallel()
	rules := []cloud.Rule{{Port: 80, Domain: "b.com", URL: "/x"}, {Port: 443, Domain: "b.com", URL: "/x"}, {Port: 80, Domain: "a.com"}}
	cases := map[string]struct {
		reason string
		stack  cloud.Stack
		want   []string
	}{
		"Rules":        {"each domain once", cloud.Stack{Rules: rules, Listeners: []cloud.Listener{{Port: 80, Group: cloud.EmptyGroup}}}, []string{"a.com", "b.com"}},
		"DefaultGroup": {"a default group with members serves unknown hosts", cloud.Stack{Listeners: []cloud.Listener{{Port: 80, Group: "shop/web/80"}}}, []string{""}},
		"HostlessRule": {"and so does a rule without domain", cloud.Stack{Rules: []cloud.Rule{{Port: 80, URL: "/x"}}}, []string{""}},
		"Nothing":      {"nothing is programmed", cloud.Stack{}, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, desired.ServedHosts(tc.stack)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestHostField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingress("shop/a@1 no_host.com Prefix / web:80")
	w.ingress("shop/a@1 B.com Prefix / web:80")
	w.ingress("shop/a@1 default web:80")
	ing := w.snapshot.Ingresses[0]
	for host, want := range map[string]string{"b.com": "spec.rules[1].host", "": "spec.defaultBackend"} {
		if got := desired.HostField(ing, host); got != want {
			t.Errorf("HostField(%q): got %q, want %q", host, got, want)
		}
	}
}
