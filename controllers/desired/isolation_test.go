package desired_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// TestIsolation checks that nothing which an Ingress of another namespace says, however old it is,
// changes what is served to those whose claims are on record: where their hosts' rules point, and
// which certificate their hosts present.
func TestIsolation(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 2))
			w := newWorld(t)
			for _, s := range []string{"one/web", "one/api", "two/web", "two/api"} {
				w.service(s + " 80:8080 10.0.0.1")
			}
			for _, c := range []string{"a", "b", "c"} {
				w.secret(fmt.Sprintf("one/%s %s.example.com", c, c))
				w.secret(fmt.Sprintf("two/%s other %s.example.com", c, c)) // another key than namespace one has
			}
			w.secret("two/bad mismatch a.example.com")
			disturb(w, r, "one", 5)
			s := w.done()
			before := desired.Build(s)

			disturb(w, r, "two", 0)
			s = w.done()
			s.Record = s.Record.DeepCopy()
			s.Record.Status.Claims = before.Claims
			s.DefaultSecret = before.DefaultSecret
			after := desired.Build(s)
			checkStack(t, after.Stack)
			if diff := cmp.Diff(hostsServed(before.Stack, before.Stack), hostsServed(before.Stack, after.Stack)); diff != "" {
				t.Errorf("namespace two changed what is served of one (-before +after):\n%s\n%s", diff, showProblems(after))
			}
		})
	}
}

// disturb adds some Ingresses of a namespace, good and bad.
func disturb(w *world, r *rand.Rand, namespace string, age int) {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for i := range 1 + r.IntN(3) {
		ing := fmt.Sprintf("%s/i%d@%d", namespace, i, age+i)
		for range 1 + r.IntN(4) {
			w.ingress(fmt.Sprintf("%s %s %s %s %s", ing,
				pick("a.example.com", "b.example.com", "c.example.com", "*.example.com", "x.b.example.com", "bad..host"),
				pick("Prefix", "Exact", "ImplementationSpecific"), pick("/", "/foo", "/foo/", "/foo/bar", "/a*b"),
				pick("web:80", "api:80", "gone:80", "web:99")))
		}
		if r.IntN(2) == 0 {
			w.ingress(fmt.Sprintf("%s default %s", ing, pick("web:80", "gone:80")))
		}
		if r.IntN(4) == 0 {
			w.ingress(fmt.Sprintf("%s annotation canary=true", ing))
			w.ingress(fmt.Sprintf("%s annotation canary-weight=%s", ing, pick("0", "50", "100")))
		}
		if r.IntN(2) == 0 {
			secret := pick("a", "b", "c")
			w.ingress(fmt.Sprintf("%s tls %s %s.example.com", ing, secret, secret))
		}
		if namespace == "two" && r.IntN(3) == 0 {
			w.ingress(fmt.Sprintf("%s %s", ing, pick("annotation id=x", "annotation address-type=intranet", "tls bad a.example.com", "tls gone *.example.com")))
		}
	}
}

// hostsServed is where the hosts' rules of a stack point, and what those hosts present, in another.
func hostsServed(of, in cloud.Stack) map[string]string {
	m := map[string]string{}
	domains := map[string]bool{}
	for _, r := range of.Rules {
		domains[r.Domain] = domains[r.Domain] || r.Domain != ""
	}
	for _, r := range in.Rules {
		if domains[r.Domain] {
			m[r.Ref().String()] = groupOf(r)
		}
	}
	for domain := range domains {
		if good := presents(of, domain); good != nil && good.VerifyHostname(domain) == nil {
			m["certificate of "+domain] = presentedName(in, domain)
		}
	}
	return m
}

// presentedName is the name of the certificate that a domain presents.
func presentedName(s cloud.Stack, domain string) string {
	for _, x := range s.Extensions {
		if x.Domain == domain {
			return x.Certificate
		}
	}
	listener, _ := s.Listener(443)
	return listener.TLS.Certificate
}

// presents is the certificate that a domain presents, if the stack has it.
func presents(s cloud.Stack, domain string) *x509.Certificate {
	for _, c := range s.Certificates {
		if c.Name != presentedName(s, domain) {
			continue
		}
		block, _ := pem.Decode(c.Chain)
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err == nil {
			return leaf
		}
	}
	return nil
}
