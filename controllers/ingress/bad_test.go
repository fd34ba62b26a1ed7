package ingress

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// restore puts the old contents of an object that is no Ingress into the present one.
func restore(have, before client.Object) {
	switch have := have.(type) {
	case *corev1.Service:
		have.Spec = *before.(*corev1.Service).Spec.DeepCopy()
	case *discoveryv1.EndpointSlice:
		old := before.(*discoveryv1.EndpointSlice).DeepCopy()
		have.Endpoints, have.Ports, have.AddressType = old.Endpoints, old.Ports, old.AddressType
	default:
		panic("an object that is not changed for the worse")
	}
}

// badInputs are ways in which an Ingress, or what it refers to, can be wrong. The Ingress is called bad
// and has path "/" of bad.example to Service milk, with Secret bad.
func badInputs() map[string]bad {
	all := map[string]bad{
		"annotation unknown": annotate("no-such-key", "x"), "annotation value": annotate("idle-timeout", "never"),
		"acl without id": annotate("acl-status", "on"), "acl of nobody": annotate("acl-id", "acl-nobody"),
		"allow-cidrs": annotate("allow-cidrs", "10.0.0.0/33"), "ca-secret": annotate("ca-secret", "nobody"),
		"canary": annotate("canary", "perhaps"), "canary of nobody": annotate("canary", "true"), "canary-by-header": annotate("canary-by-header", "x"),
		"listen-ports": annotate("listen-ports", `{"HTTP":1}`), "intranet": annotate("address-type", "intranet"),
		"address-type": annotate("address-type", "both"), "id": annotate("id", "LB-1"), "id of nobody": annotate("id", "lb-nobody"),
		"spec": annotate("spec", "huge"), "health check": annotate("health-check-uri", "no slash"), "control characters": annotate("cookie", "a\x00b"),
		"huge value": annotate("name", strings.Repeat("x", 64<<10)),
	}
	for name, host := range map[string]string{
		"stars": "*.*.example", "star inside": "a*.example", "empty label": "a..example", "long label": strings.Repeat("a", 64) + ".example", "underscore": "a_b.example",
		"host of others": "victim1.example", "wildcard over others": "*.example",
	} {
		all["host "+name] = hostOf(host)
	}
	for name, path := range map[string]string{
		"regular expression": "/(a|b)", "long": "/" + strings.Repeat("x", 100), "relative": "x", "star": "/a*b", "blank": "/a b", "control": "/a\x01",
	} {
		all["path "+name] = pathOf(func(p *networkingv1.HTTPIngressPath) { p.Path = path })
	}
	all["service of nobody"] = pathOf(func(p *networkingv1.HTTPIngressPath) { p.Backend = backendOf("nobody") })
	all["port of nobody"] = pathOf(func(p *networkingv1.HTTPIngressPath) { p.Backend.Service.Port.Number = 81 })
	all["resource"] = pathOf(func(p *networkingv1.HTTPIngressPath) {
		p.Backend = networkingv1.IngressBackend{Resource: &corev1.TypedLocalObjectReference{Kind: "Bucket", Name: "b"}}
	})
	all["no secret"] = badEdit(func(ing *networkingv1.Ingress) { ing.Spec.TLS[0].SecretName = "nobody" })
	all["external name"] = badChange(serviceOf("milk"), func(s *corev1.Service) {
		s.Spec.Type, s.Spec.ExternalName = corev1.ServiceTypeExternalName, "example.com"
	})
	all["no selector"] = badChange(serviceOf("milk"), func(s *corev1.Service) { s.Spec.Selector = nil })
	all["metadata address"] = badChange(sliceOf("milk"), func(s *discoveryv1.EndpointSlice) { s.Endpoints[0].Addresses = []string{"100.100.100.200"} })
	all["another's pod"] = badChange(sliceOf("milk"), func(s *discoveryv1.EndpointSlice) { s.Endpoints[0].Addresses = []string{"10.1.77.77"} })
	all["key of another"] = badSecret(pair{chain: pairOf("bad.example").chain, key: pairOf("cafe.example").key})
	all["no certificate"] = badSecret(pair{chain: []byte("nothing"), key: []byte("nothing")})
	all["huge certificate"] = badSecret(pair{chain: []byte(strings.Repeat("-----BEGIN CERTIFICATE-----\n", 40_000)), key: []byte("nothing")})
	return all
}

func badSecret(p pair) bad {
	return bad{
		do:   func(w *world) { w.secrets.put("shop", "bad", p) },
		undo: func(w *world) { w.secrets.put("shop", "bad", pairOf("bad.example")) },
	}
}

// badScene is a class with Ingress bad and others that do nothing wrong.
func badScene(w *world) {
	w.Helper()
	w.add(class("slb"))
	w.app("coffee", 2)
	w.app("tea", 1)
	w.app("milk", 1)
	w.secrets.put("shop", "cafe", pairOf("cafe.example"))
	w.secrets.put("shop", "bad", pairOf("bad.example"))
	w.add(cafeTLS())
	w.settle()
	for _, host := range []string{"victim1.example", "victim2.example"} {
		w.wait(second)
		w.add(ingressOf(strings.TrimSuffix(host, ".example"), route{host, "/", "coffee"}))
	}
	w.settle()
	w.wait(second)
	w.add(withTLS(ingressOf("bad", route{"bad.example", "/", "milk"}), "bad", "bad.example"))
	w.settle()
}
