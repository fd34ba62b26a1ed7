package alibaba_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// TestDoubtfulDeletes: not every NotFound says that what had to go is gone.
func TestDoubtfulDeletes(t *testing.T) {
	t.Parallel()
	rules := []cloud.Rule{{Port: 80, URL: "/a"}, {Port: 80, URL: "/b"}}
	drop := func(n int) cloud.Change {
		return cloud.DeleteRules{Port: 80, Protocol: cloud.HTTP, Rules: rules[:n]}
	}
	remove := cloud.RemoveMembers{Group: "a/b/c", Members: []cloud.Member{{ServerID: "eni-1", IP: "10.0.0.1", Port: 80}}}
	batch := cloud.RemoveMembers{Group: "a/b/c", Members: append(remove.Members, cloud.Member{ServerID: "eni-2", IP: "10.0.0.2", Port: 80})}
	noRule := refusal(404, "InvalidRuleId.NotFound", "x")
	cases := map[string]struct {
		reason string
		change cloud.Change
		answer answer
		want   cloud.ErrorKind
	}{
		"OneRule":     {"it is gone", drop(1), noRule, ""},
		"TwoRules":    {"one is gone, and the other?", drop(2), noRule, cloud.Conflict},
		"NoGroup":     {"its members are gone", remove, refusal(404, "InvalidParameter", "The specified VServerGroupId does not exist."), ""},
		"NoInterface": {"what does not exist is no member", remove, refusal(404, "ResourceNotFound.vServers", "x"), ""},
		"NoServer":    {"what does not exist is no member", remove, refusal(400, "InvalidServerId.NotExist", "x"), ""},
		"OneOfTwo":    {"the other one may be there", batch, refusal(404, "ResourceNotFound.vServers", "x"), cloud.NotFound},
		"Extension":   {"by its code", cloud.DeleteExtension{Extension: cloud.Extension{Port: 443, Domain: "a"}}, refusal(400, "InvalidParameter.DomainExtensionId", "x"), ""},
		"Certificate": {"by its code", cloud.DeleteCertificate{Name: "n"}, refusal(404, "ServerCertificateId.NotFound", "x"), ""},
		"Instance":    {"by its code", cloud.DeleteLoadBalancer{}, refusal(404, "InvalidLoadBalancerId.NotFound", "x"), ""},
		"Untag":       {"by its code", cloud.UntagLoadBalancer{Keys: []string{"k"}}, refusal(404, "ResourceNotExist", "x"), ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{answers: map[string][]answer{}}
			for _, op := range []string{
				"DeleteRules", "RemoveVServerGroupBackendServers", "DeleteDomainExtension", "DeleteServerCertificate",
				"DeleteLoadBalancer", "UntagResources",
			} {
				s.answers[op] = []answer{tc.answer}
			}
			scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{
				rules[0].Ref(): "rule-1", rules[1].Ref(): "rule-2", cloud.ServerGroupRef("a/b/c"): "rsp-1",
				cloud.ExtensionRef(443, "a"): "de-1", cloud.CertificateRef("n"): "c-1", cloud.LoadBalancerRef(): "lb-1",
			}}
			_, err := s.client(t, nil).Apply(t.Context(), scope, tc.change)
			if got := cloud.KindOf(err); got != tc.want {
				t.Errorf("%s: got %q (%v), want %q", tc.reason, got, err, tc.want)
			}
		})
	}
}

