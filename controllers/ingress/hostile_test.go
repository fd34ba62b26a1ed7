package ingress

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// evil is the namespace of somebody who may write everything in it, and wants what is of shop.
const evil = "evil"

// attack is what somebody has before a hostile act: an Ingress evil.example for a Service without
// endpoints, and a pod. Whatever an act sets up is of namespace evil, whatever it names.
type attack struct {
	*world

	service *corev1.Service
	pod     *corev1.Pod
	slice   *discoveryv1.EndpointSlice
	ingress *networkingv1.Ingress
}

func newAttack(w *world) *attack {
	a := &attack{world: w, service: serviceOf("web"), pod: w.newPod("web", 0), slice: sliceOf("web")}
	a.service.Spec = corev1.ServiceSpec{
		Selector: map[string]string{"app": "web"},
		Ports:    []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(8080), Protocol: corev1.ProtocolTCP}},
	}
	a.ingress = ingressOf("web", route{"evil.example", "/", "web"})
	for _, o := range []metav1.Object{a.service, a.pod, a.slice, a.ingress} {
		o.SetNamespace(evil)
	}
	return a
}

// lists makes the slice list an address for a pod.
func (a *attack) lists(address string, ref *corev1.ObjectReference) {
	ready := true
	a.slice.Endpoints = append(a.slice.Endpoints, discoveryv1.Endpoint{
		Addresses: []string{address}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}, TargetRef: ref,
	})
}

// has gives the attacker's pod an address, as whoever writes its status can, and lists it.
func (a *attack) has(address string) {
	a.pod.Status.PodIP, a.pod.Status.PodIPs = address, []corev1.PodIP{{IP: address}}
	a.pod.Annotations = map[string]string{annotationENI: "eni-bp1evil"}
	a.lists(address, podIn(evil, a.pod.Name))
}

func podIn(namespace, name string) *corev1.ObjectReference {
	return &corev1.ObjectReference{Kind: "Pod", Namespace: namespace, Name: name}
}

// annotated sets an annotation of the attacker's Ingress.
func (a *attack) annotated(name annotations.Name, value string) {
	a.ingress.Annotations[annotations.Prefix+string(name)] = value
}

// ofCoffee is the address of the victim's pod.
func (a *attack) ofCoffee() string { return a.addressOf("coffee", 0) }

// act is one thing that must not lead to anything.
type act struct {
	reason string
	do     func(*attack)
	told   cloud.Reason // what the author is told; empty: nothing of its own
}

