package desired

import (
	"fmt"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// ClassAnnotation names an Ingress's class in the way that was usual before spec.ingressClassName.
const ClassAnnotation = "kubernetes.io/ingress.class"

// ClassOf returns the name of the class that an Ingress asks for; ok is false for one without a
// class, which the caller may count among a default class. The annotation comes before the field,
// as Kubernetes asks of controllers for the sake of older objects.
func ClassOf(ing *networkingv1.Ingress) (class string, ok bool) {
	if class := ing.Annotations[ClassAnnotation]; class != "" {
		return class, true
	}
	if name := ing.Spec.IngressClassName; name != nil && *name != "" {
		return *name, true
	}
	return "", false
}

// InstanceID returns the id of the existing instance that an Ingress names, empty if it names none.
// A malformed id is a problem, and the Ingress belongs to no instance: falling back to the class's
// own could expose it to the internet.
func InstanceID(ing *networkingv1.Ingress) (id string, problem *cloud.Problem) {
	config, faults := annotations.Parse(ing.Annotations)
	for _, f := range faults {
		if f.Reason == cloud.InvalidLoadBalancerID {
			p := faultProblem(ing, f)
			return "", &p
		}
	}
	return config.Values[annotations.ID], nil
}

// GroupName is the name of the group of a class's n-th own instance, counted from 0.
func GroupName(class string, n int) string { return fmt.Sprintf("class.%s.%d", class, n) }

// GroupNameByID is the name of the group of an instance that is named by id.
func GroupNameByID(id string) string { return "id." + id }

// ParseClassGroup takes apart what GroupName made. A class may have dots.
func ParseClassGroup(group string) (class string, n int, ok bool) {
	rest, isClass := strings.CutPrefix(group, "class.")
	dot := strings.LastIndexByte(rest, '.')
	if !isClass || dot <= 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(rest[dot+1:])
	if err != nil || GroupName(rest[:dot], n) != group || n < 0 {
		return "", 0, false
	}
	return rest[:dot], n, true
}

// ParseIDGroup takes apart what GroupNameByID made; ok is false if the id is malformed.
func ParseIDGroup(group string) (id string, ok bool) {
	id, isID := strings.CutPrefix(group, "id.")
	if !isID || !annotations.ValidInstanceID(id) {
		return "", false
	}
	return id, true
}
