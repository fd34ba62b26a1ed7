package dataplane

import (
	"cmp"
	"net"
	"strconv"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// endpoint names one socket. The protocol is part of it because a listener cannot change it: the
// service deletes and re-creates.
type endpoint struct {
	instance string
	address  string
	port     int // the listener's
	bound    int // the socket's
	protocol string
}

func (e endpoint) hostport() string { return net.JoinHostPort(e.address, strconv.Itoa(e.bound)) }

func (e endpoint) status(address string, err error) ListenerStatus {
	return ListenerStatus{InstanceID: e.instance, Port: e.port, Protocol: e.protocol, Address: address, Err: err}
}

func compareEndpoints(a, b endpoint) int {
	return cmp.Or(
		cmp.Compare(a.instance, b.instance),
		cmp.Compare(a.port, b.port),
		cmp.Compare(a.protocol, b.protocol),
		cmp.Compare(a.address, b.address),
	)
}

// assignment is what one socket is to serve.
type assignment struct {
	at      endpoint
	view    fakecloud.ListenerView
	options Options
}
