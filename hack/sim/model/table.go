package model

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Table is what has to be served from one moment on.
type Table struct {
	At time.Time
	// Groups by name: "class.<class>.0" and "id.<lb-id>".
	Groups map[string]*Group
}

// Presence says whether a group's instance has to be there.
type Presence int

// The presences. Foreign is that of an instance that others made and that stays whatever happens.
const (
	Absent Presence = iota
	Present
	Foreign
)

// Group is what one instance has to serve.
type Group struct {
	Name     string
	Class    string
	ID       string // of the instance, of a group by id
	Instance Presence
	// Listening: both listeners are there.
	Listening bool
	// Redirect: port 80 sends everybody to port 443.
	Redirect bool
	// Override: listeners of others on 80 and 443 are handed over.
	Override bool
	// Crowded: more rules are wanted than a listener has room for, so nothing is judged.
	Crowded bool
	// Ingresses of the group, "namespace/name", and whether at least one path of each is served.
	Ingresses map[string]bool
	// Told is what authors have to be told, sorted.
	Told []Told
	// Entries are the ways from requests to pods.
	Entries []Entry

	frozen   bool
	fallback []Share
	names    map[string][]string // acceptable certificates by domain
	own      []string            // acceptable certificates of the listener
}

// Told is something that an Ingress's author has to know.
type Told struct {
	Ingress string // "namespace/name"
	Reason  string // of the event
}

// Entry sends what begins with a prefix to pods. The empty host stands for hosts that no other entry
// names.
type Entry struct {
	Host, Prefix string
	Namespace    string // whose it is
	Ingress      string // "namespace/name"
	Either       []Share
}

// Probe is a request to the instance of a group. Ports are 80 and 443.
type Probe struct {
	Group      string
	Port       int
	Host, Path string
}

// Ports that always listen.
const (
	HTTP  = 80
	HTTPS = 443
)

// Answer is what the request must get.
func (t Table) Answer(p Probe) Answer {
	g := t.Groups[p.Group]
	switch {
	case g == nil || g.Instance == Absent:
		return Answer{Kind: Closed}
	case g.Instance == Foreign && !g.Listening, g.Crowded:
		return Answer{Kind: Any}
	case !g.Listening:
		return Answer{Kind: Closed}
	case g.Redirect && p.Port == HTTP:
		return Answer{Kind: Redirected}
	}
	return g.route(p.Host, p.Path)
}

// route chooses as the service does: the host, exact before the narrower wildcard, then the longest
// prefix within it.
func (g *Group) route(host, path string) Answer {
	domain := g.domain(strings.ToLower(strings.TrimSuffix(host, ".")))
	var best *Entry
	for i, e := range g.Entries {
		if e.Host == domain && strings.HasPrefix(path, e.Prefix) && (best == nil || len(e.Prefix) > len(best.Prefix)) {
			best = &g.Entries[i]
		}
	}
	switch {
	case best != nil:
		return served(best.Either...)
	case domain != "":
		return Answer{Kind: NotFound}
	}
	return served(g.fallback...)
}

// domain is the host of the entries that count for a request; empty if no entry names it.
func (g *Group) domain(host string) string {
	best := ""
	for _, e := range g.Entries {
		if e.Host == host {
			return host
		}
		if under(e.Host, host) && len(e.Host) > len(best) {
			best = e.Host
		}
	}
	return best
}

// under tells whether the wildcard takes the host, as the service reads it: one label or more.
func under(wildcard, host string) bool {
	return strings.HasPrefix(wildcard, "*.") && strings.HasSuffix(host, wildcard[1:]) && len(host) >= len(wildcard)
}

// Certificates are those of which one must be presented for a name on port 443, by the SHA-256 of
// the leaf in hex; none means that the model does not judge.
func (t Table) Certificates(group, name string) []string {
	g := t.Groups[group]
	if g == nil || !g.Listening || g.Crowded {
		return nil
	}
	if own, ok := g.names[name]; ok {
		return own
	}
	// An extension of a wildcard is for every name under it, as its rule is.
	for rest := name; strings.Contains(rest, "."); {
		_, rest, _ = strings.Cut(rest, ".")
		if own, ok := g.names["*."+rest]; ok {
			return own
		}
	}
	return g.own
}

// Names are those to ask certificates for, sorted: each domain, and one that nobody has.
func (t Table) Names(group string) []string {
	g := t.Groups[group]
	if g == nil {
		return nil
	}
	names := map[string]bool{stranger: true}
	for _, e := range g.Entries {
		names[example(e.Host)] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// stranger is a host that no Ingress names.
const stranger = "nobody.invalid"

func example(host string) string {
	if host == "" {
		return stranger
	}
	return strings.Replace(host, "*", "one", 1)
}

// Probes are requests that tell one table from another: for each host every path, what is below it,
// what merely begins like it, the root and a path that nobody has; and hosts that nobody names.
func (t Table) Probes() []Probe {
	set := map[Probe]bool{}
	for name, g := range t.Groups {
		g.probe(func(host, path string) {
			set[Probe{name, HTTP, host, path}] = true
			set[Probe{name, HTTPS, host, path}] = true
		})
	}
	return slices.SortedFunc(maps.Keys(set), ComparePaths)
}

func (g *Group) probe(ask func(host, path string)) {
	ask(stranger, "/")
	for _, e := range g.Entries {
		hosts := []string{example(e.Host)}
		if strings.HasPrefix(e.Host, "*.") {
			hosts = append(hosts, "two."+example(e.Host))
		}
		for _, host := range hosts {
			stem := strings.TrimSuffix(e.Prefix, "/")
			for _, path := range []string{cmp.Or(e.Prefix, "/"), stem + "/x", stem + "bar", "/", "/no/such/path"} {
				if strings.HasPrefix(path, "/") {
					ask(host, path)
				}
			}
		}
	}
}

// ComparePaths orders probes.
func ComparePaths(a, b Probe) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Path, b.Path))
}

// Covers tells whether the entry is for a host, its own or one under its wildcard.
func (e Entry) Covers(host string) bool { return e.Host == host || under(e.Host, host) }

// Members are the pods that a Service port has, in any of the table's shares.
func (t Table) Members(service string) map[string]bool {
	all := map[string]bool{}
	for _, g := range t.Groups {
		lists := [][]Share{g.fallback}
		for _, e := range g.Entries {
			lists = append(lists, e.Either)
		}
		for _, p := range slices.Concat(slices.Concat(lists...)...) {
			if p.Service == service {
				maps.Copy(all, p.Members)
				maps.Copy(all, p.Maybe)
			}
		}
	}
	return all
}
