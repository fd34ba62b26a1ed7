package desired

import (
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// addListeners adds the listeners. Those on 80 and 443 exist as soon as the group has an Ingress,
// whatever it asks for. Who gets in, rules and certificates are the same on all.
func (b *builder) addListeners(nodes []*node, tls presented) {
	group, keep := b.defaultGroup(nodes)
	for _, port := range b.ports {
		l := cloud.Listener{Port: port.Number, Protocol: port.Protocol}
		if l.Protocol == cloud.HTTPS {
			l.TLS = cloud.TLS{
				Certificate: tls.certificate, Keep: tls.keep,
				CACertificate: b.access.authority, KeepCA: b.access.keepCA,
			}
		}
		l.Group, l.KeepGroup, l.Running = group, keep, true
		b.settings.Listener(&l)
		l.HealthCheck = b.shared.HealthCheck
		if b.access.acl.Lists != "" {
			l.ACL = b.access.acl
		}
		l.ACL.Keep = b.access.acl.Keep
		l.Source = b.stack.LoadBalancer.Source
		b.stack.Listeners = append(b.stack.Listeners, l)
	}
}

// defaultGroup is the group for requests that no rule takes: that of the Ingress that has the
// instance's default backend, else the class's, else an empty one, which answers 503. While the
// backend is broken the listeners keep the group they have; the empty one is for listeners that
// have to be created meanwhile.
func (b *builder) defaultGroup(nodes []*node) (group string, keep bool) {
	group = ""
	for _, n := range nodes {
		if n.isDefault() {
			group, keep = n.group, n.fixed() && b.keepsDefault(n)
		}
	}
	if group == "" && !keep {
		group, keep = b.configBackend()
	}
	if group == "" {
		group = cloud.EmptyGroup
		b.stack.ServerGroups = append(b.stack.ServerGroups, cloud.ServerGroup{Name: group, Source: b.stack.LoadBalancer.Source})
	}
	return group, keep
}

// configBackend is the group of the class's default backend, if it has one.
func (b *builder) configBackend() (group string, keep bool) {
	backend := b.Config.Spec.DefaultBackend
	if backend == nil || b.closed {
		return "", backend != nil
	}
	const field = "spec.defaultBackend"
	port, f := b.resolve(backend.Namespace, networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: backend.Name, Port: networkingv1.ServiceBackendPort{Name: backend.PortName, Number: backend.PortNumber},
	}})
	faults := []fault{}
	if f != nil {
		faults, keep = append(faults, *f), true
	} else {
		g := b.group(port, cloud.Source{Object: b.configObject(), Field: field})
		group, faults, keep = g.name, g.faults, g.behind
	}
	for _, f := range faults {
		b.problems = append(b.problems, cloud.Problem{
			Object: b.configObject(), Field: field, Reason: f.reason, Notice: f.notice,
			Message: fmt.Sprintf("default backend: %s", f.message),
		})
	}
	return group, keep && b.keepsOf(backend.Namespace)
}
