package annotations

import "github.com/slb-ingress/slb-ingress-controller/cloud"

// Values are settings by name, as a user would write them.
type Values map[Name]string

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
	// Values are the settings that have no field of their own, as they were written. Each can be
	// read by its row.
	Values Values

	keys map[Name]string
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
