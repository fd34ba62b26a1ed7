package ingress

import (
	"context"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

// secretServer is the API of Secrets in memory. It answers get, watch of one name, and create; any
// other verb panics, since the controller's role has none.
type secretServer struct {
	mu      sync.Mutex
	version int
	stored  map[types.NamespacedName]*corev1.Secret
	watches map[types.NamespacedName][]*watch.FakeWatcher

	// Gets and Watches count the calls. GetErr and WatchErr, if set, are the answers to them for the
	// Secrets of users.
	Gets, Watches    int
	GetErr, WatchErr error
}

func newSecretServer() *secretServer {
	s := &secretServer{stored: map[types.NamespacedName]*corev1.Secret{}, watches: map[types.NamespacedName][]*watch.FakeWatcher{}}
	s.put("slb-system", FallbackSecret, pairOf("fallback"))
	return s
}

// Secrets implements corev1client.SecretsGetter.
func (s *secretServer) Secrets(namespace string) corev1client.SecretInterface {
	return secretsOf{server: s, namespace: namespace}
}

type secretsOf struct {
	corev1client.SecretInterface // nil: a verb that nobody may use

	server    *secretServer
	namespace string
}

func (n secretsOf) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Secret, error) {
	s := n.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Gets++
	if s.GetErr != nil && n.namespace == "shop" {
		return nil, s.GetErr
	}
	secret, ok := s.stored[types.NamespacedName{Namespace: n.namespace, Name: name}]
	if !ok {
		return nil, apierrors.NewNotFound(corev1.Resource("secrets"), name)
	}
	return secret.DeepCopy(), nil
}

func (n secretsOf) Create(_ context.Context, secret *corev1.Secret, _ metav1.CreateOptions) (*corev1.Secret, error) {
	s := n.server
	s.mu.Lock()
	defer s.mu.Unlock()
	key := types.NamespacedName{Namespace: n.namespace, Name: secret.Name}
	if s.stored[key] != nil {
		return nil, apierrors.NewAlreadyExists(corev1.Resource("secrets"), secret.Name)
	}
	secret = secret.DeepCopy()
	secret.Namespace = n.namespace
	return s.store(key, secret), nil
}

func (n secretsOf) Watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	s := n.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Watches++
	if s.WatchErr != nil {
		return nil, s.WatchErr
	}
	name, ok := strings.CutPrefix(options.FieldSelector, "metadata.name=")
	if !ok || name == "" {
		return nil, apierrors.NewForbidden(corev1.Resource("secrets"), "", nil)
	}
	key := types.NamespacedName{Namespace: n.namespace, Name: name}
	w := watch.NewFakeWithChanSize(16, false)
	if secret := s.stored[key]; secret != nil && secret.ResourceVersion != options.ResourceVersion {
		w.Add(secret.DeepCopy())
	}
	s.watches[key] = append(s.watches[key], w)
	context.AfterFunc(ctx, func() { s.drop(key, w) })
	return w, nil
}

// drop ends one watch.
func (s *secretServer) drop(key types.NamespacedName, w *watch.FakeWatcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.watches[key] {
		if other == w {
			s.watches[key] = append(s.watches[key][:i:i], s.watches[key][i+1:]...)
		}
	}
	w.Stop()
}

// open counts the watches of a name that are open.
func (s *secretServer) open(namespace, name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.watches[types.NamespacedName{Namespace: namespace, Name: name}])
}

// endWatches ends every watch, as API servers do from time to time.
func (s *secretServer) endWatches() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, list := range s.watches {
		for _, w := range list {
			w.Stop()
		}
		delete(s.watches, key)
	}
}

func (s *secretServer) store(key types.NamespacedName, secret *corev1.Secret) *corev1.Secret {
	s.version++
	secret.ResourceVersion = strconv.Itoa(s.version)
	kind := watch.Modified
	if s.stored[key] == nil {
		kind = watch.Added
	}
	s.stored[key] = secret
	for _, w := range s.watches[key] {
		w.Action(kind, secret.DeepCopy())
	}
	return secret.DeepCopy()
}

// put creates or replaces a TLS Secret.
func (s *secretServer) put(namespace, name string, p pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(types.NamespacedName{Namespace: namespace, Name: name}, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Type:       corev1.SecretTypeTLS,
		Data:       map[string][]byte{corev1.TLSCertKey: p.chain, corev1.TLSPrivateKeyKey: p.key},
	})
}

// putAuthority creates or replaces a Secret with a CA certificate.
func (s *secretServer) putAuthority(namespace, name string, certificate []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(types.NamespacedName{Namespace: namespace, Name: name}, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Type:       corev1.SecretTypeOpaque,
		Data:       map[string][]byte{corev1.ServiceAccountRootCAKey: certificate},
	})
}

// remove deletes a Secret.
func (s *secretServer) remove(namespace, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := types.NamespacedName{Namespace: namespace, Name: name}
	secret := s.stored[key]
	delete(s.stored, key)
	s.version++
	for _, w := range s.watches[key] {
		w.Delete(secret)
	}
}

// fail sets the answers to gets and watches; nil heals.
func (s *secretServer) fail(get, watching error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.GetErr, s.WatchErr = get, watching
}

// calls gives the counts.
func (s *secretServer) calls() (gets, watches int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Gets, s.Watches
}

func (w *world) routeSecret(e event.GenericEvent) {
	secretHandler(w.api.router()).Generic(w.Context(), e, w.queue)
}
