package fakecloud

import (
	"strconv"
	"time"
)

func (t *txn) instance() (*instance, *Error) {
	i, err := t.instanceByID(t.p["LoadBalancerId"])
	if err == nil && t.op.locks == locksInstance && t.now.Before(i.busyUntil) {
		return nil, retryLater(t.op.busy)
	}
	return i, err
}

// instanceByID finds an instance. A locked one (arrears) refuses every write.
func (t *txn) instanceByID(id string) (*instance, *Error) {
	t.touch(id)
	i := t.st.instances[id]
	if i == nil {
		return nil, noInstance(id)
	}
	if i.Locked && t.op.write {
		return nil, refuse("ActionNotAllowed", "The instance %s is locked.", id)
	}
	return i, nil
}

// place is a listener with its instance.
type place struct {
	*listener
	lb *instance
}

// listener finds the listener that LoadBalancerId, ListenerPort and ListenerProtocol name. A write
// finds it only when it is settled.
func (t *txn) listener() (place, *Error) {
	return t.listenerOf(t.p["ListenerProtocol"])
}

func (t *txn) listenerOf(protocol string) (place, *Error) {
	i, err := t.instance()
	if err != nil {
		return place{}, err
	}
	l := i.listeners[t.p.integer("ListenerPort", 0)]
	if l == nil || protocol != "" && protocol != l.protocol {
		return place{}, noListener(t.p["ListenerPort"])
	}
	at := place{l, i}
	return at, t.settled(at)
}

func (t *txn) settled(at place) *Error {
	t.touch(listenerID(at.lb.ID, at.listener))
	if t.op.locks != locksListener {
		return nil
	}
	if at.busy(t.now) {
		return retryLater(t.op.busy)
	}
	return nil
}

// listenerID is what the tag operations call a listener.
func listenerID(lb string, l *listener) string {
	return lb + "_" + l.protocol + "_" + strconv.Itoa(l.port)
}

// reconfigure starts the busy window that follows a change of a listener.
func (t *txn) reconfigure(l *listener) {
	if d := t.c.opts.Busy.Configuring; d > 0 {
		l.settle(configuring, t.now.Add(d))
	}
}

// extend starts the busy window that follows a new listener or group.
func (t *txn) extend(i *instance) {
	if d := t.c.opts.Busy.Instance; d > 0 {
		i.busyUntil = t.now.Add(d)
	}
}

// rule finds a rule by its id alone.
func (t *txn) rule(id string) (place, *rule, *Error) {
	t.touch(id)
	for _, i := range t.st.instances {
		for _, l := range i.listeners {
			for _, r := range l.rules {
				if r.id == id {
					_, err := t.instanceByID(i.ID)
					return place{l, i}, r, err
				}
			}
		}
	}
	return place{}, nil, refuse("InvalidRuleId.NotFound", "The specified RuleId does not exist: %s.", id)
}

func (t *txn) extension(id string) (place, *extension, *Error) {
	t.touch(id)
	for _, i := range t.st.instances {
		for _, l := range i.listeners {
			for _, e := range l.extensions {
				if e.id == id {
					_, err := t.instanceByID(i.ID)
					return place{l, i}, e, err
				}
			}
		}
	}
	return place{}, nil, refuse("InvalidParameter.DomainExtensionId", "The specified DomainExtensionId does not exist: %s.", id)
}

// group finds the group that VServerGroupId names. A write finds it only when it is settled.
func (t *txn) group() (*group, *Error) {
	id := t.p["VServerGroupId"]
	t.touch(id)
	g := t.st.groups[id]
	if g == nil {
		return nil, noGroup(id)
	}
	if _, err := t.instanceByID(g.instance); err != nil {
		return nil, err
	}
	if t.op.locks == locksGroup && t.now.Before(g.busyUntil) {
		return nil, retryLater(t.op.busy)
	}
	return g, nil
}

// groupOn finds a group for use by a listener or rule of an instance. One of another instance does
// not exist there.
func (t *txn) groupOn(i *instance, id string) (*group, *Error) {
	t.touch(id)
	g := t.st.groups[id]
	if g == nil || g.instance != i.ID {
		return nil, noGroup(id)
	}
	return g, nil
}

func (t *txn) acl() (*acl, *Error) {
	a, err := t.aclByID(t.p["AclId"])
	if err == nil && t.op.locks == locksACL && t.now.Before(a.busyUntil) {
		return nil, retryLater(t.op.busy)
	}
	return a, err
}

func (t *txn) aclByID(id string) (*acl, *Error) {
	t.touch(id)
	a := t.st.acls[id]
	if a == nil {
		return nil, refuse("AclNotExist", "The specified acl %q does not exist.", id)
	}
	return a, nil
}

// linger keeps what a resource used counted as in use for the window, since references clear late.
func (t *txn) linger(keys ...string) {
	d := t.c.opts.Busy.References
	for _, key := range keys {
		if d > 0 && key != "" {
			t.st.lingering[key] = t.now.Add(d)
		}
	}
}

func (s *state) lingers(key string, now time.Time) bool {
	until, ok := s.lingering[key]
	return ok && now.Before(until)
}
