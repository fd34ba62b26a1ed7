package alibaba_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/cloudtest"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestSeveralInstances: the lowest id is ours, the others are told, others' are left out.
func TestSeveralInstances(t *testing.T) {
	t.Parallel()
	fake := newFake(nil)
	for i := range 105 { // more than a page, of whom three are ours
		tags := cloud.Owner{Cluster: "c-1", Group: fmt.Sprintf("class.other.%d", i)}.Tags()
		if i == 3 || i == 50 || i == 104 {
			tags = owner().Tags()
		}
		fake.AddInstance(fakecloud.InstanceSpec{ID: fmt.Sprintf("lb-%03d", 200-i), Spec: "slb.s1.small", Tags: tags})
	}
	got, err := newClient(t, fake, nil).Observe(t.Context(), cloud.Query{Owner: owner()})
	if err != nil {
		t.Fatalf("Observe: %v", err)
	}
	want := cloud.IDs{
		cloud.LoadBalancerRef():                         "lb-096",
		{Kind: cloud.KindLoadBalancer, Name: "#lb-150"}: "lb-150",
		{Kind: cloud.KindLoadBalancer, Name: "#lb-197"}: "lb-197",
	}
	if diff := cmp.Diff(want, got.IDs); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if !got.Owned(owner()) || got.Instance.ID != "lb-096" {
		t.Errorf("instance: got %+v", got.Instance)
	}
}

// TestUnknownID: an id that nobody has is no error.
func TestUnknownID(t *testing.T) {
	t.Parallel()
	got, err := newClient(t, newFake(nil), nil).Observe(t.Context(), cloud.Query{Owner: owner(), LoadBalancer: "lb-none"})
	if err != nil || got.Instance != nil {
		t.Errorf("got %+v (%v), want no instance", got.Instance, err)
	}
}

func instanceAnswer(ports ...string) answer {
	type port struct {
		ListenerPort     int
		ListenerProtocol string
	}
	var list []port
	for i, protocol := range ports {
		list = append(list, port{80 + i, protocol})
	}
	body, _ := json.Marshal(map[string]any{
		"LoadBalancerId": "lb-1", "LoadBalancerStatus": "active", "ServiceManagedMode": "Managed",
		"ListenerPortsAndProtocol": map[string]any{"ListenerPortAndProtocol": list},
	})
	return ok(string(body))
}

func noListener() answer {
	return refusal(400, "InvalidParameter", "The specified resource does not exist.")
}

// TestGoneInBetween: what goes away between two reads makes the picture be taken anew, once.
func TestGoneInBetween(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		instance []answer
		want     cloud.ErrorKind
		calls    int
	}{
		"ThenGone":   {[]answer{instanceAnswer("http"), instanceAnswer()}, "", 11},
		"StillThere": {[]answer{instanceAnswer("http")}, cloud.Unavailable, 12},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{answers: map[string][]answer{
				"DescribeLoadBalancerAttribute":             tc.instance,
				"DescribeServerCertificates":                {ok("{}")},
				"DescribeCACertificates":                    {ok("{}")},
				"DescribeAccessControlLists":                {ok("{}")},
				"DescribeVServerGroups":                     {ok("{}")},
				"DescribeLoadBalancerHTTPListenerAttribute": {noListener()},
			}}
			got, err := s.client(t, nil).Observe(t.Context(), cloud.Query{Owner: owner(), LoadBalancer: "lb-1", Ports: []int{80}})
			if kind := cloud.KindOf(err); kind != tc.want {
				t.Errorf("got %q (%v), want %q", kind, err, tc.want)
			}
			if tc.want == "" && (len(got.Ours.Listeners) != 0 || !got.Instance.ServiceManaged) {
				t.Errorf("got %+v", got)
			}
			if len(s.calls) != tc.calls {
				t.Errorf("%d calls, want %d", len(s.calls), tc.calls)
			}
		})
	}
}

// TestOtherProtocol finds a TCP listener where an HTTP one would be.
func TestOtherProtocol(t *testing.T) {
	t.Parallel()
	s := &script{answers: map[string][]answer{
		"DescribeLoadBalancerAttribute": {instanceAnswer("tcp", "udp")},
		"DescribeServerCertificates":    {ok("{}")},
		"DescribeCACertificates":        {ok("{}")},
		"DescribeAccessControlLists":    {ok("{}")},
		"DescribeVServerGroups":         {ok("{}")},
	}}
	got, err := s.client(t, nil).Observe(t.Context(), cloud.Query{Owner: owner(), LoadBalancer: "lb-1", Ports: []int{80, 443, 80}})
	if err != nil {
		t.Fatalf("Observe: %v", err)
	}
	if len(got.Foreign.Listeners) != 1 || got.Foreign.Listeners[0].Protocol != "tcp" || got.IDs[cloud.ListenerRef(80)] != "80" {
		t.Errorf("got foreign %+v, ids %v; want one of tcp", got.Foreign.Listeners, got.IDs)
	}
}

