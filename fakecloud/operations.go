package fakecloud

import "maps"

// The two products that answer on one endpoint.
const (
	versionSLB = "2014-05-15"
	versionECS = "2014-05-26"
)

// scope is what an operation holds while it runs, and what has to be settled before.
type scope int

const (
	locksNothing scope = iota
	locksInstance
	locksListener
	locksGroup
	locksACL
)

// operation is one row of the table: a handler, whether it writes, what it locks and the code it
// answers while that is busy.
type operation struct {
	run   func(*txn) (object, *Error)
	write bool
	locks scope
	busy  string
	ecs   bool
}

func (o operation) version() string {
	if o.ecs {
		return versionECS
	}
	return versionSLB
}

func (o operation) host() string {
	if o.ecs {
		return "ecs.aliyuncs.com"
	}
	return "slb.aliyuncs.com"
}

func read(run func(*txn) (object, *Error)) operation { return operation{run: run} }

func write(run func(*txn) (object, *Error), locks scope, busy string) operation {
	return operation{run: run, write: true, locks: locks, busy: busy}
}

const (
	busyListener  = "ServiceIsConfiguring"
	busyRules     = "OperationFailed.ListenerStatusNotSupport"
	busyExtension = "DomainExtensionProcessing"
	busyGroup     = "VServerGroupProcessing"
	busyACL       = "AclEntryProcessing"
)

// operations is the whole API of the fake.
func operations() map[string]operation {
	all := map[string]operation{}
	for _, part := range []map[string]operation{
		instanceOperations(), listenerOperations(), groupOperations(), certificateOperations(), otherOperations(),
	} {
		maps.Copy(all, part)
	}
	return all
}

func instanceOperations() map[string]operation {
	return map[string]operation{
		"CreateLoadBalancer":                    write((*txn).createLoadBalancer, locksNothing, ""),
		"DescribeLoadBalancers":                 read((*txn).describeLoadBalancers),
		"DescribeLoadBalancerAttribute":         read((*txn).describeLoadBalancerAttribute),
		"SetLoadBalancerName":                   write((*txn).setLoadBalancerName, locksInstance, "SystemBusy"),
		"SetLoadBalancerStatus":                 write((*txn).setLoadBalancerStatus, locksInstance, "SystemBusy"),
		"SetLoadBalancerDeleteProtection":       write((*txn).setDeleteProtection, locksInstance, "SystemBusy"),
		"SetLoadBalancerModificationProtection": write((*txn).setModificationProtection, locksInstance, "SystemBusy"),
		"DeleteLoadBalancer":                    write((*txn).deleteLoadBalancer, locksInstance, busyListener),
		"ModifyLoadBalancerInstanceSpec":        write((*txn).modifyInstanceSpec, locksInstance, "SystemBusy"),
		"ModifyLoadBalancerInternetSpec":        write((*txn).modifyInternetSpec, locksInstance, "SystemBusy"),

		"TagResources":     write((*txn).tagResources, locksNothing, ""),
		"UntagResources":   write((*txn).untagResources, locksNothing, ""),
		"ListTagResources": read((*txn).listTagResources),
	}
}

