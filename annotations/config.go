package annotations

import "github.com/slb-ingress/slb-ingress-controller/cloud"

// Config is what an Ingress's annotations ask for. The zero Config asks for nothing: every field
// has its default.
type Config struct {
	// ID is the existing instance to be used, and well formed; empty: the class's own.
	ID cloud.ID
	// AddressType is cloud.AddressInternet or cloud.AddressIntranet; empty: not said.
	AddressType string
	// Override says whether listeners 80 and 443 of the instance may be taken over; nil: not
	// said, which means no.
	Override *bool

	// Canary makes the Ingress a canary.
	Canary bool
	// CanaryWeight is a canary's share of the requests in percent, 0 to 100; nil: not said, which
	// means 0.
	CanaryWeight *int
	// CanaryBy are the keys of conditions that the service does not have, in the order of the
	// table.
	CanaryBy []Name

	keys map[Name]string
}

// Share is the percentage of the requests that a canary takes.
func (c Config) Share() int {
	if c.CanaryWeight == nil {
		return 0
	}
	return *c.CanaryWeight
}

// Key is the key under which the annotation was found, in full, or the key that a user would write
// if it was not found.
func (c Config) Key(n Name) string {
	if key, ok := c.keys[n]; ok {
		return key
	}
	return Prefix + string(n)
}

// Fault is an annotation that cannot be used.
type Fault struct {
	Key     string // in full, as it was written
	Reason  cloud.Reason
	Message string // stable, and says what to write
}
