package oracle

import (
	"regexp"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// thing is one resource of an account.
type thing struct {
	kind string // instance, listener, rule, extension, group, certificate, ca or acl
	id   string // of a listener "lb-…/80"
	line string // as the dump has it
}

func (t thing) key() string { return t.kind + " " + t.id }

// account is what a dump says, by key.
type account map[string]thing

func readAccount(d fakecloud.State) account {
	a := account{}
	for line := range strings.Lines(d.String()) {
		line = strings.TrimSuffix(line, "\n")
		fields := strings.Fields(line)
		t := thing{kind: fields[0], id: fields[1], line: line}
		if t.kind == "rule" || t.kind == "extension" {
			t.id = word(line, "id")
		}
		a[t.key()] = t
	}
	return a
}

// word is the value behind " name=".
func word(line, name string) string {
	_, rest, _ := strings.Cut(line, " "+name+"=")
	value, _, _ := strings.Cut(rest, " ")
	return value
}

// where is the listener that a rule or extension is on, as "lb-…/80".
func (t thing) where() string { return strings.Fields(t.line)[1] }

// on is the listener that the thing is or is on; empty for other things.
func (t thing) on() string {
	if t.kind == "listener" || t.kind == "rule" || t.kind == "extension" {
		return t.where()
	}
	return ""
}

// host is that of a rule or extension.
func (t thing) host() string {
	host, _, _ := strings.Cut(strings.Fields(t.line)[2], "/")
	return host
}

// lb is the instance that the thing is on, or itself.
func (t thing) lb() string {
	switch t.kind {
	case "instance":
		return t.id
	case "listener", "rule", "extension":
		id, _, _ := strings.Cut(t.where(), "/")
		return id
	case "group":
		return word(t.line, "on")
	}
	return ""
}

// name is what the thing is known by however its id came out, for counts and for people.
func (t thing) name() string {
	switch t.kind {
	case "listener":
		_, port, _ := strings.Cut(t.id, "/")
		return "listener " + port
	case "rule", "extension":
		_, port, _ := strings.Cut(t.where(), "/")
		return t.kind + " " + port + " " + strings.Fields(t.line)[2]
	}
	name := word(t.line, "name")
	return t.kind + " " + name
}

// essence is the line without what may change on somebody else's resource: the status, and the tag by
// which a cluster claims an instance that it was told to use.
func (t thing) essence() string {
	line := t.line
	if strings.Contains(line, "slb-ingress/claim-") { // few have it, and this is asked after every change
		line = regexp.MustCompile(`slb-ingress/claim-[^=]*=[^,}]*,?`).ReplaceAllString(line, "")
	}
	line = strings.Replace(line, ",}", "}", 1)
	switch t.kind {
	case "instance":
		line = strings.Replace(line, " status="+word(t.line, "status"), "", 1)
	case "listener":
		f := strings.Fields(line)
		line = strings.Join(append(f[:3:3], f[4:]...), " ")
	}
	return line
}

// tagged tells whether a tag of the thing has a value.
func (t thing) tagged(key, value string) bool {
	tag := key + "=" + value
	return strings.Contains(t.line, tag+",") || strings.Contains(t.line, tag+"}")
}

// uses tells whether the thing refers to another one by its id.
func (t thing) uses(id string) bool {
	if t.kind != "listener" && t.kind != "rule" && t.kind != "extension" {
		return false
	}
	for rest := t.line; ; {
		_, after, found := strings.Cut(rest, "="+id)
		if !found {
			break
		}
		if after == "" || strings.ContainsAny(after[:1], " ,}") {
			return true
		}
		rest = after
	}
	return t.kind == "listener" && strings.Contains(","+word(t.line, "acl")+",", ","+id+",")
}
