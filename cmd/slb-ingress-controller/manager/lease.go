package manager

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// lease is the lock that replicas contend for. It remembers when it was last renewed, which the
// election keeps to itself, so that each write to the service can be refused to a process that was
// stopped for longer than the lease lasts and has not noticed yet.
type lease struct {
	resourcelock.Interface

	lasts time.Duration
	now   func() time.Time

	mu      sync.Mutex
	renewed time.Time // zero: not held
}

// newLease makes the lock of this process.
func newLease(cluster *rest.Config, o Options) (*lease, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("cannot name this replica: %w", err)
	}
	lock, err := resourcelock.NewFromKubeconfig(resourcelock.LeasesResourceLock, o.Namespace, leaseName,
		resourcelock.ResourceLockConfig{Identity: host + "_" + string(uuid.NewUUID())}, cluster, o.renewDeadline())
	if err != nil {
		return nil, fmt.Errorf("building the lease: %w", err)
	}
	return &lease{Interface: lock, lasts: o.LeaseDuration, now: time.Now}, nil
}

// Create implements resourcelock.Interface.
func (l *lease) Create(ctx context.Context, record resourcelock.LeaderElectionRecord) error {
	return l.write(ctx, record, l.Interface.Create)
}

// Update implements resourcelock.Interface.
func (l *lease) Update(ctx context.Context, record resourcelock.LeaderElectionRecord) error {
	return l.write(ctx, record, l.Interface.Update)
}

// write notes a renewal with the time before it was asked for: from when the cluster heard of it,
// others count the lease, and that is later. A lease that is handed back is lost before the request
// goes, since the next holder may be faster than the answer.
func (l *lease) write(ctx context.Context, record resourcelock.LeaderElectionRecord,
	send func(context.Context, resourcelock.LeaderElectionRecord) error,
) error {
	mine := record.HolderIdentity == l.Identity()
	if !mine {
		l.hold(time.Time{})
	}
	began := l.now()
	err := send(ctx, record)
	if err == nil && mine {
		l.hold(began)
	}
	return err
}

func (l *lease) hold(since time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renewed = since
}

// fence tells whether the lease is held and lasts for longer than within.
func (l *lease) fence(within time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.renewed.IsZero() {
		return errors.New("this replica does not hold the lease")
	}
	if left := l.lasts - l.age(); left <= within {
		return fmt.Errorf("the lease of this replica may end before a call does, which takes up to %s", within)
	}
	return nil
}

// age is the time since the last renewal: by the monotonic clock, which goes on while the process is
// stopped and which nobody sets; or by the wall clock, which goes on while the machine sleeps,
// whichever is more.
func (l *lease) age() time.Duration {
	now := l.now()
	return max(now.Sub(l.renewed), now.Round(0).Sub(l.renewed.Round(0)))
}
