package alibaba

import (
	"net/netip"
	"sync"
	"time"
)

const (
	interfaceLife   = 5 * time.Minute
	interfacesKnown = 20_000
)

// interfaceCache remembers which interface has an address. It holds at most interfacesKnown entries,
// each for interfaceLife.
type interfaceCache struct {
	mu      sync.Mutex
	entries map[netip.Addr]interfaceEntry
}

type interfaceEntry struct {
	id      string
	expires time.Time
}

func newInterfaceCache() *interfaceCache {
	return &interfaceCache{entries: map[netip.Addr]interfaceEntry{}}
}

// lookup splits addresses into those that are known and those that are not.
func (c *interfaceCache) lookup(addresses []netip.Addr, now time.Time) (map[netip.Addr]string, []netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := make(map[netip.Addr]string, len(addresses))
	var missing []netip.Addr
	for _, a := range addresses {
		if e, ok := c.entries[a]; ok && now.Before(e.expires) {
			found[a] = e.id
		} else {
			missing = append(missing, a)
		}
	}
	return found, missing
}

// store adds an entry. When there is no room, what has expired goes, and if that frees none, all
// goes: asking again is cheap.
func (c *interfaceCache) store(a netip.Addr, id string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= interfacesKnown {
		c.sweep(now)
	}
	c.entries[a] = interfaceEntry{id: id, expires: now.Add(interfaceLife)}
}

func (c *interfaceCache) sweep(now time.Time) {
	for a, e := range c.entries {
		if !now.Before(e.expires) {
			delete(c.entries, a)
		}
	}
	if len(c.entries) >= interfacesKnown {
		clear(c.entries)
	}
}

func (c *interfaceCache) drop(a netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, a)
}
