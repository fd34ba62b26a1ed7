package ingress

import (
	"context"
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// namespaceObject is a Namespace as the cache has it: its name and labels alone.
func namespaceObject() *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}}
}

// stripNamespace keeps what selectors look at.
func stripNamespace(o any) (any, error) {
	namespace, ok := o.(*metav1.PartialObjectMetadata)
	if !ok {
		return o, nil
	}
	small := &metav1.PartialObjectMetadata{TypeMeta: namespace.TypeMeta}
	small.Name, small.UID, small.ResourceVersion = namespace.Name, namespace.UID, namespace.ResourceVersion
	small.Labels = namespace.Labels
	return small, nil
}

// keepAllowed leaves out the Ingresses of namespaces that their class does not serve: they are gone
// for the group as if they had left it. Those of which that cannot be said now stay, with why.
func (l *loader) keepAllowed(ctx context.Context, in *loaded) (doubts map[types.UID]string, err error) {
	judges := map[string]*judge{}
	doubts = map[types.UID]string{}
	kept := in.Ingresses[:0:0]
	for _, ing := range in.Ingresses {
		p, _ := l.options.placeOf(ing)
		if judges[p.class] == nil {
			if judges[p.class], err = l.judgeOf(ctx, p.class); err != nil {
				return nil, err
			}
		}
		allowed, doubt, err := l.allows(ctx, judges[p.class], ing.Namespace)
		if err != nil {
			return nil, err
		}
		if doubt != "" {
			doubts[ing.UID] = doubt
		}
		if allowed || doubt != "" {
			kept = append(kept, ing)
			continue
		}
		in.Problems = append(in.Problems, notAllowed(ing, judges[p.class], p.class))
	}
	in.Ingresses = kept
	return doubts, nil
}

func notAllowed(ing *networkingv1.Ingress, j *judge, class string) cloud.Problem {
	return cloud.Problem{
		Object: objectOf(ing), Field: "metadata.namespace", Reason: cloud.NamespaceNotAllowed,
		Message: fmt.Sprintf("the labels of namespace %q are not those that allowedNamespaces of SLBConfig %q selects, so class %q does not serve it; use another class, or have the namespace labelled",
			ing.Namespace, j.config, class),
	}
}

// judge says which namespaces a class serves.
type judge struct {
	config   string // name of the SLBConfig
	selector labels.Selector
	broken   string              // why it cannot be said
	known    map[string]*verdict // by namespace
}

type verdict struct {
	allowed bool
	doubt   string
}

// judgeOf reads what a class says. Of one that is missing, or whose parameters are, nothing is known
// and nothing is refused: its group freezes.
func (l *loader) judgeOf(ctx context.Context, name string) (*judge, error) {
	j := &judge{known: map[string]*verdict{}}
	class, err := readClass(ctx, l.client, name)
	if err != nil || class == nil {
		return j, err
	}
	config, missing, err := readConfig(ctx, l.client, class)
	if err != nil || missing != "" || config.Spec.AllowedNamespaces == nil {
		return j, err
	}
	j.config = config.Name
	j.selector, err = metav1.LabelSelectorAsSelector(config.Spec.AllowedNamespaces)
	if err != nil {
		j.broken = fmt.Sprintf("SLBConfig %q: spec.allowedNamespaces is no selector: %v; correct it", config.Name, err)
	}
	return j, nil
}

// allows judges a namespace. One that does not exist is in doubt, not refused: only labels that are
// there and do not fit take anything away.
func (l *loader) allows(ctx context.Context, j *judge, namespace string) (allowed bool, doubt string, err error) {
	if j.broken != "" || j.selector == nil || j.selector.Empty() {
		return j.broken == "", j.broken, nil
	}
	if v := j.known[namespace]; v != nil {
		return v.allowed, v.doubt, nil
	}
	object := namespaceObject()
	err = l.client.Get(ctx, types.NamespacedName{Name: namespace}, object)
	if apierrors.IsNotFound(err) {
		// The caches of Ingresses and Namespaces follow the cluster each for itself.
		object = namespaceObject()
		err = l.live.Get(ctx, types.NamespacedName{Name: namespace}, object)
	}
	v := &verdict{}
	switch {
	case apierrors.IsNotFound(err) || apierrors.IsForbidden(err):
		v.doubt = fmt.Sprintf("Namespace %q cannot be read, so it is not known whether SLBConfig %q allows it: %v", namespace, j.config, err)
	case err != nil:
		return false, "", fmt.Errorf("reading Namespace %q: %w", namespace, err)
	default:
		v.allowed = j.selector.Matches(labels.Set(object.GetLabels()))
	}
	j.known[namespace] = v
	return v.allowed, v.doubt, nil
}

// namespace routes a Namespace: to the groups of its Ingresses whose class looks at its labels.
func (r router) namespace(ctx context.Context, o client.Object) []string {
	choosy := r.choosyClasses(ctx)
	if len(choosy) == 0 {
		return nil
	}
	var list networkingv1.IngressList
	if err := r.client.List(ctx, &list, client.InNamespace(o.GetName())); err != nil {
		r.failed(ctx, err)
		return nil
	}
	var groups []string
	for i := range list.Items {
		if p, ok := r.options.placeOf(&list.Items[i]); ok && choosy[p.class] {
			groups = append(groups, r.concerned(ctx, &list.Items[i])...)
		}
	}
	return groups
}

// choosyClasses are the classes that do not serve every namespace.
func (r router) choosyClasses(ctx context.Context) map[string]bool {
	var configs v1alpha1.SLBConfigList
	if err := r.client.List(ctx, &configs); err != nil {
		r.failed(ctx, err)
		return nil
	}
	named := map[string]bool{}
	for _, config := range configs.Items {
		if config.Spec.AllowedNamespaces != nil {
			named[config.Name] = true
		}
	}
	choosy := map[string]bool{}
	if len(named) == 0 {
		return choosy
	}
	for _, class := range r.classes(ctx) {
		if p := class.Spec.Parameters; p != nil && p.Kind == kindSLBConfig && named[p.Name] {
			choosy[class.Name] = true
		}
	}
	return choosy
}
