package cloud_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// FuzzNormalize: a stack that is normal stays as it is, and the copy that was made before is not
// touched. The stack is JSON.
func FuzzNormalize(f *testing.F) {
	f.Add([]byte(`{"Listeners":[{"Port":443,"Protocol":"https","ACL":{"Type":"white","Lists":"b,a,b"}},{"Port":80,"Protocol":"http","Forward":{"Port":443}}]}`))
	f.Add([]byte(`{"Rules":[{"Port":80,"Domain":"b"},{"Port":80,"Domain":"a","URL":"/b"},{"Port":80,"Domain":"a","URL":"/a"}]}`))
	f.Add([]byte(`{"ServerGroups":[{"Name":"b","Members":[{"IP":"10.0.0.2"},{"IP":"10.0.0.1","Port":2},{"IP":"10.0.0.1","Port":1}]},{"Name":"a"}]}`))
	f.Add([]byte(`{"ACLs":[{"Name":"x","Entries":["10.0.0.1/8","10.0.0.1"]}],"Listeners":[{"Sticky":{"Type":"insert"},"HealthCheck":{"On":true}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s cloud.Stack
		if json.Unmarshal(text, &s) != nil { //nolint:musttag // the fields' own names do
			return
		}
		var before cloud.Stack
		if err := json.Unmarshal(text, &before); err != nil { //nolint:musttag // the same
			t.Fatal(err)
		}
		once := s.Clone()
		once.Normalize()
		twice := once.Clone()
		twice.Normalize()
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Errorf("normalised again (-once +twice):\n%s", diff)
		}
		if diff := cmp.Diff(before.ServerGroups, s.ServerGroups); diff != "" {
			t.Errorf("the members of the original changed:\n%s", diff)
		}
	})
}

// FuzzRuleName: the name fits the service and marks this rule of this owner and no other.
func FuzzRuleName(f *testing.F) {
	f.Add("c1", "class.slb.0", "a.example", "/a", "a.example/", "a")
	f.Add("", "", "", "", "", "")
	f.Add("c", "1class", "x\x00y", "", "x", "y")
	f.Fuzz(func(t *testing.T, cluster, group, domain, url, otherDomain, otherURL string) {
		for _, part := range []string{cluster, group, domain, url, otherDomain, otherURL} {
			if strings.ContainsRune(part, 0) {
				return // no name of Kubernetes and no URL has one
			}
		}
		owner := cloud.Owner{Cluster: cluster, Group: group}
		name := owner.RuleName(domain, url)
		if len(name) > 40 || strings.Trim(name, "0123456789abcdef-") != "" {
			t.Errorf("the service takes no rule named %q", name)
		}
		if !owner.OwnsRule(name, domain, url) {
			t.Errorf("%q is not its owner's", name)
		}
		if (domain != otherDomain || url != otherURL) && owner.OwnsRule(name, otherDomain, otherURL) {
			t.Errorf("%q is the name of %q%q and of %q%q", name, domain, url, otherDomain, otherURL)
		}
		for _, stranger := range []cloud.Owner{{Cluster: cluster + "x", Group: group}, {Cluster: cluster, Group: group + "x"}, {Cluster: cluster + group}} {
			if stranger != owner && stranger.OwnsRule(name, domain, url) {
				t.Errorf("%q is the rule of %+v and of %+v", name, owner, stranger)
			}
		}
	})
}

// FuzzMarks: the tags and names that mark what is ours fit the service and are nobody else's.
func FuzzMarks(f *testing.F) {
	f.Add("c1", "class.slb.0", "class.slb.1", "allow")
	f.Add("c1", strings.Repeat("g", 128), strings.Repeat("g", 129), "")
	f.Add("c1", strings.Repeat("g", 127)+"x", strings.Repeat("g", 127)+"y", "deny")
	f.Fuzz(func(t *testing.T, cluster, group, other, list string) {
		if len(cluster) > cloud.MaxClusterID || strings.ContainsRune(cluster+group+other, 0) {
			return
		}
		owner, stranger := cloud.Owner{Cluster: cluster, Group: group}, cloud.Owner{Cluster: cluster, Group: other}
		tags := owner.Tags()
		if !owner.Owns(tags) || stranger != owner && stranger.Owns(tags) {
			t.Errorf("tags %v are those of %+v, and of %+v", tags, owner, stranger)
		}
		tags[owner.ClaimKey()] = ""
		if claims := cloud.ClaimsOf(tags); len(claims) != 1 || claims[0] != cluster {
			t.Errorf("claims of %v: %q", tags, claims)
		}
		for key, value := range tags {
			if len(key) > 64 || key != owner.ClaimKey() && len(value) > 128 && value != cluster {
				t.Errorf("the service takes no tag %q=%q", key, value)
			}
		}
		if got, ok := owner.ACLOf(owner.ACLName(list)); !ok || got != list {
			t.Errorf("list %q is found as %q, %t", list, got, ok)
		}
		if _, ok := stranger.ACLOf(owner.ACLName(list)); ok && stranger != owner {
			t.Errorf("list %q is of two owners", owner.ACLName(list))
		}
	})
}

// FuzzShorten: what is short stays, what is long has the limit, and two long texts stay two.
func FuzzShorten(f *testing.F) {
	f.Add("abc", "abd", uint8(1))
	f.Add(strings.Repeat("a", 200), strings.Repeat("a", 199)+"b", uint8(100))
	f.Fuzz(func(t *testing.T, a, b string, n uint8) {
		limit := int(n)%200 + 10
		short, other := cloud.Shorten(a, limit), cloud.Shorten(b, limit)
		if len(a) <= limit && short != a || len(short) > limit || len(a) > limit && len(short) != limit {
			t.Errorf("%q within %d becomes %q", a, limit, short)
		}
		if a != b && len(a) > limit && len(b) > limit && short == other {
			t.Errorf("%q and %q become %q", a, b, short)
		}
	})
}

// FuzzErrorText: an error says its kind, and its text is one that can be shown.
func FuzzErrorText(f *testing.F) {
	f.Add("CreateRules", "DomainExist", "x", "id")
	f.Add("", "", "", "")
	f.Fuzz(func(t *testing.T, op, code, message, id string) {
		e := &cloud.Error{Kind: cloud.Quota, Op: op, Code: code, Message: message, RequestID: id}
		if cloud.KindOf(e) != cloud.Quota {
			t.Errorf("kind %q", cloud.KindOf(e))
		}
		text := e.Error()
		if utf8.ValidString(op) && utf8.ValidString(code) && utf8.ValidString(message) && !utf8.ValidString(text) {
			t.Errorf("text %q", text)
		}
		if len(id) > 8 && !strings.Contains(op+code+message, id) && strings.Contains(text, id) {
			t.Errorf("text %q names the request, so it is another one at every try", text)
		}
	})
}
