package config_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cmd/slb-ingress-controller/manager"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// errand is one life of the controller in which it does everything that it has rights for. It begins
// and ends with a cluster and an account without anything of the controller's.
type errand struct {
	*world

	requests *recorder
	account  *fakecloud.Cloud
	started  atomic.Bool
	metrics  string
	scraper  string // a token that may read the metrics
	giveBack func() // the right that was taken away; called once
}

// step is something that a user or the program does, and what has to come of it. Doing nothing is
// fine for a step whose matter is in the errand already.
type step struct {
	name string
	do   func(*errand)
	seen func(*errand, context.Context) error
}

func steps() []step {
	add := func(routes ...networkingv1.IngressRule) func(*errand) {
		return func(e *errand) {
			e.change(func(ing *networkingv1.Ingress) { ing.Spec.Rules = append(ing.Spec.Rules[:1], routes...) })
		}
	}
	wrong := route(host, "/missing", "missing")
	return []step{
		{"the program starts", func(*errand) {}, (*errand).isStarted},
		{"an Ingress gets an address", func(e *errand) { e.create(shopIngress()) }, (*errand).hasAddress},
		{"its own certificate is presented", func(e *errand) {
			e.create(certificate(e.world))
			e.change(func(ing *networkingv1.Ingress) {
				ing.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{host}, SecretName: "certificate"}}
			})
		}, (*errand).presents},
		{"a mistake is told", add(wrong), (*errand).isTold},
		{"the mistake is mended", add(route(later, "/", shop)), (*errand).servesLater},
		{"the mistake is told again", add(wrong), (*errand).isToldAgain},
		{"the metrics are read", func(*errand) {}, (*errand).showsMetrics},
		{"the last Ingress goes", func(e *errand) { e.must(client.IgnoreNotFound(e.admin.Delete(e.Context(), shopIngress()))) }, (*errand).leavesNothing},
		{"the leader renews its lease", func(*errand) {}, (*errand).renews},
	}
}

// run does the steps until one of them does not come about, and returns its name and why.
func (e *errand) run(deployment appsv1.Deployment) (at string, err error) {
	e.Helper()
	e.account = newAccount()
	e.openAPI = e.serve(e.account)
	config, options := e.world.account(deployment, e.requests), e.arguments(deployment)
	options.Started = func() { e.started.Store(true) }
	e.metrics = "https://" + options.MetricsAddress + "/metrics"

	ctx, cancel := context.WithCancel(e.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = manager.Run(ctx, config, options) // its error is that of a step
	}()
	defer func() {
		e.giveBack()
		e.awaitStart(ended)
		cancel()
		<-ended
	}()
	for _, s := range steps() {
		s.do(e)
		if err := e.wait(s); err != nil {
			return s.name, err
		}
	}
	return "", nil
}

// awaitStart waits until the program has filled its caches or has ended: a manager that is told to end
// before that does not.
func (e *errand) awaitStart(ended <-chan struct{}) {
	e.Helper()
	e.eventually("the start of a program that has its rights back", func(ctx context.Context) error {
		select {
		case <-ended:
			return nil
		default:
			return e.isStarted(ctx)
		}
	})
}

// wait looks until a step has come about or the controller is refused something.
func (e *errand) wait(s step) error {
	ctx, cancel := context.WithTimeout(e.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := s.seen(e, ctx)
		if refused := e.refused(); len(refused) > 0 {
			return fmt.Errorf("refused: %s", refused[0])
		}
		if err == nil || errors.Is(err, errTurnedAway) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %s: %w", patience, err)
		case <-ticker.C:
		}
	}
}

// refused are the requests that a role would have to allow.
func (e *errand) refused() []seen {
	return slices.DeleteFunc(e.requests.requests(), func(s seen) bool { return s.Status != http.StatusForbidden })
}

func (e *errand) isStarted(context.Context) error {
	if !e.started.Load() {
		return errors.New("the caches are not filled")
	}
	return nil
}

func (e *errand) hasAddress(ctx context.Context) error {
	var ing networkingv1.Ingress
	if err := e.admin.Get(ctx, client.ObjectKey{Namespace: shop, Name: shop}, &ing); err != nil {
		return err
	}
	if len(ing.Status.LoadBalancer.Ingress) != 1 {
		return errors.New("none yet")
	}
	return nil
}

func (e *errand) presents(ctx context.Context) error {
	var records v1alpha1.SLBInstanceList
	if err := e.admin.List(ctx, &records); err != nil {
		return err
	}
	for _, r := range records.Items {
		if slices.ContainsFunc(r.Status.Certificates, func(c v1alpha1.ServedCertificate) bool { return c.Secret == shop+"/certificate" }) {
			return nil
		}
	}
	return errors.New("still the fallback certificate")
}

func (e *errand) isTold(ctx context.Context) error {
	_, err := e.event(ctx, "ServiceNotFound")
	return err
}

func (e *errand) isToldAgain(ctx context.Context) error {
	told, err := e.event(ctx, "ServiceNotFound")
	if err == nil && told.Series == nil {
		err = errors.New("told once")
	}
	return err
}

func (e *errand) servesLater(context.Context) error {
	if !strings.Contains(strings.Join(e.account.Dump().Rules, "\n"), later) {
		return errors.New("no rule yet")
	}
	return nil
}

// errTurnedAway is an answer that no waiting changes.
var errTurnedAway = errors.New("a reader of the metrics is turned away")

// showsMetrics asks as a reader. Its rights are older than the program, so a refusal is final.
func (e *errand) showsMetrics(ctx context.Context) error {
	status, _, err := scrape(ctx, e.metrics, e.scraper)
	switch {
	case err != nil:
		return err
	case status == http.StatusForbidden:
		return errTurnedAway
	case status != http.StatusOK:
		return fmt.Errorf("the metrics answer %d", status)
	}
	return nil
}

func (e *errand) leavesNothing(ctx context.Context) error {
	var records v1alpha1.SLBInstanceList
	if err := e.admin.List(ctx, &records); err != nil {
		return err
	}
	if left := e.account.Dump(); len(records.Items) > 0 || !left.Empty() {
		return errors.New("something is left")
	}
	return nil
}

func (e *errand) renews(context.Context) error {
	if !slices.ContainsFunc(e.requests.requests(), func(s seen) bool { return s.Resource == "leases" && s.Verb == "update" }) {
		return errors.New("not yet")
	}
	return nil
}

// clean removes what a controller that was stopped in the middle of an errand left behind.
func (w *world) clean() {
	w.Helper()
	var records v1alpha1.SLBInstanceList
	w.must(w.admin.List(w.Context(), &records))
	for i := range records.Items {
		record := &records.Items[i]
		record.Finalizers = nil
		w.must(client.IgnoreNotFound(w.admin.Update(w.Context(), record)))
		w.must(client.IgnoreNotFound(w.admin.Delete(w.Context(), record)))
	}
	for _, o := range []client.Object{
		shopIngress(),
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: shop, Name: "certificate"}},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "slb-ingress-fallback-certificate"}},
		&coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}},
	} {
		w.must(client.IgnoreNotFound(w.admin.Delete(w.Context(), o)))
	}
	w.must(w.admin.DeleteAllOf(w.Context(), &eventsv1.Event{}, client.InNamespace(shop)))
}
