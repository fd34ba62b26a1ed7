package cluster_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

const nginxPrefix = "nginx.ingress.kubernetes.io/"

// nginx sets annotations of ingress-nginx on an Ingress; nil removes one.
func (s *scene) nginx(ingress string, values map[string]any) {
	s.Helper()
	keyed := map[string]any{}
	for name, value := range values {
		keyed[nginxPrefix+name] = value
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": keyed}})
	s.must(err)
	s.must(s.world.Client.Patch(s.Context(), &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: ingress}},
		client.RawPatch(types.MergePatchType, patch)))
}

// TestCompatibility serves an Ingress that comes from ingress-nginx: a share for its canary, sessions,
// clients' addresses and the redirect are as its annotations say. While it has one that cannot be
// kept it is not served.
func TestCompatibility(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	class := "of-" + s.class
	s.create(&v1alpha1.SLBConfig{
		ObjectMeta: metav1.ObjectMeta{Name: class},
		Spec:       v1alpha1.SLBConfigSpec{Compatibility: []v1alpha1.Compatibility{v1alpha1.CompatibilityNginx}},
	}, classWith(class, class))
	s.class = class
	s.app("web", 2)
	s.app("next", 1)
	s.create(secretOf("shop", newCertificate(t, "shop.example.com")))
	canary := annotated(annotated(s.ingress("next", "shop.example.com/ next"), nginxPrefix+"canary", "true"), nginxPrefix+"canary-weight", "20")
	s.create(withTLS(s.ingress("shop", "shop.example.com/ web"), "shop"), s.ingress("other", "other.example.com/ web"), canary)
	address := s.address("shop")
	s.members("*100", 2, "*50", 1)
	s.share(address, "shop.example.com", 5000, 20)
	s.deleteIngress("next")

	s.nginx("shop", map[string]any{"affinity": "cookie", "session-cookie-max-age": "1800", "session-cookie-name": "route"})
	s.expectSession(address)
	if note := s.expectEvent("shop", "CompatibilityNote"); note == "" {
		t.Error("the event says nothing")
	}

	s.nginx("shop", map[string]any{"whitelist-source-range": "127.0.30.0/24, 192.0.2.1"})
	inside, outside := visitor{from: "127.0.30.7"}, visitor{from: "127.0.31.7"}
	s.admits(outside, false, address, shopURL)
	s.admits(inside, true, address, shopURL)
	s.nginx("shop", map[string]any{"whitelist-source-range": nil})
	s.admits(outside, true, address, shopURL)

	s.nginx("shop", map[string]any{"rewrite-target": "/$1"})
	s.expect(address, shopURL, http.StatusServiceUnavailable, "")
	s.expect(address, "http://other.example.com/", http.StatusOK, "web")
	if note := s.expectEvent("shop", "UnsupportedAnnotation"); !strings.Contains(note, nginxPrefix+"rewrite-target") {
		t.Errorf("the event does not name the annotation: %q", note)
	}
	s.nginx("shop", map[string]any{"rewrite-target": nil, "ssl-redirect": "true"})
	s.redirects(address, "http://shop.example.com/", shopURL)
	s.expect(address, shopURL, http.StatusOK, "web")
}

// redirects waits until a request is redirected with the code of ingress-nginx.
func (s *scene) redirects(address, from, to string) {
	s.Helper()
	s.eventually("GET "+from+" is redirected", func(ctx context.Context) error {
		r, err := s.request(ctx, address, from)
		if err == nil && (r.Status != http.StatusPermanentRedirect || !strings.HasPrefix(r.Header.Get("Location"), strings.TrimSuffix(to, "/"))) {
			err = fmt.Errorf("got %d to %q", r.Status, r.Header.Get("Location"))
		}
		return err
	})
}

// TestCompatibilityOff shows that the annotations have no effect in a class that does not ask for
// them, and that their author hears of it.
func TestCompatibilityOff(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app("web", 1)
	s.create(annotated(annotated(s.ingress("shop", "shop.example.com/ web"), nginxPrefix+"force-ssl-redirect", "true"), nginxPrefix+"rewrite-target", "/"))
	s.expect(s.address("shop"), shopURL, http.StatusOK, "web")
	if note := s.expectEvent("shop", "CompatibilityOff"); !strings.Contains(note, `because of "rewrite-target"`) {
		t.Errorf("the event does not say what would not be served: %q", note)
	}
}
