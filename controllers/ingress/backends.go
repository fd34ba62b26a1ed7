package ingress

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// annotationENI is where serverless pods carry the id of their network interface.
const annotationENI = "k8s.aliyun.com/eni-instance-id"

// holdLimit is how long a Service's last members stay when its slices list no ready endpoint but
// ready pods exist.
const holdLimit = 60 * time.Second

// holdQuiet is how long slices may be behind the pods without a word: they always are for a moment.
const holdQuiet = 5 * time.Second

// loadBackends reads the Services that the group's Ingresses name, their slices, and the network
// interfaces of their pods.
func (l *loader) loadBackends(ctx context.Context, in *loaded) error {
	in.Services = map[types.NamespacedName]*corev1.Service{}
	in.Endpoints = map[types.NamespacedName][]*discoveryv1.EndpointSlice{}
	in.Interfaces = map[desired.PodAddress]string{}
	in.Held = map[types.NamespacedName]bool{}
	for _, name := range serviceNames(in) {
		if err := l.loadService(ctx, name, in); err != nil {
			return err
		}
	}
	if err := l.loadProbes(ctx, in); err != nil {
		return err
	}
	return l.loadInterfaces(ctx, in)
}

func serviceNames(in *loaded) []types.NamespacedName {
	var list []types.NamespacedName
	for _, ing := range in.Ingresses {
		list = append(list, desired.Services(ing)...)
	}
	if name, ok := desired.ConfigService(in.Config); ok && len(in.Ingresses) > 0 {
		list = append(list, name)
	}
	slices.SortFunc(list, func(a, b types.NamespacedName) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(list)
}

func (l *loader) loadService(ctx context.Context, name types.NamespacedName, in *loaded) error {
	var service corev1.Service
	err := l.client.Get(ctx, name, &service)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading Service %q: %w", name, err)
	}
	var list discoveryv1.EndpointSliceList
	if err := l.client.List(ctx, &list, client.MatchingFields{byService: name.String()}, client.InNamespace(name.Namespace)); err != nil {
		return fmt.Errorf("listing EndpointSlices of Service %q: %w", name, err)
	}
	in.Services[name] = &service
	for i := range list.Items {
		in.Endpoints[name] = append(in.Endpoints[name], &list.Items[i])
	}
	return l.loadHold(ctx, name, in)
}

// loadHold decides whether a Service without ready endpoints may lose its last members. Slices that
// are split, merged or replaced list nobody for a moment; so the pods themselves are asked, past
// the cache, and a disagreement keeps the members for a while.
func (l *loader) loadHold(ctx context.Context, name types.NamespacedName, in *loaded) error {
	service := in.Services[name]
	versions := versionsOf(in.Endpoints[name])
	if len(service.Spec.Selector) == 0 || anyReady(in.Endpoints[name]) {
		l.doubts.settle(name, "")
		return nil
	}
	if l.doubts.known(name, versions) {
		return nil // emptied already; a pod that becomes ready since changes the slices
	}
	var pods corev1.PodList
	err := l.live.List(ctx, &pods, client.InNamespace(name.Namespace),
		client.MatchingLabelsSelector{Selector: labels.SelectorFromSet(service.Spec.Selector)})
	if err != nil {
		return fmt.Errorf("listing the pods of Service %q: %w", name, err)
	}
	if !slices.ContainsFunc(pods.Items, podReady) {
		l.doubts.settle(name, versions)
		return nil
	}
	if left := l.doubts.left(name, in.Now); left > 0 {
		in.Held[name] = left <= holdLimit-holdQuiet
		if !in.Held[name] {
			left -= holdLimit - holdQuiet
		}
		in.wait(left)
	}
	return nil
}

// wait asks for another reading no later than d from now.
func (in *loaded) wait(d time.Duration) {
	if in.Wait == 0 || d < in.Wait {
		in.Wait = d
	}
}

// versionsOf identifies what a Service's slices say.
func versionsOf(list []*discoveryv1.EndpointSlice) string {
	versions := make([]string, len(list))
	for i, slice := range list {
		versions[i] = string(slice.UID) + "/" + slice.ResourceVersion
	}
	slices.Sort(versions)
	return "slices:" + strings.Join(versions, ",")
}

func anyReady(list []*discoveryv1.EndpointSlice) bool {
	for _, slice := range list {
		if slices.ContainsFunc(slice.Endpoints, ready) {
			return true
		}
	}
	return false
}

// ready follows the API: an unknown condition counts as ready.
func ready(endpoint discoveryv1.Endpoint) bool {
	return endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready
}