// endpointActs try to have the load balancer reach the pods of another namespace.
func endpointActs() map[string]act {
	victims := func(ref func(*attack) *corev1.ObjectReference) func(*attack) {
		return func(a *attack) { a.lists(a.ofCoffee(), ref(a)) }
	}
	const homeless = cloud.NetworkInterfaceNotFound
	return map[string]act{
		"NoTargetRef":     {"an address alone", victims(func(*attack) *corev1.ObjectReference { return nil }), homeless},
		"VictimsPod":      {"the pod by its own namespace", victims(func(*attack) *corev1.ObjectReference { return podIn("shop", "coffee-0") }), homeless},
		"VictimsPodHere":  {"no such pod in this namespace", victims(func(*attack) *corev1.ObjectReference { return podIn(evil, "coffee-0") }), ""},
		"NoNamespace":     {"no such pod in this namespace", victims(func(*attack) *corev1.ObjectReference { return podIn("", "coffee-0") }), ""},
		"OwnPod":          {"one's own pod does not have the address", victims(func(a *attack) *corev1.ObjectReference { return podIn(evil, a.pod.Name) }), homeless},
		"OwnPodElsewhere": {"one's own pod, said to be in the other namespace", victims(func(a *attack) *corev1.ObjectReference { return podIn("shop", a.pod.Name) }), homeless},
		"NamedAlike": {"a pod of one's own with the victim's name", func(a *attack) {
			a.pod.Name = "coffee-0"
			victims(func(*attack) *corev1.ObjectReference { return podIn(evil, "coffee-0") })(a)
		}, homeless},
		"Node": {"no pod", victims(func(*attack) *corev1.ObjectReference { return &corev1.ObjectReference{Kind: "Node", Name: "coffee-0"} }), homeless},
		"KindInLowerCase": {"no pod", victims(func(*attack) *corev1.ObjectReference {
			return &corev1.ObjectReference{Kind: "pod", Namespace: "shop", Name: "coffee-0"}
		}), homeless},
		"PathAsName": {"names are no paths", victims(func(*attack) *corev1.ObjectReference { return podIn("", "../shop/coffee-0") }), ""},
		"VictimsInterface": {"the victim's interface with an address of one's own", func(a *attack) {
			a.pod.Annotations = map[string]string{annotationENI: strings.ToLower(a.eniOf("coffee", 0))}
			a.lists(a.pod.Status.PodIP, podIn(evil, a.pod.Name))
		}, ""},
		"SecondAddress": {"further addresses of an endpoint do not count", func(a *attack) {
			a.lists("10.9.9.9", podIn(evil, a.pod.Name))
			a.slice.Endpoints[0].Addresses = append(a.slice.Endpoints[0].Addresses, a.ofCoffee())
		}, homeless},
		"SliceForAnother": {"a slice is of Services of its namespace", func(a *attack) {
			a.slice.Labels[discoveryv1.LabelServiceName] = "coffee"
			a.lists(a.pod.Status.PodIP, podIn(evil, a.pod.Name))
		}, ""},
		"ExternalName": {"no pods at all", func(a *attack) {
			a.service.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "coffee.shop.svc", Ports: a.service.Spec.Ports}
		}, cloud.ExternalNameService},
		"NotAnInterface": {"an id that would end the JSON of the call", func(a *attack) {
			a.has("10.9.9.9")
			a.pod.Annotations[annotationENI] = `eni-x","ServerIp":"10.0.0.1`
		}, homeless},
		"InstanceAsInterface": {"a whole server in place of an interface", func(a *attack) {
			a.has("10.9.9.9")
			a.pod.Annotations[annotationENI] = "i-bp1victim"
		}, homeless},
		"NoSelector": {"hand-made endpoints", func(a *attack) {
			a.service.Spec.Selector = nil
			a.lists(a.ofCoffee(), podIn("shop", "coffee-0"))
		}, cloud.ServiceNoSelector},
	}
}

// addressActs try to have the load balancer reach what is no pod. The attacker's pod claims to have
// the address, with an interface of its own.
func addressActs() map[string]act {
	acts := map[string]act{}
	for name, address := range map[string]string{
		"LinkLocal": "169.254.169.254", "LinkLocalFirst": "169.254.0.1", "Loopback": "127.0.0.1", "LoopbackOther": "127.1.2.3",
		"Unspecified": "0.0.0.0", "ThisNetwork": "0.1.2.3", "Multicast": "224.0.0.1", "MulticastLast": "239.255.255.255",
		"Reserved": "240.0.0.1", "Broadcast": "255.255.255.255", "Metadata": "100.100.100.200",
	} {
		acts[name] = act{address + " is no pod's", func(a *attack) { a.has(address) }, cloud.EndpointRefused}
	}
	for name, address := range map[string]string{
		"IPv6": "2001:db8::1", "IPv6Mapped": "::ffff:10.1.2.3", "LeadingZeros": "010.1.2.3", "Zone": "fe80::1%eth0", "Name": "coffee.shop.svc",
	} {
		acts[name] = act{address + " is no IPv4 address", func(a *attack) { a.has(address) }, ""}
	}
	acts["IPv6Slice"] = act{"members are IPv4", func(a *attack) { a.slice.AddressType = discoveryv1.AddressTypeIPv6; a.has("2001:db8::1") }, ""}
	return acts
}

// trusting makes the service take any address with any interface, so that nobody but the controller
// stops an act.
func trusting(s *setup) {
	s.account.ENICIDR, s.account.Switches.AnyENI = netip.MustParsePrefix("0.0.0.0/0"), true
}

func TestHostileEndpoints(t *testing.T) {
	t.Parallel()
	for name, tc := range endpointActs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) { w.attachesNothing(tc) })
		})
	}
}

func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	for name, tc := range addressActs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) { w.attachesNothing(tc) }, trusting)
		})
	}
}

