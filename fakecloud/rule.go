package fakecloud

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ruleBatch is the most rules of one CreateRules or DeleteRules call.
const ruleBatch = 10

// wantedRule is one element of RuleList.
type wantedRule struct {
	RuleName       string
	Domain         string
	URL            string `json:"Url"`
	VServerGroupID string `json:"VServerGroupId"`
}

func (t *txn) createRules() (object, *Error) {
	at, err := t.listener()
	if err != nil {
		return nil, err
	}
	if err := t.ruleReady(at); err != nil {
		return nil, err
	}
	var list []wantedRule
	if !decodeItems(t.p["RuleList"], &list, "RuleName", "Domain", "Url", "VServerGroupId") || len(list) == 0 {
		return nil, refuse("RuleListMalformed", "The specified RuleList is not a list of rules.")
	}
	if len(list) > ruleBatch {
		return nil, refuse("InvalidParameter", "RuleList holds %d rules: at most %d per call.", len(list), ruleBatch)
	}
	return t.addRules(at, list)
}

func (t *txn) ruleReady(at place) *Error {
	switch {
	case at.attrs.on("ListenerForward"):
		return refuse("OperationFailed.ActionNotSupport", "A redirecting listener has no rules.")
	case t.c.opts.Switches.RulesNeedRunning && !at.started:
		return retryLater(busyRules)
	}
	return nil
}

// addRules is all or nothing, unless a switch or a fault keeps the rules before the bad one.
func (t *txn) addRules(at place, list []wantedRule) (object, *Error) {
	draft := at.listener.clone()
	draft.rules = slices.Clone(at.rules)
	added := []object{}
	n, refusal := t.batch(len(list))
	for _, w := range list[:n] {
		if err := t.checkRule(place{draft, at.lb}, w); err != nil {
			refusal = err
			break
		}
		r := &rule{
			id: "", name: w.RuleName, domain: w.Domain, url: w.URL, group: w.VServerGroupID,
			attrs: Params{"ListenerSync": "on"},
		}
		draft.rules = append(draft.rules, r)
	}
	if refusal != nil && !t.partly && !t.c.opts.Switches.PartialRules {
		return nil, refusal
	}
	for _, r := range draft.rules[len(at.rules):] {
		r.id = t.c.ids.next("rule")
		t.touch(r.id)
		added = append(added, object{"RuleId": r.id, "RuleName": r.name, "Domain": r.domain, "Url": r.url, "VServerGroupId": r.group})
	}
	if len(added) > 0 {
		t.partly = true
		at.rules = draft.rules
		t.reconfigure(at.listener)
	}
	if refusal != nil {
		return nil, refusal
	}
	return object{"Rules": object{"Rule": added}}, nil
}

func (t *txn) checkRule(at place, w wantedRule) *Error {
	valid := &t.c.valid
	switch {
	case w.RuleName == "":
		return refuse("MissingParameter.RuleName", "RuleName is required.")
	case !valid.matches("rulename", w.RuleName):
		return invalid("RuleName")
	case w.Domain == "" && w.URL == "":
		return refuse("InvalidParameter", "A rule needs Domain or Url.")
	case w.Domain != "" && !valid.matches("domain", w.Domain):
		return refuse("DomainMalformed", "The specified domain %q is malformed.", w.Domain)
	case w.URL != "" && !valid.matches("url", w.URL):
		return refuse("UrlMalformed", "The specified URL %q is malformed.", w.URL)
	case w.VServerGroupID == "":
		return missing("VServerGroupId")
	case len(at.rules) >= t.c.opts.Quotas.Rules:
		return refuse("TooManyRules", "The listener may have %d rules.", t.c.opts.Quotas.Rules)
	}
	if err := t.checkRuleClash(at, w); err != nil {
		return err
	}
	return t.checkRuleGroup(at.lb, w.VServerGroupID)
}

func (t *txn) checkRuleClash(at place, w wantedRule) *Error {
	for _, r := range at.rules {
		if strings.EqualFold(r.domain, w.Domain) && r.url == w.URL {
			return refuse("DomainExist", "A rule with domain %q and URL %q exists already.", w.Domain, w.URL)
		}
		if r.name == w.RuleName && !t.c.opts.Switches.AllowSameRuleName {
			return refuse("InvalidParameter", "A rule with the name %q exists already.", w.RuleName)
		}
	}
	return nil
}

func (t *txn) checkRuleGroup(i *instance, id string) *Error {
	g := t.st.groups[id]
	if g == nil || g.instance != i.ID {
		err := noGroup(id)
		err.Status = 400
		return err
	}
	t.touch(id)
	if len(g.members) == 0 && t.c.opts.Switches.RefuseEmptyGroup {
		return refuse("VServerGroupEmpty", "The group %s has no backend server.", id)
	}
	return nil
}

