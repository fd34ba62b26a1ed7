package ingress

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/meta/testrestmapper"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	clienttesting "k8s.io/client-go/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// apiServer is a Kubernetes API in memory with the controller's indexes. It fills what a real one
// fills at creation, and delivers events to the handlers of the life that runs.
type apiServer struct {
	client.WithWatch

	world   *world
	uids    int
	streams []*stream
	indexes indexes

	// fault, if set, is asked before each write of the controller; its error is the answer.
	fault func(verb string, o client.Object) error
	// done, if set, is told of each write of the controller after its effect.
	done func()
	// answer, if set, may replace the answer to a write that had its effect.
	answer func() error
	// arrived, if set, is told of each event before it is delivered, and may hold its stream.
	arrived func(*stream, watch.Event)
	// edited, if set, is told of each change of an input.
	edited func()
	// restart asks for another process before anything else is delivered.
	restart bool
	// writes counts those of the controller that reached the API.
	writes int
}

// stream is the events of one kind.
type stream struct {
	kind   client.Object
	list   reflect.Type
	events watch.Interface
	seen   map[types.NamespacedName]client.Object

	pending []watch.Event        // told by the API, not delivered
	until   time.Time            // nothing is delivered before; zero: it is at once
	merge   bool                 // of what is pending only the last event of each object is delivered
	broken  types.NamespacedName // merge until there is another event of this object
}

// hold keeps events back for a time.
func (s *stream) hold(d time.Duration) { s.until = time.Now().Add(d) }

// release ends a hold.
func (s *stream) release() { s.until = time.Time{} }

// due takes the events that may be delivered.
func (s *stream) due() []watch.Event {
	if time.Now().Before(s.until) {
		return nil
	}
	list := s.pending
	s.pending, s.until = nil, time.Time{}
	if s.merge {
		list, s.merge = lastOfEach(list), false
	}
	return list
}

// lastOfEach is what a new list shows after a watch broke.
func lastOfEach(list []watch.Event) []watch.Event {
	var last []watch.Event
	for i, e := range list {
		same := func(later watch.Event) bool { return keyOf(later) == keyOf(e) }
		if !slices.ContainsFunc(list[i+1:], same) {
			last = append(last, e)
		}
	}
	return last
}

func keyOf(e watch.Event) types.NamespacedName {
	return client.ObjectKeyFromObject(e.Object.(client.Object))
}

// newScheme has the kinds that the controller reads and no others: the fake client looks through all
// of them at each start.
func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	if err := errors.Join(corev1.AddToScheme(scheme), discoveryv1.AddToScheme(scheme),
		networkingv1.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		panic(err)
	}
	return scheme
}

// mapper is that of newScheme's kinds. It is made once: it looks through all of them, and only reads
// follow.
var mapper = sync.OnceValue(func() meta.RESTMapper { return testrestmapper.TestOnlyStaticRESTMapper(newScheme()) })

func newAPIServer(w *world) *apiServer {
	w.Helper()
	scheme := newScheme()
	// The tracker that the builder would make knows the managers of fields, too, which nobody asks for.
	tracker := clienttesting.NewObjectTracker(scheme, serializer.NewCodecFactory(scheme).UniversalDecoder())
	builder := fake.NewClientBuilder().WithScheme(scheme).WithRESTMapper(mapper()).WithObjectTracker(tracker).WithStatusSubresource(&v1alpha1.SLBInstance{})
	w.must(addIndexes(w.Context(), builderIndexer{builder}, w.setup.options))
	a := &apiServer{world: w, indexes: indexes{}}
	w.must(addIndexes(w.Context(), a.indexes, w.setup.options))
	a.WithWatch = builder.WithInterceptorFuncs(a.watchful()).Build()
	for _, kind := range (router{}).watched() {
		a.streams = append(a.streams, a.open(scheme, kind.object))
	}
	return a
}

type builderIndexer struct{ *fake.ClientBuilder }

func (b builderIndexer) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	b.WithIndex(o, field, values)
	return nil
}

func (a *apiServer) open(scheme *runtime.Scheme, kind client.Object) *stream {
	gvk, err := apiutil.GVKForObject(kind, scheme)
	a.world.must(err)
	list, err := scheme.New(gvk.GroupVersion().WithKind(gvk.Kind + "List"))
	a.world.must(err)
	events, err := a.Watch(a.world.Context(), list.(client.ObjectList))
	a.world.must(err)
	return &stream{kind: kind, list: reflect.TypeOf(list), events: events, seen: map[types.NamespacedName]client.Object{}}
}

// create fills what the server fills.
func (a *apiServer) create(ctx context.Context, c client.WithWatch, o client.Object, options ...client.CreateOption) error {
	a.uids++
	o.SetUID(types.UID(fmt.Sprintf("uid-%d", a.uids)))
	if !generationless(o) {
		o.SetGeneration(1)
	}
	if made := o.GetCreationTimestamp(); made.IsZero() {
		o.SetCreationTimestamp(metav1.NewTime(time.Now()).Rfc3339Copy())
	}
	return c.Create(ctx, o, options...)
}

// errDead is what a dead process would see, if it could.
var errDead = errors.New("this process is dead")

