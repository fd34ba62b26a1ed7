package desired_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// town has Services and Secrets in two namespaces, for Ingresses that a fuzzer makes.
func town(t *testing.T, ingresses []networkingv1.Ingress) desired.Snapshot {
	t.Helper()
	w := newWorld(t)
	for _, s := range []string{"one/web", "one/api", "two/web"} {
		w.service(s + " 80:8080 10.0.0.1")
	}
	w.secret("one/a a.example.com")
	w.secret("two/a a.example.com")
	w.secret("two/bad mismatch a.example.com")
	s := w.done()
	for i := range ingresses {
		ing := &ingresses[i]
		if ing.Namespace != "two" {
			ing.Namespace = "one"
		}
		ing.Name, ing.DeletionTimestamp = fmt.Sprintf("i%d", i), nil
		ing.CreationTimestamp = metav1.NewTime(epoch().Add(time.Duration(i) * time.Second))
		s.Ingresses = append(s.Ingresses, ing)
	}
	return s
}

// parse reads up to eight Ingresses as JSON; false if it is no such list.
func parseIngresses(text []byte) ([]networkingv1.Ingress, bool) {
	var list []networkingv1.Ingress
	if json.Unmarshal(text, &list) != nil || len(list) > 8 {
		return nil, false
	}
	return list, true
}

func seedIngresses(f *testing.F) {
	f.Helper()
	for _, seed := range []string{
		`[{"spec":{"rules":[{"host":"a.example.com","http":{"paths":[{"path":"/a","pathType":"Prefix","backend":{"service":{"name":"web","port":{"number":80}}}},{"path":"/a","pathType":"Exact","backend":{"service":{"name":"api","port":{"number":80}}}}]}}],"tls":[{"hosts":["a.example.com"],"secretName":"a"}]}}]`,
		`[{"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}},{"metadata":{"namespace":"two"},"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}}]`,
		`[{"spec":{"rules":[{"host":"*.example.com","http":{"paths":[{"path":"/*","pathType":"ImplementationSpecific","backend":{"service":{"name":"web","port":{"name":"x"}}}}]}},{},{"host":"BÜCHER.example."}]}},{"metadata":{"namespace":"two"},"spec":{"rules":[{"host":"x.example.com","http":{"paths":[{"backend":{"resource":{"kind":"x"}}}]}}],"tls":[{"secretName":"bad","hosts":["x"]}]}}]`,
		`[{"spec":{"rules":[{"host":"a","http":{"paths":[{"path":"/","backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}},{"metadata":{"annotations":{"slb.ingress.k8s.alibabacloud/canary":"true","slb.ingress.k8s.alibabacloud/canary-weight":"30"}},"spec":{"rules":[{"host":"a","http":{"paths":[{"path":"/","backend":{"service":{"name":"api","port":{"number":80}}}}]}}]}}]`,
		`[{"metadata":{"annotations":{"slb.ingress.k8s.alibabacloud/allow-cidrs":"10.0.0.0/8","slb.ingress.k8s.alibabacloud/listen-ports":"[{\"HTTPS\":8443}]","slb.ingress.k8s.alibabacloud/ssl-redirect":"true"}},"spec":{"rules":[{"host":"a","http":{"paths":[{"path":"/x","pathType":"Exact","backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}}]`,
	} {
		f.Add([]byte(seed))
	}
}

// FuzzBuild translates arbitrary Ingresses: the stack is whole and normal, equal snapshots in another
// order give an equal result, every problem is of one of the Ingresses, and no group has members of
// another namespace than its name says.
func FuzzBuild(f *testing.F) {
	seedIngresses(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		list, ok := parseIngresses(text)
		if !ok {
			return
		}
		s := town(t, list)
		r := desired.Build(s)
		checkStack(t, r.Stack)
		again := r.Stack.Clone()
		again.Normalize()
		if diff := cmp.Diff(r.Stack, again); diff != "" {
			t.Errorf("the stack is not normal:\n%s", diff)
		}
		s.Ingresses = slices.Clone(s.Ingresses)
		slices.Reverse(s.Ingresses)
		if diff := cmp.Diff(r, desired.Build(s)); diff != "" {
			t.Errorf("another order of the Ingresses gives another result:\n%s", diff)
		}
		for _, p := range r.Problems {
			if p.Reason == "" || p.Message == "" || p.Object.Kind == "Ingress" && len(list) == 0 {
				t.Errorf("problem %+v", p)
			}
		}
	})
}

// FuzzRebuildClaims: what is programmed for some Ingresses, and nothing else, is claimed by them when
// the record is lost; and with the claims so rebuilt the translation is as before.
func FuzzRebuildClaims(f *testing.F) {
	seedIngresses(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		list, ok := parseIngresses(text)
		if !ok {
			return
		}
		s := town(t, list)
		before := desired.Build(s)
		claims := desired.RebuildClaims(before.Stack, s.Ingresses)
		if len(claims) > 200 {
			t.Errorf("%d claims", len(claims))
		}
		if none := desired.RebuildClaims(cloud.Stack{}, s.Ingresses); len(none) > 0 {
			t.Errorf("claims although nothing is programmed: %v", none)
		}
		s.Record = s.Record.DeepCopy()
		s.Record.Status.Claims = claims
		after := desired.Build(s)
		if diff := cmp.Diff(served(before.Stack), served(after.Stack)); diff != "" {
			t.Errorf("after a lost record (-before +after):\n%s", diff)
		}
	})
}

// served are the groups that rules point to.
func served(s cloud.Stack) map[cloud.Ref]string {
	groups := map[cloud.Ref]string{}
	for _, r := range s.Rules {
		groups[r.Ref()] = r.Group
	}
	return groups
}
