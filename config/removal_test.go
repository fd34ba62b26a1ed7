package config_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/features"
	featurestesting "k8s.io/client-go/features/testing"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var (
	update         = flag.Bool("update", false, "rewrite golden files")
	everyPermitted = flag.Bool("permissions", false, "take every verb of every rule away, not a sample")
)

// permission is one verb of one resource in a rule.
type permission struct {
	rule
	index           int // of the rule in its role
	group, resource string
	verb            string
}

// line is the permission as docs/permissions.md has it.
func (p permission) line() string {
	what := strings.Join(p.NonResourceURLs, " ")
	if p.resource != "" {
		what = strings.TrimSuffix(p.resource+"."+p.group, ".")
	}
	if len(p.ResourceNames) > 0 {
		what += " " + strings.Join(p.ResourceNames, " ")
	}
	return fmt.Sprintf("| %s | %s %s |", p.role, p.verb, what)
}

// permissions takes the rules of all roles apart.
func permissions(every []rule) []permission {
	var list []permission
	index := map[string]int{}
	for _, r := range every {
		n := index[r.role]
		index[r.role]++
		if len(r.NonResourceURLs) > 0 {
			for _, verb := range r.Verbs {
				list = append(list, permission{rule: r, index: n, verb: verb})
			}
		}
		for _, group := range r.APIGroups {
			for _, resource := range r.Resources {
				for _, verb := range r.Verbs {
					list = append(list, permission{r, n, group, resource, verb})
				}
			}
		}
	}
	return list
}

// TestPermissionsAreNeeded takes verbs away from the roles on a real API server, one at a time, and
// shows that the controller, or whoever has the role, is refused something that it does. With
// -permissions it takes each one and writes docs/permissions.md; else a sample with every verb in it.
func TestPermissionsAreNeeded(t *testing.T) {
	// As in TestInstall: a role has to do for servers that are asked for a list first.
	featurestesting.SetFeatureDuringTest(t, features.WatchListClient, false)
	w := newWorld(t)
	objects := render(t, "default")
	w.install(objects)
	w.createShop()
	w.clean()
	every, _ := rules(t, objects)
	readers := w.readers()
	deployment := only[appsv1.Deployment](t, objects, "Deployment")

	whole := &errand{world: w, requests: &recorder{}, scraper: readers.scraper, giveBack: func() {}}
	if at, err := whole.run(deployment); err != nil {
		t.Fatalf("with all rights, %s: %v", at, err)
	}
	all := permissions(every)
	chosen := all
	if !*everyPermitted {
		chosen = sample(all)
	}
	found := map[string]string{}
	for _, p := range chosen {
		found[p.line()] = w.without(p, readers, deployment)
		t.Logf("%s %s", p.line(), found[p.line()])
	}
	if !t.Failed() {
		keepPermissions(t, all, found)
	}
}

// sample has one permission of each kind of role and verb.
func sample(all []permission) []permission {
	met := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(all), func(p permission) bool {
		kind := p.role + p.verb
		old := met[kind]
		met[kind] = true
		return old || strings.HasSuffix(p.role, "viewer") && p.verb != "list"
	})
}

// without takes a permission away, tells what goes wrong, and gives it back.
func (w *world) without(p permission, r readers, deployment appsv1.Deployment) string {
	w.Helper()
	if strings.HasSuffix(p.role, "-viewer") {
		allowed := http.StatusOK
		if p.verb == "get" {
			allowed = http.StatusNotFound
		}
		w.view(p, r, allowed)
		defer w.take(p)()
		w.view(p, r, http.StatusForbidden)
		return "somebody views records and settings"
	}
	giveBack := w.take(p)
	if p.resource == "secrets" && strings.HasPrefix(p.role, "Role/") && p.verb == "get" {
		// The right of the whole cluster covers this one, which is for installations that take the
		// former out, as role.yaml tells; so let this be one of those.
		defer w.take(w.secretsOfAll())()
	}
	defer w.clean()
	e := &errand{world: w, requests: &recorder{}, scraper: r.scraper, giveBack: giveBack}
	at, err := e.run(deployment)
	refused := e.refused()
	other := func(s seen) bool { return !s.uses(p.rule, p.group, p.resource, p.verb) }
	switch {
	case err == nil:
		w.Errorf("nobody notices that this is taken away: %s", p.line())
	case p.resource == "":
		// The controller is refused nothing, but refuses somebody else.
		if !errors.Is(err, errTurnedAway) {
			w.Errorf("%s taken away, and at %q: %v", p.line(), at, err)
		}
	case len(refused) == 0 || slices.ContainsFunc(refused, other):
		w.Errorf("%s taken away, and at %q: %v", p.line(), at, err)
	}
	return at
}

// secretsOfAll is the right to read Secrets of the whole cluster.
func (w *world) secretsOfAll() permission {
	w.Helper()
	var role rbacv1.ClusterRole
	w.must(w.admin.Get(w.Context(), client.ObjectKey{Name: name}, &role))
	i := slices.IndexFunc(role.Rules, func(r rbacv1.PolicyRule) bool { return slices.Contains(r.Resources, "secrets") })
	return permission{rule{"ClusterRole/" + name, role.Rules[i]}, i, "", "secrets", "get"}
}

// take removes a verb of a resource from its role, and waits until the API server knows.
func (w *world) take(p permission) (giveBack func()) {
	w.Helper()
	kind, role, _ := strings.Cut(p.role, "/")
	if kind == "Role" {
		o := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: role}}
		return w.setRules(p, o, &o.Rules)
	}
	o := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: role}}
	return w.setRules(p, o, &o.Rules)
}

