package dataplane

import (
	"net"
	"net/netip"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// acl decides which clients may connect. The zero value admits everyone. A white list without an
// entry admits nobody.
type acl struct {
	on      bool
	white   bool
	entries []netip.Prefix
}

// newACL leaves out entries that are no network; the service refuses them when they are written.
func newACL(view *fakecloud.ACLView) acl {
	if view == nil {
		return acl{}
	}
	list := acl{on: true, white: view.White}
	for _, entry := range view.Entries {
		if prefix, err := netip.ParsePrefix(entry); err == nil {
			list.entries = append(list.entries, prefix.Masked())
		} else if addr, err := netip.ParseAddr(entry); err == nil {
			list.entries = append(list.entries, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	return list
}

func (a acl) admits(client net.Addr) bool {
	if !a.on {
		return true
	}
	from, err := netip.ParseAddrPort(client.String())
	if err != nil {
		return false
	}
	for _, entry := range a.entries {
		if entry.Contains(from.Addr().Unmap()) {
			return a.white
		}
	}
	return !a.white
}
