package desired

import (
	"fmt"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/annotations/compat"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// readAnnotations reads an Ingress's annotations, and those of other controllers that the class's
// parameters ask for. Whatever depends on annotations that those can stand for reads them by this; the
// index of instances and Secrets does not, since no other controller names these.
func readAnnotations(ing *networkingv1.Ingress, config *v1alpha1.SLBConfig) (annotations.Config, []annotations.Fault) {
	options := compat.Options{TLS: len(ing.Spec.TLS) > 0}
	if config != nil {
		for _, source := range config.Spec.Compatibility {
			options.Sources = append(options.Sources, compat.Source(source))
		}
	}
	for _, rule := range ing.Spec.Rules {
		if !namedInTLS(rule.Host, ing.Spec.TLS) {
			options.Open = append(options.Open, rule.Host)
		}
	}
	return compat.Read(ing.Annotations, options)
}

// namedInTLS tells whether spec.tls has a host, by its name, by a wildcard of one label, or by an entry
// for whatever its certificate covers.
func namedInTLS(host string, entries []networkingv1.IngressTLS) bool {
	_, parent, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(entries, func(e networkingv1.IngressTLS) bool {
		return len(e.Hosts) == 0 || slices.ContainsFunc(e.Hosts, func(named string) bool {
			return strings.EqualFold(named, host) || strings.EqualFold(named, "*."+parent)
		})
	})
}

// tellShared notes that settings which another controller has for single paths hold for Ingresses that
// say nothing of them, too. The members are in the order in which they decide. A canary has the paths of
// another Ingress, and is none of these.
func (b *builder) tellShared(members []*member) {
	decided := map[annotations.Name]bool{}
	for _, row := range annotations.Table() {
		decided[row.Name] = row.Level != annotations.LevelListener
	}
	for _, m := range members {
		var keys []string
		for _, name := range m.config.Borrowed() {
			silent := func(other *member) bool { return !other.config.Canary() && !other.config.Has(name) }
			if key := fmt.Sprintf("%q", m.config.Key(name)); !decided[name] && slices.ContainsFunc(members, silent) && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
		for name := range decided {
			decided[name] = decided[name] || m.config.Has(name)
		}
		if len(keys) > 0 {
			b.tell(m.Ingress, "metadata.annotations", fault{reason: cloud.CompatibilityNote, notice: true, message: fmt.Sprintf(
				"other Ingresses of the instance get the same settings, since its listeners are shared: %s", strings.Join(keys, ", "))})
		}
	}
}
