package node

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// Options configure a Node; the zero value of each field means its default.
type Options struct {
	// Name of the Node object; "virtual-node".
	Name string

	// PodCIDR is the IPv4 range of pod addresses; 10.244.0.0/16.
	PodCIDR netip.Prefix

	// Drain is how long a deleted pod may still finish the requests that it has accepted; 2 s.
	Drain time.Duration

	// Log is told about pods that cannot be run; the zero value discards.
	Log logr.Logger
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "virtual-node"
	}
	if !o.PodCIDR.IsValid() {
		o.PodCIDR = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 244, 0, 0}), 16)
	}
	if o.Drain == 0 {
		o.Drain = 2 * time.Second
	}
	return o
}

// workers is how many pods are handled at a time. A pod costs three requests to the API server, so
// this many hide their latency.
const workers = 4

// Node is a virtual node. DialContext is safe for concurrent use; Run is called once.
type Node struct {
	opts    Options
	clients kubernetes.Interface
	network *network
	pods    corelisters.PodLister
	factory informers.SharedInformerFactory
	queue   workqueue.TypedRateLimitingInterface[cache.ObjectName]

	mu      sync.Mutex
	running map[cache.ObjectName]*pod
}

// New makes a node that runs the pods of the cluster that config leads to. It does nothing before
// Run.
func New(config *rest.Config, opts Options) (*Node, error) {
	opts = opts.withDefaults()
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("making the client of the virtual node: %w", err)
	}
	network, err := newNetwork(opts.PodCIDR)
	if err != nil {
		return nil, err
	}
	factory := informers.NewSharedInformerFactory(clients, 0)
	n := &Node{
		opts: opts, clients: clients, network: network, factory: factory,
		pods:    factory.Core().V1().Pods().Lister(),
		queue:   workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]()),
		running: make(map[cache.ObjectName]*pod),
	}
	if _, err := factory.Core().V1().Pods().Informer().AddEventHandler(n.handler()); err != nil {
		return nil, fmt.Errorf("watching pods: %w", err)
	}
	return n, nil
}

func (n *Node) handler() cache.ResourceEventHandler {
	enqueue := func(object any) {
		if tombstone, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = tombstone.Obj
		}
		if pod, ok := object.(*corev1.Pod); ok {
			n.queue.Add(cache.MetaObjectToName(pod))
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue,
		UpdateFunc: func(_, object any) { enqueue(object) },
		DeleteFunc: enqueue,
	}
}

// Run registers the node and runs pods until ctx ends, which is not an error. Then the servers of
// all pods are closed; the objects in the cluster stay as they are.
func (n *Node) Run(ctx context.Context) error {
	defer n.closeAll()
	defer n.queue.ShutDown()
	if err := n.register(ctx); err != nil {
		return err
	}
	n.factory.Start(ctx.Done())
	defer n.factory.Shutdown()
	n.factory.WaitForCacheSync(ctx.Done())
	if err := n.resume(); err != nil { //nolint:contextcheck // The servers outlive the start.
		return err
	}

	var group sync.WaitGroup
	for range workers {
		group.Go(func() { n.work(ctx) })
	}
	<-ctx.Done()
	n.queue.ShutDown()
	group.Wait()
	return nil
}

// resume starts the pods that an earlier process ran, before a new pod can get one of their
// addresses.
func (n *Node) resume() error {
	objects, err := n.pods.List(labels.Everything())
	if err != nil {
		return fmt.Errorf("listing pods: %w", err)
	}
	for _, object := range objects {
		if object.Spec.NodeName != n.opts.Name || object.Status.PodIP == "" || over(object) {
			continue
		}
		if _, err := n.launch(cache.MetaObjectToName(object), object); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) work(ctx context.Context) {
	for {
		name, quit := n.queue.Get()
		if quit {
			return
		}
		if err := n.reconcile(ctx, name); err != nil && ctx.Err() == nil {
			n.opts.Log.V(1).Info("cannot bring a pod to its state yet", "pod", name.String(), "reason", err.Error())
			n.queue.AddRateLimited(name)
		} else {
			n.queue.Forget(name)
		}
		n.queue.Done(name)
	}
}

func (n *Node) closeAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.running {
		p.close()
	}
	clear(n.running)
}
