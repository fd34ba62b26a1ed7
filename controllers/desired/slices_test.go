package desired_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// onePort is a group with one Ingress to one Service port, whose slice has a port of another name
// if slicePort says so.
func onePort(servicePort, slicePort string) desired.Snapshot {
	name := types.NamespacedName{Namespace: "shop", Name: "web"}
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: name.Name, Port: networkingv1.ServiceBackendPort{Number: 80},
	}}
	return desired.Snapshot{
		Owner: cloud.Owner{Cluster: "c1", Group: "class.slb.0"}, Now: time.Unix(1e9, 0),
		Config: &v1alpha1.SLBConfig{}, Record: &v1alpha1.SLBInstance{},
		Ingresses: []*networkingv1.Ingress{{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"},
			Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{
				Host: "web.example.com",
				IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
					Paths: []networkingv1.HTTPIngressPath{{Path: "/", PathType: ptr.To(networkingv1.PathTypePrefix), Backend: backend}},
				}},
			}}},
		}},
		Services: map[types.NamespacedName]*corev1.Service{name: {
			ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name},
			Spec: corev1.ServiceSpec{
				Selector: map[string]string{"app": "web"},
				Ports:    []corev1.ServicePort{{Name: servicePort, Port: 80}},
			},
		}},
		Endpoints: map[types.NamespacedName][]*discoveryv1.EndpointSlice{name: {{
			AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{"10.0.0.1"}}},
			Ports:       []discoveryv1.EndpointPort{{Name: &slicePort, Port: ptr.To[int32](8080)}},
		}}},
		Interfaces: map[desired.PodAddress]string{{Namespace: "shop", IP: "10.0.0.1"}: "eni-1"},
		Fallback:   cloud.Certificate{Name: "fallback"},
	}
}

// TestSlicesBehindTheService keeps a rule on its group while the slices do not know a renamed port.
func TestSlicesBehindTheService(t *testing.T) {
	t.Parallel()
	for _, rule := range desired.Build(onePort("web", "http")).Stack.Rules {
		if !rule.KeepGroup {
			t.Errorf("rule %s would go to a group that nothing is known of yet", rule.Ref())
		}
	}
	for _, rule := range desired.Build(onePort("http", "http")).Stack.Rules {
		if rule.KeepGroup {
			t.Errorf("rule %s keeps a group although the slices know the port", rule.Ref())
		}
	}
}

// TestInterfaceOfAnotherNamespace gives nobody another namespace's pods.
func TestInterfaceOfAnotherNamespace(t *testing.T) {
	t.Parallel()
	s := onePort("http", "http")
	s.Interfaces = map[desired.PodAddress]string{{Namespace: "victim", IP: "10.0.0.1"}: "eni-1"}
	group, ok := desired.Build(s).Stack.ServerGroup("shop/web/http")
	if !ok || len(group.Members) != 0 {
		t.Errorf("group %+v has a member that is another namespace's pod", group)
	}
}
