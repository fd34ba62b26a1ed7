package fakecloud

import "strconv"

// Health is what a data plane knows of one member.
type Health int

const (
	// HealthUnknown is reported as "unavailable".
	HealthUnknown Health = iota
	// Healthy is reported as "normal".
	Healthy
	// Unhealthy is reported as "abnormal".
	Unhealthy
)

func (h Health) String() string {
	switch h {
	case Healthy:
		return "normal"
	case Unhealthy:
		return "abnormal"
	default:
		return "unavailable"
	}
}

// ReportHealth gives DescribeHealthStatus the results of a data plane's checks. Without it every
// member whose listener runs and checks is healthy. The function must be safe for concurrent use and
// must not call the Cloud.
func (c *Cloud) ReportHealth(probe func(ip string, port int) Health) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.probe = probe
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
	for _, id := range groups {
		if g := t.st.groups[id]; g != nil && !seen[id] {
			seen[id] = true
			for _, m := range g.members {
				list = append(list, t.health(m, at, checks[id]))
			}
		}
	}
	return list
}

func (t *txn) health(m member, at place, checked bool) object {
	status := HealthUnknown
	if checked && at.started {
		status = Healthy
		if t.c.probe != nil {
			status = t.c.probe(m.ip, m.port)
		}
	}
	return object{
		"ServerId": m.serverID, "ServerIp": m.ip, "EniHost": m.ip, "Port": m.port, "Type": m.kind,
		"Weight": strconv.Itoa(m.weight), "Description": m.description, "VpcId": m.vpc,
		"ListenerPort": at.port, "Protocol": at.protocol, "ServerHealthStatus": status.String(),
	}
}
