package crash_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/controllers/ingress"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// patience bounds every wait. A test that passes does not wait it out.
const patience = 3 * time.Minute

// story is what a class of its own goes through while the program is disturbed: it comes, changes
// and goes.
type story struct {
	*testing.T

	name string
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *story) create(objects ...client.Object) {
	s.Helper()
	for _, o := range objects {
		s.must(world.Client.Create(s.Context(), o))
	}
}

func (s *story) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: s.name, Name: name}
}

// begin makes a class, two apps and an Ingress that serves them.
func (s *story) begin() {
	s.Helper()
	s.create(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.name}},
		&networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: s.name}, Spec: networkingv1.IngressClassSpec{Controller: ingress.ControllerName}},
	)
	for _, app := range []string{"coffee", "tea"} {
		labels := map[string]string{"app": app}
		s.create(
			&appsv1.Deployment{ObjectMeta: s.meta(app), Spec: appsv1.DeploymentSpec{
				Selector: &metav1.LabelSelector{MatchLabels: labels},
				Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: "web", Image: "registry.example.com/echo:v1", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
				}}}},
			}},
			&corev1.Service{ObjectMeta: s.meta(app), Spec: corev1.ServiceSpec{
				Selector: labels, Ports: []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http")}},
			}},
		)
	}
	s.create(s.cafe())
}

func (s *story) cafe() *networkingv1.Ingress {
	ing := &networkingv1.Ingress{ObjectMeta: s.meta("cafe"), Spec: networkingv1.IngressSpec{IngressClassName: &s.name}}
	prefix := networkingv1.PathTypePrefix
	for host, app := range map[string]string{"coffee." + s.name: "coffee", "tea." + s.name: "tea"} {
		ing.Spec.Rules = append(ing.Spec.Rules, networkingv1.IngressRule{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{
			HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Path: "/", PathType: &prefix, Backend: networkingv1.IngressBackend{
				Service: &networkingv1.IngressServiceBackend{Name: app, Port: networkingv1.ServiceBackendPort{Number: 80}},
			}}}},
		}})
	}
	return ing
}

// change points a host elsewhere and scales.
func (s *story) change() {
	s.Helper()
	replicas := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, 2)
	s.must(world.Client.Patch(s.Context(), &appsv1.Deployment{ObjectMeta: s.meta("coffee")}, client.RawPatch(types.MergePatchType, replicas)))
	var ing networkingv1.Ingress
	s.must(world.Client.Get(s.Context(), types.NamespacedName{Namespace: s.name, Name: "cafe"}, &ing))
	for i := range ing.Spec.Rules {
		ing.Spec.Rules[i].HTTP.Paths[0].Backend.Service.Name = "coffee"
		ing.Spec.Rules[i].HTTP.Paths[0].Path = "/shop"
	}
	s.must(world.Client.Update(s.Context(), &ing))
}

// served waits until each host's path is answered by a Service, through the data plane.
func (s *story) served(path string, services map[string]string) {
	s.Helper()
	for host, service := range services {
		s.eventually(host+path+" from "+service, func(ctx context.Context) error {
			return s.ask(ctx, host+"."+s.name, path, service)
		})
	}
}

func (s *story) ask(ctx context.Context, host, path, service string) error {
	var ing networkingv1.Ingress
	if err := world.Client.Get(ctx, types.NamespacedName{Namespace: s.name, Name: "cafe"}, &ing); err != nil {
		return err
	}
	if len(ing.Status.LoadBalancer.Ingress) == 0 {
		return errors.New("no address yet")
	}
	url := "http://" + net.JoinHostPort(ing.Status.LoadBalancer.Ingress[0].IP, strconv.Itoa(world.Port(80))) + path
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	req.Host = host
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body := make([]byte, 4096)
	n, _ := resp.Body.Read(body)
	if !strings.Contains(string(body[:n]), fmt.Sprintf("%q", service)) {
		return fmt.Errorf("answered %d %s", resp.StatusCode, body[:n])
	}
	return nil
}

// finish removes the Ingress and ends the grace of its instance.
func (s *story) finish() {
	s.Helper()
	s.must(world.Client.Delete(s.Context(), &networkingv1.Ingress{ObjectMeta: s.meta("cafe")}))
	record := &v1alpha1.SLBInstance{ObjectMeta: metav1.ObjectMeta{Name: "class." + s.name + ".0"}}
	s.eventually("the end of the record", func(ctx context.Context) error {
		if err := client.IgnoreNotFound(world.Client.Delete(ctx, record)); err != nil {
			return err
		}
		err := world.Client.Get(ctx, client.ObjectKeyFromObject(record), record)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.Join(errors.New("it is there still"), err)
	})
	s.must(world.Client.Delete(s.Context(), &networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: s.name}}))
	s.must(world.Client.Delete(s.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.name}}))
}

// eventually waits until check returns nil. What it waits for crosses processes and sockets.
func (s *story) eventually(what string, check func(context.Context) error) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			s.Fatalf("%s: %v\n%s", what, err, world.Cloud.Dump())
		case <-ticker.C:
		}
	}
}

// foreign puts somebody else's things into the account, one of them with a look-alike tag, and
// returns what the account holds.
func foreign(t *testing.T) string {
	t.Helper()
	id := world.Cloud.AddInstance(fakecloud.InstanceSpec{Name: "theirs", Spec: "slb.s1.small", Tags: map[string]string{"slb-ingress/cluster": "another"}})
	for action, params := range map[string]map[string]string{
		"CreateVServerGroup":             {"VServerGroupName": "theirs"},
		"CreateLoadBalancerHTTPListener": {"ListenerPort": "80", "BackendServerPort": "80", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off"},
	} {
		params["LoadBalancerId"] = id
		if _, err := world.Cloud.Do(action, params); err != nil {
			t.Fatal(err)
		}
	}
	return world.Cloud.Dump().String()
}
