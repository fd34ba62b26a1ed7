package dataplane

// The words of the service for its schedulers; anything else is weighted round robin.
const (
	schedulerRoundRobin      = "rr"
	schedulerLeastConnection = "wlc"
)

// pick leases the member that the scheduler gives the next new request to; nil when none is usable.
func (p *pool) pick() *member {
	p.mu.Lock()
	defer p.mu.Unlock()
	usable := p.usable()
	switch p.scheduler {
	case schedulerRoundRobin:
		return smooth(usable, func(*member) int { return 1 })
	case schedulerLeastConnection:
		return smooth(leastLoaded(usable), weight)
	default:
		return smooth(usable, weight)
	}
}

// bound leases the usable member with that cookie id, or gives nil.
func (p *pool) bound(id string) *member {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.usable() {
		if m.id == id {
			return m.lease()
		}
	}
	return nil
}

// usable lists the members in their order. One that is out loses its position, so that it neither
// gets a burst nor a pause when it is back.
func (p *pool) usable() []*member {
	usable := make([]*member, 0, len(p.members))
	for _, m := range p.members {
		if !m.usable() {
			m.current = 0
			continue
		}
		usable = append(usable, m)
	}
	return usable
}

func weight(m *member) int { return m.view.Weight }

// smooth is one step of smooth weighted round robin: everyone gains its weight, the richest is
// taken and pays the sum. Over a sum of weights each is taken as often as its weight says, and the
// turns are spread evenly.
func smooth(members []*member, weight func(*member) int) *member {
	var best *member
	total := 0
	for _, m := range members {
		m.current += weight(m)
		total += weight(m)
		if best == nil || m.current > best.current {
			best = m
		}
	}
	if best == nil {
		return nil
	}
	best.current -= total
	return best.lease()
}

// leastLoaded keeps the members with the fewest requests in flight for their weight.
func leastLoaded(members []*member) []*member {
	var least []*member
	var load, per int64
	for _, m := range members {
		// Loads are compared as fractions: a/b < c/d when a*d < c*b.
		inFlight, w := m.upstream.inFlight.Load(), int64(m.view.Weight)
		switch {
		case least == nil || inFlight*per < load*w:
			least, load, per = append(least[:0], m), inFlight, w
		case inFlight*per == load*w:
			least = append(least, m)
		}
	}
	return least
}
