package desired

import (
	"fmt"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// wider says why serving a want takes requests that it did not ask for, worst first. It judges the
// want alone, as Strict does; what the rest of the host changes is for approximations to say.
func wider(w *want) []cloud.Reason {
	var reasons []cloud.Reason
	switch {
	case w.exact:
		reasons = append(reasons, cloud.ApproximateExact)
	case w.wide():
		reasons = append(reasons, cloud.ApproximatePrefix)
	}
	if strings.HasPrefix(w.host, "*.") {
		reasons = append(reasons, cloud.ApproximateWildcard)
	}
	return reasons
}

// example is a request that the want does not ask for and gets.
func example(w *want, reason cloud.Reason) string {
	switch {
	case reason == cloud.ApproximateWildcard:
		return "a.b" + strings.TrimPrefix(w.host, "*") + w.url
	case w.url == "":
		return w.host + "/bar"
	default:
		return w.host + w.url + "bar"
	}
}

// strictlyRefused tells whether the class refuses the want because it can only be served wider than
// it asks, and tells its author.
func (b *builder) strictlyRefused(w *want) bool {
	if b.Config.Spec.PathMatching != v1alpha1.PathMatchingStrict {
		return false
	}
	reasons := wider(w)
	for _, reason := range reasons {
		b.tell(w.from.Ingress, w.field, fault{reason: reason, message: fmt.Sprintf(
			"%q is refused: the service would also send %q to it, and the class's SLBConfig has pathMatching %q",
			w, example(w, reason), v1alpha1.PathMatchingStrict)})
	}
	return len(reasons) > 0
}

// approximations tells each member, once for each reason, which of its paths are served wider than
// asked. A path without a rule of its own takes nothing from anybody, a broken one has its own
// problem, and a Prefix path that left its URL to an Exact one takes its segments only.
func (b *builder) approximations(wants []*want) {
	type key struct {
		from   *member
		reason cloud.Reason
	}
	var order []key
	affected := map[key][]*want{}
	for _, w := range wants {
		if w.node == nil || w.node.into != nil || w.node.keep || w.node.owner != w {
			continue
		}
		for _, reason := range wider(w) {
			if reason == cloud.ApproximatePrefix && w.serve != w.url {
				continue
			}
			k := key{w.from, reason}
			if affected[k] == nil {
				order = append(order, k)
			}
			affected[k] = append(affected[k], w)
		}
	}
	for _, k := range order {
		b.tell(k.from.Ingress, affected[k][0].field, fault{
			reason: k.reason, message: widerMessage(affected[k], k.reason), notice: k.reason != cloud.ApproximateExact,
		})
	}
}

func widerMessage(wants []*want, reason cloud.Reason) string {
	var pairs []string
	for _, w := range wants[:min(len(wants), listed)] {
		pairs = append(pairs, fmt.Sprintf("%q also takes %q", w, example(w, reason)))
	}
	message := "served wider than asked: " + strings.Join(pairs, ", ")
	if more := len(wants) - listed; more > 0 {
		message += fmt.Sprintf(", and %d more", more)
	}
	return message
}

// hostless tells members with paths of no host, once each, that known hosts do not get to them.
func (b *builder) hostless(wants []*want, nodes []*node) {
	known := ""
	for _, n := range nodes {
		if n.domain != "" {
			known = n.domain
			break
		}
	}
	if known == "" {
		return
	}
	told := map[*member]bool{}
	for _, w := range wants {
		if w.host != "" || w.implied || w.node == nil || told[w.from] {
			continue
		}
		told[w.from] = true
		b.tell(w.from.Ingress, w.field, fault{
			reason: cloud.HostlessPath, notice: true,
			message: fmt.Sprintf("paths without a host are served only to hosts that no rule of the instance names: %q does not get to %q", known, w),
		})
	}
}
