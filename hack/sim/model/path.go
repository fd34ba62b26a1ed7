package model

import (
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// wish is one path that an Ingress asks for, or its default backend on one of its hosts.
type wish struct {
	ingress *networkingv1.Ingress
	host    string
	path    string // as the Ingress has it
	prefix  string // what the service compares; empty: everything
	exact   bool
	native  bool // a plain prefix is what was asked for
	implied bool // by spec.defaultBackend
	backend networkingv1.IngressBackend
}

// claim is a wish as it is remembered.
type claim struct {
	ingress, host, path string
	exact               bool
}

func (w wish) claim() claim { return claim{nameOf(w.ingress), w.host, w.path, w.exact} }

// slot is what one wish alone can have. "/" is one, exact or not.
type slot struct {
	host, prefix string
	exact        bool
}

func (w wish) slot() slot { return slot{w.host, w.prefix, w.exact && w.prefix != ""} }

// wide tells whether the service takes more for the wish than was asked.
func (w wish) wide() bool {
	return w.exact || !w.native && w.prefix != "" || strings.HasPrefix(w.host, "*.")
}

// readPath fills in how the service compares a path; false for one that it cannot compare.
func (w *wish) readPath(kind *networkingv1.PathType) bool {
	w.prefix = w.path
	switch {
	case kind != nil && *kind == networkingv1.PathTypeExact:
		w.exact = true
	case kind != nil && *kind == networkingv1.PathTypePrefix:
		w.prefix = strings.TrimSuffix(w.path, "/")
	default:
		w.native = true
		if strings.HasSuffix(w.path, "/*") {
			w.prefix = strings.TrimSuffix(w.path, "*")
		}
	}
	if w.prefix == "/" {
		w.prefix = ""
	}
	if w.path == "" {
		w.path = "/"
	}
	return strings.HasPrefix(w.path, "/") && sendable(w.prefix)
}

// sendable tells whether the service takes the text as a rule's URL.
func sendable(url string) bool {
	const marks = "-/.%?#&_~+:@="
	odd := strings.IndexFunc(url, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune(marks, r)
	})
	return odd < 0 && len(url) <= 80
}

// wishes are what an Ingress asks for. What cannot be had is told.
func (v *view) wishes(ing *networkingv1.Ingress) []wish {
	var all []wish
	hosts := []string{}
	for _, r := range ing.Spec.Rules {
		host, ok := normal(r.Host)
		if !ok {
			v.tell(ing, "UnsupportedHost")
			continue
		}
		hosts = append(hosts, host)
		if r.HTTP == nil {
			continue
		}
		for _, p := range r.HTTP.Paths {
			w := wish{ingress: ing, host: host, path: p.Path, backend: p.Backend}
			if !w.readPath(p.PathType) {
				v.tell(ing, "UnsupportedPath")
				continue
			}
			all = append(all, w)
		}
	}
	all = append(all, defaults(ing, append(hosts, ""), all)...)
	return v.strictly(all)
}

// defaults are an Ingress's default backend on each of its hosts that has no "/" of its own, and for
// hosts that nobody names.
func defaults(ing *networkingv1.Ingress, hosts []string, own []wish) []wish {
	if ing.Spec.DefaultBackend == nil {
		return nil
	}
	var all []wish
	rooted := map[string]bool{}
	for _, w := range own {
		rooted[w.host] = rooted[w.host] || w.prefix == "" && !w.exact
	}
	for _, host := range hosts {
		if !rooted[host] {
			rooted[host] = true
			all = append(all, wish{ingress: ing, host: host, path: "/", native: true, implied: true, backend: *ing.Spec.DefaultBackend})
		}
	}
	return all
}

// strictly leaves out what the class wants to be refused.
func (v *view) strictly(all []wish) []wish {
	if v.config.PathMatching != "Strict" {
		return all
	}
	var kept []wish
	for _, w := range all {
		if !w.wide() {
			kept = append(kept, w)
			continue
		}
		if w.exact {
			v.tell(w.ingress, "ApproximateExact")
		}
	}
	return kept
}
