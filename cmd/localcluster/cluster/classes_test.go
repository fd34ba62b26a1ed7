package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/cluster"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// labelled sets the label of the scene's namespace by which classes choose.
func (s *scene) labelled(edge string) {
	s.Helper()
	patch := fmt.Appendf(nil, `{"metadata":{"labels":{"edge":%q}}}`, edge)
	s.must(s.world.Client.Patch(s.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}, client.RawPatch(types.MergePatchType, patch)))
}

// configure gives the scene's class parameters.
func (s *scene) configure(spec v1alpha1.SLBConfigSpec) {
	s.Helper()
	s.create(&v1alpha1.SLBConfig{ObjectMeta: metav1.ObjectMeta{Name: s.class}, Spec: spec})
	patch := fmt.Appendf(nil, `{"spec":{"parameters":{"apiGroup":%q,"kind":"SLBConfig","name":%q}}}`, v1alpha1.GroupName, s.class)
	s.must(s.world.Client.Patch(s.Context(), &networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: s.class}}, client.RawPatch(types.MergePatchType, patch)))
}

// withoutAddress waits until an Ingress shows none.
func (s *scene) withoutAddress(name string) {
	s.Helper()
	s.eventually("no address of Ingress "+name, func(ctx context.Context) error {
		var ing networkingv1.Ingress
		err := s.world.Client.Get(ctx, types.NamespacedName{Namespace: s.namespace, Name: name}, &ing)
		if err == nil && len(ing.Status.LoadBalancer.Ingress) > 0 {
			err = errors.New("there is one")
		}
		return err
	})
}

// TestAllowedNamespaces: a namespace that the class ceases to select loses its routes, and gets them
// back at the same address.
func TestAllowedNamespaces(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.configure(v1alpha1.SLBConfigSpec{AllowedNamespaces: &metav1.LabelSelector{MatchLabels: map[string]string{"edge": "public"}}})
	s.app("web", 1)
	s.create(s.ingress("shop", "shop.example.com/ web"))
	s.expectEvent("shop", "NamespaceNotAllowed")

	s.labelled("public")
	address := s.address("shop")
	s.expect(address, shopURL, 200, "web")

	s.labelled("private")
	s.withoutAddress("shop")
	s.admits(visitor{}, false, address, shopURL)

	s.labelled("public")
	s.expect(address, shopURL, 200, "web")
	if again := s.address("shop"); again != address {
		t.Errorf("it is served at %s now, and was at %s", again, address)
	}
}

// TestSampleClassExistingInstance: the sample's class is served by the instance that it names, for the
// namespaces that it selects, and gives the instance back as it leaves.
func TestSampleClassExistingInstance(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.addInstance(fakecloud.InstanceSpec{AddressType: "internet", Spec: "slb.s2.small"})
	s.cloud("CreateLoadBalancerHTTPListener", map[string]string{
		"LoadBalancerId": id, "ListenerPort": "80", "BackendServerPort": "8080", "HealthCheck": "off", "StickySession": "off", "Bandwidth": "-1",
	})
	s.must(s.world.ApplyFile(t.Context(), filepath.Join(configDir, "samples", "class-existing-instance.yaml"), func(o *unstructured.Unstructured) {
		if o.GetKind() == "SLBConfig" {
			s.must(unstructured.SetNestedField(o.Object, id, "spec", "loadBalancerID"))
		}
	}))
	s.labelled("public")
	s.class = "slb-existing"
	s.app("web", 1)
	s.create(s.ingress("shop", "shop.example.com/ web"), annotated(s.ingress("named", "named.example.com/ web"), annotationID, id))
	address := s.address("shop")
	if want := s.instance(id).Address; address != want || s.address("named") != want {
		t.Errorf("addresses are %s and %s, the instance's is %s", address, s.address("named"), want)
	}
	s.expect(address, shopURL, 200, "web")
	s.expect(address, "http://named.example.com/", 200, "web")

	s.deleteIngress("shop")
	s.deleteIngress("named")
	s.eventually("the instance is given back", func(ctx context.Context) error {
		var record v1alpha1.SLBInstance
		if err := s.world.Client.Get(ctx, types.NamespacedName{Name: "id." + id}, &record); err == nil {
			return errors.New("the SLBInstance is there")
		}
		if left := s.leftOn(id); left != "" {
			return errors.New(left)
		}
		return nil
	})
}

// TestClassAccess: the class says who may connect and where.
func TestClassAccess(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ca, other := newAuthority(t, "clients"), newAuthority(t, "others")
	name := s.class + "-clients"
	s.create(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: cluster.ControllerNamespace, Name: name}, Type: corev1.SecretTypeOpaque,
		Data: map[string][]byte{"ca.crt": ca.pem},
	})
	s.configure(v1alpha1.SLBConfigSpec{Listeners: &v1alpha1.ListenerSettings{
		AllowCIDRs: []string{"127.0.31.0/24"}, CASecretName: name,
		ListenPorts: []v1alpha1.ListenPortSettings{{Port: 9480, Protocol: "HTTP"}},
	}})
	s.app("web", 1)
	s.create(s.ingress("shop", "shop.example.com/ web"))
	address := s.address("shop")
	near, far := visitor{from: "127.0.31.7"}, visitor{from: "127.0.32.7"}
	for _, url := range []string{"http://shop.example.com/", "http://shop.example.com:9480/"} {
		s.admits(near, true, address, url)
		s.admits(far, false, address, url)
	}
	s.admits(visitor{from: near.from, certificates: ca.client(t)}, true, address, shopURL)
	s.admits(visitor{from: near.from, certificates: other.client(t)}, false, address, shopURL)
	s.admits(near, false, address, shopURL)

	// Without the CA nothing is opened: what is served stays, and what is new waits.
	s.must(s.world.Client.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.ControllerNamespace, Name: name}}))
	s.create(s.ingress("late", "late.example.com/ web"))
	if note := s.expectEvent("late", "InvalidConfig"); !strings.Contains(note, s.class) {
		t.Errorf("the event does not name the SLBConfig: %q", note)
	}
	s.admits(visitor{from: near.from, certificates: ca.client(t)}, true, address, shopURL)
	s.admits(near, false, address, "http://late.example.com/")
}
