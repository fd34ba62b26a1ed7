package ingress

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// answer tells who answers a request: a Service, "503", "404", or "closed" if nothing listens.
func (w *world) answer(address string, port int, host, path string) string {
	w.Helper()
	for _, i := range w.cloud.View().Instances {
		if i.Address != address {
			continue
		}
		for _, l := range i.Listeners {
			if l.Port == port {
				return w.answerOf(l, host, path)
			}
		}
	}
	return "closed"
}

func (w *world) answerOf(l fakecloud.ListenerView, host, path string) string {
	group := l.Default
	switch rule, result := fakecloud.Match(l.Rules, host, path); result {
	case fakecloud.MatchedRule:
		group = rule.Group
	case fakecloud.MatchedNothing:
		return "404"
	case fakecloud.MatchedDefault:
	}
	for _, m := range group.Members {
		if m.Weight > 0 {
			return w.pods[m.IP]
		}
	}
	return "503"
}

// serves checks who answers on both ports.
func (w *world) serves(ingress, host, path, want string) {
	w.Helper()
	address := w.address(ingress)
	for _, port := range []int{portHTTP, portHTTPS} {
		if got := w.answer(address, port, host, path); got != want {
			w.Errorf("%s%s on port %d of %q: answered by %q, want %q", host, path, port, address, got, want)
		}
	}
}

// address is what the Ingress's status shows.
func (w *world) address(name string) string {
	w.Helper()
	ips := addresses(read(w, &networkingv1.Ingress{}, "shop", name))
	if len(ips) > 1 {
		w.Errorf("Ingress %s shows %d addresses: %v", name, len(ips), ips)
	}
	return strings.Join(ips, "")
}

// record reads a group's SLBInstance.
func (w *world) record(group string) *v1alpha1.SLBInstance {
	w.Helper()
	return read(w, &v1alpha1.SLBInstance{}, "", group)
}

// condition is the text of a condition of a record: "True Programmed: …".
func (w *world) condition(group, kind string) string {
	w.Helper()
	for _, c := range w.record(group).Status.Conditions {
		if c.Type == kind {
			return fmt.Sprintf("%s %s: %s", c.Status, c.Reason, c.Message)
		}
	}
	return ""
}

// writes are the writing calls of the controller since a journal's entry, as "Operation" or
// "Operation!Code".
func (w *world) writes(since int) []string {
	var list []string
	for _, c := range w.cloud.JournalSince(since) {
		if !c.Write || c.Foreign || c.Late {
			continue
		}
		text := c.Action
		if c.Code != "" {
			text += "!" + c.Code
		}
		list = append(list, text)
	}
	return list
}

// calls counts all calls of the controller since a journal's entry, but for those of surveys.
func (w *world) calls(since int) int {
	n := 0
	for _, c := range w.cloud.JournalSince(since) {
		if !c.Foreign && !c.Late && c.Action != "ListTagResources" {
			n++
		}
	}
	return n
}

// wrote checks the controller's writes since a journal's entry.
func (w *world) wrote(since int, want ...string) {
	w.Helper()
	if got := w.writes(since); !slices.Equal(got, want) {
		w.Errorf("writes: got %q, want %q", got, want)
	}
}

// journal prints calls for a failure.
func (w *world) journal(since int) string {
	var b strings.Builder
	for _, c := range w.cloud.JournalSince(since) {
		fmt.Fprintf(&b, "%s %s %s %v\n", c.Time.Format("15:04:05.000"), c.Action, c.Code, c.Params)
	}
	for _, e := range w.life.told.all() {
		fmt.Fprintf(&b, "%s %s %s %s: %s\n", e.Type, e.Kind, e.Object, e.Reason, e.Note)
	}
	lines := strings.Split(b.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-longest):], "\n")
}

// longest is how much of a journal a failure prints: its end tells most.
const longest = 60

// do changes the service behind the controller's back, as a person does in the console.
func (w *world) do(action string, params map[string]string) {
	w.Helper()
	params["RegionId"] = "cn-hangzhou"
	if _, err := w.cloud.Do(action, params); err != nil {
		w.Fatalf("%s: %v", action, err)
	}
}

// dump is the account without the ids that the service chose.
func (w *world) dump() string {
	text := w.cloud.Dump().String()
	for line := range strings.SplitSeq(text, "\n") {
		f := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "group "):
			text = strings.ReplaceAll(text, f[1], "<"+f[2]+">")
		case strings.HasPrefix(line, "certificate "):
			text = strings.ReplaceAll(text, f[1], "<"+f[3]+">")
		case strings.HasPrefix(line, "instance "):
			text = strings.ReplaceAll(text, f[1], "<"+f[4]+">")
		}
	}
	text = regexp.MustCompile(` id=[^ ]+`).ReplaceAllString(text, "")
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// find gives the one call parameter or id that a line of the dump holds: the first word after kind
// on the line that has all of the parts.
func (w *world) find(kind string, parts ...string) string {
	w.Helper()
	for line := range strings.SplitSeq(w.cloud.Dump().String(), "\n") {
		if !strings.HasPrefix(line, kind+" ") {
			continue
		}
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return line
		}
	}
	w.Fatalf("no %s with %q in\n%s", kind, parts, w.cloud.Dump())
	return ""
}

// idIn takes the id out of a line of the dump.
func idIn(line string) string {
	if _, rest, ok := strings.Cut(line, " id="); ok {
		return strings.Fields(rest)[0]
	}
	return strings.Fields(line)[1]
}

// lb is the id of the only instance, or of the one whose line has all of the parts.
func (w *world) lb(parts ...string) string {
	w.Helper()
	return idIn(w.find("instance", parts...))
}

// eniOf is the network interface of a Service's n-th pod.
func (w *world) eniOf(name string, n int) string {
	return fakecloud.ENIID(netip.MustParseAddr(w.addressOf(name, n)))
}
