package model

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// Cluster is all that the controller may read, at one moment. Objects are read and never changed.
type Cluster struct {
	Classes   []*networkingv1.IngressClass
	Configs   []*v1alpha1.SLBConfig
	Ingresses []*networkingv1.Ingress
	Services  []*corev1.Service
	Slices    []*discoveryv1.EndpointSlice
	Pods      []*corev1.Pod
	Secrets   []*corev1.Secret
}

// Options are what else the inputs are. The zero value of a field means what its comment says.
type Options struct {
	// Controller is spec.controller of the classes that count. Empty: the shipped one.
	Controller string
	// WithoutClass makes Ingresses without a class join DefaultClass.
	WithoutClass bool
	DefaultClass string
	// Namespace is the controller's own. It has the fallback certificate and those of classes.
	Namespace string
	// Grace is how long an instance that was made for a class outlives its last Ingress.
	Grace time.Duration
	// Refused are ids of existing instances that must not be used, whoever names them.
	Refused []string
	// Own gives the class of an instance that was made for a class, by the instance's id.
	Own map[string]string
	// Extensions is the quota of domain extensions. Zero: 3.
	Extensions int
	// Rules is the quota of rules on a listener. Zero: 40.
	Rules int
}

func (o Options) withDefaults() Options {
	o.Controller = cmp.Or(o.Controller, "ingress.k8s.alibabacloud/slb")
	o.Extensions = cmp.Or(o.Extensions, 3)
	o.Rules = cmp.Or(o.Rules, 40)
	return o
}

// byAge orders Ingresses: creation, then namespace and name. One that is being deleted is gone.
func (c Cluster) byAge() []*networkingv1.Ingress {
	all := slices.DeleteFunc(slices.Clone(c.Ingresses), func(i *networkingv1.Ingress) bool { return !i.DeletionTimestamp.IsZero() })
	slices.SortFunc(all, func(a, b *networkingv1.Ingress) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), strings.Compare(nameOf(a), nameOf(b)))
	})
	return all
}

func nameOf(i *networkingv1.Ingress) string { return i.Namespace + "/" + i.Name }

func (c Cluster) class(name string) *networkingv1.IngressClass {
	for _, class := range c.Classes {
		if class.Name == name {
			return class
		}
	}
	return nil
}

// config gives a class's parameters; false if it names some that are not there.
func (c Cluster) config(class *networkingv1.IngressClass) (v1alpha1.SLBConfigSpec, bool) {
	p := class.Spec.Parameters
	if p == nil {
		return v1alpha1.SLBConfigSpec{}, true
	}
	for _, config := range c.Configs {
		if p.Kind == "SLBConfig" && p.APIGroup != nil && *p.APIGroup == v1alpha1.GroupName && config.Name == p.Name {
			return config.Spec, true
		}
	}
	return v1alpha1.SLBConfigSpec{}, false
}

func (c Cluster) service(namespace, name string) *corev1.Service {
	for _, s := range c.Services {
		if s.Namespace == namespace && s.Name == name {
			return s
		}
	}
	return nil
}

func (c Cluster) pod(namespace, name string) *corev1.Pod {
	for _, p := range c.Pods {
		if p.Namespace == namespace && p.Name == name {
			return p
		}
	}
	return nil
}

func (c Cluster) secret(namespace, name string) *corev1.Secret {
	for _, s := range c.Secrets {
		if s.Namespace == namespace && s.Name == name {
			return s
		}
	}
	return nil
}

// slices of a Service, of IPv4.
func (c Cluster) slicesOf(namespace, name string) []*discoveryv1.EndpointSlice {
	var found []*discoveryv1.EndpointSlice
	for _, s := range c.Slices {
		if s.Namespace == namespace && s.Labels[discoveryv1.LabelServiceName] == name && s.AddressType == discoveryv1.AddressTypeIPv4 {
			found = append(found, s)
		}
	}
	return found
}
