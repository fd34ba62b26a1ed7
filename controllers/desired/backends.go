package desired

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// servicePort is a backend that exists.
type servicePort struct {
	service *corev1.Service
	port    corev1.ServicePort
}

// name is that of its vServer group. A port is known by its name if it has one, so that two
// spellings of one port share a group; no name is a number, so the two cannot be confused.
func (p servicePort) name() string {
	return p.service.Namespace + "/" + p.service.Name + "/" + p.portName()
}

func (p servicePort) portName() string { return cmp.Or(p.port.Name, strconv.Itoa(int(p.port.Port))) }

// resolve finds the Service port of a backend, or the fault that it has.
func (b *builder) resolve(namespace string, backend networkingv1.IngressBackend) (servicePort, *fault) {
	if backend.Service == nil {
		return servicePort{}, &fault{reason: cloud.ResourceBackend, message: "the backend names no Service: backends of other kinds cannot be served"}
	}
	key := types.NamespacedName{Namespace: namespace, Name: backend.Service.Name}
	service := b.Services[key]
	switch {
	case service == nil:
		return servicePort{}, &fault{reason: cloud.ServiceNotFound, message: fmt.Sprintf("Service %q does not exist", key)}
	case service.Spec.Type == corev1.ServiceTypeExternalName:
		return servicePort{}, &fault{reason: cloud.ExternalNameService, message: fmt.Sprintf("Service %q is of type ExternalName, which has no pods to send requests to", key)}
	case len(service.Spec.Selector) == 0:
		return servicePort{}, &fault{reason: cloud.ServiceNoSelector, message: fmt.Sprintf("Service %q has no selector: only pods that it selects can be served", key)}
	}
	port, ok := findPort(service, backend.Service.Port)
	if !ok {
		return servicePort{}, &fault{reason: cloud.ServicePortNotFound, message: fmt.Sprintf(
			"Service %q has no TCP port %s; it has %s", key, spelled(backend.Service.Port), portsOf(service))}
	}
	return servicePort{service, port}, nil
}

func findPort(service *corev1.Service, want networkingv1.ServiceBackendPort) (corev1.ServicePort, bool) {
	i := slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool {
		if !isTCP(&p.Protocol) {
			return false
		}
		if want.Name != "" {
			return p.Name == want.Name
		}
		return p.Port == want.Number
	})
	if i < 0 {
		return corev1.ServicePort{}, false
	}
	return service.Spec.Ports[i], true
}

// isTCP tells whether a protocol is TCP, which it is unless it says otherwise.
func isTCP(p *corev1.Protocol) bool { return p == nil || *p == "" || *p == corev1.ProtocolTCP }

func spelled(p networkingv1.ServiceBackendPort) string {
	if p.Name != "" {
		return strconv.Quote(p.Name)
	}
	return strconv.Itoa(int(p.Number))
}

func portsOf(service *corev1.Service) string {
	var ports []string
	for _, p := range service.Spec.Ports {
		if isTCP(&p.Protocol) {
			ports = append(ports, strings.TrimPrefix(fmt.Sprintf("%s %d", p.Name, p.Port), " "))
		}
	}
	if len(ports) == 0 {
		return "none"
	}
	return strings.Join(ports, ", ")
}

// backendGroup is a vServer group of the stack with what is wrong with it.
type backendGroup struct {
	name   string // empty: what is served now has to stay
	behind bool   // nothing is known yet of who is in it
	faults []fault
	// canaryFaults are for the canary's author, of a group that has one.
	canaryFaults []fault
	told         map[*networkingv1.Ingress]bool
}

// serve returns the group of a want's backend, adding it to the stack if nobody has yet. A broken
// backend is told and keeps what it last had, and so does a want whose member is withheld.
func (b *builder) serve(w *want) (group *backendGroup, keep bool) {
	canary, hasCanary := b.canaryPort(w)
	port, f := b.resolve(w.from.Namespace, w.backend)
	if f != nil {
		b.tell(w.from.Ingress, w.field, *f)
	}
	if f != nil || w.from.withheld() {
		return &backendGroup{}, true
	}
	if !hasCanary {
		g := b.group(port, w.from.source(w.field))
		b.tellGroup(g, w, g.faults)
		return g, false
	}
	g := b.canaryGroup(port, canary, w)
	b.tellGroup(g, w, g.faults)
	b.tellGroup(g, w.canary, g.canaryFaults)
	return g, g.name == ""
}

// tellGroup tells an Ingress once what is wrong with a group.
func (b *builder) tellGroup(g *backendGroup, w *want, faults []fault) {
	if g.told[w.from.Ingress] {
		return
	}
	if g.told == nil {
		g.told = map[*networkingv1.Ingress]bool{}
	}
	g.told[w.from.Ingress] = true
	for _, f := range faults {
		b.tell(w.from.Ingress, w.field, f)
	}
}

func (b *builder) group(port servicePort, source cloud.Source) *backendGroup {
	name := port.name()
	if g, ok := b.backends[name]; ok {
		return g
	}
	group, faults := b.members(port)
	group.Source = source
	b.stack.ServerGroups = append(b.stack.ServerGroups, group)
	g := &backendGroup{name: name, behind: b.behind(port), faults: faults}
	b.backends[name] = g
	return g
}
