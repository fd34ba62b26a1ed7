package fakecloud

import (
	"bytes"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Most members of one call: 20 by the documents, 40 as CCM sends.
const (
	memberBatch     = 20
	memberBatchWide = 40
)

// wantedMember is one element of BackendServers. Numbers may be JSON strings or numbers.
type wantedMember struct {
	ServerID    string `json:"ServerId"`
	ServerIP    string `json:"ServerIp"`
	Type        string
	Description string
	Port        looseNumber
	Weight      looseNumber
}

// looseNumber reads 80 and "80"; an absent one is nil.
type looseNumber struct{ value *int }

func (n *looseNumber) UnmarshalJSON(text []byte) error {
	parsed, err := strconv.Atoi(string(bytes.Trim(text, `"`)))
	if err != nil {
		return err
	}
	n.value = &parsed
	return nil
}

func (n looseNumber) or(absent int) int {
	if n.value == nil {
		return absent
	}
	return *n.value
}

// members reads a parameter that lists members and checks what needs no look-up.
func (t *txn) members(name string) ([]member, *Error) {
	var list []wantedMember
	fields := []string{"ServerId", "ServerIp", "Type", "Description", "Port", "Weight"}
	if !decodeItems(t.p[name], &list, fields...) || len(list) == 0 {
		return nil, invalid(name)
	}
	most := memberBatch
	if t.c.opts.Switches.Members40 {
		most = memberBatchWide
	}
	if len(list) > most {
		return nil, refuse("TooManyBackendServers", "%s holds %d servers, max supported number: %d.", name, len(list), most)
	}
	var members []member
	for _, w := range list {
		m, err := w.check()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(members, m.same) {
			return nil, refuse("InvalidParameter", "%s contain duplicated value of ServerID and Port.", name)
		}
		members = append(members, m)
	}
	return members, nil
}

func (w wantedMember) check() (member, *Error) {
	m := member{
		serverID: w.ServerID, ip: w.ServerIP, kind: w.Type, description: w.Description,
		port: w.Port.or(0), weight: w.Weight.or(100),
	}
	setDefault(&m.kind, "ecs")
	switch {
	case m.serverID == "":
		return m, missing("ServerId")
	case m.port < 1 || m.port > 65535:
		return m, invalid("Port")
	case m.weight < 0 || m.weight > 100:
		return m, invalid("Weight")
	case !slices.Contains([]string{"ecs", "eni", "eci"}, m.kind):
		return m, refuse("BackendServer.InvalidType", "The type %q of a backend server is not valid.", m.kind)
	case m.kind == "eni" && m.ip == "":
		return m, missing("ServerIp")
	case len([]rune(m.description)) > 80:
		return m, invalid("Description")
	}
	return m, nil
}

// join gives have with list added, after every check that an addition has to pass.
func (t *txn) join(g *group, have, list []member) ([]member, *Error) {
	i, err := t.instanceByID(g.instance)
	if err != nil {
		return nil, err
	}
	joined := slices.Clone(have)
	for _, m := range list {
		if slices.ContainsFunc(joined, m.same) {
			if t.c.opts.Switches.IgnoreDuplicateMember {
				continue
			}
			return nil, refuse("InvalidParameter", "The group contain duplicated value of ServerID and Port: %s.", m.serverID)
		}
		if m.vpc, m.ip, err = t.locate(i, m); err != nil {
			return nil, err
		}
		if err := t.checkNetworkOf(i, m, joined); err != nil {
			return nil, err
		}
		joined = append(joined, m)
	}
	return joined, t.checkMemberQuota(i, g, joined)
}

// locate finds the server of a member: its VPC and its IP.
func (t *txn) locate(i *instance, m member) (string, string, *Error) {
	t.touch(m.serverID)
	if m.kind != "ecs" && !i.guaranteed() {
		return "", "", refuse("OperationUnsupported.AddVServerGroupBackendServers",
			"This type of backend server is not allowed on the instance %s: %s.", i.ID, m.kind)
	}
	if s, ok := t.st.servers[m.serverID]; ok {
		return locateSeeded(s, m)
	}
	if m.kind == "eni" && t.ownsENI(m) {
		return t.c.opts.VSwitches[0].VPC, m.ip, nil
	}
	if m.kind == "ecs" {
		return "", "", refuse("InvalidServerId.NotExist", "The specified ServerId does not exist: %s.", m.serverID)
	}
	return "", "", noServer(m)
}

func noServer(m member) *Error {
	return refuse("ResourceNotFound.vServers", "The specified backend server does not exist: %s %s.", m.serverID, m.ip)
}

func locateSeeded(s ServerSpec, m member) (string, string, *Error) {
	switch {
	case s.Stopped:
		return "", "", refuse("ObtainIpFail", "The server %s is not running.", s.ID)
	case m.ip == "" && len(s.IPs) > 0:
		return s.VPC, s.IPs[0], nil
	case !slices.Contains(s.IPs, m.ip):
		return "", "", noServer(m)
	}
	return s.VPC, m.ip, nil
}

// ownsENI says whether an IP of ENICIDR belongs to the network interface that a member names.
func (t *txn) ownsENI(m member) bool {
	ip, err := netip.ParseAddr(m.ip)
	if err != nil || !t.c.opts.ENICIDR.IsValid() || !t.c.opts.ENICIDR.Contains(ip) {
		return false
	}
	if t.st.gone[m.serverID] || t.st.gone[ENIID(ip)] {
		return false
	}
	return m.serverID == ENIID(ip) || t.c.opts.Switches.AnyENI && strings.HasPrefix(m.serverID, "eni-")
}

// checkNetworkOf: an intranet instance takes members of its VPC; an internet instance reports none and
// takes those of the VPC that its first member is in.
func (t *txn) checkNetworkOf(i *instance, m member, siblings []member) *Error {
	vpc := i.VPC
	if vpc == "" && len(siblings) > 0 {
		vpc = siblings[0].vpc
	}
	for _, g := range t.st.groups {
		if vpc == "" && g.instance == i.ID && len(g.members) > 0 {
			vpc = g.members[0].vpc
		}
	}
	if vpc != "" && vpc != m.vpc {
		return refuse("NetworkConflict", "The server %s is in VPC %s and the instance in %s.", m.serverID, m.vpc, vpc)
	}
	return nil
}

// checkMemberQuota counts memberships, the worse reading of "backends per instance".
func (t *txn) checkMemberQuota(i *instance, g *group, joined []member) *Error {
	total := len(joined)
	attached := map[string]int{}
	for _, other := range t.st.groups {
		if other == g {
			continue
		}
		if other.instance == i.ID {
			total += len(other.members)
		}
		for _, m := range other.members {
			attached[m.serverID+"/"+m.ip]++
		}
	}
	if total > t.c.opts.Quotas.Backends {
		return refuse("InstanceBackendServerNumberOverLimit", "The instance may have %d backend servers.", t.c.opts.Quotas.Backends)
	}
	for _, m := range joined {
		if attached[m.serverID+"/"+m.ip] >= t.c.opts.Quotas.Attached {
			return refuse("OperationForbidden.QuotaLimit", "The server %s may be attached %d times.", m.serverID, t.c.opts.Quotas.Attached)
		}
	}
	return nil
}

func (t *txn) addMembers() (object, *Error) {
	g, list, err := t.memberCall("BackendServers")
	if err != nil {
		return nil, err
	}
	n, cut := t.batch(len(list))
	joined, err := t.join(g, g.members, list[:n])
	if err != nil {
		t.partly = false
		return nil, err
	}
	return t.settleMembers(g, joined, cut)
}

func (t *txn) memberCall(name string) (*group, []member, *Error) {
	g, err := t.group()
	if err != nil {
		return nil, nil, err
	}
	list, err := t.members(name)
	return g, list, err
}

func (t *txn) settleMembers(g *group, members []member, cut *Error) (object, *Error) {
	g.members = members
	t.busyGroup(g)
	if cut != nil {
		return nil, cut
	}
	return object{"VServerGroupId": g.id, "BackendServers": memberList(g.members)}, nil
}

// removeMembers ignores what is not in the group.
func (t *txn) removeMembers() (object, *Error) {
	g, list, err := t.memberCall("BackendServers")
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if t.st.gone[m.serverID] && !t.c.opts.Switches.RemoveVanished {
			return nil, noServer(m)
		}
	}
	n, cut := t.batch(len(list))
	return t.settleMembers(g, without(g.members, list[:n]), cut)
}

