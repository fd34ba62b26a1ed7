package cloud

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// AccessControlList is a list of networks that listeners admit or refuse. The service keeps lists
// beside instances, so one outlives the instance; its name there is [Owner.ACLName].
type AccessControlList struct {
	// Name is unique within the group: lower-case letters. A list that admits and one that refuses
	// are not to share a name, since entries and use cannot change in one call.
	Name string
	// Entries are IPv4 networks such as "10.0.0.0/8"; an address alone is taken for a /32.
	Entries []string

	Source Source
}

// Ref is the list's logical name.
func (a AccessControlList) Ref() Ref { return ACLRef(a.Name) }

func (a *AccessControlList) normalize() {
	entries := make([]string, 0, len(a.Entries))
	for _, e := range a.Entries {
		entries = append(entries, network(e))
	}
	slices.Sort(entries)
	a.Entries = slices.Compact(entries)
}

// network gives an entry the service's spelling; one that is no IPv4 network is left alone.
func network(entry string) string {
	if p, err := ParseNetwork(entry); err == nil {
		return p.String()
	}
	return entry
}

// ParseNetwork reads an entry of an access control list: an IPv4 address or CIDR block. Bits below
// the mask are cleared.
func ParseNetwork(entry string) (netip.Prefix, error) {
	if !strings.Contains(entry, "/") {
		entry += "/32"
	}
	p, err := netip.ParsePrefix(entry)
	if err != nil {
		return netip.Prefix{}, err
	}
	if !p.Addr().Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is no IPv4 network", entry)
	}
	return p.Masked(), nil
}

// CACertificate is the certificate of an authority whose clients an HTTPS listener admits. Like a
// [Certificate] it is named by the SHA-256 of its contents in hexadecimal and never given back.
type CACertificate struct {
	Name     string
	PEM      []byte    // in a wanted Stack only
	NotAfter time.Time // UTC, whole seconds

	Source Source
}

// Ref is the certificate's logical name.
func (c CACertificate) Ref() Ref { return CACertificateRef(c.Name) }

// ACL returns the access control list of a name.
func (s Stack) ACL(name string) (AccessControlList, bool) {
	i := slices.IndexFunc(s.ACLs, func(a AccessControlList) bool { return a.Name == name })
	if i < 0 {
		return AccessControlList{}, false
	}
	return s.ACLs[i], true
}
