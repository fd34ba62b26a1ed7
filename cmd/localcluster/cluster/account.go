package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// ControllerNamespace is the controller's own, as config/default names it. Secrets that an SLBConfig
// names are in it.
const ControllerNamespace = "slb-ingress-system"

// controllerAccount is the controller's user, as config/rbac names its service account.
const controllerAccount = "system:serviceaccount:" + ControllerNamespace + ":slb-ingress-controller"

// installAccount applies the controller's service account and roles as they are shipped, so that the
// controller has no right here that it would not have elsewhere.
func (c *Cluster) installAccount(ctx context.Context) error {
	for _, path := range []string{"default/namespace.yaml", "rbac/service_account.yaml", "rbac/role.yaml", "rbac/namespaced_role.yaml"} {
		err := c.ApplyFile(ctx, filepath.Join(c.options.Config, filepath.FromSlash(path)), func(o *unstructured.Unstructured) {
			if needsNamespace(o) {
				o.SetNamespace(ControllerNamespace)
			}
		})
		if err != nil {
			return err
		}
	}
	return c.awaitRights(ctx)
}

// awaitRights waits until the API server's authorizer knows of the bindings, of which it learns a
// moment after they are made.
func (c *Cluster) awaitRights(ctx context.Context) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	rights := []*authorizationv1.ResourceAttributes{
		{Verb: "get", Resource: "namespaces", Name: "kube-system"},
		{Verb: "create", Resource: "secrets", Namespace: ControllerNamespace},
	}
	for len(rights) > 0 {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: controllerAccount, ResourceAttributes: rights[0],
		}}
		if err := c.Client.Create(ctx, review); err != nil {
			return fmt.Errorf("asking for the controller's rights: %w", err)
		}
		if review.Status.Allowed {
			rights = rights[1:]
			continue
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.New("the roles in " + c.options.Config + " do not let the controller work")
		}
	}
	return nil
}

// asController is the configuration of a client with the rights of the controller's account. What it
// is refused is noted.
func (c *Cluster) asController() *rest.Config {
	config := c.Config()
	config.Impersonate = rest.ImpersonationConfig{
		UserName: controllerAccount,
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + ControllerNamespace, "system:authenticated"},
	}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return &witness{next, c.noteRefusal} })
	return config
}

// witness tells of requests that are refused for lack of a right. Creates in a namespace that is going
// away are refused with the same status, whoever makes them; they do not count.
type witness struct {
	next http.RoundTripper
	tell func(string)
}

func (w *witness) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusForbidden {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if !bytes.Contains(body, []byte(corev1.NamespaceTerminatingCause)) {
		w.tell(req.Method + " " + req.URL.Path)
	}
	return resp, err
}

func (c *Cluster) noteRefusal(request string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = append(c.refused, request)
}

// Refused lists the requests that the controller made to the API server and had no right to.
func (c *Cluster) Refused() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.refused)
}

// policy is the shipped RAM policy, which the fake judges the controller's calls by.
func (c *Cluster) policy() (*fakecloud.RAMPolicy, error) {
	text, err := os.ReadFile(filepath.Join(c.options.Config, "ram-policy.json"))
	if err != nil {
		return nil, err
	}
	return fakecloud.ParseRAMPolicy(text)
}
