package config_test

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/features"
	featurestesting "k8s.io/client-go/features/testing"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/cmd/slb-ingress-controller/manager"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestInstall installs config/default on a real API server and runs the controller as the account
// that it installs: with the arguments of the Deployment and the rights of the roles alone.
func TestInstall(t *testing.T) {
	// Watches that bring the list with them take the right to watch alone. Servers that do not have
	// them are asked for a list first, and a role has to do for both.
	featurestesting.SetFeatureDuringTest(t, features.WatchListClient, false)
	w := newWorld(t)
	objects := render(t, "default")
	w.install(objects)
	w.install(render(t, "network-policy"))
	w.expectAdmission()

	requests := &recorder{}
	metrics, stop := w.runController(only[appsv1.Deployment](t, objects, "Deployment"), requests)
	w.cycle()
	w.expectMetrics(metrics)
	stop()

	list := requests.requests()
	expectSecretsByName(t, list)
	_, own := rules(t, objects)
	expectUse(t, own, list)
	w.expectActionsAllowed()
}

// expectAdmission waits until the Deployment's pods are admitted and run, and shows that the
// namespace does not admit others.
func (w *world) expectAdmission() {
	w.Helper()
	privileged := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "privileged"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "example.com/c"}}},
	}
	if err := w.admin.Create(w.Context(), privileged); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "restricted") {
		w.Errorf("a pod that is not restricted: got error %v, want it refused by the level", err)
	}
	w.eventually("the Deployment's pods", func(ctx context.Context) error {
		var deployment appsv1.Deployment
		if err := w.admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &deployment); err != nil {
			return err
		}
		if deployment.Status.ReadyReplicas != 2 {
			return fmt.Errorf("want 2 that are ready, status is %s", show(deployment.Status))
		}
		return nil
	})
	var pods corev1.PodList
	w.must(w.admin.List(w.Context(), &pods, client.InNamespace(namespace), client.MatchingLabels{"app.kubernetes.io/name": name}))
	for _, pod := range pods.Items {
		if owner := metav1.GetControllerOf(&pod); owner == nil || owner.Kind != "ReplicaSet" {
			w.Errorf("pod %q is not the ReplicaSet's", pod.Name)
		}
	}
}

// runController runs the program in this process and returns the URL of its metrics.
func (w *world) runController(deployment appsv1.Deployment, requests *recorder) (metrics string, stop func()) {
	w.Helper()
	// A refusal is what a wait that fails before the end has to be explained by.
	w.Cleanup(func() { expectNoRefusal(w.T, requests.requests()) })
	config, options := w.account(deployment, requests), w.arguments(deployment)
	return "https://" + options.MetricsAddress + "/metrics", w.background("controller", func(ctx context.Context) error {
		return manager.Run(ctx, config, options)
	})
}

// account is what the Deployment's pods reach the API server with.
func (w *world) account(deployment appsv1.Deployment, requests *recorder) *rest.Config {
	w.Helper()
	config := rest.AnonymousClientConfig(w.config)
	config.QPS, config.Burst = 0, 0 // the program's own
	config.BearerToken = w.token(namespace, deployment.Spec.Template.Spec.ServiceAccountName)
	config.Wrap(newLag().wrap)
	config.Wrap(requests.wrap)
	return config
}

// arguments are those of the Deployment, completed by what a pod finds in its environment.
func (w *world) arguments(deployment appsv1.Deployment) manager.Options {
	w.Helper()
	// The SDK's default chain finds the fake's key pair first.
	w.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", fakecloud.DefaultAccessKeyID)
	w.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", fakecloud.DefaultAccessKeySecret)
	w.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "")
	var options manager.Options
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	options.AddFlags(flags)
	arguments := slices.Concat(deployment.Spec.Template.Spec.Containers[0].Args, []string{
		"--namespace=" + namespace, "--region=cn-hangzhou", "--vpc-id=" + fakecloud.DefaultVPC,
		"--slb-endpoint=" + w.openAPI, "--addon-token-file=" + filepath.Join(w.TempDir(), "none"),
		"--metrics-bind-address=" + w.freeAddress(), "--health-probe-bind-address=0",
		// So that the cycle comes to its end.
		"--release-grace=0s",
	})
	w.must(flags.Parse(arguments))
	if !options.LeaderElect || !options.MetricsSecure {
		w.Errorf("the Deployment runs without leader election or with open metrics: %v", arguments)
	}
	return options
}

// freeAddress gives an address on which nobody listens; of a range that no other test binds, so that
// nobody takes it before it is bound again.
func (w *world) freeAddress() string {
	w.Helper()
	listener, err := net.Listen("tcp", "127.0.102.254:0")
	w.must(err)
	w.must(listener.Close())
	return listener.Addr().String()
}

// token is what a pod of a service account gets.
func (w *world) token(namespace, account string) string {
	w.Helper()
	answer, err := w.clients.CoreV1().ServiceAccounts(namespace).CreateToken(w.Context(), account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	w.must(err)
	return answer.Status.Token
}

// expectMetrics asks for the metrics as nobody, as an account without rights, and as a reader.
func (w *world) expectMetrics(url string) {
	w.Helper()
	for _, account := range []string{"stranger", "scraper"} {
		w.create(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: account}})
	}
	w.create(&rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "scraper"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "slb-ingress-metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "default", Name: "scraper"}},
	})
	for _, tc := range []struct {
		token string
		want  int
	}{
		{"", http.StatusUnauthorized},
		{w.token("default", "stranger"), http.StatusForbidden},
		{w.token("default", "scraper"), http.StatusOK},
	} {
		var body string
		w.eventually("metrics", func(ctx context.Context) error {
			status, text, err := scrape(ctx, url, tc.token)
			body = text
			// The authorizer learns of the binding a moment later, and remembers a refusal.
			if err == nil && status != tc.want {
				err = fmt.Errorf("got status %d, want %d", status, tc.want)
			}
			return err
		})
		if named := strings.Contains(body, `slb_ingress_cloud_calls_total{operation="CreateLoadBalancer",outcome="ok"}`); named != (tc.want == http.StatusOK) {
			w.Errorf("status %d: metrics of our own in the answer: %t\n%s", tc.want, named, body)
		}
	}
}

func scrape(ctx context.Context, url, token string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // each start has one of its own
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// expectActionsAllowed compares the calls that reached the fake with the RAM policy.
func (w *world) expectActionsAllowed() {
	w.Helper()
	actions := allowed(w.T)
	calls := w.cloud.Journal()
	if len(calls) == 0 {
		w.Error("the service was never called")
	}
	for _, call := range calls {
		if !slices.Contains(actions, "slb:"+call.Action) && !slices.Contains(actions, "ecs:"+call.Action) {
			w.Errorf("the RAM policy does not allow %s", call.Action)
		}
	}
}
