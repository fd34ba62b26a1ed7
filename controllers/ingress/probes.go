package ingress

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// probes remembers the readiness probes of pods, which the cache does not hold: few Ingresses ask for
// them, and a pod's never change. Safe for concurrent use.
type probes struct {
	mu     sync.Mutex
	groups map[string]map[types.UID]*corev1.Pod
}

func newProbes() *probes { return &probes{groups: map[string]map[types.UID]*corev1.Pod{}} }

func (p *probes) of(group string) map[types.UID]*corev1.Pod {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.groups[group]
}

// keep replaces what is remembered for a group.
func (p *probes) keep(group string, pods map[types.UID]*corev1.Pod) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(pods) == 0 {
		delete(p.groups, group)
		return
	}
	p.groups[group] = pods
}

// loadProbes reads the probes of the ready pods whose health checks are to be made of them: each pod
// once, past the cache.
func (l *loader) loadProbes(ctx context.Context, in *loaded) error {
	known, used := l.probes.of(in.Owner.Group), map[types.UID]*corev1.Pod{}
	in.Probed = map[types.NamespacedName][]*corev1.Pod{}
	for _, name := range desired.Probes(in.Ingresses, in.Config) {
		if service := in.Services[name]; service == nil || len(service.Spec.Selector) == 0 {
			continue
		}
		pods, err := l.readyPods(ctx, name, in)
		if err != nil {
			return err
		}
		if known, err = l.readProbes(ctx, in.Services[name], pods, known); err != nil {
			return err
		}
		for _, pod := range pods {
			if probed := known[pod.UID]; probed != nil {
				used[pod.UID] = probed
				in.Probed[name] = append(in.Probed[name], withAddress(probed, pod.Status))
			}
		}
	}
	l.probes.keep(in.Owner.Group, used)
	return nil
}

// readyPods are the pods behind a Service's ready endpoints, as the cache has them.
func (l *loader) readyPods(ctx context.Context, service types.NamespacedName, in *loaded) ([]*corev1.Pod, error) {
	var pods []*corev1.Pod
	for _, slice := range in.Endpoints[service] {
		for _, endpoint := range slice.Endpoints {
			ref := endpoint.TargetRef
			if !ready(endpoint) || ref == nil || ref.Kind != "Pod" {
				continue
			}
			pod := &corev1.Pod{}
			err := l.client.Get(ctx, types.NamespacedName{Namespace: slice.Namespace, Name: ref.Name}, pod)
			if client.IgnoreNotFound(err) != nil {
				return nil, fmt.Errorf("reading Pod %q: %w", slice.Namespace+"/"+ref.Name, err)
			}
			if err == nil {
				pods = append(pods, pod)
			}
		}
	}
	return pods, nil
}

// readProbes gives the probes of pods: those that are known, or of all the Service's pods.
func (l *loader) readProbes(ctx context.Context, service *corev1.Service, pods []*corev1.Pod, known map[types.UID]*corev1.Pod) (map[types.UID]*corev1.Pod, error) {
	if !slices.ContainsFunc(pods, func(pod *corev1.Pod) bool { return known[pod.UID] == nil }) {
		return known, nil
	}
	var list corev1.PodList
	err := l.live.List(ctx, &list, client.InNamespace(service.Namespace),
		client.MatchingLabelsSelector{Selector: labels.SelectorFromSet(service.Spec.Selector)})
	if err != nil {
		return nil, fmt.Errorf("listing the pods of Service %q: %w", service.Namespace+"/"+service.Name, err)
	}
	all := maps.Clone(known)
	if all == nil {
		all = map[types.UID]*corev1.Pod{}
	}
	for i := range list.Items {
		all[list.Items[i].UID] = probesOnly(&list.Items[i])
	}
	return all, nil
}

// probesOnly is a pod with its containers' ports and readiness probes.
func probesOnly(pod *corev1.Pod) *corev1.Pod {
	small := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID}}
	for _, c := range pod.Spec.Containers {
		small.Spec.Containers = append(small.Spec.Containers, corev1.Container{Name: c.Name, Ports: c.Ports, ReadinessProbe: c.ReadinessProbe})
	}
	return small
}

func withAddress(pod *corev1.Pod, status corev1.PodStatus) *corev1.Pod {
	at := *pod
	at.Status.PodIP = status.PodIP
	return &at
}
