package node

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// pod is what runs for one Pod object.
type pod struct {
	uid     types.UID
	ip      netip.Addr
	started metav1.Time
	servers []server

	ending sync.Once
	closed chan struct{} // closed by close
	ended  chan struct{} // closed when finish is through
	close  func()        // stops everything at once; idempotent
}

// server is one port of a pod.
type server struct {
	http     *http.Server
	listener *listener
}

// defaultPort is served by a pod that names no port.
const defaultPort = 80

// start opens the ports of a pod on ip. A port that cannot be opened is in the error; the others
// serve.
func (n *Node) start(object *corev1.Pod, ip netip.Addr) (*pod, error) {
	p := &pod{
		uid: object.UID, ip: ip, started: metav1.Now(),
		closed: make(chan struct{}), ended: make(chan struct{}),
	}
	p.close = sync.OnceFunc(func() {
		close(p.closed)
		p.shutDown(0)
		n.network.release(ip)
	})
	var errs []error
	for _, who := range answers(object) {
		port := uint16(who.Port) //nolint:gosec // The API server admits 1 to 65535.
		l, err := n.network.listen(netip.AddrPortFrom(ip, port))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s := server{http: &http.Server{Handler: echo{who}, ReadHeaderTimeout: time.Minute}, listener: l}
		p.servers = append(p.servers, s)
		go func() { _ = s.http.Serve(l) }() // It ends when the listener closes, with just that error.
	}
	return p, errors.Join(errs...)
}

// answers lists the ports of a pod with who answers there.
func answers(object *corev1.Pod) []Answer {
	var all []Answer
	for i := range object.Spec.Containers {
		for _, port := range object.Spec.Containers[i].Ports {
			if port.Protocol == corev1.ProtocolTCP || port.Protocol == "" {
				all = append(all, identity(object, i, port.ContainerPort))
			}
		}
	}
	if len(all) == 0 {
		all = append(all, identity(object, 0, defaultPort))
	}
	return all
}

// finish lets the pod serve for preStop, then refuses new connections, gives requests under way
// the time of drain, and calls then. Only the first call has an effect.
func (p *pod) finish(preStop, drain time.Duration, then func()) {
	p.ending.Do(func() {
		go func() {
			if preStop > 0 {
				select {
				case <-time.After(preStop):
				case <-p.closed:
				}
			}
			p.shutDown(drain)
			close(p.ended)
			then()
		}()
	})
}

// hasEnded says whether finish is through.
func (p *pod) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// shutDown closes every server and returns when all requests are answered or drain has passed.
func (p *pod) shutDown(drain time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	var group sync.WaitGroup
	for _, s := range p.servers {
		group.Go(func() {
			_ = s.listener.Close()
			// What has not ended by then is cut off, as a kill would.
			if s.http.Shutdown(ctx) != nil {
				_ = s.http.Close()
			}
			s.listener.cut()
		})
	}
	group.Wait()
}