func podReady(pod corev1.Pod) bool {
	if !pod.DeletionTimestamp.IsZero() {
		return false
	}
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// loadInterfaces finds the network interface of every ready endpoint: the pod's own annotation, and
// for those without one the service, asked for all of them at once.
func (l *loader) loadInterfaces(ctx context.Context, in *loaded) error {
	asked := map[netip.Addr][]desired.PodAddress{}
	for _, list := range in.Endpoints {
		for _, slice := range list {
			if err := l.fromPods(ctx, slice, in.Interfaces, asked); err != nil {
				return err
			}
		}
	}
	if len(asked) == 0 {
		return nil
	}
	unknown := slices.SortedFunc(maps.Keys(asked), netip.Addr.Compare)
	found, err := l.service.InterfacesOf(ctx, unknown)
	if err != nil {
		// What is not known is not removed either, so the rest of the group goes on.
		in.Problems = append(in.Problems, problemOf(recordObject(in.Owner.Group), err))
	}
	for address, id := range found {
		for _, pod := range asked[address] {
			in.Interfaces[pod] = id
		}
	}
	if len(found) < len(unknown) {
		in.wait(l.doubts.interfacePause(in.Owner.Group))
	} else {
		l.doubts.interfacesFound(in.Owner.Group)
	}
	return nil
}

// The pauses before the service is asked again for an interface that it did not know. A new one
// appears within seconds; an address that no interface has at all is asked for ever more rarely.
const (
	firstInterfacePause = 10 * time.Second
	lastInterfacePause  = 10 * time.Minute
)

// fromPods enters the interfaces that pods name themselves, and adds the addresses of the others to
// what the service is asked. A slice is anybody's to write: an address counts only if the pod of
// its namespace that the endpoint names has it.
func (l *loader) fromPods(ctx context.Context, slice *discoveryv1.EndpointSlice, known map[desired.PodAddress]string, asked map[netip.Addr][]desired.PodAddress) error {
	for _, endpoint := range slice.Endpoints {
		ref := endpoint.TargetRef
		if !ready(endpoint) || ref == nil || ref.Kind != "Pod" || ref.Namespace != "" && ref.Namespace != slice.Namespace {
			continue
		}
		var pod corev1.Pod
		err := l.client.Get(ctx, types.NamespacedName{Namespace: slice.Namespace, Name: ref.Name}, &pod)
		if apierrors.IsNotFound(err) {
			doubt(known, slice.Namespace, endpoint)
			continue
		}
		if err != nil {
			return fmt.Errorf("reading Pod %q: %w", slice.Namespace+"/"+ref.Name, err)
		}
		for _, text := range endpoint.Addresses {
			address, err := netip.ParseAddr(text)
			if err != nil || !address.Is4() || !hasAddress(&pod, text) {
				continue
			}
			at := desired.PodAddress{Namespace: slice.Namespace, IP: address.String()}
			if eni := pod.Annotations[annotationENI]; validENI(eni) {
				known[at] = eni
			} else {
				asked[address] = append(asked[address], at)
			}
		}
	}
	return nil
}

// doubt enters the addresses of an endpoint whose pod the cache does not have: not yet, or not any
// more. An event brings us back either way.
func doubt(known map[desired.PodAddress]string, namespace string, endpoint discoveryv1.Endpoint) {
	for _, address := range endpoint.Addresses {
		at := desired.PodAddress{Namespace: namespace, IP: address}
		if known[at] == "" { // what another endpoint's pod says stays
			known[at] = ""
		}
	}
}

// maxENI is more than any id of a network interface has.
const maxENI = 64

// validENI tells whether a pod's annotation is "eni-" and lower-case letters and digits. Pods are
// anybody's to annotate: what is not an id of an interface never reaches the service, which is asked
// for the interface of the address instead. It refuses an interface that does not have the address.
func validENI(id string) bool {
	rest, ok := strings.CutPrefix(id, "eni-")
	return ok && rest != "" && len(id) <= maxENI && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func hasAddress(pod *corev1.Pod, address string) bool {
	return pod.Status.PodIP == address ||
		slices.ContainsFunc(pod.Status.PodIPs, func(ip corev1.PodIP) bool { return ip.IP == address })
}

// doubts remembers since when slices and pods of a Service disagree. Safe for concurrent use.
type doubts struct {
	mu      sync.Mutex
	since   map[types.NamespacedName]time.Time
	settled map[types.NamespacedName]string // versions of the slices for which no doubt was found
	pauses  map[string]time.Duration        // by group: the last pause for an unknown interface
}

func newDoubts() *doubts {
	return &doubts{
		since: map[types.NamespacedName]time.Time{}, settled: map[types.NamespacedName]string{},
		pauses: map[string]time.Duration{},
	}
}

func (d *doubts) interfacePause(group string) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pauses[group] = min(max(2*d.pauses[group], firstInterfacePause), lastInterfacePause)
	return d.pauses[group]
}

func (d *doubts) interfacesFound(group string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.pauses, group)
}

// known tells whether these versions of a Service's slices left no doubt before.
func (d *doubts) known(name types.NamespacedName, versions string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	settled, ok := d.settled[name]
	return ok && settled == versions
}

// left tells how much longer the doubt holds; it begins with the first call.
func (d *doubts) left(name types.NamespacedName, now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	since, ok := d.since[name]
	if !ok {
		since = now
		d.since[name] = now
	}
	return holdLimit - now.Sub(since)
}

// settle ends the doubt about a Service, for these versions of its slices.
func (d *doubts) settle(name types.NamespacedName, versions string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.since, name)
	d.settled[name] = versions
}
