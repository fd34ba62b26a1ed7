package desired

import (
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// maxGroups bounds the groups on a claim: the one that the path is to have and the one that it had
// before, which it still has if the change did not come through.
const maxGroups = 2

// served are the groups that a want was given according to the claims on record, the newest last. A
// path that its author makes Exact, or Prefix again, is the same path here.
func (b *builder) served(w *want) []string {
	mine := keyOf(w.claim())
	other := mine
	other.exact = !mine.exact
	var groups []string
	for _, c := range b.recorded() {
		switch keyOf(c) {
		case mine:
			return slices.Clone(c.Groups)
		case other:
			groups = slices.Clone(c.Groups)
		}
	}
	return groups
}

// remembered are the groups to be recorded with a want that has its node.
func (b *builder) remembered(w *want) []string {
	groups := b.served(w)
	if n := w.node; !n.keep && n.group != "" {
		groups = append(slices.DeleteFunc(groups, func(g string) bool { return g == n.group }), n.group)
	}
	return groups[max(0, len(groups)-maxGroups):]
}

// keeps tells whether a node may keep what it has on a port: what its own author was given. What an
// Ingress that is gone served there, perhaps one of another namespace, goes with it.
func (b *builder) keeps(n *node, port int) bool {
	group, there := b.programmed(port, n.domain, n.url)
	return !there || group == "" || slices.Contains(b.served(n.backend), group)
}

// keepsDefault is keeps for the listeners' default group, which is one.
func (b *builder) keepsDefault(n *node) bool {
	return !slices.ContainsFunc(b.ports, func(p annotations.Port) bool { return !b.keeps(n, p.Number) })
}

// keepsOf tells whether the class's default backend may keep the group that the listeners have: one of
// the namespace that the class names. It has no claim, since it stands behind all who have.
func (b *builder) keepsOf(namespace string) bool {
	return !slices.ContainsFunc(b.ports, func(p annotations.Port) bool {
		group, there := b.programmed(p.Number, "", "")
		return there && group != "" && group != cloud.EmptyGroup && !strings.HasPrefix(group, namespace+"/")
	})
}

// programmed is the group that a rule has now; without domain and URL, a listener's default group.
func (b *builder) programmed(port int, domain, url string) (group string, ok bool) {
	if domain == "" && url == "" {
		l, ok := b.Programmed.Listener(port)
		return ownName(l.Group), ok
	}
	i := slices.IndexFunc(b.Programmed.Rules, func(r cloud.Rule) bool {
		return r.Port == port && r.Domain == domain && r.URL == url
	})
	if i < 0 {
		return "", false
	}
	return ownName(b.Programmed.Rules[i].Group), true
}

// ownName is a group's name without the id by which one that is there twice is told apart.
func ownName(group string) string {
	name, _, _ := strings.Cut(group, "#")
	return name
}
