package ingress

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

// neighbour is somebody in another namespace who wants what the shop has. By chance it makes, changes
// and deletes Ingresses.
type neighbour struct {
	*watchman

	chance *rand.Rand
	alone  *model.Model // sees the shop and nobody else
	told   map[string]bool
}

// estate gives namespace evil a Service like the shop's.
func (n *neighbour) estate() {
	n.Helper()
	ready := true
	service, slice := serviceOf("steal"), sliceOf("steal")
	service.Namespace, slice.Namespace = "evil", "evil"
	service.Spec = corev1.ServiceSpec{Selector: map[string]string{"app": "steal"}, Ports: []corev1.ServicePort{{Port: 80}}}
	pod := n.newPod("steal", 0)
	pod.Namespace = "evil"
	slice.Endpoints = []discoveryv1.Endpoint{{
		Addresses: []string{pod.Status.PodIP}, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
		TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: "evil", Name: pod.Name},
	}}
	n.add(service, slice, pod)
}

// shopkeeper makes the shop's Services and Ingresses.
func (n *neighbour) shopkeeper() {
	n.Helper()
	n.app("coffee", 2)
	n.app("tea", 1)
	n.world.secrets.put("shop", "cafe", pairOf("cafe.example"))
	n.world.secrets.put("shop", "bar", pairOf("bar.example"))
	n.add(cafeTLS(), bar())
}

// wish is what an Ingress of the neighbour asks for: hosts of the shop in many spellings, and more.
func (n *neighbour) wish(ing *networkingv1.Ingress) {
	hosts := []string{
		"cafe.example", "CAFE.Example", "cafe.example.", "*.example", "*.cafe.example", "own.example", "a.own.example", "xn--caf-dma.example",
		"café.example", "bar.example", "", "b.wild.example", "*.wild.example",
	}
	paths := []string{"/", "/coffee", "/coffee/", "/coffee/x", "/t", "/tea", "/tea/green", "/new"}
	kinds := []networkingv1.PathType{networkingv1.PathTypePrefix, networkingv1.PathTypeExact, networkingv1.PathTypeImplementationSpecific}
	ing.Annotations, ing.Spec.Rules, ing.Spec.TLS, ing.Spec.DefaultBackend = map[string]string{}, nil, nil, nil
	for range 1 + n.chance.IntN(3) {
		r := ingressOf("", route{hosts[n.chance.IntN(len(hosts))], paths[n.chance.IntN(len(paths))], "steal"}).Spec.Rules[0]
		r.HTTP.Paths[0].PathType = &kinds[n.chance.IntN(len(kinds))]
		ing.Spec.Rules = append(ing.Spec.Rules, r)
	}
	switch n.chance.IntN(5) {
	case 0:
		ing.Annotations["service.beta.kubernetes.io/alibaba-cloud-loadbalancer-canary"] = "true"
		ing.Annotations["service.beta.kubernetes.io/alibaba-cloud-loadbalancer-canary-weight"] = "100"
	case 1:
		b := backendOf("steal")
		ing.Spec.DefaultBackend = &b
	case 2:
		withTLS(ing, "stolen", hosts[0], hosts[3])
	case 3:
		ing.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name = "coffee" // the shop's, it hopes
	}
}

// act makes one change.
func (n *neighbour) act() {
	n.Helper()
	ing := ingressOf(fmt.Sprintf("i%d", n.chance.IntN(3)))
	ing.Namespace = "evil"
	have := &networkingv1.Ingress{}
	switch there := n.exists(have, "evil", ing.Name); {
	case !there:
		n.wish(ing)
		n.add(ing)
	case n.chance.IntN(4) == 0:
		n.remove(have)
	default:
		edit(n.world, ing, n.wish)
	}
}

// check compares the shop's routes with those that it would have alone.
func (n *neighbour) check() {
	all := n.inputs()
	only := func(namespace string) bool { return namespace != "evil" }
	shop := model.Cluster{Classes: all.Classes, Configs: all.Configs, Services: all.Services, Slices: all.Slices, Pods: all.Pods, Secrets: all.Secrets}
	for _, ing := range all.Ingresses {
		if only(ing.Namespace) {
			shop.Ingresses = append(shop.Ingresses, ing)
		}
	}
	table := n.alone.Observe(time.Now(), shop)
	for _, wrong := range oracle.Tenant(table, n.cloud.View(), n.judge.Instance) {
		if !n.told[wrong] {
			n.told[wrong] = true
			n.Errorf("O11: %s", wrong)
		}
	}
}

// TestTenants is O11: nothing that another namespace does changes a route of the shop's, however it
// comes and whatever it spells; and the shop gets its changes as if it were alone.
func TestTenants(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inSample(t, int(seed))
			t.Parallel()
			judged(t, func(m *watchman) {
				n := &neighbour{
					watchman: m, chance: rand.New(rand.NewPCG(seed, 11)), alone: model.New(model.Options{DefaultClass: "slb", Namespace: "slb-system"}),
					told: map[string]bool{},
				}
				n.add(class("slb"))
				n.estate()
				early := ingressOf("i0", route{"own.example", "/", "steal"})
				early.Namespace = "evil" // it is older than anything of the shop's
				n.add(early)
				n.rest()
				n.wait(time.Second)
				n.shopkeeper()
				n.add(ingressOf("wild", route{"*.wild.example", "/", "tea"}))
				n.rest()
				n.check()
				m.passed = n.check
				for range 12 {
					n.act()
					n.wait(time.Second)
					n.rest()
				}
				m.passed = func() {} // what the shop changes takes a few calls
				edit(n.world, ingressOf("cafe"), setPath("/new"))
				n.rest()
				n.check()
				n.noThief()
				m.run(2 * audits)
				m.close()
				n.check()
			}, roomy)
		})
	}
}

// noThief looks for the neighbour's pod where requests for the shop's hosts go.
func (n *neighbour) noThief() {
	n.Helper()
	thief := n.addressOf("steal", 0)
	for _, i := range n.cloud.View().Instances {
		for _, l := range i.Listeners {
			for _, r := range l.Rules {
				host := strings.ToLower(r.Domain)
				if slices.Contains([]string{"cafe.example", "bar.example", "*.example", "*.wild.example", "b.wild.example"}, host) &&
					len(r.Group.Members) > 0 && r.Group.Members[0].IP == thief {
					n.Errorf("%s%s goes to the neighbour", r.Domain, r.URL)
				}
			}
		}
	}
}
