package checks

import (
	"fmt"
	"slices"
	"strings"
)

// Module is the import path of this repository.
const Module = "github.com/slb-ingress/slb-ingress-controller"

// Families of packages that rules speak of.
const (
	sdk        = "github.com/aliyun/alibaba-cloud-sdk-go"
	client     = "k8s.io/client-go"
	runtime    = "sigs.k8s.io/controller-runtime"
	kubernetes = "k8s.io"
	sigs       = "sigs.k8s.io"
	prometheus = "github.com/prometheus"
	logr       = "github.com/go-logr"
)

// Rule says what the packages of some rooms may not import. A room is a folder of this repository
// and every folder below it, unless it ends in "$": then it is that folder alone.
type Rule struct {
	Rooms  []string
	Except []string // rooms that the rule spares

	// Reach may not be reached, however long the way. An entry is an import path and everything
	// below it; "./x" is a room of this repository.
	Reach []string

	// Import may not be imported by the room itself; others may import it on the way.
	Import []string

	// Only, if not empty, lists all that may be reached outside of the standard library.
	Only []string

	Reason string
}

// impure are the packages by which a function's result depends on more than its arguments. The
// clock is not among them: durations are needed, and the linters forbid time.Now by name.
func impure() []string {
	return []string{
		"context", "crypto/rand", "io/fs", "log", "log/slog", "math/rand", "net$", "net/http", "os",
		"sync", client, runtime, prometheus, logr,
	}
}

// Rules are the directions of imports of this repository, as docs/architecture.md draws them.
func Rules() []Rule {
	return append(simulationRules(), []Rule{
		{
			Rooms: []string{"cloud$"}, Only: []string{"./cloud$"},
			Reason: "cloud is the vocabulary: the standard library alone",
		},
		{
			Rooms: []string{"cloud/plan"}, Only: []string{"./cloud$", "./cloud/plan"}, Import: impure(),
			Reason: "a plan is a function of two stacks and a policy",
		},
		{
			Rooms: []string{"cloud/apply"}, Only: []string{"./cloud$", "./cloud/plan", "./cloud/apply"},
			Reason: "applying knows plans and the cloud's interfaces, no vendor and no cluster",
		},
		{
			Rooms: []string{"annotations"}, Only: []string{"./cloud$", "./annotations", "golang.org/x"}, Import: impure(),
			Reason: "annotations are parsed by a function of their text",
		},
		{
			Rooms: []string{"controllers/placement"}, Only: []string{"./controllers/placement"}, Import: impure(),
			Reason: "a placement is a function of instances and hosts",
		},
		{
			Rooms: []string{"controllers/desired"}, Import: impure(), Reach: []string{client, runtime, prometheus},
			Reason: "the desired stack is a function of a snapshot",
		},
		{
			Rooms: []string{"controllers", "api"}, Reach: []string{sdk, "./cloud/alibaba", "./fakecloud", "./cmd"},
			Reason: "controllers know the cloud by its vocabulary alone",
		},
		{
			Rooms: []string{"api"}, Reach: []string{"./cloud", "./controllers", "./annotations", client, runtime},
			Reason: "API types are imported by other programs",
		},
		{
			Rooms: []string{"."}, Except: []string{"cloud/alibaba"}, Import: []string{sdk},
			Reason: "cloud/alibaba alone speaks the SDK",
		},
		{
			Rooms: []string{"cloud", "annotations", "fakecloud"}, Reach: []string{kubernetes, sigs, "./controllers", "./api"},
			Reason: "Kubernetes stops at controllers",
		},
		{
			Rooms: []string{"fakecloud"}, Reach: []string{sdk, "./cloud/plan", "./cloud/apply", "./cloud/alibaba"},
			Reason: "the fake judges the adapter, so it shares nothing with it",
		},
		{
			Rooms: []string{"."}, Except: []string{"fakecloud", "cmd/fakecloud", "cmd/localcluster", "hack/sim"}, Reach: []string{"./fakecloud"},
			Reason: "the fake is in no program that runs against the real service",
		},
		{
			Rooms: []string{"."}, Except: []string{"cmd"}, Reach: []string{"./cmd"},
			Reason: "programs are at the top",
		},
	}...)
}

// simulationRules keep the judges of simulations apart from what they judge.
func simulationRules() []Rule {
	return []Rule{
		{
			Rooms: []string{"hack/sim/model"}, Only: []string{"./api", "./hack/sim/model", "golang.org/x", kubernetes, sigs},
			Reach:  []string{client, runtime},
			Reason: "the model judges the translation, so it shares nothing with it",
		},
		{
			Rooms: []string{"hack/sim"}, Reach: []string{"./controllers", "./annotations", "./cloud/plan", "./cloud/apply", "./cloud/alibaba"},
			Reason: "judges share nothing with the judged",
		},
		{
			Rooms: []string{"."}, Except: []string{"hack/sim"}, Reach: []string{"./hack/sim"},
			Reason: "simulations are run by tests alone",
		},
	}
}

// Violations lists what breaks the rules, one line each: the reason and the way of imports.
func (g Graph) Violations(rules []Rule) []string {
	var found []string
	for _, from := range g.own() {
		for _, rule := range rules {
			if in(rule.Rooms, from) && !in(rule.Except, from) {
				found = append(found, g.breaks(rule, from)...)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (g Graph) breaks(rule Rule, from string) []string {
	var found []string
	report := func(chain []string) {
		if chain != nil {
			text := strings.ReplaceAll(strings.Join(chain, " → "), Module+"/", "")
			found = append(found, fmt.Sprintf("%s: %s", rule.Reason, text))
		}
	}
	always, never := func(string) bool { return true }, func(string) bool { return false }
	report(g.Chain(from, func(to string) bool { return matches(rule.Import, to) }, always))
	report(g.Chain(from, func(to string) bool { return matches(rule.Reach, to) }, never))
	if len(rule.Only) > 0 {
		// Past a package that is allowed or standard nothing is looked at.
		foreign := func(to string) bool { return !standard(to) && !matches(rule.Only, to) }
		report(g.Chain(from, foreign, always))
	}
	return found
}

// own lists the packages of this repository.
func (g Graph) own() []string {
	var own []string
	for path := range g {
		if under(Module, path) {
			own = append(own, path)
		}
	}
	slices.Sort(own)
	return own
}

// in says whether the package is of one of the rooms.
func in(rooms []string, path string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return room == "." || matches([]string{"./" + room}, path) })
}

// matches says whether the package is one of the entries or below one.
func matches(entries []string, path string) bool {
	return slices.ContainsFunc(entries, func(entry string) bool {
		if room, ok := strings.CutPrefix(entry, "./"); ok {
			entry = Module + "/" + room
		}
		if alone, ok := strings.CutSuffix(entry, "$"); ok {
			return path == alone
		}
		return under(entry, path)
	})
}

func under(parent, path string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// standard says whether the package is of the standard library: its first part has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
