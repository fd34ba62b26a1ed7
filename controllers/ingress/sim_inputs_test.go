package ingress

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// watchful are the interceptors of the API in memory: what it fills at creation, and a word to whoever
// watches the inputs after each change of one. Statuses and records are no inputs.
func (a *apiServer) watchful() interceptor.Funcs {
	changed := func(o client.Object, err error) error {
		if _, record := o.(*v1alpha1.SLBInstance); err == nil && !record && a.edited != nil {
			a.edited()
		}
		return err
	}
	return interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.CreateOption) error {
			return changed(o, a.create(ctx, c, o, options...))
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.UpdateOption) error {
			return changed(o, c.Update(ctx, o, options...))
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.DeleteOption) error {
			return changed(o, c.Delete(ctx, o, options...))
		},
	}
}

// inputs are all that the controller may read now.
func (w *world) inputs() model.Cluster {
	return model.Cluster{
		Classes:   listed(w, &networkingv1.IngressClassList{}, func(l *networkingv1.IngressClassList) []networkingv1.IngressClass { return l.Items }),
		Configs:   listed(w, &v1alpha1.SLBConfigList{}, func(l *v1alpha1.SLBConfigList) []v1alpha1.SLBConfig { return l.Items }),
		Ingresses: listed(w, &networkingv1.IngressList{}, func(l *networkingv1.IngressList) []networkingv1.Ingress { return l.Items }),
		Services:  listed(w, &corev1.ServiceList{}, func(l *corev1.ServiceList) []corev1.Service { return l.Items }),
		Slices:    listed(w, &discoveryv1.EndpointSliceList{}, func(l *discoveryv1.EndpointSliceList) []discoveryv1.EndpointSlice { return l.Items }),
		Pods:      listed(w, &corev1.PodList{}, func(l *corev1.PodList) []corev1.Pod { return l.Items }),
		Secrets:   w.secrets.all(),
	}
}

func listed[L client.ObjectList, O any](w *world, list L, items func(L) []O) []*O {
	w.must(w.api.List(w.Context(), list))
	var all []*O
	for i := range items(list) {
		all = append(all, &items(list)[i])
	}
	return all
}

// all are copies of the Secrets, and their version counts the changes.
func (s *secretServer) all() []*corev1.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*corev1.Secret
	for _, secret := range s.stored {
		if secret != nil {
			list = append(list, secret.DeepCopy())
		}
	}
	return list
}

func (s *secretServer) changes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}
