package fakecloud

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
)

// describeNetworkInterfaces is ECS's. Interfaces that were added by hand are found by any filter;
// those of ENICIDR only by one of their IPs, since there is no end of them.
func (t *txn) describeNetworkInterfaces() (object, *Error) {
	from, err := readToken(t.p["NextToken"], "InvalidParameter")
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, s := range t.interfaces() {
		if t.selectsENI(s) {
			found = append(found, t.eniAnswer(s))
		}
	}
	size := t.p.integer("MaxResults", t.p.integer("PageSize", 10))
	if t.p["MaxResults"] == "" {
		from = (t.p.integer("PageNumber", 1) - 1) * size
	}
	from = min(from, len(found))
	to := min(from+size, len(found))
	answer := object{
		"NetworkInterfaceSets": object{"NetworkInterfaceSet": found[from:to]},
		"TotalCount":           len(found), "PageNumber": t.p.integer("PageNumber", 1), "PageSize": size, "NextToken": "",
	}
	if to < len(found) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	return answer, nil
}

func (t *txn) interfaces() []ServerSpec {
	var list []ServerSpec
	for _, id := range slices.Sorted(maps.Keys(t.st.servers)) {
		if s := t.st.servers[id]; s.isENI() {
			list = append(list, s)
		}
	}
	for _, text := range t.p.list("PrivateIpAddress") {
		ip, err := netip.ParseAddr(text)
		if err != nil || !t.ownsENI(member{serverID: ENIID(ip), ip: text}) || t.seeded(text) {
			continue
		}
		list = append(list, ServerSpec{ID: ENIID(ip), VPC: t.c.opts.VSwitches[0].VPC, IPs: []string{ip.String()}})
	}
	return list
}

// seeded says whether an interface that was added by hand has the IP.
func (t *txn) seeded(ip string) bool {
	for _, s := range t.st.servers {
		if s.isENI() && slices.Contains(s.IPs, ip) {
			return true
		}
	}
	return false
}

func (t *txn) selectsENI(s ServerSpec) bool {
	ips, ids := t.p.list("PrivateIpAddress"), t.p.list("NetworkInterfaceId")
	status := "InUse"
	if s.Stopped {
		status = "Available"
	}
	overlap := slices.ContainsFunc(s.IPs, func(ip string) bool { return slices.Contains(ips, ip) })
	return (len(ips) == 0 || overlap) && (len(ids) == 0 || slices.Contains(ids, s.ID)) &&
		(t.p["VpcId"] == "" || t.p["VpcId"] == s.VPC) && (t.p["Status"] == "" || t.p["Status"] == status)
}

func (t *txn) eniAnswer(s ServerSpec) object {
	ips := []object{}
	for n, ip := range s.IPs {
		ips = append(ips, object{"PrivateIpAddress": ip, "Primary": n == 0})
	}
	o := object{
		"NetworkInterfaceId": s.ID, "VpcId": s.VPC, "Status": "InUse", "Type": "Secondary",
		"ZoneId": t.c.opts.Zones[0], "PrivateIpSets": object{"PrivateIpSet": ips},
	}
	if s.Stopped {
		o["Status"] = "Available"
	}
	if len(s.IPs) > 0 {
		o["PrivateIpAddress"] = s.IPs[0]
	}
	return o
}
