package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// TestRuleSettings: two Ingresses of one instance have sessions and health checks of their own, and
// neither has the other's.
func TestRuleSettings(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 2)
	s.app("api", 2)
	s.create(s.ingress("shop", "shop.example.com/ web"), s.ingress("desk", "desk.example.com/ api"))
	address := s.address("shop")
	const desk = "https://desk.example.com/"
	s.expect(address, shopURL, http.StatusOK, "web")
	s.expect(address, desk, http.StatusOK, "api")

	s.annotate("desk", map[string]any{"sticky-session": "on", "sticky-session-type": "insert", "cookie-timeout": "600", "scheduler": "rr"})
	s.cookies(address, map[string]bool{shopURL: false, desk: true})
	s.annotate("shop", map[string]any{"sticky-session": "on", "sticky-session-type": "insert", "cookie-timeout": "600", "scheduler": "rr"})
	s.annotate("desk", map[string]any{"sticky-session": nil, "sticky-session-type": nil, "cookie-timeout": nil})
	s.cookies(address, map[string]bool{shopURL: true, desk: false})
	s.expectSession(address)

	s.annotate("desk", map[string]any{
		"health-check-flag": "on", "health-check-connect-port": "9", "health-check-interval": "1", "health-check-timeout": "1", "unhealthy-threshold": "2",
	})
	s.eventually("unhealthy pods of one Ingress", func(ctx context.Context) error {
		r, err := s.request(ctx, address, desk)
		if err != nil || r.Status < http.StatusBadGateway {
			return fmt.Errorf("got %d: %w", r.Status, err)
		}
		return nil
	})
	s.expect(address, shopURL, http.StatusOK, "web")
	s.annotate("desk", map[string]any{"health-check-connect-port": nil, "health-check-uri": "/healthz", "healthy-threshold": "2"})
	s.expect(address, desk, http.StatusOK, "api")
}

// cookies tells which URLs are to answer with the load balancer's cookie.
func (s *scene) cookies(address string, want map[string]bool) {
	s.Helper()
	s.eventually("cookies", func(ctx context.Context) error {
		var errs []error
		for url, sticky := range want {
			r, err := exchange(s.transport(address), get(ctx, url))
			if err != nil {
				return err
			}
			if got := len(r.Cookies()) > 0; got != sticky {
				errs = append(errs, fmt.Errorf("%s answers with cookies %v", url, r.Cookies()))
			}
		}
		return errors.Join(errs...)
	})
}

// TestHealthCheckFromProbe: the pods' readiness probe becomes the health check, also after a roll-out.
func TestHealthCheckFromProbe(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(annotated(s.ingress("shop", "shop.example.com/ web"), annotations.OwnPrefix+"health-check", "auto"))
	address := s.address("shop")
	s.expect(address, shopURL, http.StatusOK, "web")
	s.expectEvent("shop", "ReadinessProbeUnusable")

	s.probe("web", `{"httpGet": {"path": "/", "port": 9}, "periodSeconds": 1, "failureThreshold": 2}`) // nobody listens there
	s.eventually("pods out of service", func(ctx context.Context) error {
		r, err := s.request(ctx, address, shopURL)
		if err != nil || r.Status < http.StatusBadGateway {
			return fmt.Errorf("got %d: %w", r.Status, err)
		}
		return nil
	})
	s.expectEvent("shop", "ReadinessProbeAdapted")
	s.probe("web", `{"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 1}`)
	s.expect(address, shopURL, http.StatusOK, "web")
}

// probe replaces the readiness probe of a Deployment's pods.
func (s *scene) probe(name, probe string) {
	s.Helper()
	patch := fmt.Appendf(nil, `[{"op": "add", "path": "/spec/template/spec/containers/0/readinessProbe", "value": %s}]`, probe)
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}}
	s.must(s.world.Client.Patch(s.Context(), deployment, client.RawPatch(types.JSONPatchType, patch)))
}

// expectRedirect: port 80 sends to HTTPS with the code.
func (s *scene) expectRedirect(address string, code int) {
	s.Helper()
	s.eventually(fmt.Sprintf("redirect with %d", code), func(ctx context.Context) error {
		r, err := s.request(ctx, address, "http://shop.example.com/x?y")
		if err != nil || r.Status != code || !strings.HasPrefix(r.Header.Get("Location"), "https://shop.example.com") {
			return fmt.Errorf("got %d to %q: %w", r.Status, r.Header.Get("Location"), err)
		}
		return nil
	})
}
