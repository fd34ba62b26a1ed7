package oracle

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// aim gives the foreign things that a call of ours is aimed at, whether it had an effect or not.
func (l *Ledger) aim(c fakecloud.Call) []string {
	var wrong []string
	for _, key := range targets(c) {
		if on, foreign := l.ever[key]; !foreign || l.handed[on] {
			continue
		}
		if strings.HasSuffix(c.Action, "tagResources") || strings.HasSuffix(c.Action, "TagResources") {
			if claims(c) {
				continue // how an instance is claimed that an Ingress names
			}
		}
		wrong = append(wrong, fmt.Sprintf("%s is aimed at what is not ours: %s", c.Action, key))
	}
	return wrong
}

// claims tells whether a call is about tags of claims alone.
func claims(c fakecloud.Call) bool {
	tags := 0
	for name, value := range c.Params {
		if strings.HasPrefix(name, "Tag") && !strings.HasSuffix(name, ".Value") {
			if !strings.HasPrefix(value, "slb-ingress/claim-") {
				return false
			}
			tags++
		}
	}
	return tags > 0
}

// targets are the keys of what a call changes. What it only adds to is not among them, but for a
// listener.
func targets(c fakecloud.Call) []string {
	p := c.Params
	at := "listener " + p["LoadBalancerId"] + "/" + p["ListenerPort"]
	switch a := c.Action; {
	case a == "TagResources", a == "UntagResources":
		return tagged(p)
	case strings.Contains(a, "DomainExtension"):
		return []string{at, "extension " + p["DomainExtensionId"]}
	case a == "SetRule":
		return []string{"rule " + p["RuleId"]}
	case a == "DeleteRules":
		return rules(p["RuleIds"])
	case a == "CreateRules":
		return []string{at}
	case strings.Contains(a, "AccessControlList"):
		return []string{"acl " + p["AclId"]}
	case strings.Contains(a, "VServerGroup"):
		return []string{"group " + p["VServerGroupId"]}
	case strings.Contains(a, "ServerCertificate"):
		return []string{"certificate " + p["ServerCertificateId"]}
	case strings.Contains(a, "CACertificate"):
		return []string{"ca " + p["CACertificateId"]}
	case strings.Contains(a, "Listener"):
		return []string{at}
	}
	return []string{"instance " + p["LoadBalancerId"]}
}

func rules(text string) []string {
	var ids, keys []string
	if json.Unmarshal([]byte(text), &ids) != nil {
		ids = strings.Split(text, ",")
	}
	for _, id := range ids {
		keys = append(keys, "rule "+id)
	}
	return keys
}

// tagged are the keys of the resources that tags are about.
func tagged(p fakecloud.Params) []string {
	var keys []string
	for name, id := range p {
		if strings.HasPrefix(name, "ResourceId") {
			kind := map[string]string{"instance": "instance", "vservergroup": "group", "certificate": "certificate", "acl": "acl", "listener": "listener"}[p["ResourceType"]]
			keys = append(keys, kind+" "+id)
		}
	}
	return keys
}
