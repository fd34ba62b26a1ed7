package ingress

import (
	"context"
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

const kindSLBConfig = "SLBConfig"

// shippedClass is the class that the manifests install; an Ingress that asks for it asks for us.
const shippedClass = "slb"

// loadClass reads the group's IngressClass and its parameters. A group that is on record freezes
// when either is missing; one that is not may be somebody else's and is left alone.
func (l *loader) loadClass(ctx context.Context, g group, in *loaded) error {
	name := l.className(g, *in)
	class, err := readClass(ctx, l.client, name)
	if err != nil {
		return err
	}
	if class == nil || class.Spec.Controller != ControllerName {
		return l.withoutClass(name, class, in)
	}
	in.Class = class
	if err := l.loadConfig(ctx, class, in); err != nil {
		return err
	}
	if in.Frozen == "" {
		l.checkInstance(g, in)
	}
	return nil
}

// className is the class on record; before there is a record, that of the group's name or of its
// oldest Ingress.
func (l *loader) className(g group, in loaded) string {
	if in.Record != nil {
		return in.Record.Spec.Class
	}
	if g.class != "" {
		return g.class
	}
	p, _ := l.options.placeOf(in.Ingresses[0])
	return p.class
}

// keepOurs leaves out the Ingresses whose class is another controller's: they may well name an
// instance, and that is none of our business. While a class is missing nobody knows whose it is,
// except for those that are ours by convention.
func (l *loader) keepOurs(ctx context.Context, in *loaded) error {
	kept := in.Ingresses[:0:0]
	for _, ing := range in.Ingresses {
		p, _ := l.options.placeOf(ing)
		class, err := readClass(ctx, l.client, p.class)
		if err != nil {
			return err
		}
		recorded := in.Record != nil && in.Record.Spec.Class == p.class
		named := p.class == l.options.DefaultClass || p.class == shippedClass
		if recorded || class != nil && class.Spec.Controller == ControllerName || class == nil && named {
			kept = append(kept, ing)
		}
	}
	in.Ingresses = kept
	return nil
}

// readClass reads an IngressClass; nil if there is none.
func readClass(ctx context.Context, reader client.Reader, name string) (*networkingv1.IngressClass, error) {
	var class networkingv1.IngressClass
	err := reader.Get(ctx, types.NamespacedName{Name: name}, &class)
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // absence is an answer here, not an error
	}
	if err != nil {
		return nil, fmt.Errorf("reading IngressClass %q: %w", name, err)
	}
	return &class, nil
}

// withoutClass decides what becomes of a group whose class is not there or not ours.
func (l *loader) withoutClass(name string, class *networkingv1.IngressClass, in *loaded) error {
	switch {
	case in.Record == nil && (class != nil || len(in.Ingresses) == 0):
		in.Absent = true
	case len(in.Ingresses) == 0:
		in.Config = l.lastConfig(in.Record) // an end needs neither class nor parameters
	case class == nil:
		in.Frozen = fmt.Sprintf("IngressClass %q does not exist; create it, or change the class of its Ingresses", name)
	default:
		in.Frozen = fmt.Sprintf("IngressClass %q belongs to controller %q, not to %q; re-create it, or change the class of its Ingresses",
			name, class.Spec.Controller, ControllerName)
	}
	return nil
}

// keepClass leaves out the Ingresses of other classes: an id that two classes use belongs to the
// first.
func (l *loader) keepClass(g group, in *loaded) {
	name, id := l.className(g, *in), g.id
	if id == "" && in.Record != nil {
		id = in.Record.Status.LoadBalancerID
	}
	kept := in.Ingresses[:0:0]
	for _, ing := range in.Ingresses {
		p, _ := l.options.placeOf(ing)
		if p.class == name {
			kept = append(kept, ing)
			continue
		}
		in.Problems = append(in.Problems, cloud.Problem{
			Object: objectOf(ing), Field: "spec.ingressClassName", Reason: cloud.LoadBalancerClaimed,
			Message: fmt.Sprintf("instance %q is used by class %q already, and an instance serves one class; use that class, or another instance", id, name),
		})
	}
	in.Ingresses = kept
}

// loadConfig reads the class's parameters; a class without any has the API's defaults.
func (l *loader) loadConfig(ctx context.Context, class *networkingv1.IngressClass, in *loaded) error {
	config, missing, err := readConfig(ctx, l.client, class)
	switch {
	case err != nil:
		return err
	case missing != "":
		l.freezeOrEnd(in, missing)
	default:
		in.Config = config
	}
	return nil
}

// readConfig reads a class's parameters, or says for people why there are none that can be used.
func readConfig(ctx context.Context, reader client.Reader, class *networkingv1.IngressClass) (config *v1alpha1.SLBConfig, missing string, err error) {
	parameters := class.Spec.Parameters
	if parameters == nil {
		return defaultConfig(), "", nil
	}
	if parameters.Kind != kindSLBConfig || parameters.APIGroup == nil || *parameters.APIGroup != v1alpha1.GroupName {
		return nil, fmt.Sprintf("IngressClass %q: spec.parameters must name an SLBConfig of group %s", class.Name, v1alpha1.GroupName), nil
	}
	config = &v1alpha1.SLBConfig{}
	err = reader.Get(ctx, types.NamespacedName{Name: parameters.Name}, config)
	if apierrors.IsNotFound(err) {
		return nil, fmt.Sprintf("IngressClass %q: SLBConfig %q does not exist; create it, or remove spec.parameters", class.Name, parameters.Name), nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading SLBConfig %q: %w", parameters.Name, err)
	}
	return config, "", nil
}

// freezeOrEnd freezes a group that has Ingresses; one that has none can end without parameters.
func (l *loader) freezeOrEnd(in *loaded, why string) {
	if len(in.Ingresses) > 0 {
		in.Frozen = why
		return
	}
	in.Config = l.lastConfig(in.Record)
}

func defaultConfig() *v1alpha1.SLBConfig {
	return &v1alpha1.SLBConfig{Spec: v1alpha1.SLBConfigSpec{
		AddressType:      cloud.AddressInternet,
		LoadBalancerSpec: "slb.s1.small",
		ReclaimPolicy:    v1alpha1.ReclaimDelete,
		PathMatching:     v1alpha1.PathMatchingApproximate,
		HostSharing:      v1alpha1.HostSharingExclusive,
	}}
}

// lastConfig is what the record remembers of the class: enough for an end.
func (l *loader) lastConfig(record *v1alpha1.SLBInstance) *v1alpha1.SLBConfig {
	config := defaultConfig()
	if record != nil && record.Status.ReclaimPolicy != "" {
		config.Spec.ReclaimPolicy = record.Status.ReclaimPolicy
	}
	return config
}
