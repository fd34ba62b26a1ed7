package desired_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// withoutEffect are rows whose good value changes no resource: it says what is so anyway, or the
// group was formed by it before.
func withoutEffect() []annotations.Name {
	return []annotations.Name{annotations.ID, annotations.AddressType, "ip-version"}
}

// refused are rows whose values are all refused, and with them what they were to restrict.
func refused() []annotations.Name {
	return []annotations.Name{
		annotations.CanaryByHeader, annotations.CanaryByHeaderValue, annotations.CanaryByHeaderRegex, annotations.CanaryByCookie,
	}
}

// TestRows translates, for each row of the table, an Ingress with good annotations and one with bad
// ones. A file of testdata/rows has both as lines "key=value", with what they change against an
// Ingress without annotations, and what is told.
func TestRows(t *testing.T) {
	t.Parallel()
	rows := map[string]bool{}
	for _, row := range annotations.Table() {
		rows[string(row.Name)+".txtar"] = true
		t.Run(string(row.Name), func(t *testing.T) {
			t.Parallel()
			checkRow(t, row)
		})
	}
	files, err := os.ReadDir("testdata/rows")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !rows[f.Name()] {
			t.Errorf("testdata/rows/%s belongs to no row", f.Name())
		}
	}
}

func checkRow(t *testing.T, row annotations.Row) {
	t.Helper()
	file := filepath.Join("testdata", "rows", string(row.Name)+".txtar")
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatalf("the row has no golden cases: %v", err)
	}
	sections := map[string]string{}
	for _, f := range archive.Files {
		sections[f.Name] = string(f.Data)
	}
	out := []txtar.File{{Name: "settings", Data: []byte(sections["settings"])}}
	for _, kind := range []string{"good", "bad"} {
		if !strings.Contains("\n"+sections[kind], "\n"+string(row.Name)+"=") {
			t.Fatalf("section %s does not set the annotation", kind)
		}
		effect, result := buildRow(t, sections["settings"], sections[kind])
		problems := showProblems(result)
		told := strings.Contains(problems, string(row.Name))
		refuse := slices.Contains(refused(), row.Name)
		changed := effect != "" && effect != leftOut
		spoilt := (refuse || row.Withholds) != changed || !told // a bad value
		if kind == "good" {
			spoilt = refuse != told || !changed && !slices.Contains(withoutEffect(), row.Name)
		}
		if spoilt {
			t.Errorf("%s: effect %q, problems %q", kind, effect, problems)
		}
		out = append(out, txtar.File{Name: kind, Data: []byte(sections[kind])},
			txtar.File{Name: kind + " changes", Data: []byte(effect)}, txtar.File{Name: kind + " problems", Data: []byte(problems)})
	}
	text := txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: out})
	if *update {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), string(text)); diff != "" {
		t.Errorf("(-file +translation; -update writes it):\n%s", diff)
	}
}

// TestEveryRowHasAField: what an Ingress can ask of the instance and its listeners, a class can, too.
func TestEveryRowHasAField(t *testing.T) {
	t.Parallel()
	elsewhere := map[annotations.Name]string{
		"forward-port": "listeners.sslRedirect: it is another spelling of ssl-redirect",
	}
	for _, row := range annotations.Table() {
		field := row.Field
		if text, ok := elsewhere[row.Name]; ok && field == "" {
			field, _, _ = strings.Cut(text, ":")
		}
		switch {
		case row.Level == annotations.LevelPath:
			if field != "" {
				t.Errorf("%s is about paths and has field %s", row.Name, field)
			}
		case !isField(reflect.TypeFor[v1alpha1.SLBConfigSpec](), field):
			t.Errorf("%s: an SLBConfig has no field %q", row.Name, field)
		}
	}
}

// isField tells whether a type has a field at a path of JSON names.
func isField(t reflect.Type, path string) bool {
	name, rest, more := strings.Cut(path, ".")
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for field := range t.Fields() {
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name && name != "" {
			return !more || isField(field.Type, rest)
		}
	}
	return false
}

// leftOut is the effect on an Ingress that must not be served without the setting.
const leftOut = "the Ingress is left out\n"

// buildRow gives what annotations change.
func buildRow(t *testing.T, settings, lines string) (effect string, result desired.Result) {
	t.Helper()
	with := func(annotated string) desired.Result {
		w := newWorld(t)
		for line := range strings.Lines(settings) {
			if rest, ok := strings.CutPrefix(line, "ingress "); ok {
				w.ingress(rest)
			} else if rest, ok := strings.CutPrefix(line, "service "); ok {
				w.service(rest)
			} else if rest, ok := strings.CutPrefix(line, "secret "); ok {
				w.secret(rest)
			} else {
				w.setting(line)
			}
		}
		w.service("default/web 80:8080 10.0.0.1")
		w.ingress("default/a@1 a.example.com Prefix / web:80")
		for line := range strings.Lines(annotated) {
			key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			w.find("default/a").Annotations[annotations.Prefix+key] = value
		}
		return desired.Build(w.done())
	}
	before, after := with(""), with(lines)
	if len(after.Stack.Listeners) == 0 {
		return leftOut, after
	}
	return changes(flat(t, before.Stack), flat(t, after.Stack)), after
}

func changes(before, after map[string]string) string {
	keys := maps.Clone(before)
	maps.Copy(keys, after)
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if before[key] != after[key] {
			fmt.Fprintf(&b, "%s: %s -> %s\n", key, before[key], after[key])
		}
	}
	return b.String()
}

// flat names every field of instance and listeners and the members of groups, and counts rules.
func flat(t *testing.T, s cloud.Stack) map[string]string {
	t.Helper()
	fields := map[string]string{}
	add := func(name string, of any) {
		data, err := json.Marshal(of)
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]any
		if err := json.Unmarshal(data, &object); err != nil {
			t.Fatal(err)
		}
		flatten(name, object, fields)
	}
	add("instance", s.LoadBalancer)
	rules := map[int]int{}
	for _, r := range s.Rules {
		rules[r.Port]++
	}
	for _, l := range s.Listeners {
		name := fmt.Sprintf("listener %d", l.Port)
		add(name, l)
		fields[name+" rules"] = fmt.Sprint(rules[l.Port])
	}
	for _, g := range s.ServerGroups {
		var members []string
		for _, m := range g.Members {
			members = append(members, fmt.Sprintf("%s:%d*%d", m.IP, m.Port, m.Weight))
		}
		fields["group "+g.Name] = strings.Join(members, " ")
	}
	return fields
}

func flatten(name string, value any, into map[string]string) {
	object, ok := value.(map[string]any)
	if !ok {
		into[name] = fmt.Sprintf("%v", value)
		return
	}
	for key, inner := range object {
		if key != "Source" {
			flatten(name+" "+key, inner, into)
		}
	}
}
