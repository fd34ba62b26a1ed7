package desired_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// epoch is when the world of the tests begins; Snapshot.Now is an hour later.
func epoch() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

// world builds a snapshot from the short notation of the test cases.
type world struct {
	t        *testing.T
	snapshot desired.Snapshot
	homeless []string
}

func newWorld(t *testing.T) *world {
	chain, key := keyPair(t, "fallback", nil)
	fallback, err := desired.ReadCertificate(&corev1.Secret{Data: map[string][]byte{"tls.crt": chain, "tls.key": key}}, epoch())
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, snapshot: desired.Snapshot{
		Owner:      cloud.Owner{Cluster: "c1", Group: "class.slb.0"},
		Now:        epoch().Add(time.Hour),
		Config:     &v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: "slb"}},
		Record:     &v1alpha1.SLBInstance{},
		Services:   map[types.NamespacedName]*corev1.Service{},
		Endpoints:  map[types.NamespacedName][]*discoveryv1.EndpointSlice{},
		Secrets:    map[types.NamespacedName]*corev1.Secret{},
		Interfaces: map[desired.PodAddress]string{},
		Held:       map[types.NamespacedName]bool{},
		Probed:     map[types.NamespacedName][]*corev1.Pod{},
		Fallback:   fallback,
	}}
}

func name(s string) types.NamespacedName {
	namespace, rest, _ := strings.Cut(s, "/")
	return types.NamespacedName{Namespace: namespace, Name: rest}
}

// ingress reads one line:
//
//	namespace/name@age host PathType /path service:port
//	namespace/name@age default service:port
//	namespace/name@age tls secret host,host
//	namespace/name@age annotation key=value    with the prefix of ours, or a whole key
func (w *world) ingress(line string) {
	f := strings.Fields(line)
	ing := w.find(f[0])
	switch f[1] {
	case "default":
		b := backend(f[2])
		ing.Spec.DefaultBackend = &b
	case "tls":
		entry := networkingv1.IngressTLS{SecretName: strings.Trim(f[2], "-")}
		if len(f) > 3 {
			entry.Hosts = strings.Split(f[3], ",")
		}
		ing.Spec.TLS = append(ing.Spec.TLS, entry)
	case "annotation":
		key, value, _ := strings.Cut(f[2], "=")
		if !strings.Contains(key, "/") {
			key = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-" + key
		}
		ing.Annotations[key] = value
	default:
		rule := networkingv1.IngressRule{Host: strings.Trim(f[1], "-")}
		if len(f) > 2 {
			kind := networkingv1.PathType(f[2])
			rule.HTTP = &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Path: f[3], PathType: &kind, Backend: backend(f[4])}}}
		}
		ing.Spec.Rules = append(ing.Spec.Rules, rule)
	}
}

func (w *world) find(nameAndAge string) *networkingv1.Ingress {
	full, age, _ := strings.Cut(nameAndAge, "@")
	key := name(full)
	for _, ing := range w.snapshot.Ingresses {
		if ing.Namespace == key.Namespace && ing.Name == key.Name {
			return ing
		}
	}
	seconds, _ := strconv.Atoi(age)
	ing := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{
		Namespace: key.Namespace, Name: key.Name, UID: types.UID("uid-" + key.Name), Annotations: map[string]string{},
		CreationTimestamp: metav1.NewTime(epoch().Add(time.Duration(seconds) * time.Second)),
	}}
	w.snapshot.Ingresses = append(w.snapshot.Ingresses, ing)
	return ing
}

func backend(s string) networkingv1.IngressBackend {
	service, port, _ := strings.Cut(s, ":")
	b := &networkingv1.IngressServiceBackend{Name: service}
	if number, err := strconv.Atoi(port); err == nil {
		b.Port.Number = int32(number)
	} else {
		b.Port.Name = port
	}
	return networkingv1.IngressBackend{Service: b}
}