// clientOf is the client of one life. Its writes fail as the test wants it, and after its death.
func (a *apiServer) clientOf(l *life) client.Client {
	write := func(verb string, o client.Object, do func() error) error {
		if l.dead {
			return errDead
		}
		if a.fault != nil {
			if err := a.fault(verb, o); err != nil {
				return err
			}
		}
		a.writes++
		err := do()
		if a.done != nil {
			a.done()
		}
		if a.answer != nil && err == nil {
			err = a.answer()
		}
		if l.dead {
			return errDead
		}
		return err
	}
	return interceptor.NewClient(a.WithWatch, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.CreateOption) error {
			return write("create", o, func() error { return c.Create(ctx, o, options...) })
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.DeleteOption) error {
			return write("delete", o, func() error { return c.Delete(ctx, o, options...) })
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.UpdateOption) error {
			return write("update", o, func() error { return c.Update(ctx, o, options...) })
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, options ...client.PatchOption) error {
			return write("patch", o, func() error { return c.Patch(ctx, o, p, options...) })
		},
		SubResourceUpdate: func(ctx context.Context, c client.Client, sub string, o client.Object, options ...client.SubResourceUpdateOption) error {
			return write("update "+sub, o, func() error { return c.SubResource(sub).Update(ctx, o, options...) })
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, options ...client.SubResourcePatchOption) error {
			return write("patch "+sub, o, func() error { return c.SubResource(sub).Patch(ctx, o, p, options...) })
		},
	})
}

// deliver hands what happened to the controller's handlers, kind by kind, and tells whether there
// was anything.
func (a *apiServer) deliver() bool {
	for _, s := range a.streams {
		a.drain(s)
	}
	moved := false
	watched := a.router().watched()
	for i, s := range a.streams {
		for _, e := range s.due() {
			a.route(watched[i], s, e)
			moved = true
		}
		if !s.until.IsZero() {
			a.world.queue.at(wakeUp, s.until)
		}
	}
	return moved
}

// drain takes what the API told of one kind.
func (a *apiServer) drain(s *stream) {
	for {
		select {
		case e := <-s.events.ResultChan():
			s.pending = append(s.pending, e)
			if a.arrived != nil {
				a.arrived(s, e)
			}
		default:
			return
		}
	}
}

func (a *apiServer) router() router {
	return router{client: a.seenBy(a.WithWatch), options: a.world.setup.options.withDefaults()}
}

func (a *apiServer) route(to watched, s *stream, e watch.Event) {
	ctx, q := a.world.Context(), a.world.queue
	o, ok := e.Object.(client.Object)
	if !ok {
		a.world.Fatalf("a watch of %T gave %T", s.kind, e.Object)
	}
	key := client.ObjectKeyFromObject(o)
	old := s.seen[key]
	s.seen[key] = o
	switch {
	case e.Type == watch.Deleted:
		delete(s.seen, key)
		if old == nil {
			return // never seen
		}
		if d := (event.DeleteEvent{Object: o}); to.changes.Delete(d) {
			to.handler.Delete(ctx, d, q)
		}
	case old == nil:
		if c := (event.CreateEvent{Object: o}); to.changes.Create(c) {
			to.handler.Create(ctx, c, q)
		}
	default:
		if u := (event.UpdateEvent{ObjectOld: old, ObjectNew: o}); to.changes.Update(u) {
			to.handler.Update(ctx, u, q)
		}
	}
}

// replay hands every object to the handlers, as caches do when a process starts.
func (a *apiServer) replay() {
	a.deliver()
	a.world.queue.clear()
	watched := a.router().watched()
	for i, s := range a.streams {
		for _, key := range s.keys() {
			watched[i].handler.Create(a.world.Context(), event.CreateEvent{Object: s.seen[key], IsInInitialList: true}, a.world.queue)
		}
	}
}

func compareText(x, y string) int {
	if x < y {
		return -1
	}
	return 1
}

// add creates objects as users do.
func (w *world) add(objects ...client.Object) {
	w.Helper()
	for _, o := range objects {
		w.must(w.api.Create(w.Context(), o))
	}
}

// edit changes an object as users do. The generation follows the spec, as it does on a real server,
// which gives Services none.
func edit[T client.Object](w *world, o T, change func(T)) T {
	w.Helper()
	w.must(w.api.Get(w.Context(), client.ObjectKeyFromObject(o), o))
	before := o.DeepCopyObject()
	change(o)
	if !reflect.DeepEqual(specOf(before), specOf(o)) && !generationless(o) {
		o.SetGeneration(o.GetGeneration() + 1)
	}
	w.must(w.api.Update(w.Context(), o))
	return o
}

func generationless(o client.Object) bool {
	switch o.(type) {
	case *corev1.Service, *discoveryv1.EndpointSlice:
		return true
	}
	return false
}

func specOf(o runtime.Object) any {
	v := reflect.ValueOf(o).Elem().FieldByName("Spec")
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}

// remove deletes an object as users do.
func (w *world) remove(o client.Object) {
	w.Helper()
	w.must(w.api.Delete(w.Context(), o))
}

// read reads an object by its name.
func read[T client.Object](w *world, o T, namespace, name string) T {
	w.Helper()
	w.must(w.api.Get(w.Context(), types.NamespacedName{Namespace: namespace, Name: name}, o))
	return o
}

// exists tells whether an object is there.
func (w *world) exists(o client.Object, namespace, name string) bool {
	w.Helper()
	err := w.api.Get(w.Context(), types.NamespacedName{Namespace: namespace, Name: name}, o)
	w.must(client.IgnoreNotFound(err))
	return err == nil && !meta.IsNoMatchError(err)
}
