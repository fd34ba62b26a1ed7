package ingress

import (
	"context"
	"fmt"
	"maps"
	"sync"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/client-go/kubernetes"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Deps are what the controller needs from outside the cluster.
type Deps struct {
	// Service is the load balancer service. It must be safe for concurrent use.
	Service Service
	// Metrics receives the controller's metrics; it must be set.
	Metrics *Metrics
}

// CacheOptions keeps the cache small: of a Pod it holds metadata without managed fields, addresses
// and nothing else, of a Namespace its name and labels. A manager that runs this controller must be made with it.
func CacheOptions() cache.Options {
	return cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&corev1.Pod{}:     {Transform: stripPod},
			namespaceObject(): {Transform: stripNamespace},
		},
	}
}

func stripPod(o any) (any, error) {
	pod, ok := o.(*corev1.Pod)
	if !ok {
		return o, nil
	}
	small := &corev1.Pod{TypeMeta: pod.TypeMeta, ObjectMeta: pod.ObjectMeta}
	small.ManagedFields = nil
	small.Status.PodIP, small.Status.PodIPs = pod.Status.PodIP, pod.Status.PodIPs
	return small, nil
}

// Register adds the controller to a manager whose scheme has this project's types.
func Register(ctx context.Context, mgr ctrl.Manager, deps Deps, options Options) error {
	options = options.withDefaults()
	if err := addIndexes(ctx, mgr.GetFieldIndexer(), options); err != nil {
		return err
	}
	core, err := kubernetes.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
	if err != nil {
		return fmt.Errorf("building the client for Secrets: %w", err)
	}
	secrets := newSecretStore(core.CoreV1())
	if err := mgr.Add(secrets); err != nil {
		return err
	}
	fallback := onceCertificate(func(ctx context.Context) (cloud.Certificate, error) {
		return loadFallback(ctx, core.CoreV1().Secrets(options.Namespace), options.Now())
	})
	r := newReconciler(mgr, deps, options, secrets, fallback)
	s := newSurveyor(deps.Service, mgr.GetAPIReader(), r.memory, options)
	if err := mgr.Add(s); err != nil {
		return err
	}
	return watches(mgr, r, s, options)
}

// newReconciler wires the loop's parts.
//
//nolint:revive // five parts, each of another origin
func newReconciler(mgr ctrl.Manager, deps Deps, options Options, secrets *secretStore, fallback func(context.Context) (cloud.Certificate, error)) *reconciler {
	memory := newMemory()
	records := newRecords(mgr.GetClient(), mgr.GetAPIReader())
	placer := newPlacer(records, deps.Service, memory, options)
	loader := &loader{
		client: mgr.GetClient(), live: mgr.GetAPIReader(), homes: homes{mgr.GetClient()}, records: records, secrets: secrets, service: deps.Service,
		doubts: newDoubts(), probes: newProbes(), placer: placer, fallback: fallback, options: options,
	}
	placer.allowed = loader.keepAllowed
	return &reconciler{
		loader:  loader,
		service: deps.Service,
		memory:  memory,
		records: records,
		reporter: &reporter{
			client: mgr.GetClient(), records: records, recorder: mgr.GetEventRecorder("slb-ingress-controller"),
			metrics: deps.Metrics, ledger: newLedger(), memory: memory, now: options.Now,
		},
		synced:  filled(mgr.GetCache()),
		options: options,
	}
}

// onceCertificate remembers the first certificate that could be had.
func onceCertificate(load func(context.Context) (cloud.Certificate, error)) func(context.Context) (cloud.Certificate, error) {
	var mu sync.Mutex
	var known *cloud.Certificate
	return func(ctx context.Context) (cloud.Certificate, error) {
		mu.Lock()
		defer mu.Unlock()
		if known == nil {
			certificate, err := load(ctx)
			if err != nil {
				return cloud.Certificate{}, err
			}
			known = &certificate
		}
		return *known, nil
	}
}

func watches(mgr ctrl.Manager, r *reconciler, s *surveyor, options Options) error {
	route := router{client: mgr.GetClient(), options: options}
	b := ctrl.NewControllerManagedBy(mgr).
		Named("slb-ingress").
		WithOptions(controller.Options{
			MaxConcurrentReconciles: options.Workers,
			// A program may run the controller again after it stopped; the name is for metrics.
			SkipNameValidation: new(true),
		})
	for _, w := range route.watched() {
		b = b.Watches(w.object, w.handler, builder.WithPredicates(w.changes))
	}
	return b.WatchesRawSource(source.Channel(r.loader.secrets.changed, secretHandler(route))).
		WatchesRawSource(source.Channel(s.found, route.mapped(groupKey))).
		Complete(r)
}

// watched is one kind of object whose events lead to reconciles.
type watched struct {
	object  client.Object
	handler handler.EventHandler
	changes predicate.Predicate
}

func (r router) watched() []watched {
	spec := predicate.Or(predicate.GenerationChangedPredicate{},
		predicate.AnnotationChangedPredicate{}, predicate.LabelChangedPredicate{}, deletionBegan())
	pods := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool { return podChanged(e.ObjectOld, e.ObjectNew) }}
	return []watched{
		{&networkingv1.Ingress{}, r.ingress(), spec},
		{&networkingv1.IngressClass{}, r.mapped(r.class), spec},
		{&v1alpha1.SLBConfig{}, r.mapped(r.config), spec},
		{&v1alpha1.SLBInstance{}, r.ofRecords(), recordChanged()},
		{&corev1.Service{}, r.mapped(r.service), serviceChanged()},
		{&discoveryv1.EndpointSlice{}, r.mapped(r.endpoints), predicate.Funcs{}},
		{&corev1.Pod{}, r.mapped(r.pod), pods},
		{namespaceObject(), r.mapped(r.namespace), predicate.LabelChangedPredicate{}},
	}
}

func secretHandler(route router) handler.EventHandler { return route.mapped(route.secret) }

// deletionBegan passes the update by which a finalizer's object begins to go; it changes no
// generation of some kinds.
func deletionBegan() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero()
	}}
}

// serviceChanged passes the updates of a Service's spec. The API server gives Services no generation.
func serviceChanged() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, okA := e.ObjectOld.(*corev1.Service)
		after, okB := e.ObjectNew.(*corev1.Service)
		return !okA || !okB || !equality.Semantic.DeepEqual(before.Spec, after.Spec)
	}}
}

// recordChanged passes what others do to an SLBInstance, and its instance's id, hosts and to whom
// these belong, which decide where Ingresses are served; the controller's other own writes bring it no work.
func recordChanged() predicate.Predicate {
	return predicate.Or(deletionBegan(), predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, okA := e.ObjectOld.(*v1alpha1.SLBInstance)
		after, okB := e.ObjectNew.(*v1alpha1.SLBInstance)
		return !okA || !okB || before.Status.LoadBalancerID != after.Status.LoadBalancerID ||
			leaves(before, after) || !maps.Equal(placedOwners(before), placedOwners(after))
	}})
}