// TestMarks tells whose groups and certificates are by their tags, and whose lists by their names.
func TestMarks(t *testing.T) {
	t.Parallel()
	tags := func(pairs ...string) map[string]string {
		m := owner().Tags()
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	groups := []map[string]string{
		tags(), tags(cloud.TagNamespace, "a", cloud.TagService, "b", cloud.TagPort, "c"),
		tags(cloud.TagNamespace, "a", cloud.TagService, "b"),
		{cloud.TagCluster: "c-1"},
		nil,
		tags(cloud.TagCluster, "c-2"), tags(cloud.TagNamespace, "a", cloud.TagService, "b", cloud.TagPort, ""), tags(),
	}
	certificates := []map[string]string{tags(cloud.TagCertificate, "abc"), tags(), nil, tags(cloud.TagCertificate, "abc")}
	lists := ok(fmt.Sprintf(`{"Acls": {"Acl": [
		{"AclId": "acl-3", "AclName": "renamed", "Tags": {"Tag": [{"TagKey": %q, "TagValue": "c-1"}, {"TagKey": %q, "TagValue": "class.slb.0"}]}},
		{"AclId": "acl-2", "AclName": "theirs"}, {"AclId": "acl-1", "AclName": %q}]}}`,
		cloud.TagCluster, cloud.TagGroup, owner().ACLName("allow")))
	s := &script{answers: map[string][]answer{
		"DescribeLoadBalancerAttribute":      {instanceAnswer()},
		"DescribeServerCertificates":         {tagged("ServerCertificates", "ServerCertificate", certificates)},
		"DescribeCACertificates":             {tagged("CACertificates", "CACertificate", certificates)},
		"DescribeAccessControlLists":         {lists},
		"DescribeAccessControlListAttribute": {ok("{}")},
		"DescribeVServerGroups":              {tagged("VServerGroups", "VServerGroup", groups)},
		"DescribeVServerGroupAttribute":      {ok("{}")},
	}}
	got, err := s.client(t, nil).Observe(t.Context(), cloud.Query{Owner: owner(), LoadBalancer: "lb-1"})
	if err != nil {
		t.Fatalf("Observe: %v", err)
	}
	want := cloud.Stack{
		ServerGroups: []cloud.ServerGroup{
			{Name: "#id-2"}, {Name: cloud.EmptyGroup}, {Name: cloud.EmptyGroup + "#id-7"}, {Name: "a/b/"}, {Name: "a/b/c"},
		},
		Certificates:   []cloud.Certificate{{Name: "#id-1"}, {Name: "abc"}, {Name: "abc#id-3"}},
		CACertificates: []cloud.CACertificate{{Name: "#id-1"}, {Name: "abc"}, {Name: "abc#id-3"}},
		ACLs:           []cloud.AccessControlList{{Name: "#acl-3"}, {Name: "allow"}},
	}
	if diff := cmp.Diff(want, got.Ours, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("ours (-want +got):\n%s", diff)
	}
}

// tagged is a list of resources with the ids id-0, id-1 and so on, answered backwards.
func tagged(outer, inner string, all []map[string]string) answer {
	var list []map[string]any
	for i, tags := range all {
		var pairs []map[string]string
		for k, v := range tags {
			pairs = append(pairs, map[string]string{"TagKey": k, "TagValue": v})
		}
		id := fmt.Sprintf("id-%d", i)
		list = append(list, map[string]any{
			inner + "Id": id, "Tags": map[string]any{"Tag": pairs},
		})
	}
	slices.Reverse(list)
	body, _ := json.Marshal(map[string]any{outer: map[string]any{inner: list}})
	return ok(string(body))
}

// TestCallsOfObserve: an observation costs the calls that Observe promises, in one order.
func TestCallsOfObserve(t *testing.T) {
	t.Parallel()
	fake := newFake(nil)
	client := newClient(t, fake, nil)
	scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{}}
	for _, c := range []cloud.Change{
		create(),
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}},
		cloud.CreateListener{Listener: cloud.Listener{Port: 80, Protocol: cloud.HTTP, Group: "a/b/c"}},
	} {
		ids, err := client.Apply(t.Context(), scope, c)
		if err != nil {
			t.Fatalf("%s: %v", c.Op(), err)
		}
		maps.Copy(scope.IDs, ids)
	}
	before := fake.Seq()
	if _, err := client.Observe(t.Context(), cloud.Query{Owner: owner(), Ports: []int{80, 443}}); err != nil {
		t.Fatalf("Observe: %v", err)
	}
	var got []string
	for _, c := range fake.JournalSince(before) {
		got = append(got, c.Action)
	}
	want := []string{
		"DescribeLoadBalancers", "DescribeLoadBalancerAttribute", "DescribeServerCertificates",
		"DescribeCACertificates", "DescribeAccessControlLists",
		"DescribeVServerGroups", "DescribeVServerGroupAttribute", "DescribeLoadBalancerHTTPListenerAttribute",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestOneCallEach: a change is one call.
func TestOneCallEach(t *testing.T) {
	t.Parallel()
	fake := newFake(nil)
	client := newClient(t, fake, nil)
	scope := cloud.Scope{Owner: owner(), IDs: cloud.IDs{}}
	certificate := cloudtest.NewCertificate(t, "a.example.com")
	list := members(t, client, 3)
	for _, c := range []cloud.Change{
		create(),
		cloud.UploadCertificate{Certificate: certificate},
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c", Members: list[:1]}},
		cloud.AddMembers{Group: "a/b/c", Members: list[1:]},
		cloud.CreateACL{List: cloud.AccessControlList{Name: "allow"}},
		cloud.AddACLEntries{List: "allow", Entries: []string{"10.0.0.0/8", "192.0.2.1/32"}},
		cloud.UploadCACertificate{Certificate: cloudtest.NewCACertificate(t, "ca")},
		cloud.CreateListener{Listener: cloud.Listener{Port: 80, Protocol: cloud.HTTP, Group: "a/b/c"}},
	} {
		before := fake.Seq()
		ids, err := client.Apply(t.Context(), scope, c)
		if err != nil {
			t.Fatalf("%s: %v", c.Op(), err)
		}
		maps.Copy(scope.IDs, ids)
		if n := fake.Seq() - before; n != 1 {
			t.Errorf("%s took %d calls", c.Op(), n)
		}
	}
}