// attachesNothing checks that an act has no member attached and that the victim is served as before.
func (w *world) attachesNothing(tc act) {
	w.Helper()
	w.shop()
	before := w.cloud.Dump().Groups
	a := newAttack(w)
	tc.do(a)
	w.add(a.service, a.pod, a.slice, a.ingress)
	w.settle()
	for _, line := range w.cloud.Dump().Groups {
		if !slices.Contains(before, line) && !strings.HasSuffix(line, "members=[]") {
			w.Errorf("%s: attached: %s", tc.reason, line)
		}
	}
	for _, c := range w.cloud.Journal() {
		if members := c.Params["BackendServers"]; strings.Contains(members, `"i-bp1`) || strings.Contains(members, "eni-x") {
			w.Errorf("%s: sent: %s", tc.reason, members)
		}
	}
	if got := w.answer(w.address("cafe"), portHTTP, "evil.example", "/"); got != "503" && got != "404" {
		w.Errorf("%s: evil.example is answered by %q", tc.reason, got)
	}
	w.toldOnly(tc)
	w.serves("cafe", "cafe.example", "/coffee", "coffee")
}

// TestHonestEndpoints is the control of the acts: without one, the member is attached.
func TestHonestEndpoints(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"Own": "10.1.200.1", "SharedSpace": "100.64.3.4", "NextToMetadata": "100.100.100.201"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.shop()
				a := newAttack(w)
				a.has(address)
				w.add(a.service, a.pod, a.slice, a.ingress)
				w.settle()
				w.find("group", "name=k8s/evil/web", "/"+address+":8080")
			}, trusting)
		})
	}
}

func (w *world) toldOnly(tc act) {
	w.Helper()
	if tc.told != "" && len(w.life.told.of("web", tc.told)) == 0 {
		w.Errorf("%s: the author is not told %s; told is %+v", tc.reason, tc.told, w.life.told.all())
	}
}

// referenceActs name things of the other namespace, in every field that names anything.
func referenceActs() map[string]act {
	path := func(a *attack) *networkingv1.IngressBackend { return &a.ingress.Spec.Rules[0].HTTP.Paths[0].Backend }
	secret := func(name string) func(*attack) { return func(a *attack) { withTLS(a.ingress, name, "evil.example") } }
	return map[string]act{
		"Service":        {"spec.rules", func(a *attack) { path(a).Service.Name = "coffee" }, cloud.ServiceNotFound},
		"ServiceByPath":  {"spec.rules", func(a *attack) { path(a).Service.Name = "shop/coffee" }, cloud.ServiceNotFound},
		"ServiceByDots":  {"spec.rules", func(a *attack) { path(a).Service.Name = "../shop/coffee" }, cloud.ServiceNotFound},
		"DefaultBackend": {"spec.defaultBackend", func(a *attack) { b := backendOf("coffee"); a.ingress.Spec.DefaultBackend = &b }, cloud.ServiceNotFound},
		"Resource": {"spec.rules", func(a *attack) {
			*path(a) = networkingv1.IngressBackend{Resource: &corev1.TypedLocalObjectReference{Kind: "Service", Name: "coffee"}}
		}, cloud.ResourceBackend},
		"TLSSecret":             {"spec.tls", secret("cafe"), cloud.SecretNotFound},
		"TLSSecretByPath":       {"spec.tls", secret("shop/cafe"), cloud.SecretNotFound},
		"TLSSecretByDots":       {"spec.tls", secret("../shop/cafe"), cloud.SecretNotFound},
		"TLSSecretOfController": {"spec.tls", secret("slb-system/" + FallbackSecret), cloud.SecretNotFound},
		"CASecret":              {"ca-secret", func(a *attack) { a.annotated(annotations.CASecret, "ca") }, cloud.SecretNotFound},
		"CASecretByPath":        {"ca-secret", func(a *attack) { a.annotated(annotations.CASecret, "shop/ca") }, cloud.InvalidAnnotation},
		"CanaryOfAnother": {"canary", func(a *attack) {
			a.ingress.Spec.Rules[0].Host = "cafe.example"
			path(a).Service.Name, a.ingress.Spec.Rules[0].HTTP.Paths[0].Path = "web", "/coffee"
			a.annotated(annotations.Canary, "true")
			a.annotated(annotations.CanaryWeight, "100")
		}, ""},
		"Host":           {"a host that the other namespace has", func(a *attack) { a.ingress.Spec.Rules[0].Host = "cafe.example" }, cloud.HostClaimed},
		"HostInCapitals": {"the same host", func(a *attack) { a.ingress.Spec.Rules[0].Host = "CAFE.example." }, cloud.HostClaimed},
	}
}