func (w *world) setRules(p permission, role client.Object, rules *[]rbacv1.PolicyRule) (giveBack func()) {
	w.Helper()
	w.must(w.admin.Get(w.Context(), client.ObjectKeyFromObject(role), role))
	before := slices.Clone(*rules)
	*rules = p.cutFrom(before)
	w.must(w.admin.Update(w.Context(), role))
	w.settleAuthorizer()
	return func() {
		*rules = before
		w.must(w.admin.Update(w.Context(), role))
		w.settleAuthorizer()
	}
}

// cutFrom splits the rule so that it grants everything but the permission.
func (p permission) cutFrom(all []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	var list []rbacv1.PolicyRule
	for i, r := range all {
		if i != p.index {
			list = append(list, r)
			continue
		}
		others, same := *r.DeepCopy(), *r.DeepCopy()
		drop := func(from []string, what string) []string {
			return slices.DeleteFunc(slices.Clone(from), func(s string) bool { return s == what })
		}
		others.Resources = drop(r.Resources, p.resource)
		same.Verbs = drop(r.Verbs, p.verb)
		if p.resource != "" {
			same.Resources = []string{p.resource}
		}
		if len(others.Resources) > 0 {
			list = append(list, others)
		}
		if len(same.Verbs) > 0 {
			list = append(list, same)
		}
	}
	return list
}

// settleAuthorizer waits until the authorizer knows of all changes so far: it learns of roles of one
// kind in the order of their changes, so it waits for one more change of either kind.
func (w *world) settleAuthorizer() {
	w.Helper()
	w.changes++
	marker := fmt.Sprintf("marker-%d", w.changes)
	grants := func(verb string) []rbacv1.PolicyRule {
		return []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{verb}}}
	}
	at := metav1.ObjectMeta{Namespace: shop, Name: marker}
	subject := []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: marker}}
	w.create(
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: marker}, Rules: grants("get")},
		&rbacv1.RoleBinding{ObjectMeta: at, Subjects: subject, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: marker}},
		&rbacv1.Role{ObjectMeta: at, Rules: grants("list")},
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: shop, Name: marker + "-own"}, Subjects: subject,
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: marker},
		},
	)
	for _, verb := range []string{"get", "list"} {
		w.eventually("the authorizer", func(ctx context.Context) error {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
				User: marker, ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: shop, Resource: "configmaps", Verb: verb},
			}}
			if err := w.admin.Create(ctx, review); err != nil || review.Status.Allowed {
				return err
			}
			return errors.New("it does not know of a new role yet")
		})
	}
}

// readers are those whom the roles for others are for: tokens of an account that may read metrics,
// and of one that may view what the controller records. The latter is bound to its role directly: the
// control plane of the tests does not put roles together.
type readers struct{ scraper, viewer string }

func (w *world) readers() readers {
	w.Helper()
	for account, role := range map[string]string{"scraper": "slb-ingress-metrics-reader", "viewer": "slb-ingress-viewer"} {
		w.create(
			&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: account}},
			&rbacv1.ClusterRoleBinding{
				ObjectMeta: metav1.ObjectMeta{Name: account},
				RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
				Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "default", Name: account}},
			})
	}
	return readers{scraper: w.token("default", "scraper"), viewer: w.token("default", "viewer")}
}

// view waits until a request of the viewer is answered with a status.
func (w *world) view(p permission, r readers, want int) {
	w.Helper()
	path := "/apis/" + p.group + "/v1alpha1/" + p.resource
	switch p.verb {
	case "get":
		path += "/none"
	case "watch":
		path += "?watch=true&timeoutSeconds=1"
	}
	config := rest.AnonymousClientConfig(w.config)
	config.BearerToken = r.viewer
	reader, err := rest.HTTPClientFor(config)
	w.must(err)
	w.eventually(fmt.Sprintf("%s %s answered %d", p.verb, p.resource, want), func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(config.Host, "/")+path, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := reader.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != want {
			return fmt.Errorf("got %d", resp.StatusCode)
		}
		return nil
	})
}

// keepPermissions compares the lines of docs/permissions.md with the permissions, or writes them. What
// the controller is refused first can differ from run to run, so only the long mode writes it.
func keepPermissions(t *testing.T, all []permission, found map[string]string) {
	t.Helper()
	path := filepath.Join("..", "docs", "permissions.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- begin RBAC -->\n", "<!-- end RBAC -->"
	before, tail, ok := strings.Cut(string(text), begin)
	kept, after, closed := strings.Cut(tail, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", path)
	}
	if *everyPermitted && *update {
		var table strings.Builder
		table.WriteString("| Role | Permission | Without it this fails |\n| --- | --- | --- |\n")
		for _, p := range all {
			fmt.Fprintf(&table, "%s %s |\n", p.line(), found[p.line()])
		}
		if err := os.WriteFile(path, []byte(before+begin+table.String()+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, p := range all {
		if strings.Count(kept, p.line()) != 1 {
			t.Errorf("docs/permissions.md has no line for %q; run make permissions TESTFLAGS=-update", p.line())
		}
	}
	if lines := strings.Count(kept, "\n"); lines != len(all)+2 {
		t.Errorf("docs/permissions.md has %d lines for %d permissions; run make permissions TESTFLAGS=-update", lines-2, len(all))
	}
}
