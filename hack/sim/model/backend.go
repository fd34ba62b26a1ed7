package model

import (
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// port is a Service's port that exists.
type port struct {
	namespace, service string
	name               string // empty: the Service's only one
	number             int32
}

func (p port) String() string {
	if p.name != "" {
		return fmt.Sprintf("%s/%s/%s", p.namespace, p.service, p.name)
	}
	return fmt.Sprintf("%s/%s/%d", p.namespace, p.service, p.number)
}

// find gives the Service port of a backend, or the reason why there is none.
func (c Cluster) find(namespace string, b networkingv1.IngressBackend) (port, string) {
	if b.Service == nil {
		return port{}, "ResourceBackend"
	}
	s := c.service(namespace, b.Service.Name)
	switch {
	case s == nil:
		return port{}, "ServiceNotFound"
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		return port{}, "ExternalNameService"
	case len(s.Spec.Selector) == 0:
		return port{}, "ServiceWithoutSelector"
	}
	for _, p := range s.Spec.Ports {
		asked := p.Port == b.Service.Port.Number
		if b.Service.Port.Name != "" {
			asked = p.Name == b.Service.Port.Name
		}
		if asked && (p.Protocol == "" || p.Protocol == corev1.ProtocolTCP) {
			return port{namespace, s.Name, p.Name, p.Port}, ""
		}
	}
	return port{}, "ServicePortNotFound"
}

// found are endpoints: those of pods, and those of which the pod is not there.
type found struct{ members, maybe map[string]bool }

// endpoints are a Service port's ready ones.
func (c Cluster) endpoints(p port) found {
	all := found{map[string]bool{}, map[string]bool{}}
	for _, s := range c.slicesOf(p.namespace, p.service) {
		for _, sp := range s.Ports {
			if sp.Port == nil || *sp.Port < 1 || *sp.Port > math.MaxUint16 || sp.Name != nil && *sp.Name != p.name ||
				sp.Name == nil && p.name != "" || sp.Protocol != nil && *sp.Protocol != corev1.ProtocolTCP {
				continue
			}
			for _, e := range s.Endpoints {
				c.sort(s.Namespace, e, *sp.Port, all)
			}
		}
	}
	return all
}

func ready(e discoveryv1.Endpoint) bool { return e.Conditions.Ready == nil || *e.Conditions.Ready }

// sort puts one endpoint where it belongs. It counts if the pod that it names has its address: anybody
// may write a slice.
func (c Cluster) sort(namespace string, e discoveryv1.Endpoint, number int32, into found) {
	if !ready(e) || len(e.Addresses) == 0 || e.TargetRef == nil || e.TargetRef.Kind != "Pod" {
		return
	}
	addr, err := netip.ParseAddr(e.Addresses[0])
	if err != nil || !addr.Is4() || !addr.IsGlobalUnicast() || addr == netip.MustParseAddr("100.100.100.200") {
		return
	}
	at := netip.AddrPortFrom(addr, uint16(number)).String() //nolint:gosec // endpoints compares it with the greatest port
	switch pod := c.pod(namespace, e.TargetRef.Name); {
	case pod == nil:
		into.maybe[at] = true
	case pod.Status.PodIP == addr.String(), slices.Contains(pod.Status.PodIPs, corev1.PodIP{IP: addr.String()}):
		into.members[at] = true
	}
}

// holdLimit is how long the last members stay while slices and pods disagree.
const holdLimit = 60 * time.Second

// held is what is remembered of a Service port for the time in which slices and pods disagree.
type held struct {
	last  map[string]bool
	since time.Time
}

// pool is who serves a Service port.
func (v *view) pool(p port) Pool {
	now := v.cluster.endpoints(p)
	members, maybe := now.members, now.maybe
	h := v.holds[p]
	switch {
	case len(members) > 0:
		h = held{last: members}
	case !v.anyReady(p) && v.podsReady(p):
		if h.since.IsZero() {
			h.since = v.now
		}
		if v.now.Sub(h.since) < holdLimit {
			members = h.last
		}
	default:
		if len(maybe) > 0 { // nobody knows about any of them, so what is there stays
			maybe = union(maybe, h.last)
		} else {
			h = held{}
		}
	}
	v.heldNow[p] = h
	return Pool{Service: p.String(), Members: members, Maybe: maybe, Percent: 100}
}

func union(a, b map[string]bool) map[string]bool {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func (v *view) anyReady(p port) bool {
	for _, s := range v.cluster.slicesOf(p.namespace, p.service) {
		if slices.ContainsFunc(s.Endpoints, ready) {
			return true
		}
	}
	return false
}

func (v *view) podsReady(p port) bool {
	selector := labels.SelectorFromSet(v.cluster.service(p.namespace, p.service).Spec.Selector)
	for _, pod := range v.cluster.Pods {
		if pod.Namespace == p.namespace && pod.DeletionTimestamp.IsZero() && selector.Matches(labels.Set(pod.Labels)) &&
			slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
				return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
			}) {
			return true
		}
	}
	return false
}

// divided is who serves a path that has a canary. A pod of both is the canary's, unless the other
// side would be without any. A side without pods leaves everything to the other.
func divided(stable, canary Pool, percent int) Share {
	both := func(from, drop map[string]bool) map[string]bool {
		kept := maps.Clone(from)
		maps.DeleteFunc(kept, func(m string, _ bool) bool { return drop[m] })
		return kept
	}
	if rest := both(stable.Members, canary.Members); len(rest) > 0 {
		stable.Members = rest
	} else {
		canary.Members = both(canary.Members, stable.Members)
	}
	canary.Percent, stable.Percent = percent, 100-percent
	switch {
	case len(canary.Members) == 0:
		stable.Percent, canary.Percent = 100, 0
	case len(stable.Members) == 0:
		stable.Percent, canary.Percent = 0, 100
	}
	return Share{stable, canary}
}
