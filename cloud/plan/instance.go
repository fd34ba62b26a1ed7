package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// createInstance creates the group's own instance, or repairs what can be set on it.
func (m *maker) createInstance() {
	lb := m.want.LoadBalancer
	if lb == nil || lb.ID != "" || lb.Keep {
		return
	}
	if m.got.Instance == nil {
		m.addFor(cloud.CreateLoadBalancer{LoadBalancer: marked(*lb), Token: m.policy.CreateToken},
			"there is none yet"+asked(lb.Source), lb.Source)
		return
	}
	if missing := missingTags(m.got.Instance.Tags, lb.Tags); len(missing) > 0 {
		m.addFor(cloud.TagLoadBalancer{Tags: missing}, "tags are missing or differ"+asked(lb.Source), lb.Source)
	}
	if _, left := m.got.Instance.Tags[cloud.TagRetained]; left && !lb.LetGo {
		m.addFor(cloud.UntagLoadBalancer{Keys: []string{cloud.TagRetained}}, "it was left to its user and is used again"+asked(lb.Source), lb.Source)
	}
	m.protect(lb.DeleteProtection, lb.Source)
	m.changeInstance(*lb, *m.got.Instance)
	m.tellFixed(*lb, *m.got.Instance)
}

// changeInstance sets what the service lets one set on an instance that is there. A larger spec than
// the wanted one stays: a smaller one may be too small for the connections that there are.
func (m *maker) changeInstance(lb cloud.LoadBalancer, have cloud.Instance) {
	change := func(c cloud.Change, field string, from, to any) {
		m.addFor(c, fmt.Sprintf("%s %v → %v", field, from, to)+asked(lb.Source), lb.Source)
	}
	if lb.Rename && lb.Name != have.Name {
		change(cloud.SetLoadBalancerName{Name: lb.Name}, "name", have.Name, lb.Name)
	}
	if rankOf(have.Spec) >= 0 && rankOf(lb.Spec) > rankOf(have.Spec) && have.ChargeType != cloud.ChargeByUse {
		change(cloud.ModifyLoadBalancerInstanceSpec{Spec: lb.Spec}, "spec", have.Spec, lb.Spec)
	}
	if kind := lb.InternetChargeType; kind != "" && have.ChargeType != cloud.ChargeByUse {
		wanted := cloud.ModifyLoadBalancerInternetSpec{ChargeType: kind, Bandwidth: lb.Bandwidth}
		if is := (cloud.ModifyLoadBalancerInternetSpec{ChargeType: have.InternetChargeType, Bandwidth: have.Bandwidth}); is != wanted {
			change(wanted, "internet charge type and bandwidth", is, wanted)
		}
	}
	if lb.ModificationProtection != "" && lb.ModificationProtection != have.ModificationProtection {
		change(cloud.SetLoadBalancerModificationProtection{Status: lb.ModificationProtection},
			"modificationProtection", have.ModificationProtection, lb.ModificationProtection)
	}
}

// rankOf orders specs; -1 for none of those that are sold.
func rankOf(spec string) int { return slices.Index(cloud.Specs(), spec) }

// tellFixed tells of wishes that come too late: the service fixes these when an instance is created.
func (m *maker) tellFixed(lb cloud.LoadBalancer, have cloud.Instance) {
	smaller := ""
	if rankOf(lb.Spec) < rankOf(have.Spec) && rankOf(lb.Spec) > 0 {
		smaller = lb.Spec // the smallest one is what is wanted where nobody says anything
	}
	for _, f := range []struct{ name, have, want string }{
		{"address type", have.AddressType, lb.AddressType},
		{"charge type", have.ChargeType, lb.ChargeType},
		{"vSwitch", have.VSwitchID, lb.VSwitchID},
		{"address", have.Address, lb.Address},
		{"master zone", have.MasterZone, lb.MasterZone},
		{"slave zone", have.SlaveZone, lb.SlaveZone},
		{"resource group", have.ResourceGroup, lb.ResourceGroup},
		{"spec", have.Spec, smaller},
	} {
		if f.have != "" && f.want != "" && f.have != f.want {
			m.tell(lb.Source, cloud.FixedAtCreation, fmt.Sprintf(
				"load balancer %q has %s %q, and %q has no effect: it is not changed on an instance that is there; change it in the console where that can do it, or move to another class",
				have.ID, f.name, f.have, f.want))
		}
	}
}

