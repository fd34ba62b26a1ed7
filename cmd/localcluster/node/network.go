package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// network is the virtual range: which addresses are given out and who listens on them.
type network struct {
	prefix netip.Prefix
	dialer net.Dialer

	mu        sync.Mutex
	last      netip.Addr // given out last
	used      map[netip.Addr]bool
	listeners map[netip.AddrPort]*listener
}

func newNetwork(prefix netip.Prefix) (*network, error) {
	prefix = prefix.Masked()
	if !prefix.Addr().Is4() || prefix.Bits() > 29 {
		return nil, fmt.Errorf("range of pod addresses %q: cannot use it, give an IPv4 range of /29 or larger", prefix)
	}
	n := &network{
		prefix:    prefix,
		used:      make(map[netip.Addr]bool),
		listeners: make(map[netip.AddrPort]*listener),
	}
	n.last = n.gateway()
	return n, nil
}

// gateway is the first address; it stands for the node itself and is never a pod's.
func (n *network) gateway() netip.Addr { return n.prefix.Addr().Next() }

// allocate gives out wanted if it is free and of the range, else the next free address.
func (n *network) allocate(wanted netip.Addr) (netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.free(wanted) {
		n.used[wanted] = true
		return wanted, nil
	}
	for ip := n.after(n.last); ip != n.last; ip = n.after(ip) {
		if n.free(ip) {
			n.used[ip], n.last = true, ip
			return ip, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("range of pod addresses %q: each one is in use", n.prefix)
}

// after goes around the range.
func (n *network) after(ip netip.Addr) netip.Addr {
	if next := ip.Next(); n.prefix.Contains(next) {
		return next
	}
	return n.prefix.Addr()
}

// free says whether ip can be a pod's: not the range's own address, gateway or broadcast address.
func (n *network) free(ip netip.Addr) bool {
	return n.prefix.Contains(ip) && !n.used[ip] && ip != n.prefix.Addr() &&
		ip != n.gateway() && n.prefix.Contains(ip.Next())
}

func (n *network) release(ip netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.used, ip)
}

var errAddressInUse = errors.New("another container of the pod listens there")

// listen opens a port of an allocated address.
func (n *network) listen(at netip.AddrPort) (*listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[at] != nil {
		return nil, fmt.Errorf("listening on %s: %w", at, errAddressInUse)
	}
	l := newListener(at, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.listeners, at)
	})
	n.listeners[at] = l
	return l, nil
}

// DialContext connects to a pod of this node if addr is of its range, where a port that nobody
// listens on refuses the connection; any other address is dialled as net.Dialer does. Its signature
// is that of net.Dialer and http.Transport.
func (n *Node) DialContext(ctx context.Context, protocol, addr string) (net.Conn, error) {
	return n.network.dial(ctx, protocol, addr)
}

func (n *network) dial(ctx context.Context, protocol, addr string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil || !n.prefix.Contains(to.Addr().Unmap()) {
		return n.dialer.DialContext(ctx, protocol, addr)
	}
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	n.mu.Lock()
	l := n.listeners[to]
	n.mu.Unlock()

	fail := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: protocol, Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	if l == nil {
		return fail(os.NewSyscallError("connect", syscall.ECONNREFUSED))
	}
	conn, err := l.connect(ctx, n.gateway())
	if err != nil {
		return fail(err)
	}
	return conn, nil
}
