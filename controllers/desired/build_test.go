package desired_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

var update = flag.Bool("update", false, "rewrite the expected sections of testdata/*.txtar")

// TestBuild translates each file of testdata. Its comment is the reason for the case; the sections
// up to "stack" are the input.
func TestBuild(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(archive.Comment)) == 0 {
				t.Error("the case has no reason: write one above its first section")
			}
			snapshot := read(t, archive)
			result := desired.Build(snapshot)
			compare(t, file, archive, result)
			checkStack(t, result.Stack)
			checkPure(t, snapshot, result)
			checkSettled(t, snapshot, result)
		})
	}
}

// read makes the snapshot of a case.
func read(t *testing.T, archive *txtar.Archive) desired.Snapshot {
	t.Helper()
	w := newWorld(t)
	readers := map[string]func(string){"ingresses": w.ingress, "services": w.service, "secrets": w.secret, "settings": w.setting}
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".yaml") {
			w.objects(f.Data)
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			if read := readers[f.Name]; read != nil && strings.TrimSpace(line) != "" {
				read(line)
			}
		}
	}
	return w.done()
}

// objects adds what the short notation cannot say.
func (w *world) objects(data []byte) {
	for doc := range strings.SplitSeq(string(data), "\n---\n") {
		var kind struct{ Kind string }
		w.decode(doc, &kind)
		switch kind.Kind {
		case "Ingress":
			var ing networkingv1.Ingress
			w.decode(doc, &ing)
			w.snapshot.Ingresses = append(w.snapshot.Ingresses, &ing)
		case "Service":
			var service corev1.Service
			w.decode(doc, &service)
			w.snapshot.Services[types.NamespacedName{Namespace: service.Namespace, Name: service.Name}] = &service
		case "EndpointSlice":
			var slice discoveryv1.EndpointSlice
			w.decode(doc, &slice)
			key := types.NamespacedName{Namespace: slice.Namespace, Name: slice.Labels[discoveryv1.LabelServiceName]}
			w.snapshot.Endpoints[key] = append(w.snapshot.Endpoints[key], &slice)
		default:
			w.t.Fatalf("kind %q is not known", kind.Kind)
		}
	}
}

func (w *world) decode(doc string, into any) {
	w.t.Helper()
	if err := yaml.Unmarshal([]byte(doc), into); err != nil {
		w.t.Fatal(err)
	}
}

// compare checks the expected sections, or rewrites them.
func compare(t *testing.T, file string, archive *txtar.Archive, result desired.Result) {
	t.Helper()
	var inputs []txtar.File
	want := map[string]string{}
	for _, f := range archive.Files {
		switch f.Name {
		case "stack", "problems", "claims", "routes":
			want[f.Name] = string(f.Data)
		default:
			inputs = append(inputs, f)
		}
	}
	got := map[string]string{"stack": showStack(result), "problems": showProblems(result), "claims": showClaims(result), "routes": showRoutes(result)}
	if *update {
		archive.Files = inputs
		for _, name := range []string{"stack", "problems", "claims", "routes"} {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
		}
		if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name := range got {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s%s (-want +got):\n%s", archive.Comment, name, diff)
		}
	}
}

// checkPure checks that the snapshot is not changed and that its order does not matter.
func checkPure(t *testing.T, s desired.Snapshot, want desired.Result) {
	t.Helper()
	before := show(s)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		shuffled := s
		shuffled.Ingresses = append([]*networkingv1.Ingress(nil), s.Ingresses...)
		random.Shuffle(len(shuffled.Ingresses), func(i, j int) {
			shuffled.Ingresses[i], shuffled.Ingresses[j] = shuffled.Ingresses[j], shuffled.Ingresses[i]
		})
		shuffled.Endpoints = map[types.NamespacedName][]*discoveryv1.EndpointSlice{}
		for key, list := range s.Endpoints {
			list = append([]*discoveryv1.EndpointSlice(nil), list...)
			random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			shuffled.Endpoints[key] = list
		}
		if diff := cmp.Diff(want, desired.Build(shuffled)); diff != "" {
			t.Errorf("another order of the input gives another result (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(before, show(s)); diff != "" {
		t.Errorf("Build changed its snapshot (-before +after):\n%s", diff)
	}
}

// show gives all that a snapshot refers to, so that changes behind pointers are seen.
func show(s desired.Snapshot) string {
	data, err := yaml.Marshal(struct {
		Ingresses, Config, Record any
		Services, Endpoints       string
	}{s.Ingresses, s.Config, s.Record, fmt.Sprint(s.Services), fmt.Sprint(s.Endpoints)})
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// checkSettled checks that recording a result's claims changes nothing: a controller that restarts
// wants what it wanted before.
func checkSettled(t *testing.T, s desired.Snapshot, want desired.Result) {
	t.Helper()
	record := s.Record.DeepCopy()
	record.Status.Claims = want.Claims
	s.Record, s.DefaultSecret = record, want.DefaultSecret
	if diff := cmp.Diff(want, desired.Build(s)); diff != "" {
		t.Errorf("with its own claims on record the result is another (-want +got):\n%s", diff)
	}
}
