package oracle

import (
	"fmt"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// Routing is O1: which of the requests an account answers otherwise than the table says, and where it has
// no instance or the wrong certificate; lb gives the instance of a group, empty if there is none.
func Routing(t model.Table, v *fakecloud.View, lb func(group string) string, probes []model.Probe) []string {
	var open []string
	for _, p := range probes {
		if want, got := t.Answer(p), answer(v, lb(p.Group), p); !fits(want, got) {
			open = append(open, fmt.Sprintf("%s:%d %s%s gets %v, wanted is %v", p.Group, p.Port, p.Host, p.Path, got, want))
		}
	}
	for name, g := range t.Groups {
		id := lb(name)
		if g.Instance == model.Present && id == "" {
			open = append(open, fmt.Sprintf("%s has no instance", name))
		}
		for _, host := range t.Names(name) {
			allowed := t.Certificates(name, host)
			if got := presented(v, id, host); len(allowed) > 0 && !slices.Contains(allowed, got) {
				open = append(open, fmt.Sprintf("%s presents certificate %.8s for %s, wanted is %.8s", name, got, host, allowed))
			}
		}
	}
	slices.Sort(open)
	return open
}

// Tenant is O11: what is answered otherwise to the requests of one namespace than if nobody else were
// there; alone is the table of that cluster.
func Tenant(alone model.Table, v *fakecloud.View, lb func(group string) string) []string {
	var open []string
	for _, p := range alone.Probes() {
		// Hosts that nobody names are nobody's, and default backends are shared.
		if want := alone.Answer(p); want.Serves() && named(alone, p) && !fits(want, answer(v, lb(p.Group), p)) {
			open = append(open, fmt.Sprintf("%s:%d %s%s gets %v; without others it gets %v", p.Group, p.Port, p.Host, p.Path, answer(v, lb(p.Group), p), want))
		}
	}
	return open
}

func named(t model.Table, p model.Probe) bool {
	return slices.ContainsFunc(t.Groups[p.Group].Entries, func(e model.Entry) bool { return e.Host != "" && e.Covers(p.Host) })
}

// Statuses is a part of O1: Ingresses whose status has another address than it should. An Ingress that is
// served shows its group's address and no other. shown is by "namespace/name".
func Statuses(t model.Table, address func(group string) string, shown map[string][]string) []string {
	var open []string
	for name, g := range t.Groups {
		for ing, is := range g.Ingresses {
			if want := address(name); is && g.Listening && !slices.Equal(shown[ing], []string{want}) {
				open = append(open, fmt.Sprintf("Ingress %s shows %q, wanted is %q", ing, shown[ing], want))
			}
		}
	}
	slices.Sort(open)
	return open
}

// Told is a part of O1: what authors should have been told and were not. told is by Ingress and reason.
func Told(t model.Table, told map[model.Told]bool) []string {
	var open []string
	for _, g := range t.Groups {
		for _, want := range g.Told {
			if !told[want] {
				open = append(open, fmt.Sprintf("Ingress %s was not told %s", want.Ingress, want.Reason))
			}
		}
	}
	slices.Sort(open)
	return open
}
