package desired

import (
	"cmp"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// Services returns the Services that an Ingress refers to, in order and without repetition.
func Services(ing *networkingv1.Ingress) []types.NamespacedName {
	var names []types.NamespacedName
	add := func(backend *networkingv1.IngressBackend) {
		if backend != nil && backend.Service != nil {
			names = append(names, types.NamespacedName{Namespace: ing.Namespace, Name: backend.Service.Name})
		}
	}
	add(ing.Spec.DefaultBackend)
	for _, rule := range ing.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for i := range rule.HTTP.Paths {
			add(&rule.HTTP.Paths[i].Backend)
		}
	}
	return sortNames(names)
}

// Probes returns the Services whose pods' readiness probes a group's health checks are made of, in order
// and without repetition: those of the Ingresses that ask for it, themselves or by their class, and of canaries, which may share
// their paths.
func Probes(ingresses []*networkingv1.Ingress, config *v1alpha1.SLBConfig) []types.NamespacedName {
	class := annotations.Values{}
	if config != nil && config.Spec.Listeners != nil && config.Spec.Listeners.HealthCheck != nil && config.Spec.Listeners.HealthCheck.Auto {
		class[annotations.HealthCheck] = "auto"
	}
	var names, canaries []types.NamespacedName
	for _, ing := range ingresses {
		switch config, _ := annotations.Parse(ing.Annotations); {
		case config.Canary():
			canaries = append(canaries, Services(ing)...)
		case probed(config.Values, class):
			names = append(names, Services(ing)...)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return sortNames(slices.Concat(names, canaries))
}

// Secrets returns the Secrets that an Ingress refers to, in order and without repetition.
func Secrets(ing *networkingv1.Ingress) []types.NamespacedName {
	var names []types.NamespacedName
	for _, entry := range ing.Spec.TLS {
		if entry.SecretName != "" {
			names = append(names, types.NamespacedName{Namespace: ing.Namespace, Name: entry.SecretName})
		}
	}
	if config, _ := annotations.Parse(ing.Annotations); config.Values[annotations.CASecret] != "" {
		names = append(names, types.NamespacedName{Namespace: ing.Namespace, Name: config.Values[annotations.CASecret]})
	}
	return sortNames(names)
}

// AddedPorts returns the ports beside 80 and 443 that an Ingress of a class with these parameters asks
// for; nil stands for those of a class that is not known. Whether it gets them is for Build to decide.
func AddedPorts(ing *networkingv1.Ingress, config *v1alpha1.SLBConfig) []int {
	annotated, _ := readAnnotations(ing, config)
	ports, err := annotations.ParseListenPorts(annotated.Values[annotations.ListenPorts])
	if err != nil {
		return nil
	}
	var numbers []int
	for _, p := range ports {
		numbers = append(numbers, p.Number)
	}
	return numbers
}

// ConfigPorts returns the ports beside 80 and 443 that a class asks for. Whether it gets them is for
// Build to decide.
func ConfigPorts(config *v1alpha1.SLBConfig) []int {
	if config == nil || config.Spec.Listeners == nil {
		return nil
	}
	var numbers []int
	for _, p := range config.Spec.Listeners.ListenPorts {
		numbers = append(numbers, p.Port)
	}
	return numbers
}

// ConfigService returns the Service that a class's parameters refer to, if any.
func ConfigService(config *v1alpha1.SLBConfig) (name types.NamespacedName, ok bool) {
	if config == nil || config.Spec.DefaultBackend == nil {
		return types.NamespacedName{}, false
	}
	backend := config.Spec.DefaultBackend
	return types.NamespacedName{Namespace: backend.Namespace, Name: backend.Name}, true
}

// ConfigSecret returns the Secret of a namespace, the controller's own, that a class's parameters
// name for the default certificate, if they do.
func ConfigSecret(config *v1alpha1.SLBConfig, namespace string) (name types.NamespacedName, ok bool) {
	if config == nil || config.Spec.DefaultCertificate == nil || config.Spec.DefaultCertificate.SecretName == "" {
		return types.NamespacedName{}, false
	}
	return types.NamespacedName{Namespace: namespace, Name: config.Spec.DefaultCertificate.SecretName}, true
}

// ConfigSecrets returns the Secrets of a namespace, the controller's own, that a class's parameters
// refer to, in order and without repetition.
func ConfigSecrets(config *v1alpha1.SLBConfig, namespace string) []types.NamespacedName {
	var names []types.NamespacedName
	if name, ok := ConfigSecret(config, namespace); ok {
		names = append(names, name)
	}
	if config != nil && config.Spec.Listeners != nil && config.Spec.Listeners.CASecretName != "" {
		names = append(names, types.NamespacedName{Namespace: namespace, Name: config.Spec.Listeners.CASecretName})
	}
	return sortNames(names)
}

func sortNames(names []types.NamespacedName) []types.NamespacedName {
	slices.SortFunc(names, func(a, b types.NamespacedName) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(names)
}