// TestHostileReferences: nothing of another namespace is served to whoever names it.
func TestHostileReferences(t *testing.T) {
	t.Parallel()
	for name, tc := range referenceActs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.shop()
				w.secrets.putAuthority("shop", "ca", authorityOf("ca"))
				a := newAttack(w)
				tc.do(a)
				w.add(a.service, a.pod, a.slice, a.ingress)
				before := w.shows()
				w.settle()
				if got := w.shows(); got != before {
					w.Errorf("%s: certificates, authorities and what hosts present went from\n%s\nto\n%s", tc.reason, before, got)
				}
				if got := w.answer(w.address("cafe"), portHTTP, "evil.example", "/"); got != "503" && got != "404" {
					w.Errorf("%s: evil.example is answered by %q", tc.reason, got)
				}
				w.toldOnly(tc)
				w.serves("cafe", "cafe.example", "/coffee", "coffee")
				w.serves("cafe", "cafe.example", "/tea", "tea")
			})
		})
	}
}

// shows is what clients are shown: certificates and extensions of the account.
func (w *world) shows() string {
	state := w.cloud.Dump()
	return strings.Join(slices.Concat(state.Certificates, state.Extensions), "\n")
}

// TestInstancesOutsideTheAllowList: no call that changes anything is made for an instance that the
// class does not allow, however it is spelt.
func TestInstancesOutsideTheAllowList(t *testing.T) {
	t.Parallel()
	for name, allowed := range map[string][]string{"Empty": {}, "Others": {"lb-other", "lb-another"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				id := w.cloud.AddInstance(fakecloud.InstanceSpec{Name: "theirs", Spec: "slb.s1.small"})
				c, config := classWith("slb", v1alpha1.SLBConfigSpec{})
				config.Spec.AllowedLoadBalancerIDs = &allowed
				w.add(c, config)
				w.app("coffee", 1)
				before := w.cloud.Dump().String()
				for i, spelt := range []string{id, strings.ToUpper(id), " " + id, id + "\n", id + "/", "lb-other," + id} {
					w.add(onInstance(ingressOf(fmt.Sprintf("i%d", i), route{"cafe.example", "/", "coffee"}), spelt, true))
				}
				w.settle()
				w.wrote(0)
				if got := w.cloud.Dump().String(); got != before {
					w.Errorf("the account changed from\n%s\nto\n%s", before, got)
				}
				if len(w.life.told.of("i0", cloud.LoadBalancerNotAllowed)) == 0 {
					w.Error("the author is not told")
				}
			})
		})
	}
}

// TestHostileSecrets: what is too large, or would take long to read, is told and nothing is uploaded.
func TestHostileSecrets(t *testing.T) {
	t.Parallel()
	const mebibyte = 1 << 20
	good := pairOf("cafe.example")
	fill := func(text string) []byte { return bytes.Repeat([]byte(text), mebibyte/len(text)) }
	for name, p := range map[string]pair{
		"ChainOfNothing":   {fill("-----BEGIN CERTIFICATE-----\n"), good.key},
		"ChainOfEnds":      {fill("-----BEGIN A-----\n-----END B-----\n"), good.key},
		"ChainOfDashes":    {fill("-"), good.key},
		"ChainOfHeaders":   {append([]byte("-----BEGIN CERTIFICATE-----\n"), fill("a: b\n")...), good.key},
		"LongChain":        {append(slices.Clone(good.chain), fill("x")...), good.key},
		"ManyCertificates": {bytes.Repeat(good.chain, 60), good.key},
		"KeyOfNothing":     {good.chain, fill("-----BEGIN EC PRIVATE KEY-----\n")},
		"LongKey":          {good.chain, append(fill("x\n"), good.key...)},
		"LongKeyBlock":     {good.chain, []byte("-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("QUFB", mebibyte/4) + "\n-----END RSA PRIVATE KEY-----\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.shop()
				before := w.shows()
				w.secrets.put("shop", "hostile", p)
				w.add(withTLS(ingressOf("web", route{"evil.example", "/", "coffee"}), "hostile", "evil.example"))
				w.settle()
				if got := w.shows(); got != before {
					w.Errorf("certificates went from\n%s\nto\n%s", before, got)
				}
				if len(w.life.told.of("web", cloud.InvalidCertificate)) != 1 {
					w.Errorf("the author is not told once: %+v", w.life.told.all())
				}
				w.serves("web", "evil.example", "/", "coffee")
			})
		})
	}
}