func listenerOperations() map[string]operation {
	return map[string]operation{
		"CreateLoadBalancerHTTPListener":             write((*txn).createHTTPListener, locksInstance, "ListenerProcessing"),
		"CreateLoadBalancerHTTPSListener":            write((*txn).createHTTPSListener, locksInstance, "ListenerProcessing"),
		"SetLoadBalancerHTTPListenerAttribute":       write((*txn).setHTTPListener, locksListener, busyListener),
		"SetLoadBalancerHTTPSListenerAttribute":      write((*txn).setHTTPSListener, locksListener, busyListener),
		"DescribeLoadBalancerHTTPListenerAttribute":  read((*txn).describeHTTPListener),
		"DescribeLoadBalancerHTTPSListenerAttribute": read((*txn).describeHTTPSListener),
		"StartLoadBalancerListener":                  write((*txn).startListener, locksListener, "Operation.Deny"),
		"StopLoadBalancerListener":                   write((*txn).stopListener, locksListener, busyListener),
		"DeleteLoadBalancerListener":                 write((*txn).deleteListener, locksListener, busyListener),
		"DescribeLoadBalancerListeners":              read((*txn).describeListeners),

		"CreateRules":           write((*txn).createRules, locksListener, busyRules),
		"SetRule":               write((*txn).setRule, locksListener, busyRules),
		"DeleteRules":           write((*txn).deleteRules, locksListener, busyRules),
		"DescribeRules":         read((*txn).describeRules),
		"DescribeRuleAttribute": read((*txn).describeRuleAttribute),
	}
}

func groupOperations() map[string]operation {
	return map[string]operation{
		"CreateVServerGroup":               write((*txn).createGroup, locksInstance, "BackendServer.configuring"),
		"DescribeVServerGroups":            read((*txn).describeGroups),
		"DescribeVServerGroupAttribute":    read((*txn).describeGroupAttribute),
		"SetVServerGroupAttribute":         write((*txn).setGroup, locksGroup, busyGroup),
		"AddVServerGroupBackendServers":    write((*txn).addMembers, locksGroup, busyGroup),
		"RemoveVServerGroupBackendServers": write((*txn).removeMembers, locksGroup, busyGroup),
		"ModifyVServerGroupBackendServers": write((*txn).modifyMembers, locksGroup, busyGroup),
		"DeleteVServerGroup":               write((*txn).deleteGroup, locksGroup, busyGroup),
	}
}

func certificateOperations() map[string]operation {
	return map[string]operation{
		"UploadServerCertificate":    write((*txn).uploadCertificate, locksNothing, ""),
		"DescribeServerCertificates": read((*txn).describeCertificates),
		"SetServerCertificateName":   write((*txn).setCertificateName, locksNothing, ""),
		"DeleteServerCertificate":    write((*txn).deleteCertificate, locksNothing, ""),
		"UploadCACertificate":        write((*txn).uploadCA, locksNothing, ""),
		"DescribeCACertificates":     read((*txn).describeCAs),
		"SetCACertificateName":       write((*txn).setCAName, locksNothing, ""),
		"DeleteCACertificate":        write((*txn).deleteCA, locksNothing, ""),

		"CreateDomainExtension":            write((*txn).createExtension, locksListener, busyExtension),
		"SetDomainExtensionAttribute":      write((*txn).setExtension, locksListener, busyExtension),
		"DescribeDomainExtensions":         read((*txn).describeExtensions),
		"DescribeDomainExtensionAttribute": read((*txn).describeExtensionAttribute),
		"DeleteDomainExtension":            write((*txn).deleteExtension, locksListener, busyExtension),
	}
}

func otherOperations() map[string]operation {
	return map[string]operation{
		"CreateAccessControlList":            write((*txn).createACL, locksNothing, ""),
		"DescribeAccessControlLists":         read((*txn).describeACLs),
		"DescribeAccessControlListAttribute": read((*txn).describeACLAttribute),
		"SetAccessControlListAttribute":      write((*txn).setACLName, locksACL, busyACL),
		"AddAccessControlListEntry":          write((*txn).addACLEntries, locksACL, busyACL),
		"RemoveAccessControlListEntry":       write((*txn).removeACLEntries, locksACL, busyACL),
		"DeleteAccessControlList":            write((*txn).deleteACL, locksACL, busyACL),

		"DescribeHealthStatus": read((*txn).describeHealth),
		"DescribeZones":        read((*txn).describeZones),
		"DescribeRegions":      read((*txn).describeRegions),

		"DescribeNetworkInterfaces": {run: (*txn).describeNetworkInterfaces, ecs: true},
	}
}
