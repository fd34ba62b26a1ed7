package annotations

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// FuzzParse: what is read was accepted, every fault is of a key that is there, and equal annotations
// are read alike. Lines of "key=value" are the annotations; "own:", "new:" and "old:" are the prefixes.
func FuzzParse(f *testing.F) {
	f.Add("own:idle-timeout=30\nnew:idle-timeout=31\nold:spec=slb.s1.small")
	f.Add("new:id=lb-1\nold:id=LB\nnew:force-override-listeners=yes")
	f.Add("own:allow-cidrs=10.0.0.0/8, ::1\nown:acl-status=on\nown:listen-ports=[{\"HTTP\":1}]")
	f.Add("own:idle-timeot=1\nown:=\nother/x=y")
	f.Add("own:charge-type=paybybandwidth\nown:bandwidth=5000\nown:ip=1.2.3.4\nown:address-type=intranet")
	f.Add("own:sticky-session=on\nown:sticky-session-type=insert\nown:cookie-timeout=0")
	f.Add("own:canary=true\nown:canary-weight=101\nown:canary-by-header=X")
	f.Add("own:name=" + strings.Repeat("x", 9000))
	prefixes := map[string]string{"own:": OwnPrefix, "new:": Prefix, "old:": OlderPrefix}
	f.Fuzz(func(t *testing.T, text string) {
		values := map[string]string{}
		for line := range strings.Lines(text) {
			key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			if len(key) >= 4 && prefixes[key[:4]] != "" {
				key = prefixes[key[:4]] + key[4:]
			}
			values[key] = value
		}
		config, faults := Parse(values)
		checkConfig(t, config, values)
		for _, fault := range faults {
			if _, ok := values[fault.Key]; !ok || fault.Message == "" {
				t.Errorf("a fault of key %q, which is not there: %q", fault.Key, fault.Message)
			}
			if _, used := config.Values[fault.Name]; used && fault.Name != "" {
				t.Errorf("%s is used although it is at fault", fault.Name)
			}
		}
		again, same := Parse(maps.Clone(values))
		if diff := cmp.Diff(fmt.Sprint(config, faults), fmt.Sprint(again, same)); diff != "" {
			t.Errorf("read again (-first +second):\n%s", diff)
		}
	})
}

// checkConfig also makes sure that every setting can be set, and that what is left after Prune stands.
func checkConfig(t *testing.T, config Config, values map[string]string) {
	t.Helper()
	rows := Table()
	for name, value := range config.Values {
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })
		if i < 0 || !rows[i].Type.Accepts(value) || values[config.Key(name)] != value || len(value) > maxValue {
			t.Errorf("%s has value %q, which is not one", name, value)
		}
	}
	left := maps.Clone(config.Values)
	left.Prune()
	if gone := left.Prune(); len(gone) > 0 {
		t.Errorf("pruned again: %v", gone)
	}
	for _, protocol := range []cloud.Protocol{cloud.HTTP, cloud.HTTPS} {
		l := cloud.Listener{Protocol: protocol}
		left.Listener(&l)
	}
	left.LoadBalancer(&cloud.LoadBalancer{Tags: map[string]string{}}, true)
	if !left.Alike(left) {
		t.Error("not like itself")
	}
}

// FuzzTypes: no type accepts what could end a line of a log, a header or a parameter.
func FuzzTypes(f *testing.F) {
	for _, row := range Table() {
		f.Add(row.Example)
		f.Add(row.Example + "\n")
	}
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, value string) {
		for _, row := range Table() {
			if row.Type.Accepts(value) && strings.ContainsFunc(value, unicode.IsControl) {
				t.Errorf("%s takes %q", row.Name, value)
			}
			if row.Type.why != nil && (row.Type.why(value) == nil) != row.Type.Accepts(value) {
				t.Errorf("%s: accepts %q %t, and why it does not: %v", row.Name, value, row.Type.Accepts(value), row.Type.why(value))
			}
		}
	})
}

// FuzzParseNetworks: a list is in order, without repetitions, of IPv4, and reads as itself.
func FuzzParseNetworks(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "192.0.2.1, 192.0.2.1/32,10.1.2.3/8", "::1", "::ffff:10.0.0.1", "1.2.3.4/33", "", ",", "0.0.0.0/0", "010.0.0.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		list, err := ParseNetworks(value)
		if err != nil {
			return
		}
		again, err := ParseNetworks(strings.Join(list, ","))
		if diff := cmp.Diff(list, again); diff != "" || err != nil {
			t.Errorf("%q read again: %v\n%s", value, err, diff)
		}
		if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) || len(list) > MaxNetworks || len(list) == 0 {
			t.Errorf("%q becomes %q", value, list)
		}
		for _, entry := range list {
			if p, err := cloud.ParseNetwork(entry); err != nil || p.String() != entry || strings.Contains(entry, ":") {
				t.Errorf("%q has entry %q", value, entry)
			}
		}
	})
}

// FuzzParseListenPorts: ports are in order, each once, none of them 80 or 443, and read as themselves.
func FuzzParseListenPorts(f *testing.F) {
	for _, seed := range []string{
		`[{"HTTP":8080},{"HTTPS":8443}]`, `[{"HTTP":80},{"HTTPS":443}]`, `[{"HTTP":443}]`, `[{"HTTP":1,"HTTPS":2}]`, `[{"HTTP":"8080"}]`,
		`[]`, `null`, `[{"HTTP":1e3}]`, `[{"HTTP":8080}] x`, `[{"HTTP":65536}]`, `[{"HTTP":-1}]`, `[[[[`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		ports, err := ParseListenPorts(value)
		if err != nil {
			return
		}
		var entries []map[string]int
		last := 0
		for _, p := range ports {
			if p.Number <= last || p.Number > 65535 || p.Number == 80 || p.Number == 443 {
				t.Errorf("%q becomes %v", value, ports)
			}
			last = p.Number
			entries = append(entries, map[string]int{strings.ToUpper(string(p.Protocol)): p.Number})
		}
		if len(entries) == 0 {
			return
		}
		text, err := json.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseListenPorts(string(text)); err != nil || !slices.Equal(again, ports) {
			t.Errorf("%q becomes %v, and %s becomes %v (%v)", value, ports, text, again, err)
		}
	})
}

// FuzzParseTags: tags fit what the service takes, and none marks what is ours or another controller's.
func FuzzParseTags(f *testing.F) {
	for _, seed := range []string{"team=shop,env=prod", "a=", "=a", "a=b=c", "a=b,a=c", "Aliyun=x", "slb-ingress/cluster=x", "kubernetes.do.not.delete=1", "u=http://x", "a=\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tags, ok := parseTags(text)
		if !ok {
			return
		}
		owner := cloud.Owner{Cluster: "c", Group: "g"}
		if owner.Owns(tags) || len(cloud.ClaimsOf(tags)) > 0 {
			t.Errorf("%q claims what is ours", text)
		}
		for key, value := range tags {
			if key == "" || len(key) > 64 || len(value) > 128 || reserved(key) || strings.ContainsAny(key+value, "\r\n\x00") {
				t.Errorf("%q has tag %q=%q", text, key, value)
			}
		}
	})
}
