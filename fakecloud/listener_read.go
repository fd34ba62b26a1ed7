package fakecloud

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (t *txn) describeHTTPListener() (object, *Error) {
	at, err := t.listenerOf("http")
	if err != nil {
		return nil, err
	}
	return t.listenerAnswer(at), nil
}

func (t *txn) describeHTTPSListener() (object, *Error) {
	at, err := t.listenerOf("https")
	if err != nil {
		return nil, err
	}
	o := t.listenerAnswer(at)
	o["DomainExtensions"] = object{"DomainExtension": t.extensionList(at.listener)}
	return o, nil
}

// listenerAnswer is the per-protocol answer: nested lists, with the rules.
func (t *txn) listenerAnswer(at place) object {
	o := t.listenerHead(at)
	maps.Copy(o, answerParams(at.attrs))
	o["AclIds"] = object{"AclId": orEmpty(at.aclIDs)}
	o["Tags"] = tagList(at.tags)
	o["Rules"] = object{"Rule": ruleList(at.rules)}
	o["SecurityStatus"] = "on"
	return o
}

func (t *txn) listenerHead(at place) object {
	return object{
		"LoadBalancerId": at.lb.ID, "ListenerPort": at.port, "Status": at.status(t.now),
		"VServerGroupId": at.listener.group, "AclId": strings.Join(at.aclIDs, ","),
		"ServiceManagedMode": at.lb.ServiceManaged,
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// describeListeners is flat, unlike nearly everything else, and has neither rules nor extensions.
func (t *txn) describeListeners() (object, *Error) {
	from, err := readToken(t.p["NextToken"], "IllegalParam.NextToken")
	if err != nil {
		return nil, err
	}
	wanted, err := t.tagFilter()
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, id := range slices.Sorted(maps.Keys(t.st.instances)) {
		i := t.st.instances[id]
		for _, port := range i.ports() {
			if at := (place{i.listeners[port], i}); t.selectsListener(at) && wanted.allOf(at.tags) {
				found = append(found, t.listedListener(at))
			}
		}
	}
	size := t.p.integer("MaxResults", 20)
	from = min(from, len(found))
	to := min(from+size, len(found))
	answer := object{"Listeners": found[from:to], "TotalCount": len(found), "MaxResults": size, "NextToken": ""}
	if to < len(found) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	return answer, nil
}

func (t *txn) selectsListener(at place) bool {
	ids := t.p.list("LoadBalancerId")
	return (len(ids) == 0 || slices.Contains(ids, at.lb.ID)) &&
		(t.p["ListenerProtocol"] == "" || t.p["ListenerProtocol"] == at.protocol) &&
		(t.p["ListenerPort"] == "" || t.p.integer("ListenerPort", 0) == at.port) &&
		(t.p["Description"] == "" || t.p["Description"] == at.attrs["Description"])
}

// headNames stand beside the per-protocol block rather than in it.
func headNames() []string {
	return []string{"AclStatus", "AclType", "BackendServerPort", "Bandwidth", "Description", "Scheduler"}
}

func (t *txn) listedListener(at place) object {
	o := t.listenerHead(at)
	o["ListenerProtocol"] = at.protocol
	o["AclIds"] = orEmpty(at.aclIDs)
	o["Tags"] = tagPairsOf(at.tags)
	config := object{}
	for name, value := range answerParams(at.attrs) {
		if slices.Contains(headNames(), name) {
			o[name] = value
		} else {
			config[name] = value
		}
	}
	o[strings.ToUpper(at.protocol)+"ListenerConfig"] = config
	return o
}
