package main

import (
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud/dataplane"
)

// lines writes whole lines of several goroutines, one after the other.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

// greet tells what a caller has to know. A secret of the user's own is not printed.
func greet(out io.Writer, o Options, at net.Addr, plane *dataplane.Server) {
	fmt.Fprintf(out, "OpenAPI         http://%s  (region %s, VPC %s)\n", at, o.Region, o.VPC)
	secret := "as given"
	if o.AccessKeySecret == fakecloud.DefaultAccessKeySecret {
		secret = o.AccessKeySecret
	}
	fmt.Fprintf(out, "access key      %s, secret %s\n", o.AccessKeyID, secret)
	if !o.DataPlane {
		fmt.Fprintln(out, "load balancers  data plane off")
		return
	}
	fmt.Fprintf(out, "load balancers  on %s, port 80 at %d, port 443 at %d\n", o.VIPRange.Masked(), plane.Port(80), plane.Port(443))
	if o.ENICIDR.IsValid() {
		fmt.Fprintf(out, "pods            %s\n", o.ENICIDR)
	} else {
		fmt.Fprintln(out, "pods            none are known: set --eni-cidr to the pod network of your cluster")
	}
}

func greetInstances(out io.Writer, state fakecloud.State) {
	for _, line := range state.Instances {
		fmt.Fprintln(out, line)
	}
}
