package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestRestart has the world to itself while it runs: it is not parallel, and those that are start
// after it.
func TestRestart(t *testing.T) {
	s := newScene(t)
	s.app("shop", 2)
	s.create(secretOf("tls", newCertificate(t, "a.example.com")))
	ing := s.ingress("shop", "a.example.com/ shop", "b.example.com/x shop")
	ing.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{"a.example.com"}, SecretName: "tls"}}
	s.create(ing)
	s.expect(s.address("shop"), "https://a.example.com/", 200, "shop")
	s.settled()

	s.world.StopController()
	seq := s.world.Cloud.Seq()
	s.must(s.world.StartController(t.Context()))
	// The restarted controller has read the instance once it has asked for its groups; a change
	// that it then serves shows that it is past its first reconcile.
	s.create(s.ingress("later", "c.example.com/ shop"))
	s.expect(s.address("later"), "http://c.example.com/", 200, "shop")
	for _, call := range s.world.Cloud.JournalSince(seq) {
		wanted := call.Action == "CreateRules" && strings.Contains(call.Params["RuleList"], "c.example.com") &&
			!strings.Contains(call.Params["RuleList"], "a.example.com") && !strings.Contains(call.Params["RuleList"], "b.example.com")
		if call.Write && !call.Foreign && !wanted {
			t.Errorf("after the restart the controller called %s %v", call.Action, call.Params)
		}
	}
}

// settled waits until the scene's instance is reported ready.
func (s *scene) settled() {
	s.Helper()
	s.eventually("instance ready", func(context.Context) error {
		for _, c := range s.record(s.group()).Status.Conditions {
			if c.Type == "Ready" && c.Status == metav1.ConditionTrue {
				return nil
			}
		}
		return errors.New("not ready")
	})
}

func TestScale(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(s.ingress("web", "web.example.com/ web"))
	address := s.address("web")
	s.expect(address, "http://web.example.com/", 200, "web")

	s.scale("web", 3)
	s.eventually("three pods answer in turn", func(ctx context.Context) error {
		pods := map[string]int{}
		for range 9 {
			r, err := s.request(ctx, address, "http://web.example.com/")
			if err != nil {
				return err
			}
			pods[r.Pod]++
		}
		for _, n := range pods {
			if len(pods) != 3 || n != 3 {
				return fmt.Errorf("nine requests went to %v", pods)
			}
		}
		return nil
	})

	s.scale("web", 0)
	s.expect(address, "http://web.example.com/", 503, "")

	s.deleteIngress("web")
	id := s.record(s.group()).Status.LoadBalancerID
	s.eventually("nothing is left but the instance", func(context.Context) error {
		if left := s.leftOn(id); left != "" {
			return errors.New(left)
		}
		return nil
	})
	if s.instance(id).Address != address {
		t.Error("the instance did not outlive its Ingress for its grace")
	}

	s.create(s.ingress("again", "web.example.com/ web"))
	s.scale("web", 1)
	if got := s.address("again"); got != address {
		t.Errorf("the Ingress that came back within the grace got %s, not %s", got, address)
	}
	s.expect(address, "http://web.example.com/", 200, "web")
}

func (s *scene) scale(name string, replicas int32) {
	s.Helper()
	patch := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas)
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}}
	s.must(s.world.Client.Patch(s.Context(), deployment, client.RawPatch(types.MergePatchType, patch)))
}

// TestRelease deletes the record of an unused instance, which ends its grace at once.
func TestRelease(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(s.ingress("web", "web.example.com/ web"))
	address := s.address("web")
	record := s.record(s.group())

	s.must(s.world.Client.Delete(t.Context(), record))
	note := s.expectEvent(s.group(), "DeletionBlocked")
	if !strings.Contains(note, "Ingresses still use") {
		t.Errorf("the event says %q", note)
	}
	s.expect(address, "http://web.example.com/", 200, "web")

	s.deleteIngress("web")
	s.eventually("instance and record are gone", func(ctx context.Context) error {
		err := s.world.Client.Get(ctx, types.NamespacedName{Name: s.group()}, record)
		if client.IgnoreNotFound(err) != nil || err == nil {
			return fmt.Errorf("the record is there: %w", err)
		}
		if dump := s.world.Cloud.Dump().String(); strings.Contains(dump, s.group()) {
			return errors.New(dump)
		}
		return nil
	})
}

func TestRotateSecret(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	before, after := newCertificate(t, "web.example.com"), newCertificate(t, "web.example.com")
	s.create(secretOf("tls", before))
	ing := s.ingress("web", "web.example.com/ web")
	ing.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{"web.example.com"}, SecretName: "tls"}}
	s.create(ing)
	address := s.address("web")
	s.serves(address, before)

	stop := s.requestLoop(address, "https://web.example.com/")
	secret := secretOf("tls", after)
	secret.Namespace = s.namespace
	s.must(s.world.Client.Update(t.Context(), secret))
	s.serves(address, after)
	s.eventually("the old certificate is deleted", func(context.Context) error {
		n := 0
		for _, line := range s.world.Cloud.Dump().Certificates {
			if strings.Contains(line, s.group()) {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("%d certificates", n)
		}
		return nil
	})
	if failed := stop(); len(failed) > 0 {
		t.Errorf("%d requests failed during the rotation, the first: %v", len(failed), failed[0])
	}
}

