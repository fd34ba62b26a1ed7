package desired

import (
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// Hosts returns the hosts that an Ingress asks for, normalised, in their order and without
// repetition. The empty host stands for requests to hosts that no rule names: an Ingress with a
// default backend asks for it, and one that has no host which can be served.
func Hosts(ing *networkingv1.Ingress) []string {
	var hosts []string
	seen := map[string]bool{}
	add := func(host string) {
		if !seen[host] {
			seen[host] = true
			hosts = append(hosts, host)
		}
	}
	for _, r := range ing.Spec.Rules {
		if host, err := normalizeHost(r.Host); err == nil {
			add(host)
		}
	}
	if ing.Spec.DefaultBackend != nil || len(hosts) == 0 {
		add("")
	}
	return hosts
}

// HostField names the field of an Ingress by which it asks for a host.
func HostField(ing *networkingv1.Ingress, host string) string {
	for i, r := range ing.Spec.Rules {
		if name, err := normalizeHost(r.Host); err == nil && name == host {
			return rule{index: i}.field() + ".host"
		}
	}
	return "spec.defaultBackend"
}

// Demands returns what the Ingresses of a class need for each host, in the order of age. owners are
// the namespaces that hosts belong to as far as that is on record; any other host belongs to its
// oldest Ingress's, unless namespaces share hosts. What other namespaces ask for is told to them and
// takes no room. The numbers are upper bounds.
func Demands(config *v1alpha1.SLBConfig, ingresses []*networkingv1.Ingress, owners map[string]string) []placement.Host {
	d := &demands{
		builder: &builder{Snapshot: Snapshot{Config: config}},
		shared:  config.Spec.HostSharing == v1alpha1.HostSharingAcrossNamespaces,
		owners:  owners, at: map[string]int{}, urls: map[place]bool{},
	}
	for _, ing := range byAge(ingresses) {
		annotated, _ := readAnnotations(ing, config)
		d.add(&member{Ingress: ing, config: annotated})
	}
	return d.hosts
}

type demands struct {
	*builder

	shared bool
	owners map[string]string
	hosts  []placement.Host
	spaces []string // of hosts: the namespace that each belongs to
	at     map[string]int
	urls   map[place]bool
}

func (d *demands) add(m *member) {
	for _, name := range Hosts(m.Ingress) {
		if i := d.host(name, m); d.counts(i, m) && d.hosts[i].Certificate == "" {
			d.hosts[i].Certificate = m.certificateFor(name)
		}
	}
	for _, w := range d.collect([]*member{m}) {
		if i := d.host(w.host, m); d.counts(i, m) {
			d.want(i, w)
		}
	}
}

// host returns the index of a host, adding it if it is new.
func (d *demands) host(name string, m *member) int {
	i, ok := d.at[name]
	if !ok {
		i = len(d.hosts)
		d.at[name] = i
		d.hosts = append(d.hosts, placement.Host{Name: name, Age: i})
		space := d.owners[name]
		if space == "" {
			space = m.Namespace
		}
		d.spaces = append(d.spaces, space)
		if !d.shared && name != "" {
			d.hosts[i].Owner = space
		}
	}
	return i
}

func (d *demands) counts(i int, m *member) bool { return d.shared || d.spaces[i] == m.Namespace }

// want counts the rules and the group of one path. An Exact path may need a second rule, for what is
// below it; a canary's paths have the rules of those that they share.
func (d *demands) want(i int, w *want) {
	h := &d.hosts[i]
	if s := w.backend.Service; s != nil {
		if g := w.from.Namespace + "/" + s.Name + ":" + spelled(s.Port); !slices.Contains(h.Groups, g) {
			h.Groups = append(h.Groups, g)
		}
	}
	if w.from.config.Canary() {
		return
	}
	urls := []string{w.url}
	if w.exact && w.url != "" && !strings.HasSuffix(w.url, "/") {
		urls = append(urls, w.url+"/")
	}
	for _, url := range urls {
		if at := (place{w.host, url}); !d.urls[at] && at != (place{}) {
			d.urls[at] = true
			h.Rules++
		}
	}
}

// certificateFor names the Secret that a member has for a host; empty if it has none.
func (m *member) certificateFor(host string) string {
	for _, t := range m.Spec.TLS {
		covered := slices.ContainsFunc(t.Hosts, func(raw string) bool {
			name, err := normalizeHost(raw)
			return err == nil && tlsCovers(name, host)
		})
		if t.SecretName != "" && host != "" && (covered || len(t.Hosts) == 0) {
			return m.Namespace + "/" + t.SecretName
		}
	}
	return ""
}

// ServiceOf returns "namespace/name" of the Service whose members a group of a placement.Host has.
func ServiceOf(group string) (namespace, name string) {
	service, _, _ := strings.Cut(group, ":")
	namespace, name, _ = strings.Cut(service, "/")
	return namespace, name
}

// ServedHosts returns the hosts that an instance serves as it is programmed, in order. The empty one is
// among them if there are rules without a domain or a default group with a Service's members.
func ServedHosts(programmed cloud.Stack) []string {
	var hosts []string
	for _, r := range programmed.Rules {
		hosts = append(hosts, r.Domain)
	}
	for _, l := range programmed.Listeners {
		if l.Group != "" && l.Group != cloud.EmptyGroup {
			hosts = append(hosts, "")
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}
