package dataplane

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
)

// PortMap gives the port that is bound for a listener's port. It must give the same answer each
// time, and different answers for different ports; but 0 may be given for all of them, and lets the
// kernel choose. Server.Listeners tells what is bound.
type PortMap func(port int) int

// privilegedOffset moves a port that the process may not bind: 80 to 8080, 443 to 8443, and any
// other port below 1024 by the same amount.
const privilegedOffset = 8000

// LocalPorts maps a port to itself where this process may bind it, and else to the port 8000
// higher. Only ports below 1024 are ever moved.
func LocalPorts() PortMap {
	return func(port int) int {
		if port >= 1024 || mayBind(port) {
			return port
		}
		return port + privilegedOffset
	}
}

// mayBind asks the kernel, because what is allowed depends on capabilities and on a sysctl, not on
// the user id alone. A port in use is one that may be bound.
func mayBind(port int) bool {
	probe, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err == nil {
		_ = probe.Close() // nothing was accepted on it
		return true
	}
	return !errors.Is(err, os.ErrPermission)
}
