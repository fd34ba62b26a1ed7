package annotations

import "slices"

// Borrowed is an annotation of another controller that comes to a value of a row.
type Borrowed struct {
	Key     string // in full
	Written string // its value
	Value   string // as our own row has it
}

// Borrow takes a value as if it had been written under a key of ours; messages name the key and
// the value that were written. The fault is that of our row, and ok is false, if the row cannot read
// the value; then one that was borrowed before stays. c is what Parse returned.
func (c *Config) Borrow(name Name, from Borrowed) (fault Fault, ok bool) {
	table := Table()
	row := table[slices.IndexFunc(table, func(r Row) bool { return r.Name == name })]
	fault, ok = row.check(from.Key, from.Written, from.Value)
	if _, known := c.Values[name]; ok || !known {
		c.keys[name], c.written[name] = from.Key, from.Written
	}
	if ok {
		c.Values[name] = from.Value
	}
	return fault, ok
}

// Has tells whether somebody gave a value, be it one that can be read or not.
func (c Config) Has(n Name) bool { return c.keys[n] != "" }

// Written is the value as the Ingress has it; that differs from the value that counts if it was borrowed.
func (c Config) Written(n Name) string {
	if written, ok := c.written[n]; ok {
		return written
	}
	return c.Values[n]
}

// Borrowed are the names whose values were borrowed and not removed since, in order.
func (c Config) Borrowed() []Name {
	var names []Name
	for name := range c.written {
		if _, ok := c.Values[name]; ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
