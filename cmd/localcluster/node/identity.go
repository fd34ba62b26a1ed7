package node

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The annotations that ECI puts on the pods it runs.
const (
	// InstanceAnnotation has the id of the container group.
	InstanceAnnotation = "k8s.aliyun.com/eci-instance-id"
	// InterfaceAnnotation has the id of the network interface that bears the pod's address.
	InterfaceAnnotation = "k8s.aliyun.com/eni-instance-id"
)

// The annotations by which a pod changes how it is run; each is switched by the value "false".
const (
	// ReadyAnnotation keeps a pod from becoming ready.
	ReadyAnnotation = "virtual-node/ready"
	// ENIAnnotation keeps a pod from getting the annotations of ECI.
	ENIAnnotation = "virtual-node/eni"
)

// eciAnnotations are those that the pod still lacks.
func eciAnnotations(object *corev1.Pod) map[string]string {
	missing := make(map[string]string)
	if object.Annotations[ENIAnnotation] == "false" {
		return missing
	}
	sum := sha256.Sum256([]byte(object.UID))
	id := hex.EncodeToString(sum[:10])
	for key, prefix := range map[string]string{InstanceAnnotation: "eci-", InterfaceAnnotation: "eni-"} {
		if object.Annotations[key] == "" {
			missing[key] = prefix + id
		}
	}
	return missing
}

// identity is the fixed part of what the container with this index answers.
func identity(object *corev1.Pod, container int, port int32) Answer {
	who := Answer{Namespace: object.Namespace, Pod: object.Name, Service: ownerName(object), Port: port}
	for _, env := range object.Spec.Containers[container].Env {
		switch {
		case env.Value == "": // Empty, or from a source that is not followed.
		case env.Name == "SERVICE_NAME":
			who.Service = env.Value
		case env.Name == "INGRESS_NAME":
			who.Ingress = env.Value
		}
	}
	return who
}

// ownerName is the name of the workload that a user wrote: the Deployment rather than its
// ReplicaSet, whose name is the Deployment's with the template's hash. A pod without an owner
// stands for itself.
func ownerName(object *corev1.Pod) string {
	owner := metav1.GetControllerOf(object)
	if owner == nil {
		return object.Name
	}
	if hash := object.Labels[appsv1.DefaultDeploymentUniqueLabelKey]; owner.Kind == "ReplicaSet" && hash != "" {
		return strings.TrimSuffix(owner.Name, "-"+hash)
	}
	return owner.Name
}