// TestMissingID: a change whose ids are not known is not sent.
func TestMissingID(t *testing.T) {
	t.Parallel()
	lb := cloud.IDs{cloud.LoadBalancerRef(): "lb-1"}
	listener := cloud.Listener{Port: 80, Protocol: cloud.HTTP, Group: "a/b/c"}
	rule := cloud.Rule{Port: 80, URL: "/a", Group: "a/b/c"}
	extension := cloud.Extension{Port: 443, Domain: "a", Certificate: "n"}
	for name, tc := range map[string]struct {
		ids    cloud.IDs
		change cloud.Change
		lacks  string
	}{
		"Tag":               {nil, cloud.TagLoadBalancer{}, "LoadBalancer/"},
		"Untag":             {nil, cloud.UntagLoadBalancer{}, "LoadBalancer/"},
		"Protection":        {nil, cloud.SetDeleteProtection{}, "LoadBalancer/"},
		"DeleteInstance":    {nil, cloud.DeleteLoadBalancer{}, "LoadBalancer/"},
		"CreateListener":    {lb, cloud.CreateListener{Listener: listener}, "ServerGroup/a/b/c"},
		"SetListener":       {lb, cloud.SetListener{Listener: listener}, "ServerGroup/a/b/c"},
		"StartListener":     {nil, cloud.StartListener{Port: 80}, "LoadBalancer/"},
		"TagListener":       {nil, cloud.TagListener{Port: 80}, "LoadBalancer/"},
		"DeleteListener":    {nil, cloud.DeleteListener{Port: 80}, "LoadBalancer/"},
		"CreateRules":       {lb, cloud.CreateRules{Port: 80, Rules: []cloud.Rule{rule}}, "ServerGroup/a/b/c"},
		"SetRule":           {lb, cloud.SetRule{Rule: rule}, "Rule/80//a"},
		"DeleteRules":       {lb, cloud.DeleteRules{Port: 80, Rules: []cloud.Rule{rule}}, "Rule/80//a"},
		"CreateExtension":   {lb, cloud.CreateExtension{Extension: extension}, "Certificate/n"},
		"SetExtension":      {lb, cloud.SetExtension{Extension: extension}, "DomainExtension/443/a"},
		"DeleteExtension":   {lb, cloud.DeleteExtension{Extension: extension}, "DomainExtension/443/a"},
		"CreateServerGroup": {nil, cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}}, "LoadBalancer/"},
		"AddMembers":        {lb, cloud.AddMembers{Group: "a/b/c"}, "ServerGroup/a/b/c"},
		"DeleteServerGroup": {lb, cloud.DeleteServerGroup{Name: "a/b/c"}, "ServerGroup/a/b/c"},
		"DeleteCertificate": {lb, cloud.DeleteCertificate{Name: "n"}, "Certificate/n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{}
			_, err := s.client(t, nil).Apply(t.Context(), cloud.Scope{Owner: owner(), IDs: tc.ids}, tc.change)
			want := &cloud.Error{Kind: cloud.Conflict, Op: tc.change.Op(), Message: "the id of " + tc.lacks + " is not known"}
			if diff := cmp.Diff(error(want), err); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if len(s.calls) != 0 {
				t.Errorf("sent %d calls", len(s.calls))
			}
		})
	}
}

// TestForeignReferences: a reference to what is not ours goes out as the id that it holds.
func TestForeignReferences(t *testing.T) {
	t.Parallel()
	s := &script{answers: map[string][]answer{"SetLoadBalancerHTTPSListenerAttribute": {ok(`{"RequestId":"a"}`)}}}
	scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{cloud.LoadBalancerRef(): "lb-1"}}
	_, err := s.client(t, nil).Apply(t.Context(), scope, cloud.SetListener{Listener: cloud.Listener{
		Port: 443, Protocol: cloud.HTTPS, Group: "id:rsp-9", TLS: cloud.TLS{Certificate: "id:c-9"},
	}})
	if err != nil {
		t.Fatalf("SetListener: %v", err)
	}
	form := s.calls[0].form
	if group, certificate := form.Get("VServerGroupId"), form.Get("ServerCertificateId"); group != "rsp-9" || certificate != "c-9" {
		t.Errorf("sent group %q and certificate %q", group, certificate)
	}
}

// TestNames keeps display names within the characters and lengths of the service.
func TestNames(t *testing.T) {
	t.Parallel()
	long := "namespace-of-quite-some-length-sixty-three-characters-in-all-aaa/service/http"
	s := &script{answers: map[string][]answer{
		"CreateVServerGroup":             {ok(`{"VServerGroupId":"rsp-1"}`)},
		"CreateLoadBalancerHTTPListener": {ok(`{"RequestId":"a"}`)},
	}}
	client := s.client(t, nil)
	scope := cloud.Scope{Owner: cloud.Owner{Cluster: "prod cluster:1", Group: "class.slb.0"}, IDs: cloud.IDs{cloud.LoadBalancerRef(): "lb-1", cloud.ServerGroupRef("a/b/c"): "rsp-1"}}
	for _, c := range []cloud.Change{
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}},
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: cloud.EmptyGroup}},
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: long}},
		cloud.CreateListener{Listener: cloud.Listener{Port: 80, Protocol: cloud.HTTP, Group: "a/b/c"}},
	} {
		if _, err := client.Apply(t.Context(), scope, c); err != nil {
			t.Fatalf("%s: %v", c.Op(), err)
		}
	}
	got := []string{
		s.calls[0].form.Get("VServerGroupName"), s.calls[1].form.Get("VServerGroupName"),
		s.calls[2].form.Get("VServerGroupName"), s.calls[3].form.Get("Description"),
	}
	want := []string{
		"k8s/a/b/c", "k8s/no-backend", cloud.Shorten("k8s/"+long, 80), "slb-ingress/prod-cluster-1/class.slb.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if len(got[2]) != 80 {
		t.Errorf("a long name has %d characters, want 80", len(got[2]))
	}
	_, err := client.Apply(t.Context(), scope, cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "two/parts"}})
	if kind := cloud.KindOf(err); kind != cloud.Invalid {
		t.Errorf("a name of two parts: got %q (%v), want %q", kind, err, cloud.Invalid)
	}
}