// service reads one line: namespace/name port=80:8080,other=81:8081 10.0.0.1 10.0.0.2 …; a port
// without name is 80:8080.
func (w *world) service(line string) {
	f := strings.Fields(line)
	key := name(f[0])
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}}
	service.Spec.Selector = map[string]string{"app": key.Name}
	slice := &discoveryv1.EndpointSlice{AddressType: discoveryv1.AddressTypeIPv4}
	for spec := range strings.SplitSeq(f[1], ",") {
		portName, numbers, named := strings.Cut(spec, "=")
		if !named {
			portName, numbers = "", portName
		}
		port, target, _ := strings.Cut(numbers, ":")
		number, _ := strconv.Atoi(port)
		targetNumber, _ := strconv.Atoi(target)
		target32 := int32(targetNumber)
		service.Spec.Ports = append(service.Spec.Ports, corev1.ServicePort{Name: portName, Port: int32(number)})
		slice.Ports = append(slice.Ports, discoveryv1.EndpointPort{Name: &portName, Port: &target32})
	}
	for _, ip := range f[2:] {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{Addresses: []string{ip}})
	}
	w.snapshot.Services[key] = service
	w.snapshot.Endpoints[key] = append(w.snapshot.Endpoints[key], slice)
}

// secret reads one line: namespace/name [expired|expiring|future|mismatch|stray|garbage|keyless|typed|ca|ca-expired|…] host,host.
func (w *world) secret(line string) {
	f := strings.Fields(line)
	key := name(f[0])
	kind := "valid"
	if len(f) > 2 {
		kind = f[1]
	}
	hosts := strings.Split(f[len(f)-1], ",")
	chain, private := keyPair(w.t, kind, hosts)
	s := &corev1.Secret{Type: corev1.SecretTypeTLS, Data: map[string][]byte{"tls.crt": chain, "tls.key": private}}
	s.Namespace, s.Name = key.Namespace, key.Name
	switch kind {
	case "mismatch":
		_, s.Data["tls.key"] = keyPair(w.t, "other", hosts)
	case "stray":
		other, _ := keyPair(w.t, "other", hosts)
		s.Data["tls.crt"] = append(chain, other...)
	case "garbage":
		s.Data["tls.crt"] = []byte("not PEM")
	case "keyless":
		delete(s.Data, "tls.key")
	case "ca", "ca-expired", "ca-future", "ca-leaf":
		s.Type, s.Data = corev1.SecretTypeOpaque, map[string][]byte{"ca.crt": chain}
	case "ca-garbage":
		s.Data = map[string][]byte{"ca.crt": []byte("not PEM")}
	case "typed":
		s.Type = corev1.SecretTypeServiceAccountToken
	}
	w.snapshot.Secrets[key] = s
}

