package fakecloud

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

func (t *txn) describeLoadBalancers() (object, *Error) {
	wanted, err := t.tagFilter()
	if err != nil {
		return nil, err
	}
	if t.p["PageSize"] != "" && t.p["PageNumber"] == "" {
		return nil, missing("PageNumber")
	}
	for _, name := range []string{"LoadBalancerId", "LoadBalancerName"} {
		if strings.Count(t.p[name], ",") >= 10 {
			return nil, invalid(name)
		}
	}
	found := []object{}
	for _, id := range slices.Sorted(maps.Keys(t.st.instances)) {
		if i := t.st.instances[id]; t.selects(i) && wanted.anyOf(i.Tags) {
			found = append(found, t.listedInstance(i))
		}
	}
	number, size := t.p.integer("PageNumber", 1), t.p.integer("PageSize", 10)
	return object{
		"LoadBalancers": object{"LoadBalancer": page(found, number, size)},
		"PageNumber":    number, "PageSize": size, "TotalCount": len(found),
	}, nil
}

// page is one page of a list, counted from 1.
func page[T any](list []T, number, size int) []T {
	from := min((number-1)*size, len(list))
	return list[from:min(from+size, len(list))]
}

// selects applies the filters that name a value. An unknown id selects nothing and is no error.
func (t *txn) selects(i *instance) bool {
	for name, value := range map[string]string{
		"LoadBalancerId": i.ID, "LoadBalancerName": i.Name,
	} {
		if t.p[name] != "" && !slices.Contains(strings.Split(t.p[name], ","), value) {
			return false
		}
	}
	for name, value := range map[string]string{
		"Address": i.Address, "AddressType": i.AddressType, "NetworkType": i.network(), "VpcId": i.VPC,
		"VSwitchId": i.VSwitch, "LoadBalancerStatus": i.status(), "MasterZoneId": i.MasterZone,
		"SlaveZoneId": i.SlaveZone, "ResourceGroupId": i.ResourceGroup, "AddressIPVersion": "ipv4",
		"PayType": "PayOnDemand", "InternetChargeType": i.InternetChargeType,
		"InstanceChargeType": i.ChargeType,
	} {
		if t.p[name] != "" && t.p[name] != value {
			return false
		}
	}
	return t.p["ServerId"] == "" || t.st.uses(i, t.p["ServerId"])
}

func (s *state) uses(i *instance, server string) bool {
	for _, g := range s.groups {
		if g.instance == i.ID && slices.ContainsFunc(g.members, func(m member) bool { return m.serverID == server }) {
			return true
		}
	}
	return false
}

// tagQuery is a list of wanted tags; an empty value stands for any.
type tagQuery []struct{ TagKey, TagValue string }

// anyOf says whether one of the wanted tags is there: several tags are alternatives in
// DescribeLoadBalancers, unlike in ListTagResources.
func (q tagQuery) anyOf(have tags) bool {
	return len(q) == 0 || slices.ContainsFunc(q, func(w struct{ TagKey, TagValue string }) bool {
		value, ok := have[w.TagKey]
		return ok && (w.TagValue == "" || w.TagValue == value)
	})
}

func (q tagQuery) allOf(have tags) bool {
	for i := range q {
		if !q[i : i+1].anyOf(have) {
			return false
		}
	}
	return true
}

// tagFilter reads Tag.N and the older Tags, a JSON list of at most ten.
func (t *txn) tagFilter() (tagQuery, *Error) {
	var q tagQuery
	if text := t.p["Tags"]; text != "" {
		if err := json.Unmarshal([]byte(text), &q); err != nil || len(q) > 10 {
			return nil, refuse("InvalidTag", "The specified Tags is not a list of at most 10 tags.")
		}
	}
	for _, pair := range t.tagPairs() {
		if pair.key == "" {
			return nil, refuse("MissingParam.TagKey", "A tag value needs its key.")
		}
		q = append(q, struct{ TagKey, TagValue string }{pair.key, pair.value})
	}
	return q, nil
}

// commonInstance is what list and attribute have in common.
func (t *txn) commonInstance(i *instance) object {
	return object{
		"LoadBalancerId": i.ID, "LoadBalancerName": i.Name, "LoadBalancerStatus": i.status(),
		"LoadBalancerSpec": i.Spec, "Address": i.Address, "AddressType": i.AddressType,
		"AddressIPVersion": "ipv4", "NetworkType": i.network(), "VpcId": i.VPC, "VSwitchId": i.VSwitch,
		"InstanceChargeType": i.ChargeType, "PayType": "PayOnDemand", "Bandwidth": i.Bandwidth,
		"MasterZoneId": i.MasterZone, "SlaveZoneId": i.SlaveZone,
		"RegionId": t.c.opts.Region, "RegionIdAlias": t.c.opts.Region,
		"CreateTime": clockText(i.created), "CreateTimeStamp": i.created.UnixMilli(),
		"DeleteProtection": onOff(i.DeleteProtection), "ResourceGroupId": i.ResourceGroup,
		"ModificationProtectionStatus": i.protection(), "ModificationProtectionReason": i.ModificationReason,
		"ServiceManagedMode": i.ServiceManaged, "Tags": tagList(i.Tags), "BusinessStatus": "Normal",
	}
}

// listedInstance has the list's quirk: the charge type is "3" (bandwidth) or "4" (traffic), and the
// word is in the alias.
func (t *txn) listedInstance(i *instance) object {
	o := t.commonInstance(i)
	o["InternetChargeTypeAlias"] = i.InternetChargeType
	o["InternetChargeType"] = "4"
	if i.InternetChargeType == "paybybandwidth" {
		o["InternetChargeType"] = "3"
	}
	return o
}

func (t *txn) describeLoadBalancerAttribute() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	o := t.commonInstance(i)
	o["InternetChargeType"] = i.InternetChargeType
	o["BackendServers"] = object{"BackendServer": []object{}}
	ports, misspelt, proper := []int{}, []object{}, []object{}
	for _, port := range i.ports() {
		l := i.listeners[port]
		ports = append(ports, port)
		misspelt = append(misspelt, object{"ListenerPort": port, "ListenerProtocal": l.protocol})
		proper = append(proper, object{
			"ListenerPort": port, "ListenerProtocol": l.protocol, "Description": l.attrs["Description"],
			"ListenerForward": l.attrs["ListenerForward"], "ForwardPort": l.attrs.integer("ForwardPort", 0),
		})
	}
	o["ListenerPorts"] = object{"ListenerPort": ports}
	o["ListenerPortsAndProtocal"] = object{"ListenerPortAndProtocal": misspelt}
	o["ListenerPortsAndProtocol"] = object{"ListenerPortAndProtocol": proper}
	return o, nil
}

func (i *instance) protection() string {
	if i.ModificationProtection {
		return "ConsoleProtection"
	}
	return "NonProtection"
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func clockText(t time.Time) string { return t.UTC().Format(timestampLayout) }

func (t *txn) describeRegions() (object, *Error) {
	region := t.c.opts.Region
	return object{"Regions": object{"Region": []object{
		{"RegionId": region, "LocalName": region, "RegionEndpoint": "slb." + region + ".aliyuncs.com"},
	}}}, nil
}

func (t *txn) describeZones() (object, *Error) {
	zones := t.c.opts.Zones
	pair := func(master, slave string) object {
		return object{"ZoneId": master, "LocalName": master, "SlaveZones": object{
			"SlaveZone": []object{{"ZoneId": slave, "LocalName": slave}},
		}}
	}
	return object{"Zones": object{"Zone": []object{pair(zones[0], zones[1]), pair(zones[1], zones[0])}}}, nil
}
