package ingress

import (
	"cmp"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// The listeners of every group.
const (
	portHTTP  = 80
	portHTTPS = 443
)

// portsOf are the ports of interest, in order: those that every group has, those that an Ingress or
// the class asks for, and those on record, which may be there although nobody wants them any more.
func portsOf(in loaded) []int {
	ports := []int{portHTTP, portHTTPS}
	for _, ing := range in.Ingresses {
		ports = append(ports, desired.AddedPorts(ing, in.Config)...)
	}
	ports = append(ports, desired.ConfigPorts(in.Config)...)
	if in.Record != nil {
		for _, p := range in.Record.Status.ListenPorts {
			ports = append(ports, p.Port)
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// addedPorts are the listeners, beside those that every group has, that are wanted or there.
func addedPorts(want cloud.Stack, got cloud.Observed) []v1alpha1.ListenPort {
	var ports []v1alpha1.ListenPort
	for _, l := range slices.Concat(want.Listeners, got.Ours.Listeners) {
		known := func(p v1alpha1.ListenPort) bool { return p.Port == l.Port }
		if l.Port != portHTTP && l.Port != portHTTPS && !slices.ContainsFunc(ports, known) {
			ports = append(ports, v1alpha1.ListenPort{Port: l.Port, Protocol: string(l.Protocol)})
		}
	}
	slices.SortFunc(ports, func(a, b v1alpha1.ListenPort) int { return cmp.Compare(a.Port, b.Port) })
	return ports
}
