package ingress

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// staleClient is a cache that shows a record as it was.
type staleClient struct {
	client.Client

	record *v1alpha1.SLBInstance
}

func (s staleClient) Get(ctx context.Context, key types.NamespacedName, o client.Object, options ...client.GetOption) error {
	if record, ok := o.(*v1alpha1.SLBInstance); ok {
		s.record.DeepCopyInto(record)
		return nil
	}
	return s.Client.Get(ctx, key, o, options...)
}

// goneReader is an API server that has nothing.
type goneReader struct{ client.Reader }

func (goneReader) Get(_ context.Context, key types.NamespacedName, _ client.Object, _ ...client.GetOption) error {
	return apierrors.NewNotFound(corev1.Resource("things"), key.Name)
}

// fakecloudHook looks at the cluster at the moment of a call, and lets it pass.
func fakecloudHook(action string, look func()) fakecloud.Fault {
	return fakecloud.Fault{Action: action, Times: -1, CrashAfter: look}
}
