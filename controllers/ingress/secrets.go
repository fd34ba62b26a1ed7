package ingress

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

// secretStore follows the Secrets that groups refer to, each one by a get and a watch of its own
// name. It never lists, so the controller's role needs no such verb, and a Secret that no Ingress
// names never reaches its memory. It is safe for concurrent use.
type secretStore struct {
	api     corev1client.SecretsGetter
	changed chan event.GenericEvent // a Secret without its data, for every change

	ctx  context.Context //nolint:containedctx // ends every watch; they outlive the reconcile that began them
	stop context.CancelFunc

	mu      sync.Mutex
	follows map[types.NamespacedName]*follow
}

// follow is one Secret that somebody refers to.
type follow struct {
	groups map[string]bool
	cancel context.CancelFunc
	ready  chan struct{} // closed once the first read was answered

	// Guarded by the store's mutex.
	secret *corev1.Secret // nil: it does not exist
	err    error          // why it cannot be read
}

func newSecretStore(api corev1client.SecretsGetter) *secretStore {
	ctx, stop := context.WithCancel(context.Background())
	return &secretStore{
		api: api, changed: make(chan event.GenericEvent, 64), ctx: ctx, stop: stop,
		follows: map[types.NamespacedName]*follow{},
	}
}

// Start keeps the watches until ctx ends. It makes the store a manager.Runnable.
func (s *secretStore) Start(ctx context.Context) error {
	<-ctx.Done()
	s.stop()
	return nil
}

// used is what a group's Secrets are: those that exist, and those that cannot be read, with why.
type used struct {
	secrets    map[types.NamespacedName]*corev1.Secret
	unreadable map[types.NamespacedName]string
}

// Use says which Secrets a group refers to from now on, and returns what is known of them. Watches
// that no group needs any more end. An error is the end of ctx.
func (s *secretStore) Use(ctx context.Context, group string, names []types.NamespacedName) (used, error) {
	wanted := make(map[types.NamespacedName]*follow, len(names))
	s.mu.Lock()
	for _, name := range names {
		wanted[name] = s.join(group, name) //nolint:contextcheck // the watch outlives this call
	}
	for name, f := range s.follows {
		if wanted[name] == nil {
			s.leave(group, name, f)
		}
	}
	s.mu.Unlock()

	found := used{secrets: map[types.NamespacedName]*corev1.Secret{}, unreadable: map[types.NamespacedName]string{}}
	for name, f := range wanted {
		select {
		case <-f.ready:
		case <-ctx.Done():
			return used{}, ctx.Err()
		}
		s.mu.Lock()
		secret, err := f.secret, f.err
		s.mu.Unlock()
		if err != nil {
			found.unreadable[name] = err.Error()
		} else if secret != nil {
			found.secrets[name] = secret
		}
	}
	return found, nil
}

func (s *secretStore) join(group string, name types.NamespacedName) *follow {
	f := s.follows[name]
	if f == nil {
		ctx, cancel := context.WithCancel(s.ctx)
		f = &follow{groups: map[string]bool{}, cancel: cancel, ready: make(chan struct{})}
		s.follows[name] = f
		go s.run(ctx, name, f)
	}
	f.groups[group] = true
	return f
}

func (s *secretStore) leave(group string, name types.NamespacedName, f *follow) {
	delete(f.groups, group)
	if len(f.groups) == 0 {
		f.cancel()
		delete(s.follows, name)
	}
}

// Bounds of the pause before a Secret is read again after an error or the end of a watch.
const (
	minSecretPause = 200 * time.Millisecond
	maxSecretPause = 30 * time.Second
)

// run follows one Secret until ctx ends. Each round begins with a read, so that a watch which ended
// in between loses nothing.
func (s *secretStore) run(ctx context.Context, name types.NamespacedName, f *follow) {
	pause := minSecretPause
	for first := true; ctx.Err() == nil; first = false {
		w, err := s.read(ctx, name, f)
		if first {
			close(f.ready)
		}
		if err == nil {
			pause = minSecretPause
			s.follow(w, name, f)
		} else {
			pause = min(2*pause, maxSecretPause)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// read gets a Secret and opens a watch of it. One that may not be watched counts as one that may not
// be read, since its changes would go unseen; a watch that fails otherwise leaves what was read.
func (s *secretStore) read(ctx context.Context, name types.NamespacedName, f *follow) (watch.Interface, error) {
	options := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", name.Name).String()}
	secret, err := s.api.Secrets(name.Namespace).Get(ctx, name.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		// Without a version the watch begins with what is there, which fits a missing Secret.
		secret = nil
	case err != nil:
		s.set(name, f, nil, err)
		return nil, err
	default:
		options.ResourceVersion = secret.ResourceVersion
	}
	w, err := s.api.Secrets(name.Namespace).Watch(ctx, options)
	if apierrors.IsForbidden(err) {
		s.set(name, f, secret, err)
	} else {
		s.set(name, f, secret, nil)
	}
	return w, err
}

// follow takes what a watch tells until it ends.
func (s *secretStore) follow(w watch.Interface, name types.NamespacedName, f *follow) {
	defer w.Stop()
	for e := range w.ResultChan() {
		switch e.Type {
		case watch.Added, watch.Modified:
			if changed, ok := e.Object.(*corev1.Secret); ok {
				s.set(name, f, changed, nil)
			}
		case watch.Deleted:
			s.set(name, f, nil, nil)
		case watch.Bookmark:
		case watch.Error:
			return
		}
	}
}

// set stores what is known of a Secret and tells, if it differs from what was known.
func (s *secretStore) set(name types.NamespacedName, f *follow, secret *corev1.Secret, err error) {
	s.mu.Lock()
	same := version(f.secret) == version(secret) && (f.err == nil) == (err == nil)
	f.secret, f.err = secret, err
	s.mu.Unlock()
	if same {
		return
	}
	object := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name}}
	select {
	case s.changed <- event.GenericEvent{Object: object}:
	case <-s.ctx.Done():
	}
}

func version(secret *corev1.Secret) string {
	if secret == nil {
		return ""
	}
	return secret.ResourceVersion
}
