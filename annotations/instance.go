package annotations

import (
	"maps"
	"strconv"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func instanceRows() []Row {
	return []Row{
		{
			Name: ID, Type: instanceID(), Level: LevelInstance, Example: "lb-bp1o94dp5i6ea1example", Guards: true, Field: "loadBalancerID",
			Doc:    "Uses this existing load balancer instance in place of the one that is created for the class.",
			Reason: cloud.InvalidLoadBalancerID,
		},
		{
			Name: ForceOverride, Type: boolean(), Level: LevelInstance, Default: "false", Example: "true", Field: "forceOverrideListeners",
			Doc:            "Lets the controller take over listeners 80 and 443 of the instance, with their rules and domain extensions, where they exist already; of an instance that the class names, the class decides it.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.Override = v == "true" },
		},
		{
			Name: AddressType, Type: oneOf(cloud.AddressInternet, cloud.AddressIntranet), Level: LevelInstance, Example: cloud.AddressIntranet,
			Field: "addressType", Guards: true,
			Doc:            "Says which address the instance must have; an intranet instance also needs an id, unless the class asks for one.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.AddressType = v },
		},
	}
}

// Patterns of names and ids as CreateLoadBalancer documents them.
const (
	namePattern = `[a-zA-Z\p{Han}][a-zA-Z0-9\p{Han}._-]*`
	idPattern   = `[a-z0-9-]+`
)

func createdRows() []Row {
	return []Row{
		{
			Name: "name", Type: shaped(80, namePattern, `1 to 80 letters, digits and ". _ -", with a letter first`), Level: LevelCreated, Example: "shop-ingress", Field: "loadBalancer.name",
			Doc:            "Names the instance. Without it the instance gets a name made of the class and the cluster, and one that has another name by now keeps it.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.Name, lb.Rename = v, true },
		},
		{
			Name: "vswitch-id", Type: shaped(maxID, "vsw-"+idPattern, `"vsw-" and lower-case letters and digits`), Level: LevelCreated, Example: "vsw-bp1example", Field: "vSwitchID",
			Doc:            "Names the vSwitch that gives an intranet instance its address; it is fixed when the instance is created.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.VSwitchID = v },
		},
		{
			Name: "ip", Type: address(), Level: LevelCreated, Example: "192.168.0.80", Field: "loadBalancer.address",
			Doc:            "Asks for this address of the vSwitch for an intranet instance; it is fixed when the instance is created.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.Address = v },
		},
		{
			Name: "ip-version", Type: Type{Want: `"ipv4", since pods are reached by IPv4 and the service offers no intranet instance with IPv6`, accepts: func(v string) bool { return v == "ipv4" }},
			Level: LevelCreated, Default: "ipv4", Example: "ipv4", Field: "loadBalancer.ipVersion",
			Doc: "Says the version of the instance's address.",
		},
		{
			Name: "master-zoneid", Type: shaped(maxID, idPattern, "the id of a zone"), Level: LevelCreated, Example: "cn-hangzhou-b", Bundle: "zones", Field: "loadBalancer.masterZoneID",
			Doc:            "Says the zone that the instance usually works in; it is fixed when the instance is created.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.MasterZone = v },
		},
		{
			Name: "slave-zoneid", Type: shaped(maxID, idPattern, "the id of a zone"), Level: LevelCreated, Example: "cn-hangzhou-d", Bundle: "zones", Field: "loadBalancer.slaveZoneID",
			Doc:            "Says the zone that the instance works in when the other one fails; it is fixed when the instance is created.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.SlaveZone = v },
		},
	}
}

// keptRows are about how an instance is kept.
func keptRows() []Row {
	return []Row{
		{
			Name: "resource-group-id", Type: shaped(maxID, "rg-"+idPattern, `"rg-" and lower-case letters and digits`), Level: LevelCreated, Example: "rg-acfexample", Field: "loadBalancer.resourceGroupID",
			Doc:            "Puts the instance into a resource group; it is fixed when the instance is created.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.ResourceGroup = v },
		},
		{
			Name: "additional-resource-tags", Type: tagList(), Level: LevelCreated, Example: "team=shop,env=prod", Field: "tags",
			Doc: "Adds tags to the instance; tags that are no longer asked for stay.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) {
				tags, _ := parseTags(v)
				maps.Copy(lb.Tags, tags)
			},
		},
		{
			Name: "delete-protection", Type: onOff(), Level: LevelCreated, Default: on, Example: off, Field: "loadBalancer.deleteProtection",
			Doc:            "Protects the instance from being deleted by others; protection that somebody else switched on is never switched off.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.DeleteProtection = v == on },
		},
		{
			Name: "modification-protection", Type: oneOf(cloud.ConsoleProtection, cloud.NonProtection), Level: LevelCreated, Example: cloud.ConsoleProtection, Field: "loadBalancer.modificationProtection",
			Doc:            "Protects the instance from being changed in the console; without it the instance keeps what it has.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.ModificationProtection = v },
		},
	}
}

func chargeRows() []Row {
	const bundle = "charge"
	return []Row{
		{
			Name: "spec", Type: oneOf(cloud.Specs()...), Level: LevelCreated, Bundle: bundle, Default: "slb.s1.small", Example: "slb.s2.small", Field: "loadBalancerSpec",
			Doc:            "Says the specification of the instance, which bounds connections and requests; a larger one than asked for stays, and none is needed with PayByCLCU.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.Spec = v },
		},
		{
			Name: instanceChargeType, Type: oneOf(cloud.ChargeBySpec, cloud.ChargeByUse), Level: LevelCreated, Bundle: bundle, Default: cloud.ChargeBySpec, Example: cloud.ChargeByUse, Field: "loadBalancer.instanceChargeType",
			Doc: "Says whether the instance is charged by its specification or by use; it is fixed when the instance is created.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) {
				lb.ChargeType = v
				if v == cloud.ChargeByUse {
					lb.Spec = ""
				}
			},
		},
		{
			Name: chargeType, Type: oneOf(cloud.PayByTraffic, cloud.PayByBandwidth), Level: LevelCreated, Bundle: bundle, Example: cloud.PayByBandwidth, Field: "loadBalancer.internetChargeType",
			Doc:            "Says how the traffic of an internet instance is charged; the service puts a change into effect on the next day.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.InternetChargeType = v },
		},
		{
			Name: bandwidth, Type: number(1, 5000), Level: LevelCreated, Bundle: bundle, Example: "100", Field: "loadBalancer.bandwidth",
			Doc:            "Says the bandwidth in Mbit/s of an internet instance that is charged by bandwidth.",
			onLoadBalancer: func(lb *cloud.LoadBalancer, v string) { lb.Bandwidth, _ = strconv.Atoi(v) },
		},
	}
}