// without drops members. An entry that names no IP means the server's own one.
func without(members, dropped []member) []member {
	kept := []member{}
	for _, m := range members {
		if !slices.ContainsFunc(dropped, func(d member) bool {
			setDefault(&d.ip, m.ip)
			return m.same(d)
		}) {
			kept = append(kept, m)
		}
	}
	return kept
}

func (t *txn) modifyMembers() (object, *Error) {
	g, err := t.group()
	if err != nil {
		return nil, err
	}
	lists := map[string][]member{}
	for _, name := range []string{"OldBackendServers", "NewBackendServers"} {
		if t.p[name] == "" {
			return nil, missing(name)
		}
		if lists[name], err = t.members(name); err != nil {
			return nil, err
		}
	}
	kept := without(g.members, lists["OldBackendServers"])
	joined, err := t.join(g, kept, lists["NewBackendServers"])
	if err != nil {
		return nil, err
	}
	return t.settleMembers(g, joined, nil)
}

func memberList(members []member) object {
	list := []object{}
	for _, m := range members {
		list = append(list, object{
			"ServerId": m.serverID, "ServerIp": m.ip, "Type": m.kind, "Port": m.port, "Weight": m.weight,
			"Description": m.description, "VpcId": m.vpc,
		})
	}
	return object{"BackendServer": list}
}
