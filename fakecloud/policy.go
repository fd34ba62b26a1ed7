package fakecloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// RAMPolicy is a RAM policy document, version 1. It never changes and is safe for concurrent use.
type RAMPolicy struct {
	statements []statement
}

type statement struct {
	deny      bool
	actions   []string
	resources []string
}

// ParseRAMPolicy reads a policy document. What the fake cannot judge is an error: conditions, NotAction
// and the like.
func ParseRAMPolicy(text []byte) (*RAMPolicy, error) {
	var document struct {
		Version   string `json:"Version"`
		Statement []struct {
			Effect   string `json:"Effect"`
			Action   words  `json:"Action"`
			Resource words  `json:"Resource"`
		} `json:"Statement"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("reading the RAM policy: %w", err)
	}
	if document.Version != "1" {
		return nil, fmt.Errorf("the RAM policy has version %q; want \"1\"", document.Version)
	}
	p := &RAMPolicy{}
	for i, s := range document.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return nil, fmt.Errorf("statement %d of the RAM policy has effect %q; want Allow or Deny", i, s.Effect)
		}
		if len(s.Action) == 0 || len(s.Resource) == 0 {
			return nil, fmt.Errorf("statement %d of the RAM policy lacks an action or a resource", i)
		}
		p.statements = append(p.statements, statement{s.Effect == "Deny", s.Action, s.Resource})
	}
	return p, nil
}

// words are one string or a list of them.
type words []string

func (w *words) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(w))
}

// Actions lists what is allowed, sorted, as written: "slb:CreateRules".
func (p *RAMPolicy) Actions() []string {
	var all []string
	for _, s := range p.statements {
		if !s.deny {
			all = append(all, s.actions...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Without is the policy without an action, as Actions spells it.
func (p *RAMPolicy) Without(action string) *RAMPolicy {
	reduced := &RAMPolicy{}
	for _, s := range p.statements {
		s.actions = slices.DeleteFunc(slices.Clone(s.actions), func(a string) bool { return a == action })
		reduced.statements = append(reduced.statements, s)
	}
	return reduced
}

// Allows tells whether an action on a resource, given by its ARN, is allowed: by one statement at
// least, and denied by none.
func (p *RAMPolicy) Allows(action, resource string) bool {
	allowed := false
	for _, s := range p.statements {
		if !s.covers(action, resource) {
			continue
		}
		if s.deny {
			return false
		}
		allowed = true
	}
	return allowed
}

// covers: RAM does not tell upper from lower case in actions.
func (s statement) covers(action, resource string) bool {
	return slices.ContainsFunc(s.actions, func(a string) bool { return fits(strings.ToLower(a), strings.ToLower(action)) }) &&
		slices.ContainsFunc(s.resources, func(r string) bool { return fits(r, resource) })
}

// fits compares with a pattern in which * is any text and ? any character. It goes back to the last
// star only, so the time is at most the product of both lengths.
func fits(pattern, text string) bool {
	star, from, p := -1, 0, 0
	for t := 0; t < len(text); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// authorize asks the caller's policy, if there is one. The caller holds the lock.
func (c *Cloud) authorize(x *exchange) *Error {
	policy, bound := c.opts.Policies[x.caller]
	if !bound {
		return nil
	}
	product := "slb"
	if x.op.ecs {
		product = "ecs"
	}
	for _, resource := range c.st.authorized(x) {
		arn := strings.Join([]string{"acs", product, c.opts.Region, c.opts.Account, resource}, ":")
		if policy == nil || !policy.Allows(product+":"+x.action, arn) {
			return refuse("Forbidden.RAM", "User not authorized to operate on the specified resource, or this API doesn't support RAM.")
		}
	}
	return nil
}

// authorized lists the resources that a call has to be allowed for. What has no identity of its own
// to RAM, such as rules and groups, is part of its instance; one that does not exist is any instance.
func (s *state) authorized(x *exchange) []string {
	p := x.params
	switch {
	case x.op.ecs:
		return []string{"eni/*"}
	case strings.HasSuffix(x.action, "TagResources"):
		return taggedResources(p)
	case strings.Contains(x.action, "AccessControlList"):
		return []string{"acl/" + anyOr(p["AclId"])}
	case strings.HasSuffix(x.action, "ServerCertificate"), strings.HasSuffix(x.action, "ServerCertificates"),
		strings.HasSuffix(x.action, "ServerCertificateName"):
		return []string{"certificate/" + anyOr(p["ServerCertificateId"])}
	case strings.Contains(x.action, "CACertificate"):
		return []string{"certificate/" + anyOr(p["CACertificateId"])}
	}
	return []string{"loadbalancer/" + anyOr(s.instanceOf(p))}
}

func anyOr(id string) string {
	if id == "" {
		return "*"
	}
	return id
}

// taggedResources are those of the tag operations; a listener is part of its instance.
func taggedResources(p Params) []string {
	kind := map[string]string{"certificate": "certificate/", "acl": "acl/"}[p["ResourceType"]]
	var list []string
	for n := 1; p["ResourceId."+strconv.Itoa(n)] != ""; n++ {
		id := p["ResourceId."+strconv.Itoa(n)]
		if kind == "" {
			id, _, _ = strings.Cut(id, "_")
			list = append(list, "loadbalancer/"+id)
			continue
		}
		list = append(list, kind+id)
	}
	if list == nil {
		list = []string{"loadbalancer/*"}
	}
	return list
}

// instanceOf finds the instance that a call concerns, through what it names.
func (s *state) instanceOf(p Params) string {
	if id := p["LoadBalancerId"]; id != "" {
		return id
	}
	if g := s.groups[p["VServerGroupId"]]; g != nil {
		return g.instance
	}
	for id, i := range s.instances {
		for _, l := range i.listeners {
			if l.holds(p) {
				return id
			}
		}
	}
	return ""
}

func (l *listener) holds(p Params) bool {
	named := func(id, in string) bool { return id != "" && strings.Contains(in, id) }
	return slices.ContainsFunc(l.rules, func(r *rule) bool { return named(r.id, p["RuleId"]) || named(r.id, p["RuleIds"]) }) ||
		slices.ContainsFunc(l.extensions, func(e *extension) bool { return named(e.id, p["DomainExtensionId"]) })
}
