package annotations

import "slices"

// Foreign is an annotation of another controller that comes to a value of a row.
type Foreign struct {
	Key     string // in full
	Written string // its value
	Value   string // as our own row has it
}

// Adopt takes a value over as if it had been written under a key of ours; messages name the key and
// the value that were written. The fault is that of our row, and ok is false, if the row cannot read
// the value; then one that was adopted before stays. c is what Parse returned.
func (c *Config) Adopt(name Name, f Foreign) (fault Fault, ok bool) {
	table := Table()
	row := table[slices.IndexFunc(table, func(r Row) bool { return r.Name == name })]
	fault, ok = row.check(f.Key, f.Written, f.Value)
	if _, known := c.Values[name]; ok || !known {
		c.keys[name], c.written[name] = f.Key, f.Written
	}
	if ok {
		c.Values[name] = f.Value
	}
	return fault, ok
}

// Has tells whether somebody gave a value, be it one that can be read or not.
func (c Config) Has(n Name) bool { return c.keys[n] != "" }

// Written is the value as the Ingress has it; that differs from the value that counts if it was adopted.
func (c Config) Written(n Name) string {
	if written, ok := c.written[n]; ok {
		return written
	}
	return c.Values[n]
}

// Adopted are the names whose values were adopted and not removed since, in order.
func (c Config) Adopted() []Name {
	var names []Name
	for name := range c.written {
		if _, ok := c.Values[name]; ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
