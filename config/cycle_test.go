package config_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
)

const (
	shop  = "shop" // namespace, Deployment, Service and Ingress of the application
	host  = "shop.example.com"
	later = "later.example.com"
)

// cycle creates an Ingress, changes it in every way that makes the controller use another right, and
// deletes it: back to an account and a cluster without anything of the controller's.
func (w *world) cycle() {
	w.Helper()
	w.createShop()
	address := w.address()
	w.expectAnswer(address, "http://"+host+"/")
	fallback := w.expectAnswer(address, "https://"+host+"/")

	// A Secret of the application replaces the fallback certificate.
	w.create(certificate(w))
	w.change(func(ing *networkingv1.Ingress) {
		ing.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{host}, SecretName: "certificate"}}
	})
	w.eventually("the application's certificate", func(ctx context.Context) error {
		served, err := w.get(ctx, address, "https://"+host+"/")
		if err == nil && served == fallback {
			err = errors.New("still the fallback certificate")
		}
		return err
	})
	w.tellTwice(address)

	w.must(w.admin.Delete(w.Context(), &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: shop, Name: shop}}))
	w.eventually("nothing is left", func(ctx context.Context) error {
		var records v1alpha1.SLBInstanceList
		if err := w.admin.List(ctx, &records); err != nil {
			return err
		}
		if left := w.cloud.Dump(); len(records.Items) > 0 || !left.Empty() {
			return fmt.Errorf("records %s, in the account:\n%s", show(records.Items), left)
		}
		return nil
	})
}

// tellTwice makes a mistake, takes it back and makes it again: the second event is a repetition of
// the first, which is written in another way.
func (w *world) tellTwice(address string) {
	w.Helper()
	repeated := func() (bool, error) {
		e, err := w.event(w.Context(), "ServiceNotFound")
		return err == nil && e.Series != nil, err
	}
	wrong := func(ing *networkingv1.Ingress) {
		ing.Spec.Rules = append(ing.Spec.Rules[:1], route(host, "/missing", "missing"))
	}
	w.change(wrong)
	w.eventually("an event about the missing Service", func(context.Context) error {
		_, err := repeated()
		return err
	})
	// Once the other host is served, the mistake has been found gone.
	w.change(func(ing *networkingv1.Ingress) {
		ing.Spec.Rules = append(ing.Spec.Rules[:1], route(later, "/", shop))
	})
	w.expectAnswer(address, "http://"+later+"/")
	w.change(wrong)
	w.eventually("the event as a series", func(context.Context) error {
		again, err := repeated()
		if err == nil && !again {
			err = errors.New("told once")
		}
		return err
	})
}

func (w *world) event(ctx context.Context, reason string) (eventsv1.Event, error) {
	var list eventsv1.EventList
	if err := w.admin.List(ctx, &list, client.InNamespace(shop)); err != nil {
		return eventsv1.Event{}, err
	}
	for _, e := range list.Items {
		if e.Reason == reason {
			return e, nil
		}
	}
	return eventsv1.Event{}, fmt.Errorf("no event %s among %d", reason, len(list.Items))
}

func (w *world) createShop() {
	w.Helper()
	labels := map[string]string{"app": shop}
	w.create(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: shop}},
		&appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Namespace: shop, Name: shop},
			Spec: appsv1.DeploymentSpec{
				Selector: &metav1.LabelSelector{MatchLabels: labels},
				Template: corev1.PodTemplateSpec{
					ObjectMeta: metav1.ObjectMeta{Labels: labels},
					Spec: corev1.PodSpec{Containers: []corev1.Container{{
						Name: "web", Image: "registry.example.com/web:v1",
						Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
					}}},
				},
			},
		},
		&corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: shop, Name: shop},
			Spec: corev1.ServiceSpec{
				Selector: labels,
				Ports:    []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http")}},
			},
		},
		shopIngress(),
	)
}

func shopIngress() *networkingv1.Ingress {
	return &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Namespace: shop, Name: shop},
		Spec: networkingv1.IngressSpec{
			IngressClassName: new("slb"),
			Rules:            []networkingv1.IngressRule{route(host, "/", shop)},
		},
	}
}

func route(host, path, service string) networkingv1.IngressRule {
	return networkingv1.IngressRule{
		Host: host,
		IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
			Paths: []networkingv1.HTTPIngressPath{{
				Path: path, PathType: new(networkingv1.PathTypePrefix),
				Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
					Name: service, Port: networkingv1.ServiceBackendPort{Number: 80},
				}},
			}},
		}},
	}
}

// change edits the Ingress, again if somebody else wrote it meanwhile.
func (w *world) change(edit func(*networkingv1.Ingress)) {
	w.Helper()
	w.eventually("changing the Ingress", func(ctx context.Context) error {
		var ing networkingv1.Ingress
		if err := w.admin.Get(ctx, client.ObjectKey{Namespace: shop, Name: shop}, &ing); err != nil {
			return err
		}
		edit(&ing)
		return w.admin.Update(ctx, &ing)
	})
}

// address waits for that of the Ingress.
func (w *world) address() (address string) {
	w.Helper()
	w.eventually("an address", func(ctx context.Context) error {
		var ing networkingv1.Ingress
		if err := w.admin.Get(ctx, client.ObjectKey{Namespace: shop, Name: shop}, &ing); err != nil {
			return err
		}
		if len(ing.Status.LoadBalancer.Ingress) != 1 {
			return errors.New("none yet")
		}
		address = ing.Status.LoadBalancer.Ingress[0].IP
		return nil
	})
	return address
}

// expectAnswer waits until the application's pod answers through the load balancer, and returns the
// serial number of the certificate that was shown.
func (w *world) expectAnswer(address, url string) (serial string) {
	w.Helper()
	w.eventually("GET "+url+" at "+address, func(ctx context.Context) error {
		var err error
		serial, err = w.get(ctx, address, url)
		return err
	})
	return serial
}

func (w *world) get(ctx context.Context, address, url string) (serial string, err error) {
	var dialer net.Dialer
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, target string) (net.Conn, error) {
			port := 80
			if strings.HasSuffix(target, ":443") {
				port = 443
			}
			return dialer.DialContext(ctx, network, net.JoinHostPort(address, strconv.Itoa(w.plane.Port(port))))
		},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // the test looks at it itself
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	var answer node.Answer
	if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil || answer.Service != shop {
		return "", fmt.Errorf("got %d: %s", resp.StatusCode, body)
	}
	if resp.TLS != nil {
		serial = resp.TLS.PeerCertificates[0].SerialNumber.String()
	}
	return serial, nil
}

// certificate is a TLS Secret for the application's host.
func certificate(w *world) *corev1.Secret {
	w.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	w.must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(4711), DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	w.must(err)
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: shop, Name: "certificate"},
		Type:       corev1.SecretTypeTLS,
		Data: map[string][]byte{
			corev1.TLSCertKey:       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			corev1.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		},
	}
}
