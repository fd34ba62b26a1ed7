package model_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

const group = "class.slb.0"

// start is when the first object of a world was made.
func start() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

// world is a cluster that a test changes, and the model that watches it.
type world struct {
	*testing.T
	model.Cluster

	model  *model.Model
	now    time.Time
	config *v1alpha1.SLBConfig
}

func newWorld(t *testing.T) *world {
	t.Helper()
	name, config := v1alpha1.GroupName, &v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: "slb"}}
	w := &world{T: t, now: start(), config: config, model: model.New(model.Options{
		DefaultClass: "slb", Namespace: "system", Grace: 10 * time.Minute, Refused: []string{"lb-refused"},
	})}
	w.Configs = append(w.Configs, config)
	w.Classes = append(w.Classes, &networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: "slb"},
		Spec: networkingv1.IngressClassSpec{
			Controller: "ingress.k8s.alibabacloud/slb",
			Parameters: &networkingv1.IngressClassParametersReference{APIGroup: &name, Kind: "SLBConfig", Name: "slb"},
		},
	})
	for _, namespace := range []string{"shop", "other"} {
		for i, app := range []string{"coffee", "tea", "milk"} {
			w.app(namespace, app, fmt.Sprintf("10.%d.%d.1", len(namespace), i))
		}
	}
	w.secret("system", "slb-ingress-fallback-certificate", "fallback")
	return w
}

// app makes a Service with a pod for each address.
func (w *world) app(namespace, name string, addresses ...string) {
	labels := map[string]string{"app": name}
	yes, number := true, int32(8080)
	w.Services = append(w.Services, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       corev1.ServiceSpec{Selector: labels, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(number)}}},
	})
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: name}},
		AddressType: discoveryv1.AddressTypeIPv4, Ports: []discoveryv1.EndpointPort{{Port: &number}},
	}
	for i, address := range addresses {
		pod := fmt.Sprintf("%s-%d", name, i)
		w.Pods = append(w.Pods, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: pod, Labels: labels},
			Status: corev1.PodStatus{PodIP: address, Conditions: []corev1.PodCondition{
				{Type: corev1.PodReady, Status: corev1.ConditionTrue},
			}},
		})
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{address}, Conditions: discoveryv1.EndpointConditions{Ready: &yes},
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: namespace, Name: pod},
		})
	}
	w.Slices = append(w.Slices, slice)
}

// secret makes a Secret with a certificate and gives the SHA-256 of that.
func (w *world) secret(namespace, name string, hosts ...string) string {
	w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: hosts[0]}, DNSNames: hosts,
		NotBefore: start().Add(-time.Hour), NotAfter: start().Add(1000 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		w.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		w.Fatal(err)
	}
	w.Secrets = append(w.Secrets, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Type: corev1.SecretTypeTLS,
		Data: map[string][]byte{
			"tls.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			"tls.key": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}),
		},
	})
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// ingress makes an Ingress a second after the last. Lines are "host kind path service", "default
// service", "tls secret host…" and "note key value".
func (w *world) ingress(namespace, name string, lines ...string) *networkingv1.Ingress {
	w.Helper()
	class := "slb"
	w.now = w.now.Add(time.Second)
	ing := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: name, CreationTimestamp: metav1.NewTime(w.now), Annotations: map[string]string{},
	}}
	ing.Spec.IngressClassName = &class
	for _, line := range lines {
		w.line(ing, strings.Fields(line))
	}
	w.Ingresses = append(w.Ingresses, ing)
	return ing
}

func (w *world) line(ing *networkingv1.Ingress, f []string) {
	w.Helper()
	switch f[0] {
	case "default":
		b := backend(f[1])
		ing.Spec.DefaultBackend = &b
	case "tls":
		ing.Spec.TLS = append(ing.Spec.TLS, networkingv1.IngressTLS{SecretName: f[1], Hosts: f[2:]})
	case "note":
		ing.Annotations["service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"+f[1]] = f[2]
	default:
		kind := networkingv1.PathType(f[1])
		ing.Spec.Rules = append(ing.Spec.Rules, networkingv1.IngressRule{
			Host: strings.TrimPrefix(f[0], "-"), IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{{Path: f[2], PathType: &kind, Backend: backend(f[3])}},
			}},
		})
	}
}

func backend(service string) networkingv1.IngressBackend {
	return networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: service, Port: networkingv1.ServiceBackendPort{Number: 80},
	}}
}

func (w *world) look() model.Table { return w.model.Observe(w.now, w.Cluster) }

// answer is who answers on port 80: "namespace/service", "503", "404", "closed".
func answer(t model.Table, host, path string) string {
	a := t.Answer(model.Probe{Group: group, Port: model.HTTP, Host: host, Path: path})
	if a.Kind != model.Served {
		return a.Kind.String()
	}
	var all []string
	for _, share := range a.Either {
		if share.Empty() {
			all = append(all, "503")
			continue
		}
		for _, p := range share {
			text := strings.TrimSuffix(p.Service, "/80")
			if p.Percent != 100 {
				text += fmt.Sprintf(" %d%%", p.Percent)
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}
