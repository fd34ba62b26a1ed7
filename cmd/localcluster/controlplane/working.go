package controlplane

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// awaitWorking waits for the service account of the namespace `default`. The API server makes the
// namespace, the controller manager the account, and without it no pod is admitted there: so it
// shows that both work.
func (c *ControlPlane) awaitWorking(ctx context.Context) error {
	c.opts.Progress("waiting for the controllers")
	ctx, cancel := context.WithTimeout(ctx, c.opts.StartTimeout)
	defer cancel()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	go func() {
		select {
		case <-c.controller.exited:
			fail(c.controller.err)
		case <-ctx.Done():
		}
	}()

	err := c.awaitAccount(ctx)
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return c.logs.explain(controllerManager, fmt.Errorf("waiting for the first service account: %w", err))
}

func (c *ControlPlane) awaitAccount(ctx context.Context) error {
	clients, err := kubernetes.NewForConfig(c.config)
	if err != nil {
		return err
	}
	name := fields.OneTermEqualSelector(metav1.ObjectNameField, "default")
	accounts := cache.NewListWatchFromClient(clients.CoreV1().RESTClient(), "serviceaccounts", "default", name)
	_, err = watchtools.UntilWithSync(ctx, accounts, &corev1.ServiceAccount{}, nil, func(event watch.Event) (bool, error) {
		return event.Type == watch.Added, nil
	})
	return err
}
