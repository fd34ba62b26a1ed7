package checks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/hack/checks"
)

// root is the repository's folder.
const root = "../.."

func TestImports(t *testing.T) {
	t.Parallel()
	graph, err := checks.LoadGraph(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range graph.Violations(checks.Rules()) {
		t.Error(violation)
	}
}

// TestRules shows for each rule that it is broken by what it is meant for, and by nothing else.
func TestRules(t *testing.T) {
	t.Parallel()
	const m = checks.Module + "/"
	cases := map[string]struct {
		reason string
		graph  checks.Graph
		want   []string
	}{
		"all in order": {
			reason: "The ways that the architecture draws are free.",
			graph: checks.Graph{
				m + "cmd/slb-ingress-controller": {m + "controllers/ingress", m + "cloud/alibaba", "k8s.io/client-go/rest"},
				m + "cmd/localcluster":           {m + "fakecloud/dataplane"},
				m + "controllers/ingress":        {"context", m + "controllers/desired", m + "cloud/apply", "sigs.k8s.io/controller-runtime"},
				m + "controllers/desired":        {m + "annotations", m + "api/v1alpha1", "k8s.io/api/core/v1", "net/netip", "time"},
				m + "api/v1alpha1":               {"k8s.io/apimachinery/pkg/runtime"},
				m + "annotations":                {m + "cloud", "golang.org/x/net/idna", "net/netip"},
				m + "cloud/alibaba":              {m + "cloud", "github.com/aliyun/alibaba-cloud-sdk-go/sdk"},
				m + "cloud/apply":                {"context", m + "cloud/plan"},
				m + "cloud/plan":                 {m + "cloud", "slices"},
				m + "cloud":                      {"context"},
				m + "fakecloud/dataplane":        {m + "fakecloud", "github.com/go-logr/logr"},
				m + "fakecloud":                  {"net/http"},
				m + "hack/sim/model":             {m + "api/v1alpha1", "k8s.io/api/core/v1", "golang.org/x/net/idna"},
				m + "hack/sim/oracle":            {m + "hack/sim/model", m + "fakecloud"},
			},
		},
		"a judge that knows the judged": {
			reason: "The model shares no code with the translation.",
			graph:  checks.Graph{m + "hack/sim/model": {m + "controllers/desired"}},
			want: []string{
				"judges share nothing with the judged: hack/sim/model → controllers/desired",
				"the model judges the translation, so it shares nothing with it: hack/sim/model → controllers/desired",
			},
		},
		"a judge in a program": {
			reason: "Simulations are for tests.",
			graph:  checks.Graph{m + "cloud/apply": {m + "hack/sim/model"}},
			want: []string{
				"applying knows plans and the cloud's interfaces, no vendor and no cluster: cloud/apply → hack/sim/model",
				"simulations are run by tests alone: cloud/apply → hack/sim/model",
			},
		},
		"a long way": {
			reason: "What is reached through others counts, and the way is told.",
			graph: checks.Graph{
				m + "controllers/desired": {"example.com/a"},
				"example.com/a":           {"example.com/b"},
				"example.com/b":           {"k8s.io/client-go/kubernetes"},
			},
			want: []string{"the desired stack is a function of a snapshot: controllers/desired → example.com/a → example.com/b → k8s.io/client-go/kubernetes"},
		},
		"an import of another": {
			reason: "An impure package that an allowed one uses is none of ours.",
			graph: checks.Graph{
				m + "controllers/desired": {"k8s.io/api/core/v1"},
				"k8s.io/api/core/v1":      {"context", "github.com/go-logr/logr"},
			},
		},
		"impure": {
			reason: "A pure room has no context of its own.",
			graph:  checks.Graph{m + "cloud/plan": {"context"}, m + "annotations": {"math/rand/v2"}},
			want: []string{
				"a plan is a function of two stacks and a policy: cloud/plan → context",
				"annotations are parsed by a function of their text: annotations → math/rand/v2",
			},
		},
		"vocabulary": {
			reason: "Not even a small module.",
			graph:  checks.Graph{m + "cloud": {"github.com/go-logr/logr"}},
			want:   []string{"cloud is the vocabulary: the standard library alone: cloud → github.com/go-logr/logr"},
		},
		"SDK": {
			reason: "One importer; those who import it may be reached by programs alone.",
			graph: checks.Graph{
				m + "cmd/slbctl":          {"github.com/aliyun/alibaba-cloud-sdk-go/sdk"},
				m + "controllers/ingress": {m + "cloud/alibaba"},
			},
			want: []string{
				"cloud/alibaba alone speaks the SDK: cmd/slbctl → github.com/aliyun/alibaba-cloud-sdk-go/sdk",
				"controllers know the cloud by its vocabulary alone: controllers/ingress → cloud/alibaba",
			},
		},
		"Kubernetes below controllers": {
			reason: "Its types would spread.",
			graph:  checks.Graph{m + "cloud/alibaba": {"k8s.io/api/core/v1"}, m + "fakecloud": {m + "api/v1alpha1"}},
			want: []string{
				"Kubernetes stops at controllers: cloud/alibaba → k8s.io/api/core/v1",
				"Kubernetes stops at controllers: fakecloud → api/v1alpha1",
			},
		},
		"fake in production": {
			reason: "However it gets there.",
			graph: checks.Graph{
				m + "cmd/slb-ingress-controller": {"example.com/a"},
				"example.com/a":                  {m + "fakecloud"},
			},
			want: []string{"the fake is in no program that runs against the real service: cmd/slb-ingress-controller → example.com/a → fakecloud"},
		},
		"fake and adapter": {
			reason: "A shared mistake would not be seen.",
			graph:  checks.Graph{m + "fakecloud": {m + "cloud/alibaba"}},
			want:   []string{"the fake judges the adapter, so it shares nothing with it: fakecloud → cloud/alibaba"},
		},
		"upwards": {
			reason: "A program is not a library.",
			graph:  checks.Graph{m + "cloud/apply": {m + "cmd/x"}},
			want: []string{
				"applying knows plans and the cloud's interfaces, no vendor and no cluster: cloud/apply → cmd/x",
				"programs are at the top: cloud/apply → cmd/x",
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, tc.graph.Violations(checks.Rules())); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}
