package desired

import (
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// want is one path that a member asks for, or its default backend on one of its hosts.
type want struct {
	location

	from      *member
	field     string // of the path
	hostField string // of its host
	host      string // normalised; empty: hosts that no rule names
	path      string // as the Ingress has it
	implied   bool   // by spec.defaultBackend
	backend   networkingv1.IngressBackend

	// serve is the URL of the want's own rule: url, or url and "/" where an Exact path has url.
	serve string
	// node is what serves the want; nil until it is granted and for ever if it is refused.
	node *node
	// groups are those that the want was given so far, to be recorded with its claim.
	groups []string
	// canary takes a share of the want's requests; nil: nobody does.
	canary *want
}

// rule is one rule of an Ingress on its way to wants.
type rule struct {
	*member

	index int
	host  string
}

func (r rule) field() string { return fmt.Sprintf("spec.rules[%d]", r.index) }

// collect returns what the members ask for, as far as the service can express it and the class
// allows it, oldest member first and in the order of the fields.
func (b *builder) collect(members []*member) []*want {
	var wants []*want
	for _, m := range members {
		rules := b.rules(m)
		var own []*want
		for _, r := range rules {
			own = append(own, b.paths(r)...)
		}
		wants = append(wants, own...)
		wants = append(wants, b.implied(m, rules, own)...)
	}
	return wants
}

func (b *builder) rules(m *member) []rule {
	var rules []rule
	for i, r := range m.Spec.Rules {
		host, err := normalizeHost(r.Host)
		rule := rule{member: m, index: i, host: host}
		switch {
		case err != nil && b.home(m):
			b.tell(m.Ingress, rule.field()+".host", fault{reason: cloud.UnsupportedHost, message: err.Error()})
		case err != nil:
		case b.here(host):
			rules = append(rules, rule)
		default:
			b.tellElsewhere(rule)
		}
	}
	return rules
}

func (b *builder) paths(r rule) []*want {
	http := r.Spec.Rules[r.index].HTTP
	if http == nil {
		return nil
	}
	var wants []*want
	for j, p := range http.Paths {
		w := &want{
			from: r.member, host: r.host, path: p.Path, backend: p.Backend,
			field: fmt.Sprintf("%s.http.paths[%d]", r.field(), j), hostField: r.field() + ".host",
		}
		l, err := parsePath(p.Path, p.PathType)
		if err != nil {
			b.tell(r.Ingress, w.field, fault{reason: cloud.UnsupportedPath, message: err.Error()})
			continue
		}
		w.location = l
		if !b.strictlyRefused(w) {
			wants = append(wants, w)
		}
	}
	return wants
}

// implied returns the member's default backend as wants: the service answers 404 to a known host's
// unknown path, so every host of the member that has no "/" needs one; and the empty host stands
// for the listeners' default group.
func (b *builder) implied(m *member, rules []rule, own []*want) []*want {
	if m.Spec.DefaultBackend == nil {
		return nil
	}
	rooted := map[string]bool{}
	for _, w := range own {
		rooted[w.host] = rooted[w.host] || (w.url == "" && !w.exact)
	}
	var wants []*want
	for _, r := range append(rules, rule{member: m, index: -1}) {
		if rooted[r.host] || !b.here(r.host) {
			continue
		}
		rooted[r.host] = true
		w := &want{
			location: location{native: true}, from: m, host: r.host, implied: true, backend: *m.Spec.DefaultBackend,
			field: "spec.defaultBackend", hostField: r.field() + ".host",
		}
		if !b.strictlyRefused(w) {
			wants = append(wants, w)
		}
	}
	return wants
}

// claim is the want as it stands on record.
func (w *want) claim() v1alpha1.Claim {
	path := w.path
	if path == "" {
		path = "/"
	}
	return v1alpha1.Claim{Host: w.host, Path: path, Exact: w.exact, Ingress: w.from.key(), Groups: w.groups}
}

// isDefault tells whether the want is for the listeners' default group.
func (w *want) isDefault() bool { return w.host == "" && w.url == "" }

// String gives the host and path for people.
func (w *want) String() string {
	path := w.path
	if path == "" {
		path = "/"
	}
	return w.host + path
}