func (t *txn) setRule() (object, *Error) {
	at, r, err := t.rule(t.p["RuleId"])
	if err != nil {
		return nil, err
	}
	if err := t.settled(at); err != nil {
		return nil, err
	}
	if err := t.ruleReady(at); err != nil {
		return nil, err
	}
	next := *r
	next.attrs = maps.Clone(r.attrs)
	if err := t.overlayRule(at, &next); err != nil {
		return nil, err
	}
	if next.group != r.group {
		t.linger("rule/" + r.group)
	}
	*r = next
	t.reconfigure(at.listener)
	return object{}, nil
}

// overlayRule: with ListenerSync on, the rule's own settings are ignored; with it off it needs them.
func (t *txn) overlayRule(at place, r *rule) *Error {
	if name := t.p["RuleName"]; name != "" && name != r.name {
		for _, other := range at.rules {
			if other.name == name && !t.c.opts.Switches.AllowSameRuleName {
				return refuse("InvalidParameter", "A rule with the name %q exists already.", name)
			}
		}
		r.name = name
	}
	if id := t.p["VServerGroupId"]; id != "" {
		if err := t.checkRuleGroup(at.lb, id); err != nil {
			return err
		}
		r.group = id
	}
	copyParam(r.attrs, t.p, "ListenerSync")
	if r.attrs.on("ListenerSync") {
		r.attrs = Params{"ListenerSync": "on"}
		return nil
	}
	if !t.c.opts.Switches.RuleSettingsAnywhere && !slices.Contains(ruleSettingRegions(), t.c.opts.Region) {
		return refuse("InvalidParameter.RegionNotSupport", "The region does not support settings of a rule's own.")
	}
	names := slices.Concat([]string{"Scheduler", "StickySession", "HealthCheck"}, stickyNames(), checkNames())
	for _, name := range names {
		copyParam(r.attrs, t.p, name)
	}
	for _, name := range names[:3] {
		if r.attrs[name] == "" {
			return missing(name)
		}
	}
	if err := t.checkSticky(r.attrs); err != nil {
		return err
	}
	if err := checkHealth(r.attrs); err != nil {
		return err
	}
	// Rules have neither a method nor a version for their health checks.
	dropParams(r.attrs, []string{"HealthCheckMethod", "HealthCheckHttpVersion", "HealthCheckType"})
	return nil
}

// ruleSettingRegions is the list of 2021; nobody says whether it still holds.
func ruleSettingRegions() []string {
	return []string{
		"cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-zhangjiakou", "cn-huhehaote", "cn-hongkong",
		"ap-southeast-1", "ap-northeast-1",
	}
}

func (t *txn) deleteRules() (object, *Error) {
	var ids []string
	if json.Unmarshal([]byte(t.p["RuleIds"]), &ids) != nil || len(ids) == 0 || len(ids) > ruleBatch {
		return nil, refuse("InvalidParameter", "RuleIds is a list of 1 to %d ids.", ruleBatch)
	}
	at, err := t.rulesOfOneListener(ids)
	if err != nil {
		return nil, err
	}
	n, cut := t.batch(len(ids))
	at.rules = slices.DeleteFunc(at.rules, func(r *rule) bool {
		if !slices.Contains(ids[:n], r.id) {
			return false
		}
		t.linger("rule/" + r.group)
		return true
	})
	t.reconfigure(at.listener)
	return object{}, cut
}

func (t *txn) rulesOfOneListener(ids []string) (place, *Error) {
	var first place
	for _, id := range ids {
		at, _, err := t.rule(id)
		if err != nil {
			return first, err
		}
		if first.listener != nil && first.listener != at.listener {
			return first, refuse("Operation.NotAllowed", "The rules belong to several listeners.")
		}
		first = at
	}
	if err := t.settled(first); err != nil {
		return first, err
	}
	return first, t.ruleReady(first)
}

func (t *txn) describeRules() (object, *Error) {
	at, err := t.listener()
	if err != nil {
		return nil, err
	}
	return object{"Rules": object{"Rule": ruleList(at.rules)}}, nil
}

func ruleList(rules []*rule) []object {
	list := []object{}
	for _, r := range rules {
		list = append(list, r.answer())
	}
	return list
}

func (r *rule) answer() object {
	o := answerParams(r.attrs)
	o["RuleId"], o["RuleName"], o["VServerGroupId"] = r.id, r.name, r.group
	o["Domain"], o["Url"] = r.domain, r.url
	return o
}

// describeRuleAttribute gives the listener port as a string, unlike its siblings.
func (t *txn) describeRuleAttribute() (object, *Error) {
	at, r, err := t.rule(t.p["RuleId"])
	if err != nil {
		return nil, err
	}
	o := r.answer()
	o["LoadBalancerId"], o["ListenerPort"] = at.lb.ID, strconv.Itoa(at.port)
	return o, nil
}
