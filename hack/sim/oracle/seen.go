package oracle

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
)

// seen is how an account answers a request.
type seen struct {
	kind    model.Kind
	weights map[string]int // by member, those above 0; none is 503
}

func (s seen) String() string {
	switch {
	case s.kind != model.Served:
		return s.kind.String()
	case len(s.weights) == 0:
		return "503"
	}
	return fmt.Sprint(s.weights)
}

// listener finds one; nil: nothing listens.
func listener(v *fakecloud.View, lb string, port int) *fakecloud.ListenerView {
	for _, i := range v.Instances {
		for n := range i.Listeners {
			if i.ID == lb && i.Listeners[n].Port == port {
				return &i.Listeners[n]
			}
		}
	}
	return nil
}

// answer asks an account.
func answer(v *fakecloud.View, lb string, p model.Probe) seen {
	l := listener(v, lb, p.Port)
	switch {
	case l == nil:
		return seen{kind: model.Closed}
	case l.Forward != nil:
		return seen{kind: model.Redirected}
	}
	group := l.Default
	switch rule, result := fakecloud.Match(l.Rules, p.Host, p.Path); result {
	case fakecloud.MatchedNothing:
		return seen{kind: model.NotFound}
	case fakecloud.MatchedRule:
		group = rule.Group
	case fakecloud.MatchedDefault:
	}
	s := seen{kind: model.Served, weights: map[string]int{}}
	for _, m := range group.Members {
		if m.Weight > 0 {
			s.weights[fmt.Sprintf("%s:%d", m.IP, m.Port)] += m.Weight
		}
	}
	return s
}

// presented is the certificate that an account shows for a name, by the SHA-256 of the leaf; empty
// if there is no handshake.
func presented(v *fakecloud.View, lb, name string) string {
	l := listener(v, lb, model.HTTPS)
	if l == nil || l.TLS == nil {
		return ""
	}
	pair, ok := l.TLS.Extensions[name]
	for rest := name; !ok && strings.Contains(rest, "."); {
		_, rest, _ = strings.Cut(rest, ".")
		pair, ok = l.TLS.Extensions["*."+rest]
	}
	if !ok {
		pair = l.TLS.Default
	}
	return fingerprint(pair)
}

func fingerprint(pair tls.Certificate) string {
	if len(pair.Certificate) == 0 {
		return "none"
	}
	sum := sha256.Sum256(pair.Certificate[0])
	return hex.EncodeToString(sum[:])
}
