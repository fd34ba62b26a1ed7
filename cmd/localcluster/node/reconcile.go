package node

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"
)

// reconcile brings one pod to what its object asks for. A pod is never handled by two workers.
func (n *Node) reconcile(ctx context.Context, name cache.ObjectName) error {
	object, err := n.pods.Pods(name.Namespace).Get(name.Name)
	if apierrors.IsNotFound(err) {
		n.forget(name)
		return nil
	}
	if err != nil {
		return err
	}
	if p := n.find(name); p != nil && p.uid != object.UID {
		n.forget(name) // It was replaced by another of the same name.
	}
	switch {
	case object.Spec.NodeName == "":
		return n.bind(ctx, object)
	case object.Spec.NodeName != n.opts.Name:
		return nil
	case object.DeletionTimestamp != nil:
		return n.terminate(ctx, name, object)
	case over(object):
		n.forget(name)
		return nil
	default:
		return n.run(ctx, name, object)
	}
}

// over says that the pod has run to its end or is asked to.
func over(object *corev1.Pod) bool {
	return object.DeletionTimestamp != nil ||
		object.Status.Phase == corev1.PodSucceeded || object.Status.Phase == corev1.PodFailed
}

// bind does a scheduler's work.
func (n *Node) bind(ctx context.Context, object *corev1.Pod) error {
	if len(object.Spec.SchedulingGates) > 0 {
		return nil
	}
	err := n.clients.CoreV1().Pods(object.Namespace).Bind(ctx, &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Namespace: object.Namespace, Name: object.Name, UID: object.UID},
		Target:     corev1.ObjectReference{Kind: "Node", Name: n.opts.Name},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("binding: %w", err)
	}
	return nil
}

// run starts the pod if it does not run and writes down how it is. The annotations come before the
// status, so whoever sees the pod ready sees its network interface too.
func (n *Node) run(ctx context.Context, name cache.ObjectName, object *corev1.Pod) error {
	p := n.find(name)
	if p == nil {
		var err error
		if p, err = n.launch(name, object); err != nil { //nolint:contextcheck // The servers outlive this call.
			return err
		}
	}
	object, err := n.annotate(ctx, object)
	if err != nil {
		return err
	}
	status := n.status(object, p)
	if equality.Semantic.DeepEqual(status, object.Status) {
		return nil
	}
	object = object.DeepCopy()
	object.Status = status
	_, err = n.clients.CoreV1().Pods(object.Namespace).UpdateStatus(ctx, object, metav1.UpdateOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}

// launch starts the servers on a new address, or on the one that an earlier process had given.
func (n *Node) launch(name cache.ObjectName, object *corev1.Pod) (*pod, error) {
	earlier, _ := netip.ParseAddr(object.Status.PodIP) // None is as good as a bad one.
	ip, err := n.network.allocate(earlier)
	if err != nil {
		return nil, err
	}
	p, err := n.start(object, ip)
	if err != nil {
		n.opts.Log.Error(err, "cannot open every port of a pod", "pod", name.String())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.running[name] = p
	return p, nil
}

func (n *Node) annotate(ctx context.Context, object *corev1.Pod) (*corev1.Pod, error) {
	missing := eciAnnotations(object)
	if len(missing) == 0 {
		return object, nil
	}
	patch, err := json.Marshal(map[string]any{
		// The UID refuses the patch if the name has passed to another pod.
		"metadata": map[string]any{"uid": object.UID, "annotations": missing},
	})
	if err != nil {
		return nil, fmt.Errorf("annotating: %w", err)
	}
	object, err = n.clients.CoreV1().Pods(object.Namespace).
		Patch(ctx, object.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return nil, fmt.Errorf("annotating: %w", err)
	}
	return object, nil
}

// terminate closes the pod's servers, which takes its time outside of the worker, and after that
// removes the object, as a kubelet does.
func (n *Node) terminate(ctx context.Context, name cache.ObjectName, object *corev1.Pod) error {
	if p := n.find(name); p != nil {
		p.finish(preStopSleep(object), n.opts.Drain, func() { n.queue.Add(name) }) //nolint:contextcheck // It outlives this call.
		if !p.hasEnded() {
			return nil
		}
	}
	err := n.clients.CoreV1().Pods(object.Namespace).Delete(ctx, object.Name, metav1.DeleteOptions{
		GracePeriodSeconds: ptr.To[int64](0),
		Preconditions:      metav1.NewUIDPreconditions(string(object.UID)),
	})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("removing: %w", err)
	}
	return nil
}

// preStopSleep is the longest preStop sleep of the containers, within the grace period.
func preStopSleep(object *corev1.Pod) time.Duration {
	var longest int64
	for i := range object.Spec.Containers {
		hooks := object.Spec.Containers[i].Lifecycle
		if hooks != nil && hooks.PreStop != nil && hooks.PreStop.Sleep != nil {
			longest = max(longest, hooks.PreStop.Sleep.Seconds)
		}
	}
	return time.Duration(min(longest, ptr.Deref(object.DeletionGracePeriodSeconds, 0))) * time.Second
}

func (n *Node) find(name cache.ObjectName) *pod {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.running[name]
}

// forget closes what runs under the name, if anything does.
func (n *Node) forget(name cache.ObjectName) {
	n.mu.Lock()
	p := n.running[name]
	delete(n.running, name)
	n.mu.Unlock()
	if p != nil {
		p.close()
	}
}
