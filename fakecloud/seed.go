package fakecloud

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// InstanceSpec is a load balancer instance as another user left it.
type InstanceSpec struct {
	ID          string // default: a fresh one
	Name        string
	AddressType string // "internet" (default) or "intranet"
	Address     string // default: the next one of Options.Addresses
	VPC         string // of an intranet instance; default that of VSwitch
	VSwitch     string // of an intranet instance; default the first one, unless VPC is given
	// Spec is the guaranteed-performance spec; empty makes an instance that is paid by spec a
	// shared-performance one.
	Spec               string
	ChargeType         string // "PayBySpec" (default) or "PayByCLCU"
	InternetChargeType string // "paybytraffic" (default) or "paybybandwidth"
	Bandwidth          int    // default -1

	Locked                 bool // arrears: nothing works
	DeleteProtection       bool
	ModificationProtection bool // by ConsoleProtection
	ModificationReason     string
	ServiceManaged         string // "Unmanaged" (default) or "Managed"
	ResourceGroup          string
	MasterZone, SlaveZone  string
	Tags                   map[string]string
}

// ServerSpec is an ECS instance (id i-...) or an elastic network interface (id eni-...).
type ServerSpec struct {
	ID      string
	VPC     string   // default that of the first vSwitch
	IPs     []string // the first one is the primary
	Stopped bool
}

func (s ServerSpec) isENI() bool { return strings.HasPrefix(s.ID, "eni-") }

// AddInstance puts an instance into the account, without quota or checks, and gives its id.
func (c *Cloud) AddInstance(spec InstanceSpec) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now()
	c.advance(now)
	setDefault(&spec.AddressType, "internet")
	setDefault(&spec.ChargeType, "PayBySpec")
	if spec.AddressType == "intranet" && spec.VPC == "" {
		setDefault(&spec.VSwitch, c.opts.VSwitches[0].ID)
		if subnet, ok := c.vSwitch(spec.VSwitch); ok {
			setDefault(&spec.VPC, subnet.VPC)
		}
	}
	if spec.Address == "" {
		t := &txn{c: c, st: c.st, now: now}
		// With no address left the instance has none, as one whose EIP was taken away.
		_ = t.rent(&spec)
	}
	spec.Tags = maps.Clone(spec.Tags)
	i := c.st.addInstance(c, spec, now)
	c.touch(now)
	return i.ID
}

// EditInstance changes an instance out of band, e.g. locks it. It says whether there is one.
func (c *Cloud) EditInstance(id string, edit func(*InstanceSpec)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.st.instances[id]
	if i == nil {
		return false
	}
	spec := i.InstanceSpec
	spec.Tags = maps.Clone(i.Tags)
	edit(&spec)
	spec.ID = id
	if spec.Tags == nil {
		spec.Tags = tags{}
	}
	i.InstanceSpec = spec
	c.touch(c.opts.Now())
	return true
}

// AddServer adds or replaces a server or network interface.
func (c *Cloud) AddServer(spec ServerSpec) {
	c.mu.Lock()
	defer c.mu.Unlock()
	setDefault(&spec.VPC, c.opts.VSwitches[0].VPC)
	spec.IPs = slices.Clone(spec.IPs)
	c.st.servers[spec.ID] = spec
	delete(c.st.gone, spec.ID)
}

// RemoveServer makes a server or network interface vanish, also one of Options.ENICIDR. Groups lose
// it, or keep it as a member under Switches.RemoveVanished; adding it answers ResourceNotFound.vServers
// or InvalidServerId.NotExist.
func (c *Cloud) RemoveServer(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.st.servers, id)
	c.st.gone[id] = true
	if c.opts.Switches.RemoveVanished {
		return
	}
	for _, g := range c.st.groups {
		g.members = slices.DeleteFunc(slices.Clone(g.members), func(m member) bool { return m.serverID == id })
	}
	c.touch(c.opts.Now())
}

func (c *Cloud) hasVPC(id string) bool {
	return slices.ContainsFunc(c.opts.VSwitches, func(v VSwitch) bool { return v.VPC == id })
}

func (c *Cloud) vSwitch(id string) (VSwitch, bool) {
	n := slices.IndexFunc(c.opts.VSwitches, func(v VSwitch) bool { return v.ID == id })
	if n < 0 {
		return VSwitch{}, false
	}
	return c.opts.VSwitches[n], true
}

// rentable says whether an address may be asked for: one of the vSwitch, or of the range that the
// fake serves from.
func (c *Cloud) rentable(ip netip.Addr, subnet VSwitch) bool {
	return subnet.CIDR.Contains(ip) || c.opts.Addresses.Contains(ip)
}
