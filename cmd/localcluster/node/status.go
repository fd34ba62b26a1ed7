package node

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// status is what the object's status should be while p runs.
func (n *Node) status(object *corev1.Pod, p *pod) corev1.PodStatus {
	status := *object.Status.DeepCopy()
	ip, host := p.ip.String(), n.network.gateway().String()
	status.Phase = corev1.PodRunning
	status.PodIP, status.PodIPs = ip, []corev1.PodIP{{IP: ip}}
	status.HostIP, status.HostIPs = host, []corev1.HostIP{{IP: host}}
	if status.StartTime == nil {
		status.StartTime = &p.started
	}
	up := object.Annotations[ReadyAnnotation] != "false"
	status.ContainerStatuses = containerStatuses(object.Spec.Containers, up, p.started)
	status.InitContainerStatuses = initStatuses(object.Spec.InitContainers, p.started)

	setCondition(&status, corev1.PodScheduled, true)
	setCondition(&status, corev1.PodReadyToStartContainers, true)
	setCondition(&status, corev1.PodInitialized, true)
	setCondition(&status, corev1.ContainersReady, up)
	setCondition(&status, corev1.PodReady, up && gatesOpen(object))
	return status
}

// gatesOpen says whether every readiness gate's condition is true.
func gatesOpen(object *corev1.Pod) bool {
	return !slices.ContainsFunc(object.Spec.ReadinessGates, func(gate corev1.PodReadinessGate) bool {
		return !slices.ContainsFunc(object.Status.Conditions, func(c corev1.PodCondition) bool {
			return c.Type == gate.ConditionType && c.Status == corev1.ConditionTrue
		})
	})
}

// setCondition keeps the time of a condition that does not change.
func setCondition(status *corev1.PodStatus, kind corev1.PodConditionType, holds bool) {
	want := corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, LastTransitionTime: metav1.Now()}
	if holds {
		want.Status = corev1.ConditionTrue
	}
	i := slices.IndexFunc(status.Conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
	switch {
	case i < 0:
		status.Conditions = append(status.Conditions, want)
	case status.Conditions[i].Status != want.Status:
		want.ObservedGeneration = status.Conditions[i].ObservedGeneration
		status.Conditions[i] = want
	}
}

func containerStatuses(containers []corev1.Container, ready bool, since metav1.Time) []corev1.ContainerStatus {
	var all []corev1.ContainerStatus
	for i := range containers {
		all = append(all, corev1.ContainerStatus{
			Name: containers[i].Name, Image: containers[i].Image,
			ImageID: "virtual://" + containers[i].Image, ContainerID: "virtual://" + containers[i].Name,
			Ready: ready, Started: new(true),
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: since}},
		})
	}
	return all
}

// initStatuses says that init containers are done, and that those which keep running do run.
func initStatuses(containers []corev1.Container, since metav1.Time) []corev1.ContainerStatus {
	all := containerStatuses(containers, true, since)
	for i := range all {
		if containers[i].RestartPolicy == nil {
			all[i].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				Reason: "Completed", StartedAt: since, FinishedAt: since,
			}}
		}
	}
	return all
}
