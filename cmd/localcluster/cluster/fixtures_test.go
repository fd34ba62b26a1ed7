package cluster_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// certificate is a self-signed pair as a Secret holds it.
type certificate struct {
	chain, key []byte
	serial     *big.Int
}

func newCertificate(tb testing.TB, hosts ...string) certificate {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: hosts[0]}, DNSNames: hosts,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	return certificate{
		chain:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:    pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		serial: serial,
	}
}

// app makes a Deployment and its Service.
func (s *scene) app(name string, replicas int32) {
	s.Helper()
	labels := map[string]string{"app": name}
	s.create(&appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: "web", Image: "registry.example.com/echo:v1",
					Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
				}}},
			},
		},
	}, s.service(name))
}

func (s *scene) service(name string) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": name},
			Ports:    []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http")}},
		},
	}
}

// ingress makes an Ingress of the scene's class. Each path is "host/path service", or
// "=host/path service" for an exact one.
func (s *scene) ingress(name string, paths ...string) *networkingv1.Ingress {
	ing := &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{}},
		Spec:       networkingv1.IngressSpec{IngressClassName: &s.class},
	}
	for _, text := range paths {
		kind := networkingv1.PathTypePrefix
		if strings.HasPrefix(text, "=") {
			kind = networkingv1.PathTypeExact
		}
		where, service, _ := strings.Cut(strings.TrimPrefix(text, "="), " ")
		host, path, _ := strings.Cut(where, "/")
		ing.Spec.Rules = append(ing.Spec.Rules, networkingv1.IngressRule{
			Host: host,
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{{Path: "/" + path, PathType: &kind, Backend: backend(service)}},
			}},
		})
	}
	return ing
}

func backend(service string) networkingv1.IngressBackend {
	return networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: service, Port: networkingv1.ServiceBackendPort{Number: 80},
	}}
}

// cloud runs an operation of the service as another user of the account.
func (s *scene) cloud(action string, params map[string]string) map[string]any {
	s.Helper()
	answer, err := s.world.Cloud.Do(action, params)
	s.must(err)
	return answer
}

func (s *scene) addInstance(spec fakecloud.InstanceSpec) string {
	s.Helper()
	return s.world.Cloud.AddInstance(spec)
}

// instance is what tests look at of an instance.
type instance struct {
	Address, AddressType, Spec string
	DeleteProtection           bool
}

func (s *scene) instance(id string) instance {
	s.Helper()
	a := s.cloud("DescribeLoadBalancerAttribute", map[string]string{"LoadBalancerId": id})
	text := func(name string) string {
		value, _ := a[name].(string)
		return value
	}
	return instance{
		Address: text("Address"), AddressType: text("AddressType"), Spec: text("LoadBalancerSpec"),
		DeleteProtection: text("DeleteProtection") == "on",
	}
}

// leftOn is what the fake's account holds of an instance, the instance itself left out.
func (s *scene) leftOn(id string) string {
	dump := s.world.Cloud.Dump()
	var b bytes.Buffer
	for _, lines := range [][]string{dump.Listeners, dump.Rules, dump.Extensions, dump.Groups, dump.Certificates, dump.ACLs} {
		for _, line := range lines {
			if strings.Contains(line, id) || strings.Contains(line, s.group()) {
				b.WriteString(line + "\n")
			}
		}
	}
	return b.String()
}

func (s *scene) deleteIngress(name string) {
	s.Helper()
	ing := s.ingress(name)
	ing.Namespace = s.namespace
	s.must(s.world.Client.Delete(s.Context(), ing))
}