// marked adds the mark that the delete protection is ours, which no later repair adds: by then it
// may be a user's.
func marked(lb cloud.LoadBalancer) cloud.LoadBalancer {
	if lb.DeleteProtection {
		lb.Tags = maps.Clone(lb.Tags)
		if lb.Tags == nil {
			lb.Tags = map[string]string{}
		}
		lb.Tags[cloud.TagProtected] = "true"
	}
	return lb
}

// protect switches delete protection as wanted, but never takes away what a user set.
func (m *maker) protect(on bool, source cloud.Source) {
	have := m.got.Instance.DeleteProtection
	if have == on || have && !m.policy.ProtectionOurs {
		return
	}
	m.addFor(cloud.SetDeleteProtection{On: on},
		fmt.Sprintf("deleteProtection %s → %s", onOff(have), onOff(on))+asked(source), source)
}

func missingTags(have, want map[string]string) map[string]string {
	missing := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got, ok := have[key]; !ok || got != want[key] {
			missing[key] = want[key]
		}
	}
	return missing
}

// releaseInstance deletes the instance if it was made for the owner, and gives up the claim on it
// otherwise. It comes last, so a crash before it is followed by another release.
func (m *maker) releaseInstance() {
	if m.want.LoadBalancer != nil || m.got.Instance == nil {
		m.letGo()
		return
	}
	if !m.got.Owned(m.policy.Owner) {
		m.unclaim("the last Ingress left")
		return
	}
	if m.got.Instance.DeleteProtection {
		if !m.policy.ProtectionOurs {
			m.tell(m.policy.Source, cloud.DeleteProtected, fmt.Sprintf(
				"load balancer %q has delete protection that was not set by this controller; switch it off to let it be released",
				m.got.Instance.ID))
			return
		}
		m.add(cloud.SetDeleteProtection{}, "the protection was set by us and the instance is released")
	}
	m.add(cloud.DeleteLoadBalancer{}, "made for this group, which has no Ingress any more")
}

// letGo marks a retained instance whose record was deleted, so that nobody takes it for forgotten.
func (m *maker) letGo() {
	lb := m.want.LoadBalancer
	if lb == nil || !lb.LetGo || !m.got.Owned(m.policy.Owner) || m.got.Instance.Tags[cloud.TagRetained] != "" {
		return
	}
	m.add(cloud.TagLoadBalancer{Tags: map[string]string{cloud.TagRetained: "true"}}, "it is retained and its SLBInstance was deleted")
}

func (m *maker) unclaim(why string) {
	key := m.policy.Owner.ClaimKey()
	if _, ok := m.got.Instance.Tags[key]; ok {
		m.add(cloud.UntagLoadBalancer{Keys: []string{key}}, why)
	}
}

// uploadCertificates uploads what is wanted and not there. An upload comes before every use.
func (m *maker) uploadCertificates() {
	for _, c := range m.target.certificates {
		if !slices.ContainsFunc(m.got.Ours.Certificates, func(o cloud.Certificate) bool { return o.Name == c.Name }) {
			m.addFor(cloud.UploadCertificate{Certificate: c}, "not uploaded for this group yet"+asked(c.Source), c.Source)
		}
	}
}

// deleteCertificates deletes what nothing uses once the other steps are made.
func (m *maker) deleteCertificates() {
	for _, c := range m.got.Ours.Certificates {
		if !m.target.usesCertificate(c.Name) {
			m.add(cloud.DeleteCertificate{Name: c.Name}, unwanted(c.Name))
		}
	}
}

// deleteGroups deletes what nothing points at once the other steps are made.
func (m *maker) deleteGroups() {
	for _, g := range m.got.Ours.ServerGroups {
		if !m.target.usesGroup(g.Name) {
			m.add(cloud.DeleteServerGroup{Name: g.Name}, unwanted(g.Name))
		}
	}
}

// unwanted is the reason to delete a resource: another one may hold its name, see cloud.Observed.
func unwanted(name string) string {
	if strings.Contains(name, "#") {
		return "a second one of the same name"
	}
	return "no longer used"
}
