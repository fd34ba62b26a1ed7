package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// describe says what a change is about, in one line. It never prints a certificate's contents.
func describe(change cloud.Change) string {
	switch c := change.(type) {
	case cloud.CreateListener:
		return fmt.Sprintf("%d %s, %s", c.Listener.Port, c.Listener.Protocol, brief(c.Listener)) + guardText(c.Listener)
	case cloud.SetListener:
		return fmt.Sprintf("%d %s", c.Listener.Port, c.Listener.Protocol)
	case cloud.StartListener:
		return fmt.Sprintf("%d %s", c.Port, c.Protocol)
	case cloud.TagListener:
		return fmt.Sprintf("%d %s", c.Port, c.Protocol)
	case cloud.DeleteListener:
		return fmt.Sprintf("%d %s", c.Port, c.Protocol)
	case cloud.CreateRules:
		return fmt.Sprintf("%d: %s", c.Port, join(c.Rules, ruleText))
	case cloud.SetRule:
		return fmt.Sprintf("%d: %s", c.Rule.Port, ruleText(c.Rule))
	case cloud.DeleteRules:
		return fmt.Sprintf("%d: %s", c.Port, join(c.Rules, ruleKey))
	case cloud.CreateExtension:
		return extensionText(c.Extension)
	case cloud.SetExtension:
		return extensionText(c.Extension)
	case cloud.DeleteExtension:
		return fmt.Sprintf("%d: %s", c.Extension.Port, c.Extension.Domain)
	default:
		return describeRest(change)
	}
}

func describeRest(change cloud.Change) string {
	switch c := change.(type) {
	case cloud.CreateLoadBalancer:
		lb := c.LoadBalancer
		return fmt.Sprintf("%q %s %s", lb.Name, lb.AddressType, lb.Spec)
	case cloud.TagLoadBalancer:
		return strings.Join(slices.Sorted(maps.Keys(c.Tags)), ", ")
	case cloud.UntagLoadBalancer:
		return strings.Join(c.Keys, ", ")
	case cloud.SetDeleteProtection:
		return onOff(c.On)
	case cloud.SetLoadBalancerName:
		return fmt.Sprintf("%q", c.Name)
	case cloud.ModifyLoadBalancerInstanceSpec:
		return c.Spec
	case cloud.ModifyLoadBalancerInternetSpec:
		return strings.TrimSuffix(fmt.Sprintf("%s %d", c.ChargeType, c.Bandwidth), " 0")
	case cloud.SetLoadBalancerModificationProtection:
		return c.Status
	case cloud.CreateServerGroup:
		return fmt.Sprintf("%s: %s", c.Group.Name, join(c.Group.Members, memberText))
	case cloud.AddMembers:
		return fmt.Sprintf("%s: %s", c.Group, join(c.Members, memberText))
	case cloud.SetMembers:
		return fmt.Sprintf("%s: %s", c.Group, join(c.Members, memberText))
	case cloud.RemoveMembers:
		return fmt.Sprintf("%s: %s", c.Group, join(c.Members, memberText))
	case cloud.DeleteServerGroup:
		return c.Name
	case cloud.UploadCertificate:
		return c.Certificate.Name
	case cloud.DeleteCertificate:
		return c.Name
	default:
		return describeAccess(change)
	}
}

func describeAccess(change cloud.Change) string {
	switch c := change.(type) {
	case cloud.CreateACL:
		return c.List.Name
	case cloud.AddACLEntries:
		return fmt.Sprintf("%s: %s", c.List, strings.Join(c.Entries, ", "))
	case cloud.RemoveACLEntries:
		return fmt.Sprintf("%s: %s", c.List, strings.Join(c.Entries, ", "))
	case cloud.DeleteACL:
		return c.Name
	case cloud.UploadCACertificate:
		return c.Certificate.Name
	case cloud.DeleteCACertificate:
		return c.Name
	default:
		return ""
	}
}

func join[T any](items []T, text func(T) string) string {
	if len(items) == 0 {
		return "none"
	}
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = text(item)
	}
	return strings.Join(parts, ", ")
}

func ruleKey(r cloud.Rule) string  { return r.Domain + r.URL }
func ruleText(r cloud.Rule) string { return ruleKey(r) + " → " + r.Group }

func extensionText(e cloud.Extension) string {
	return fmt.Sprintf("%d: %s → %s", e.Port, e.Domain, e.Certificate)
}

func memberText(m cloud.Member) string {
	return fmt.Sprintf("%s:%d weight %d", m.IP, m.Port, m.Weight)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// guardText says who gets to a listener.
func guardText(l cloud.Listener) string {
	text := ""
	if l.ACL != (cloud.ACL{}) {
		text = fmt.Sprintf(", access %s %s", l.ACL.Type, strings.Trim(l.ACL.Lists+","+l.ACL.IDs, ","))
	}
	if l.TLS.CACertificate != "" {
		text += ", clients of " + l.TLS.CACertificate
	}
	return text
}

// brief says where a listener leads.
func brief(l cloud.Listener) string {
	switch {
	case l.Forward.Port != 0:
		return fmt.Sprintf("redirects to %d with %d", l.Forward.Port, l.Forward.Code)
	case l.TLS.Certificate != "":
		return fmt.Sprintf("default group %s, certificate %s", l.Group, l.TLS.Certificate)
	default:
		return "default group " + cmp.Or(l.Group, "none of its own")
	}
}
