package desired

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// members returns the group of a Service port with its ready endpoints, and what is wrong with it.
// A member whose network interface is not known now stays if it is there; while that is all that is
// known, or the slices and the pods disagree, the group holds all members it has.
func (b *builder) members(port servicePort) (cloud.ServerGroup, []fault) {
	group := cloud.ServerGroup{Name: port.name()}
	key := types.NamespacedName{Namespace: port.service.Namespace, Name: port.service.Name}
	var homeless, unknown, refused []string
	seen := map[netip.AddrPort]bool{}
	for _, at := range readyEndpoints(b.Endpoints[key], port.port.Name) {
		if seen[at] {
			continue
		}
		seen[at] = true
		eni, known := b.Interfaces[PodAddress{key.Namespace, at.Addr().String()}]
		switch {
		case !routable(at.Addr()):
			refused = append(refused, at.Addr().String())
		case known && eni == "":
			unknown = append(unknown, at.Addr().String())
		case eni == "":
			homeless = append(homeless, at.Addr().String())
		default:
			group.Members = append(group.Members, cloud.Member{ServerID: eni, IP: at.Addr().String(), Port: int(at.Port()), Weight: maxWeight})
		}
	}
	group.Doubtful = slices.Concat(homeless, unknown)
	group.Hold = len(group.Doubtful) > 0 && len(group.Members) == 0
	faults := b.doubts(&group, key, homeless, refused)
	return group, faults
}

// doubts tells of endpoints that are not members, and holds the group where they might be.
func (b *builder) doubts(group *cloud.ServerGroup, service types.NamespacedName, homeless, refused []string) []fault {
	var faults []fault
	if len(homeless) > 0 {
		faults = append(faults, fault{reason: cloud.NetworkInterfaceNotFound, message: fmt.Sprintf(
			"Service %q has pods whose addresses no network interface of the VPC has: %s; they get no requests", service, list(homeless))})
	}
	if len(refused) > 0 {
		faults = append(faults, fault{reason: cloud.EndpointRefused, message: fmt.Sprintf(
			"Service %q has endpoints whose addresses can be no pod's: %s; they get no requests", service, list(refused))})
	}
	told, held := b.Held[service]
	if held && len(group.Members) == 0 {
		group.Hold = true
	}
	if told && group.Hold {
		faults = append(faults, fault{reason: cloud.MembersHeld, notice: true, message: fmt.Sprintf(
			"Service %q lists no ready endpoint although it selects ready pods: its last members stay for now", service)})
	}
	return faults
}

// listed is how many items of a list a message names.
const listed = 5

func list(items []string) string {
	items = slices.Compact(slices.Sorted(slices.Values(items)))
	if more := len(items) - listed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(items[:listed], ", "), more)
	}
	return strings.Join(items, ", ")
}

// behind tells whether a Service's slices are behind its ports: they list ready endpoints, and none
// for this port. That is so for a moment after a port is renamed, and its group would be empty.
func (b *builder) behind(port servicePort) bool {
	list := b.Endpoints[types.NamespacedName{Namespace: port.service.Namespace, Name: port.service.Name}]
	other := false
	for _, s := range list {
		for _, p := range s.Ports {
			name := ptr.Deref(p.Name, "")
			if name == port.port.Name {
				return false
			}
			other = other || len(readyEndpoints([]*discoveryv1.EndpointSlice{s}, name)) > 0
		}
	}
	return other
}

// readyEndpoints returns the addresses of a Service port's ready endpoints. The port is matched by
// its name, so pods whose containers listen on different ports each get their own. An endpoint that
// says nothing of its readiness is ready; one that is terminating is not, even if it still serves.
func readyEndpoints(endpointSlices []*discoveryv1.EndpointSlice, port string) []netip.AddrPort {
	var all []netip.AddrPort
	for _, s := range endpointSlices {
		if s.AddressType != discoveryv1.AddressTypeIPv4 {
			continue
		}
		for _, p := range s.Ports {
			name, number := ptr.Deref(p.Name, ""), ptr.Deref(p.Port, 0)
			if name != port || number < 1 || number > math.MaxUint16 || !isTCP(p.Protocol) {
				continue
			}
			all = append(all, addresses(s.Endpoints, uint16(number))...)
		}
	}
	return all
}

func addresses(endpoints []discoveryv1.Endpoint, port uint16) []netip.AddrPort {
	var all []netip.AddrPort
	for _, e := range endpoints {
		if !ptr.Deref(e.Conditions.Ready, true) || len(e.Addresses) == 0 {
			continue
		}
		// All addresses of an endpoint are the same pod's; by contract the first one counts.
		addr, err := netip.ParseAddr(e.Addresses[0])
		if err == nil && addr.Is4() {
			all = append(all, netip.AddrPortFrom(addr, port))
		}
	}
	return all
}

// routable tells whether an address can be a pod's. Whoever can write EndpointSlices and the status of
// pods could else have the load balancer speak to itself, to link-local neighbours or to the metadata
// service. Of 100.64.0.0/10, which serves both the cloud's own services and pods of some clusters,
// exactly the address of the metadata service is refused.
func routable(a netip.Addr) bool {
	if !a.Is4() || !a.IsGlobalUnicast() {
		return false // loopback 127/8, link-local 169.254/16, multicast 224/4, 0.0.0.0, 255.255.255.255
	}
	const thisNetwork, reserved = 0, 240 // 0/8 and 240/4 (RFC 6890) are no host's
	first := a.As4()[0]
	metadata := netip.AddrFrom4([4]byte{100, 100, 100, 200})
	return first != thisNetwork && first < reserved && a != metadata
}
