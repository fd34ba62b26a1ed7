package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func joinDiff(diff []string) string { return strings.Join(diff, ", ") }

// extensionsAt are the port's extensions: ours as found, and those that stand after the plan.
func (m *maker) extensionsAt(s *site) (have, want []cloud.Extension) {
	want = extensionsOn(s.port, m.target.extensions)
	if !s.anew() {
		have = extensionsOn(s.port, m.got.Ours.Extensions)
	}
	return have, want
}

// createExtensions creates extensions once their domains have rules. Those for which the listener
// has no room yet wait until others are deleted; the default certificate serves meanwhile.
func (m *maker) createExtensions(s *site) {
	have, want := m.extensionsAt(s)
	room := m.policy.Limits.ExtensionsPerListener - len(have)
	if !s.anew() {
		room -= len(m.foreignExtensionsOn(s.port))
	}
	for _, e := range want {
		if _, there := find(have, e); there {
			continue
		}
		if room <= 0 {
			s.waiting = append(s.waiting, e)
			continue
		}
		room--
		m.createExtension(e)
	}
}

func (m *maker) createExtension(e cloud.Extension) {
	m.addFor(cloud.CreateExtension{Extension: e}, "the domain has a certificate of its own"+asked(e.Source), e.Source)
}

func find(list []cloud.Extension, e cloud.Extension) (cloud.Extension, bool) {
	i := slices.IndexFunc(list, func(o cloud.Extension) bool { return o.Ref() == e.Ref() })
	if i < 0 {
		return cloud.Extension{}, false
	}
	return list[i], true
}

func (m *maker) setExtensions(s *site) {
	have, want := m.extensionsAt(s)
	for _, e := range want {
		old, there := find(have, e)
		if !there || old.Certificate == e.Certificate {
			continue
		}
		why := fmt.Sprintf("certificate %s → %s", old.Certificate, e.Certificate)
		if _, wanted := find(m.want.Extensions, e); !wanted {
			why += ", the default one: the extension can be deleted only after the domain's last rule"
		}
		m.addFor(cloud.SetExtension{Extension: e}, why+asked(e.Source), e.Source)
	}
}

func (m *maker) deleteExtensions(s *site) {
	have, want := m.extensionsAt(s)
	for _, e := range have {
		if _, wanted := find(want, e); !wanted && !m.ruledByOthers(s, e.Domain) {
			m.add(cloud.DeleteExtension{Extension: e}, "its domain has no rule any more")
		}
	}
	for _, e := range s.waiting {
		m.createExtension(e)
	}
}

// ruledByOthers tells whether a rule of others on a listener that is not ours keeps the service
// from deleting an extension.
func (m *maker) ruledByOthers(s *site, domain string) bool {
	return slices.ContainsFunc(s.others, func(r cloud.Rule) bool { return r.Domain == domain })
}
