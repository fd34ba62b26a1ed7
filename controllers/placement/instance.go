package placement

import "slices"

// Capacity bounds what an instance takes.
type Capacity struct {
	Rules      int // forwarding rules on one listener
	Members    int // members of all vServer groups
	Extensions int // domain extensions on one listener
	Bytes      int // names of hosts, which have to fit into the instance's record
}

// Instance is a load balancer instance, whether it is there or may be created.
type Instance struct {
	Number   int
	Capacity Capacity
	// Hosts are those that are placed on it.
	Hosts []Host
	// Certificate names the listeners' default certificate, for which a host needs no domain
	// extension. Empty: that of the oldest host that asks for one.
	Certificate string
	// Closed tells that it takes no further hosts, except those that belong to what it has.
	Closed bool
}

// state is an instance while hosts are placed.
type state struct {
	Instance

	members                 func(group string) int
	most                    Capacity // of any instance
	groups                  map[string]bool
	rules, used, extensions int
	bytes                   int
}

func newState(i Instance, members func(string) int) *state {
	s := &state{Instance: i, members: members, groups: map[string]bool{}}
	for _, h := range byAge(i.Hosts) {
		s.add(h)
	}
	return s
}

func (s *state) add(h Host) {
	s.rules += h.Rules
	s.bytes += size(h)
	if s.extends(h) {
		s.extensions++
	}
	if s.Certificate == "" {
		s.Certificate = h.Certificate
	}
	for _, g := range h.Groups {
		if !s.groups[g] {
			s.groups[g] = true
			s.used += s.members(g)
		}
	}
}

// extends tells whether a host needs a domain extension, at most.
func (s *state) extends(h Host) bool {
	return h.Certificate != "" && s.Certificate != "" && h.Certificate != s.Certificate
}

// size is what a host's name takes in a record: itself, quotes and a comma.
func size(h Host) int { return len(h.Name) + len(`"",`) }

// fits tells whether there is room for all hosts of a unit. One that needs more than any instance
// can have fits an empty one.
func (s *state) fits(u unit, extensions bool) bool {
	after := &state{Instance: s.Instance, members: s.members, groups: map[string]bool{}}
	for _, h := range u {
		after.add(h)
	}
	added := after.used
	for g := range after.groups {
		if s.groups[g] {
			added -= s.members(g)
		}
	}
	return (after.rules == 0 || s.rules+min(after.rules, s.most.Rules) <= s.Capacity.Rules) &&
		(added == 0 || s.used+min(added, s.most.Members) <= s.Capacity.Members) &&
		s.bytes+after.bytes <= s.Capacity.Bytes &&
		(!extensions || after.extensions == 0 || s.extensions+after.extensions <= s.Capacity.Extensions)
}

func (s *state) has(name string) bool {
	return slices.ContainsFunc(s.Hosts, func(h Host) bool { return h.Name == name })
}

// oldestUnder is the oldest host that a wildcard covers.
func (s *state) oldestUnder(wildcard string) (Host, bool) {
	for _, h := range byAge(s.Hosts) {
		if Covers(wildcard, h.Name) {
			return h, true
		}
	}
	return Host{}, false
}