// keyPair makes a self-signed certificate whose bytes depend on its arguments alone: the key is
// derived from them and the signature is deterministic.
func keyPair(t *testing.T, kind string, hosts []string) (chain, private []byte) {
	t.Helper()
	seed := sha256.Sum256([]byte(kind + strings.Join(hosts, ",")))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		t.Fatal(err)
	}
	from, to := epoch().AddDate(-1, 0, 0), epoch().AddDate(1, 0, 0)
	switch strings.TrimPrefix(kind, "ca-") {
	case "expired":
		to = epoch()
	case "expiring":
		to = epoch().AddDate(0, 0, 29)
	case "future":
		from = epoch().AddDate(0, 1, 0)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: kind}, DNSNames: hosts, NotBefore: from, NotAfter: to,
	}
	template.IsCA = strings.HasPrefix(kind, "ca") && kind != "ca-leaf"
	template.BasicConstraintsValid = template.IsCA
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// setting reads one line: a key and its values.
func (w *world) setting(line string) {
	f := strings.Fields(line)
	spec := &w.snapshot.Config.Spec
	switch f[0] {
	case "group":
		w.snapshot.Owner.Group = f[1]
	case "pathMatching":
		spec.PathMatching = v1alpha1.PathMatching(f[1])
	case "hostSharing":
		spec.HostSharing = v1alpha1.HostSharing(f[1])
	case "addressType":
		spec.AddressType = f[1]
	case "vSwitchID":
		spec.VSwitchID = f[1]
	case "defaultBackend":
		b := backend(f[1])
		key := name(b.Service.Name)
		spec.DefaultBackend = &v1alpha1.ServiceBackend{Namespace: key.Namespace, Name: key.Name, PortName: b.Service.Port.Name, PortNumber: b.Service.Port.Number}
	case "config": // a part of the parameters, as JSON
		w.decode(strings.TrimPrefix(line, "config "), spec)
		w.snapshot.Namespace = "slb-ingress-system"
	case "held":
		w.snapshot.Held[name(f[1])] = true
	case "homeless":
		w.homeless = append(w.homeless, f[1:]...)
	case "defaultSecret":
		w.snapshot.DefaultSecret = name(f[1])
	case "servedUntil":
		until, err := time.Parse(time.DateOnly, f[1])
		if err != nil {
			w.t.Fatal(err)
		}
		w.snapshot.Record.Status.Certificates = []v1alpha1.ServedCertificate{{
			Secret: w.snapshot.DefaultSecret.String(), Default: true, NotAfter: &metav1.Time{Time: until},
		}}
	case "listenPort":
		number, _ := strconv.Atoi(f[1])
		w.snapshot.Record.Status.ListenPorts = append(w.snapshot.Record.Status.ListenPorts, v1alpha1.ListenPort{Port: number, Protocol: f[2]})
	case "known": // certificates and access control lists of others
		if w.snapshot.Known == nil {
			w.snapshot.Known = &cloud.Known{}
		}
		for _, id := range f[1:] {
			if strings.HasPrefix(id, "acl-") {
				w.snapshot.Known.ACLs = append(w.snapshot.Known.ACLs, cloud.ID(id))
			} else {
				w.snapshot.Known.Certificates = append(w.snapshot.Known.Certificates, cloud.ID(id))
			}
		}
	case "pod": // service ip containers, as JSON
		var pod corev1.Pod
		pod.Name, pod.Status.PodIP = "pod-"+f[2], f[2]
		w.decode(strings.Join(f[3:], " "), &pod.Spec.Containers)
		w.snapshot.Probed[name(f[1])] = append(w.snapshot.Probed[name(f[1])], &pod)
	case "here", "elsewhere":
		w.place(f)
	case "release":
		w.snapshot.Release = true
	case "claim":
		w.snapshot.Record.Status.Claims = append(w.snapshot.Record.Status.Claims, v1alpha1.Claim{
			Host: strings.Trim(f[1], "-"), Exact: f[2] == "Exact", Path: f[3], Ingress: f[4],
		})
	default:
		w.t.Fatalf("setting %q is not known", line)
	}
}

// place reads "here" and hosts, or "elsewhere" with a host and the namespace that it belongs to.
func (w *world) place(f []string) {
	if w.snapshot.Placement == nil {
		w.snapshot.Placement = &desired.Placement{Hosts: map[string]bool{}, Elsewhere: map[string]string{}}
	}
	if f[0] == "elsewhere" {
		w.snapshot.Placement.Elsewhere[strings.Trim(f[1], "-")] = f[2]
		return
	}
	for _, host := range f[1:] {
		w.snapshot.Placement.Hosts[strings.Trim(host, "-")] = true
	}
}

// done gives every endpoint a network interface but for those that have none.
func (w *world) done() desired.Snapshot {
	for service, list := range w.snapshot.Endpoints {
		for _, slice := range list {
			for _, e := range slice.Endpoints {
				ip := e.Addresses[0]
				if !slices.Contains(w.homeless, ip) {
					w.snapshot.Interfaces[desired.PodAddress{Namespace: service.Namespace, IP: ip}] = fmt.Sprintf("eni-%s", ip[strings.LastIndexByte(ip, '.')+1:])
				}
			}
		}
	}
	return w.snapshot
}
