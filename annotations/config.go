package annotations

import "github.com/slb-ingress/slb-ingress-controller/cloud"

// Values are settings by name, as a user would write them. Each can be read by its row.
type Values map[Name]string

// Config is what an Ingress's annotations ask for. The zero Config asks for nothing.
type Config struct {
	Values Values

	keys    map[Name]string
	written map[Name]string // of values that were borrowed
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
	Name    Name   // empty for a key that no row has
	Key     string // in full, as it was written
	Reason  cloud.Reason
	Message string // stable, and says what to write
	// Guards is that of the row: the Ingress must not be served without the setting.
	Guards bool
	// Withholds is that of the row: nothing may be added for the Ingress without the setting.
	Withholds bool
	// Notice says that all is served as its author meant it, and the fault only worth knowing.
	Notice bool
}
