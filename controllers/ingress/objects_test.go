package ingress

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

const (
	annotationID       = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id"
	annotationOverride = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-force-override-listeners"
)

// pair is a certificate and its key as a Secret holds them.
type pair struct{ chain, key []byte }

// pairs makes each certificate once for all tests: bubbles begin in the year 2000, all at once.
var pairs sync.Map

func pairOf(host string) pair {
	return pairUntil(host, time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC))
}

// pairUntil makes a certificate that ends at a time and began in 1999.
func pairUntil(host string, end time.Time) pair {
	key := host + end.String()
	if known, ok := pairs.Load(key); ok {
		return known.(pair)
	}
	made, _ := pairs.LoadOrStore(key, newPair(host, end))
	return made.(pair)
}

// newPair follows from its arguments alone, so that a run has the same course in every process.
func newPair(host string, end time.Time) pair {
	seed := sha256.Sum256([]byte(host + end.String()))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		panic(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: end,
	}
	chain, err := x509.CreateCertificate(nil, leaf, leaf, key.Public(), key)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pair{
		chain: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain}),
		key:   pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}),
	}
}

func class(name string) *networkingv1.IngressClass {
	return &networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       networkingv1.IngressClassSpec{Controller: ControllerName},
	}
}

// classWith makes a class and its parameters.
func classWith(name string, spec v1alpha1.SLBConfigSpec) (*networkingv1.IngressClass, *v1alpha1.SLBConfig) {
	c, group := class(name), v1alpha1.GroupName
	c.Spec.Parameters = &networkingv1.IngressClassParametersReference{APIGroup: &group, Kind: kindSLBConfig, Name: name}
	config := defaultConfig()
	config.Name = name
	if spec.ReclaimPolicy != "" {
		config.Spec.ReclaimPolicy = spec.ReclaimPolicy
	}
	config.Spec.DefaultBackend = spec.DefaultBackend
	return c, config
}

// route is one path of an Ingress: "host/path" and the Service.
type route struct{ host, path, service string }

func ingressIn(class, name string, routes ...route) *networkingv1.Ingress {
	ing := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Annotations: map[string]string{}}}
	ing.Spec.IngressClassName = &class
	for _, r := range routes {
		prefix := networkingv1.PathTypePrefix
		ing.Spec.Rules = append(ing.Spec.Rules, networkingv1.IngressRule{
			Host: r.host,
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{{Path: r.path, PathType: &prefix, Backend: backendOf(r.service)}},
			}},
		})
	}
	return ing
}

func ingressOf(name string, routes ...route) *networkingv1.Ingress {
	return ingressIn("slb", name, routes...)
}

func backendOf(service string) networkingv1.IngressBackend {
	return networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: service, Port: networkingv1.ServiceBackendPort{Number: 80},
	}}
}

// withTLS gives an Ingress a Secret for a host.
func withTLS(ing *networkingv1.Ingress, secret string, hosts ...string) *networkingv1.Ingress {
	ing.Spec.TLS = append(ing.Spec.TLS, networkingv1.IngressTLS{SecretName: secret, Hosts: hosts})
	return ing
}

// onInstance makes an Ingress name an existing instance.
func onInstance(ing *networkingv1.Ingress, id string, override bool) *networkingv1.Ingress {
	ing.Annotations[annotationID] = id
	if override {
		ing.Annotations[annotationOverride] = "true"
	}
	return ing
}

// app makes a Service of namespace shop, its slice and its ready pods.
func (w *world) app(name string, replicas int) {
	w.Helper()
	w.add(&corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name},
		Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": name},
			Ports:    []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(8080), Protocol: corev1.ProtocolTCP}},
		},
	}, sliceOf(name))
	w.scale(name, replicas)
}

func sliceOf(name string) *discoveryv1.EndpointSlice {
	port, protocol, none := int32(8080), corev1.ProtocolTCP, ""
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: name},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: &none, Port: &port, Protocol: &protocol}},
	}
}

// scale sets how many pods a Service has, all of them ready.
func (w *world) scale(name string, replicas int) {
	w.Helper()
	for n := range 10 {
		pod := &corev1.Pod{}
		there := w.exists(pod, "shop", fmt.Sprintf("%s-%d", name, n))
		switch {
		case n < replicas && !there:
			w.add(w.newPod(name, n))
		case n >= replicas && there:
			w.remove(pod)
		}
	}
	w.list(name, replicas)
}

// list sets how many pods the Service's slice lists, whatever pods there are.
func (w *world) list(name string, replicas int) {
	w.Helper()
	edit(w, sliceOf(name), func(s *discoveryv1.EndpointSlice) {
		s.Endpoints = nil
		ready := true
		for n := range replicas {
			s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{
				Addresses:  []string{w.addressOf(name, n)},
				Conditions: discoveryv1.EndpointConditions{Ready: &ready},
				TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: fmt.Sprintf("%s-%d", name, n)},
			})
		}
	})
}

func (w *world) newPod(name string, n int) *corev1.Pod {
	ip := w.addressOf(name, n)
	w.pods[ip] = name
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: fmt.Sprintf("%s-%d", name, n), Labels: map[string]string{"app": name}},
		Status: corev1.PodStatus{
			PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		},
	}
}

// addressOf is the address of a Service's n-th pod.
func (w *world) addressOf(name string, n int) string {
	sum := 0
	for _, c := range []byte(name) {
		sum = (31*sum + int(c)) % 251
	}
	return fmt.Sprintf("10.1.%d.%d", sum, n+1)
}

// shop is the scene that most tests begin with: one class, two Services, one Ingress with TLS.
func (w *world) shop() {
	w.Helper()
	w.shopOf(class("slb"))
}

func (w *world) shopOf(class *networkingv1.IngressClass) {
	w.Helper()
	if class != nil { // nil: it is there
		w.add(class)
	}
	w.app("coffee", 2)
	w.app("tea", 1)
	w.secrets.put("shop", "cafe", pairOf("cafe.example"))
	w.secrets.put("shop", "bar", pairOf("bar.example"))
	w.add(withTLS(ingressOf("cafe", route{"cafe.example", "/coffee", "coffee"}, route{"cafe.example", "/tea", "tea"}), "cafe", "cafe.example"))
	w.settle()
	w.wait(time.Second)
	w.add(withTLS(ingressOf("bar", route{"bar.example", "/", "tea"}), "bar", "bar.example"))
	w.settle()
}

// wait lets a little time pass, so that what follows is younger.
func (w *world) wait(d time.Duration) {
	w.Helper()
	w.run(d)
}

// setPath changes the first path of an Ingress.
func setPath(path string) func(*networkingv1.Ingress) {
	return func(ing *networkingv1.Ingress) { ing.Spec.Rules[0].HTTP.Paths[0].Path = path }
}

func serviceOf(name string) *corev1.Service {
	return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
}
