package cluster_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/cluster"
	"github.com/slb-ingress/slb-ingress-controller/cmd/localcluster/node"
	"github.com/slb-ingress/slb-ingress-controller/controllers/ingress"
)

// patience bounds every wait. It is long because the machine may be busy, and it is never waited
// out by a test that passes.
const patience = 60 * time.Second

// scene is one test's part of the world.
type scene struct {
	testing.TB

	world     *cluster.Cluster
	namespace string
	class     string
}

// newScene makes a namespace and an IngressClass with the test's name.
func newScene(t *testing.T) *scene {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	return newSceneNamed(t, name[:min(len(name), 50)])
}

func newSceneNamed(tb testing.TB, name string) *scene {
	tb.Helper()
	s := &scene{TB: tb, world: shared, namespace: name, class: name}
	s.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	s.create(&networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       networkingv1.IngressClassSpec{Controller: ingress.ControllerName},
	})
	return s
}

func (s *scene) create(objects ...client.Object) {
	s.Helper()
	for _, o := range objects {
		if o.GetNamespace() == "" {
			if namespaced, err := s.world.Client.IsObjectNamespaced(o); err == nil && namespaced {
				o.SetNamespace(s.namespace)
			}
		}
		if err := s.world.Client.Create(s.Context(), o); err != nil {
			s.Fatalf("creating %T %s: %v", o, o.GetName(), err)
		}
	}
}

// sample applies a sample in the scene's namespace and class.
func (s *scene) sample(file string, edits ...func(*unstructured.Unstructured)) {
	s.Helper()
	err := s.world.ApplyFile(s.Context(), filepath.Join(configDir, "samples", file), func(o *unstructured.Unstructured) {
		o.SetNamespace(s.namespace)
		if o.GetKind() == "Ingress" {
			s.must(unstructured.SetNestedField(o.Object, s.class, "spec", "ingressClassName"))
		}
		for _, edit := range edits {
			edit(o)
		}
	})
	s.must(err)
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// eventually waits until check returns nil. It looks again at short intervals, because what it
// waits for crosses processes and sockets.
func (s *scene) eventually(what string, check func(context.Context) error) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			s.Fatalf("%s: %v\n%s", what, err, s.state())
		case <-ticker.C:
		}
	}
}

// state is what a failed wait prints: the scene's records and events.
func (s *scene) state() string {
	ctx := context.WithoutCancel(s.Context())
	var b strings.Builder
	var records v1alpha1.SLBInstanceList
	_ = s.world.Client.List(ctx, &records) // best effort for a failure's message
	for _, r := range records.Items {
		if r.Spec.Class == s.class {
			text, _ := json.MarshalIndent(r.Status, "", " ")
			fmt.Fprintf(&b, "%s: %s\n", r.Name, text)
		}
	}
	for _, e := range s.events(ctx) {
		fmt.Fprintf(&b, "%s %s/%s %s: %s\n", e.Type, e.Regarding.Kind, e.Regarding.Name, e.Reason, e.Note)
	}
	return b.String()
}

// events are those of the scene's namespace and of its SLBInstances.
func (s *scene) events(ctx context.Context) []eventsv1.Event {
	var own, global eventsv1.EventList
	_ = s.world.Client.List(ctx, &own, client.InNamespace(s.namespace))
	_ = s.world.Client.List(ctx, &global, client.InNamespace("default"))
	list := own.Items
	for _, e := range global.Items {
		if strings.Contains(e.Regarding.Name, s.class) {
			list = append(list, e)
		}
	}
	return list
}

// expectEvent waits for an event with a reason about an object of the scene, and returns its note.
func (s *scene) expectEvent(object, reason string) string {
	s.Helper()
	var note string
	s.eventually(fmt.Sprintf("event %s of %s", reason, object), func(ctx context.Context) error {
		for _, e := range s.events(ctx) {
			if e.Regarding.Name == object && e.Reason == reason {
				note = e.Note
				return nil
			}
		}
		return errors.New("not seen")
	})
	return note
}

// group is the name of the class's own SLBInstance.
func (s *scene) group() string { return "class." + s.class + ".0" }

func (s *scene) record(name string) *v1alpha1.SLBInstance {
	s.Helper()
	var record v1alpha1.SLBInstance
	s.must(s.world.Client.Get(s.Context(), types.NamespacedName{Name: name}, &record))
	return &record
}

// address waits for an Ingress's address.
func (s *scene) address(name string) string {
	s.Helper()
	var address string
	s.eventually("address of Ingress "+name, func(ctx context.Context) error {
		var ing networkingv1.Ingress
		if err := s.world.Client.Get(ctx, types.NamespacedName{Namespace: s.namespace, Name: name}, &ing); err != nil {
			return err
		}
		for _, entry := range ing.Status.LoadBalancer.Ingress {
			address = entry.IP
		}
		if address == "" {
			return errors.New("none yet")
		}
		return nil
	})
	return address
}

// reply is what came back for a request.
type reply struct {
	Status int
	Header http.Header
	node.Answer

	// TLS is set for https.
	TLS *tls.ConnectionState
}

// visitor is who sends a request. The zero visitor comes from any address, without a certificate.
type visitor struct {
	from         string // address
	certificates []tls.Certificate
}

// transport sends requests to the listeners' ports of an address, without keeping connections.
func (s *scene) transport(address string) *http.Transport {
	return s.transportOf(visitor{}, address)
}

func (s *scene) transportOf(who visitor, address string) *http.Transport {
	return &http.Transport{
		DialContext: s.dialerOf(who, address), DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: who.certificates}, // the tests look at the certificate themselves
	}
}

// request sends one request to a listener's port of an address.
func (s *scene) request(ctx context.Context, address, url string) (reply, error) {
	return s.requestAs(ctx, visitor{}, address, url)
}

func (s *scene) requestAs(ctx context.Context, who visitor, address, url string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	transport := s.transportOf(who, address)
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return reply{}, err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	r := reply{Status: resp.StatusCode, Header: resp.Header, TLS: resp.TLS}
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode == http.StatusOK {
		err = json.Unmarshal(body, &r.Answer)
	}
	return r, err
}

// dialer connects to a listener's port of an address, whatever host is asked for.
func (s *scene) dialer(address string) func(ctx context.Context, network, target string) (net.Conn, error) {
	return s.dialerOf(visitor{}, address)
}

func (s *scene) dialerOf(who visitor, address string) func(ctx context.Context, network, target string) (net.Conn, error) {
	return func(ctx context.Context, network, target string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(target)
		if err != nil {
			return nil, err
		}
		number, err := strconv.Atoi(port)
		if err != nil {
			return nil, err
		}
		var d net.Dialer
		if who.from != "" {
			d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(who.from)}
		}
		return d.DialContext(ctx, network, net.JoinHostPort(address, strconv.Itoa(s.world.Port(number))))
	}
}

// expect waits until a request is answered with a status and, for 200, by a Service's pod.
func (s *scene) expect(address, url string, status int, service string) reply {
	s.Helper()
	var r reply
	s.eventually(fmt.Sprintf("GET %s at %s: want %d %s", url, address, status, service), func(ctx context.Context) error {
		var err error
		if r, err = s.request(ctx, address, url); err != nil {
			return err
		}
		if r.Status != status || r.Service != service {
			return fmt.Errorf("got %d from %q", r.Status, r.Service)
		}
		return nil
	})
	return r
}
