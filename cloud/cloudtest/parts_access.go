package cloudtest

import (
	"fmt"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

const allow, deny = "allow", "deny"

// accessPart makes lists, fills and empties them, and puts them on listeners and off again.
func accessPart(w *world) {
	// Lists need no instance, and stay when it goes.
	w.apply(cloud.CreateACL{List: cloud.AccessControlList{Name: allow}})
	ids := w.observe().IDs
	w.refused(cloud.CreateACL{List: cloud.AccessControlList{Name: allow}}, ids, cloud.Conflict)
	var many []string
	for i := range 120 {
		many = append(many, fmt.Sprintf("10.0.%d.0/24", i))
	}
	w.apply(
		cloud.AddACLEntries{List: allow, Entries: many[:50]},
		cloud.AddACLEntries{List: allow, Entries: many[50:100]},
		cloud.AddACLEntries{List: allow, Entries: []string{"192.0.2.1/32"}},
	)
	w.refused(cloud.AddACLEntries{List: allow, Entries: many[:1]}, ids, cloud.Conflict)
	w.refused(cloud.AddACLEntries{List: deny, Entries: many[:1]}, ids, cloud.Conflict, cloud.NotFound)
	w.apply(cloud.RemoveACLEntries{List: allow, Entries: many[:50]})
	w.again(cloud.RemoveACLEntries{List: allow, Entries: many[:50]}, ids)
	w.attachLists()
	ids = w.observe().IDs
	w.apply(cloud.DeleteACL{Name: allow})
	w.again(cloud.DeleteACL{Name: allow}, ids)
	w.again(cloud.RemoveACLEntries{List: allow, Entries: many[50:51]}, ids)
	w.refused(cloud.AddACLEntries{List: allow, Entries: many[:1]}, ids, cloud.NotFound)
}

// attachLists changes a listener from no list to one that admits, to one that refuses, and back.
func (w *world) attachLists() {
	w.Helper()
	w.listeners()
	w.apply(
		cloud.CreateACL{List: cloud.AccessControlList{Name: deny}},
		cloud.AddACLEntries{List: deny, Entries: []string{"198.51.100.0/24"}},
	)
	white, black := plainListener(), plainListener()
	white.ACL = cloud.ACL{Type: "white", Lists: allow}
	black.ACL = cloud.ACL{Type: "black", Lists: deny}
	w.apply(cloud.SetListener{Listener: white})
	w.refused(cloud.DeleteACL{Name: allow}, w.observe().IDs, cloud.Busy)
	w.apply(cloud.SetListener{Listener: black}, cloud.SetListener{Listener: plainListener()})
	// A listener can be made with a list.
	w.apply(
		cloud.DeleteListener{Port: 80, Protocol: cloud.HTTP},
		cloud.CreateListener{Listener: white},
		cloud.DeleteListener{Port: 80, Protocol: cloud.HTTP},
	)
}

// mutualTLSPart asks for clients' certificates. The service has no way to stop asking.
func mutualTLSPart(w *world) {
	one, other := NewCACertificate(w.T, "one"), NewCACertificate(w.T, "other")
	w.apply(cloud.UploadCACertificate{Certificate: one})
	certificate := w.listeners()
	w.apply(cloud.UploadCACertificate{Certificate: other})
	l := tlsListener(certificate.Name)
	l.TLS.CACertificate = one.Name
	w.apply(cloud.SetListener{Listener: l})
	l.TLS.CACertificate = other.Name
	w.apply(cloud.SetListener{Listener: l})
	ids := w.observe().IDs
	w.refused(cloud.DeleteCACertificate{Name: other.Name}, ids, cloud.Busy)
	w.apply(
		cloud.DeleteCACertificate{Name: one.Name},
		cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS},
		cloud.CreateListener{Listener: l},
		cloud.DeleteListener{Port: 443, Protocol: cloud.HTTPS},
		cloud.DeleteCACertificate{Name: other.Name},
	)
	w.again(cloud.DeleteCACertificate{Name: other.Name}, ids)
}
