package fakecloud

import (
	"net/netip"
	"slices"
	"time"
)

func (t *txn) createLoadBalancer() (object, *Error) {
	text := tokenText(t.p)
	token := t.p["ClientToken"]
	if used, ok := t.st.tokens[token]; ok && token != "" {
		return t.replay(used, text)
	}
	spec, err := t.requestedInstance()
	if err != nil {
		return nil, err
	}
	if len(t.st.instances) >= t.c.opts.Quotas.Instances {
		return nil, refuse("OverQuota", "The maximum number of instances (%d) is exceeded.", t.c.opts.Quotas.Instances)
	}
	if err := t.rent(&spec); err != nil {
		return nil, err
	}
	i := t.st.addInstance(t.c, spec, t.now)
	t.touch(i.ID)
	answer := createdInstance(i)
	if token != "" {
		t.st.tokens[token] = tokenUse{instance: i.ID, params: text, answer: answer}
	}
	return answer, nil
}

// replay answers a repeated ClientToken with what the first call made, even if that is gone by now.
func (t *txn) replay(used tokenUse, text string) (object, *Error) {
	switch {
	case used.params != text:
		return nil, refuse("IdempotentParameterMismatch", "The request uses the same client token as a previous, but non-identical request.")
	case used.pending:
		return nil, retryLater("OperationFailed.TokenIsProcessing")
	}
	t.touch(used.instance)
	return used.answer, nil
}

func createdInstance(i *instance) object {
	return object{
		"LoadBalancerId": i.ID, "LoadBalancerName": i.Name, "Address": i.Address, "AddressIPVersion": "ipv4",
		"NetworkType": i.network(), "VpcId": i.VPC, "VSwitchId": i.VSwitch,
		"ResourceGroupId": i.ResourceGroup, "OrderId": 0,
	}
}

// requestedInstance reads and checks the parameters of CreateLoadBalancer.
func (t *txn) requestedInstance() (InstanceSpec, *Error) {
	wanted, err := t.createTags()
	if err != nil {
		return InstanceSpec{}, err
	}
	s := InstanceSpec{
		Name: t.p["LoadBalancerName"], AddressType: t.p["AddressType"], Address: t.p["Address"],
		VPC: t.p["VpcId"], VSwitch: t.p["VSwitchId"], ChargeType: t.p["InstanceChargeType"],
		Spec: t.p["LoadBalancerSpec"], InternetChargeType: t.p["InternetChargeType"],
		Bandwidth: t.p.integer("Bandwidth", 0), DeleteProtection: t.p.on("DeleteProtection"),
		ModificationReason: t.p["ModificationProtectionReason"], Tags: wanted,
		ModificationProtection: t.p["ModificationProtectionStatus"] == "ConsoleProtection",
		ResourceGroup:          t.p["ResourceGroupId"], MasterZone: t.p["MasterZoneId"], SlaveZone: t.p["SlaveZoneId"],
	}
	if err := t.checkCharge(&s); err != nil {
		return s, err
	}
	if s.ResourceGroup != "" && !slices.Contains(t.c.opts.ResourceGroups, s.ResourceGroup) {
		return s, refuse("InvalidResourceGroupId.NotFound", "The specified ResourceGroupId does not exist: %s.", s.ResourceGroup)
	}
	err = t.checkNetwork(&s)
	return s, err
}

func (t *txn) checkCharge(s *InstanceSpec) *Error {
	setDefault(&s.ChargeType, "PayBySpec")
	switch {
	case t.p["PayType"] == "PrePay":
		return refuse("Operation.NotAllowed", "Prepaid instances are not sold.")
	case s.ChargeType == "PayBySpec" && s.Spec == "":
		return refuse("MissingParam.LoadBalancerSpec", "The parameter LoadBalancerSpec is required for PayBySpec.")
	case s.ChargeType == "PayByCLCU" && s.InternetChargeType == "paybybandwidth":
		return refuse("IllegalParam.InternetChargeType", "PayByCLCU allows only paybytraffic.")
	case s.ModificationReason != "" && !s.ModificationProtection:
		return refuse("InvalidParam.ModificationProtectionReason", "A reason needs ConsoleProtection.")
	}
	if s.ChargeType == "PayByCLCU" {
		s.Spec = ""
	}
	return nil
}

// checkNetwork fills the address type and the VPC. A vSwitch makes the instance intranet.
func (t *txn) checkNetwork(s *InstanceSpec) *Error {
	if s.VSwitch != "" {
		s.AddressType = "intranet"
	}
	setDefault(&s.AddressType, "internet")
	switch {
	case t.p["AddressIPVersion"] == "ipv6":
		return refuse("InvalidParameter.Mismatch", "IPv6 instances are not offered in this region.")
	case s.VPC != "" && !t.c.hasVPC(s.VPC):
		return refuse("InvalidVpcId.NotExist", "The specified VpcId does not exist: %s.", s.VPC)
	case s.AddressType == "intranet" && s.VSwitch == "":
		return refuse("MissingParam.VSwitchId", "An intranet instance needs a vSwitch.")
	case s.AddressType == "internet" && s.Address != "":
		return refuse("InvalidParameter", "The address of an internet instance cannot be chosen.")
	case s.AddressType == "internet":
		s.VPC = ""
		return t.checkZones(s)
	}
	subnet, ok := t.c.vSwitch(s.VSwitch)
	if !ok {
		return refuse("InvalidVSwitchId.NotFound", "The specified VSwitchId does not exist: %s.", s.VSwitch)
	}
	if s.VPC != "" && s.VPC != subnet.VPC {
		return refuse("InvalidParameter.Mismatch", "The vSwitch %s is not in VPC %s.", s.VSwitch, s.VPC)
	}
	s.VPC = subnet.VPC
	if ip, err := netip.ParseAddr(s.Address); s.Address != "" && (err != nil || !t.c.rentable(ip, subnet)) {
		return refuse("InvalidParameter", "The address %q is not in the vSwitch.", s.Address)
	}
	return t.checkZones(s)
}

