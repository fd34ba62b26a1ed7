package fakecloud

import (
	"cmp"
	"strconv"
)

// The words of the service for a member's health.
const (
	HealthNormal      = "normal"
	HealthAbnormal    = "abnormal"
	HealthUnavailable = "unavailable" // not checked, or no verdict yet
)

// MemberHealth is what a data plane knows of one member of one listener. It has the fields of
// dataplane.MemberHealth, so that one converts to the other.
type MemberHealth struct {
	GroupID  string
	ServerID string
	IP       string
	Port     int
	Status   string // one of the constants
}

// ReportHealth gives DescribeHealthStatus the verdicts of a data plane on the members of a listener. A
// member that is not reported is "unavailable"; one that is reported several times, since rules may
// check a group in ways of their own, has the worst of its verdicts. Without a report every member whose
// listener runs and checks is "normal". The function must be safe for concurrent use and must not call
// the Cloud.
func (c *Cloud) ReportHealth(report func(instanceID string, port int) []MemberHealth) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report = report
}

// verdicts are the statuses of a listener's members, without their Status as keys; nil without a report.
func (c *Cloud) verdicts(at place) map[MemberHealth]string {
	if c.report == nil {
		return nil
	}
	worst := map[MemberHealth]string{}
	for _, m := range c.report(at.lb.ID, at.port) {
		status := m.Status
		m.Status = ""
		if known := worst[m]; known == "" || known == HealthUnavailable || status == HealthAbnormal {
			worst[m] = status
		}
	}
	return worst
}

// describeHealth reports the members of the default group and of the rules' groups. A member that
// nobody checks is "unavailable".
func (t *txn) describeHealth() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	list := []object{}
	found := false
	for _, port := range i.ports() {
		at := place{i.listeners[port], i}
		if t.selectsHealth(at) {
			found = true
			list = append(list, t.listenerHealth(at)...)
		}
	}
	if !found && t.p["ListenerPort"] != "" {
		return nil, noListener(t.p["ListenerPort"])
	}
	return object{"BackendServers": object{"BackendServer": list}}, nil
}

func (t *txn) selectsHealth(at place) bool {
	return (t.p["ListenerPort"] == "" || t.p.integer("ListenerPort", 0) == at.port) &&
		(t.p["ListenerProtocol"] == "" || t.p["ListenerProtocol"] == at.protocol)
}

func (t *txn) listenerHealth(at place) []object {
	list := []object{}
	seen := map[string]bool{"": true}
	checks := map[string]bool{at.listener.group: at.attrs.on("HealthCheck")}
	groups := []string{at.listener.group}
	for _, r := range at.rules {
		groups = append(groups, r.group)
		own := !r.attrs.on("ListenerSync")
		checks[r.group] = checks[r.group] || own && r.attrs.on("HealthCheck") || !own && at.attrs.on("HealthCheck")
	}
	verdicts := t.c.verdicts(at)
	for _, id := range groups {
		if g := t.st.groups[id]; g != nil && !seen[id] {
			seen[id] = true
			for _, m := range g.members {
				status := HealthUnavailable
				if checks[id] && at.started {
					status = m.health(id, verdicts)
				}
				list = append(list, m.healthStatus(at, status))
			}
		}
	}
	return list
}

// health is the verdict on a member that is checked.
func (m member) health(group string, verdicts map[MemberHealth]string) string {
	if verdicts == nil {
		return HealthNormal
	}
	return cmp.Or(verdicts[MemberHealth{GroupID: group, ServerID: m.serverID, IP: m.ip, Port: m.port}], HealthUnavailable)
}

func (m member) healthStatus(at place, status string) object {
	return object{
		"ServerId": m.serverID, "ServerIp": m.ip, "EniHost": m.ip, "Port": m.port, "Type": m.kind,
		"Weight": strconv.Itoa(m.weight), "Description": m.description, "VpcId": m.vpc,
		"ListenerPort": at.port, "Protocol": at.protocol, "ServerHealthStatus": status,
	}
}