func (s *scene) serves(address string, c certificate) {
	s.Helper()
	s.eventually("the certificate is served", func(ctx context.Context) error {
		r, err := s.request(ctx, address, "https://web.example.com/")
		if err != nil {
			return err
		}
		if got := r.TLS.PeerCertificates[0].SerialNumber; r.Status != 200 || got.Cmp(c.serial) != 0 {
			return fmt.Errorf("status %d with serial %s", r.Status, got)
		}
		return nil
	})
}

// requestLoop sends requests one after the other until its result is called, which gives what
// failed. It is bounded by the test's own waits.
func (s *scene) requestLoop(address, url string) (stop func() []error) {
	ctx, cancel := context.WithTimeout(s.Context(), 2*patience)
	var failed []error
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			r, err := s.request(ctx, address, url)
			if err == nil && r.Status != 200 {
				err = fmt.Errorf("status %d", r.Status)
			}
			if err != nil && ctx.Err() == nil {
				failed = append(failed, err)
			}
		}
	})
	return func() []error {
		cancel()
		wg.Wait()
		return failed
	}
}

// TestClassGone deletes and re-creates the IngressClass: nothing is deleted, and once it is back,
// changes are served again.
func TestClassGone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(s.ingress("web", "web.example.com/ web"))
	address := s.address("web")
	s.expect(address, "http://web.example.com/", 200, "web")

	var class networkingv1.IngressClass
	s.must(s.world.Client.Get(t.Context(), types.NamespacedName{Name: s.class}, &class))
	s.must(s.world.Client.Delete(t.Context(), &class))
	s.expectEvent("web", "ConfigMissing")
	s.expect(address, "http://web.example.com/", 200, "web")

	s.create(s.ingress("other", "other.example.com/ web"))
	s.create(&networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: s.class}, Spec: class.Spec})
	s.expect(address, "http://other.example.com/", 200, "web")
	if got := s.address("web"); got != address {
		t.Errorf("the address changed from %s to %s", address, got)
	}
}

// TestMove changes an Ingress's instance: the new one serves, the old one lets go, and the address
// in the status follows.
func TestMove(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(s.ingress("stays", "stays.example.com/ web"), s.ingress("moves", "moves.example.com/ web"))
	old := s.address("moves")
	s.expect(old, "http://moves.example.com/", 200, "web")

	id := s.addInstance(fakecloud.InstanceSpec{Spec: "slb.s2.small"})
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, annotationID, id)
	s.must(s.world.Client.Patch(t.Context(), &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "moves"}},
		client.RawPatch(types.MergePatchType, patch)))
	want := s.instance(id).Address
	s.expect(want, "http://moves.example.com/", 200, "web")
	s.eventually("the status follows", func(context.Context) error {
		if got := s.address("moves"); got != want {
			return fmt.Errorf("still %s", got)
		}
		return nil
	})
	s.expect(old, "http://moves.example.com/", 503, "")
	s.expect(old, "http://stays.example.com/", 200, "web")
}

// TestNamespaceGone deletes a whole namespace: no finalizer of ours holds it up, and the instance
// serves nothing of it any more.
func TestNamespaceGone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(s.ingress("web", "web.example.com/ web"))
	address := s.address("web")
	s.expect(address, "http://web.example.com/", 200, "web")
	s.must(s.world.Client.Delete(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}))
	s.eventually("the namespace goes", func(ctx context.Context) error {
		err := s.world.Client.Get(ctx, types.NamespacedName{Name: s.namespace}, &corev1.Namespace{})
		if client.IgnoreNotFound(err) != nil || err == nil {
			return fmt.Errorf("still there: %w", err)
		}
		return nil
	})
	id := s.record(s.group()).Status.LoadBalancerID
	s.eventually("nothing of it is left", func(context.Context) error {
		if left := s.leftOn(id); left != "" {
			return errors.New(left)
		}
		return nil
	})
}

// TestDefaultBackend serves what no rule matches.
func TestDefaultBackend(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.app("rest", 1)
	ing := s.ingress("web", "web.example.com/app web", "*.wild.example.com/ web")
	def := backend("rest")
	ing.Spec.DefaultBackend = &def
	s.create(ing)
	address := s.address("web")
	for _, c := range []struct{ url, service string }{
		{"http://web.example.com/app", "web"},
		{"http://web.example.com/else", "rest"},
		{"http://unknown.example.com/", "rest"},
		{"http://a.wild.example.com/", "web"},
	} {
		s.expect(address, c.url, 200, c.service)
	}
	if notes := s.expectEvent("web", "ApproximateWildcard"); !slices.Contains(strings.Fields(notes), "*.wild.example.com") && !strings.Contains(notes, "wild.example.com") {
		t.Errorf("the event does not name the host: %q", notes)
	}
}