func (t *txn) checkZones(s *InstanceSpec) *Error {
	zones := t.c.opts.Zones
	for _, zone := range []string{s.MasterZone, s.SlaveZone} {
		if zone != "" && zone != zones[0] && zone != zones[1] {
			return refuse("PRODUCT.NOT_AVAILABLE_IZ", "The zone %s is not available.", zone)
		}
	}
	return nil
}

// rent picks an address. It goes round the range, so that an address is not handed out again while
// somebody may still remember its last owner.
func (t *txn) rent(s *InstanceSpec) *Error {
	taken := map[string]bool{}
	for _, i := range t.st.instances {
		taken[i.Address] = true
	}
	if s.Address != "" {
		if taken[s.Address] {
			return refuse("InvalidParameter", "The address %s is in use.", s.Address)
		}
		return nil
	}
	ip, ok := nextAddress(t.c.opts.Addresses, t.st.lastRental, taken)
	if !ok && s.AddressType == "intranet" {
		return refuse("VSwitchAvailableIpNotExist", "The vSwitch has no address left.")
	}
	if !ok {
		return refuse("OperationFailed.RegionResourceLimit", "The region has no address left.")
	}
	t.st.lastRental, s.Address = ip, ip.String()
	return nil
}

// nextAddress is the next free address after last, without the first and the last of the range.
func nextAddress(pool netip.Prefix, last netip.Addr, taken map[string]bool) (netip.Addr, bool) {
	first := pool.Masked().Addr().Next()
	ip := first
	if pool.Contains(last) {
		ip = last.Next()
	}
	for range 1 << 16 {
		if !pool.Contains(ip) || !pool.Contains(ip.Next()) {
			ip = first
		}
		if !taken[ip.String()] {
			return ip, true
		}
		if ip = ip.Next(); ip == last.Next() {
			break
		}
	}
	return netip.Addr{}, false
}

// addInstance gives a checked spec its id and its place.
func (s *state) addInstance(c *Cloud, spec InstanceSpec, now time.Time) *instance {
	if spec.ID == "" {
		spec.ID = c.ids.next("lb")
	}
	setDefault(&spec.Name, "auto_named_slb")
	setDefault(&spec.InternetChargeType, "paybytraffic")
	setDefault(&spec.Bandwidth, -1)
	setDefault(&spec.ResourceGroup, DefaultResourceGroup)
	setDefault(&spec.MasterZone, c.opts.Zones[0])
	setDefault(&spec.SlaveZone, c.opts.Zones[1])
	setDefault(&spec.ServiceManaged, "Unmanaged")
	if spec.Tags == nil {
		spec.Tags = tags{}
	}
	i := &instance{InstanceSpec: spec, created: now, listeners: map[int]*listener{}}
	s.instances[spec.ID] = i
	return i
}

func (i *instance) network() string {
	if i.VPC == "" {
		return "classic"
	}
	return "vpc"
}

func (t *txn) setLoadBalancerName() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	i.Name = t.p["LoadBalancerName"]
	return object{}, nil
}

func (t *txn) setLoadBalancerStatus() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	i.stopped = t.p["LoadBalancerStatus"] == "inactive"
	return object{}, nil
}

func (t *txn) setDeleteProtection() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	i.DeleteProtection = t.p.on("DeleteProtection")
	return object{}, nil
}

func (t *txn) setModificationProtection() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	on := t.p["ModificationProtectionStatus"] == "ConsoleProtection"
	if reason := t.p["ModificationProtectionReason"]; reason != "" && !on {
		return nil, refuse("InvalidParam.ModificationProtectionReason", "A reason needs ConsoleProtection.")
	}
	i.ModificationProtection, i.ModificationReason = on, t.p["ModificationProtectionReason"]
	return object{}, nil
}

func (t *txn) deleteLoadBalancer() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	if i.DeleteProtection {
		return nil, refuse("OperationDenied.DeleteProtectionIsOn", "The delete protection of the instance %s is on.", i.ID)
	}
	for _, l := range i.listeners {
		t.release(l)
	}
	for id, g := range t.st.groups {
		if g.instance == i.ID {
			delete(t.st.groups, id)
		}
	}
	delete(t.st.instances, i.ID)
	return object{}, nil
}

func (t *txn) modifyInstanceSpec() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	if i.ChargeType == "PayByCLCU" {
		return nil, refuse("OperationDenied.PayByCLCU", "An instance that is paid by use has no spec.")
	}
	i.Spec = t.p["LoadBalancerSpec"]
	return object{"OrderId": 0}, nil
}

func (t *txn) modifyInternetSpec() (object, *Error) {
	i, err := t.instance()
	if err != nil {
		return nil, err
	}
	if i.ChargeType == "PayByCLCU" {
		return nil, refuse("OperationDenied.PayByCLCU", "An instance that is paid by use has no internet spec.")
	}
	if kind := t.p["InternetChargeType"]; kind != "" {
		i.InternetChargeType = kind
	}
	i.Bandwidth = t.p.integer("Bandwidth", i.Bandwidth)
	return object{"OrderId": 0}, nil
}
