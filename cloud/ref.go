package cloud

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// Kind is a kind of resource of the service.
type Kind string

// The kinds of resources that a Stack holds.
const (
	KindLoadBalancer  Kind = "LoadBalancer"
	KindListener      Kind = "Listener"
	KindRule          Kind = "Rule"
	KindServerGroup   Kind = "ServerGroup"
	KindCertificate   Kind = "Certificate"
	KindExtension     Kind = "DomainExtension"
	KindACL           Kind = "AccessControlList"
	KindCACertificate Kind = "CACertificate"
)

// Regional tells whether resources of the kind are beside instances rather than on them.
func (k Kind) Regional() bool {
	return k == KindCertificate || k == KindACL || k == KindCACertificate
}

// Ref is the stable logical name of a resource within its group. It does not change when the
// resource is re-created, and says nothing about whether the resource exists.
type Ref struct {
	Kind Kind
	Name string
}

// String gives "Kind/name".
func (r Ref) String() string { return fmt.Sprintf("%s/%s", r.Kind, r.Name) }

// LoadBalancerRef is the Ref of a group's load balancer instance: there is one.
func LoadBalancerRef() Ref { return Ref{Kind: KindLoadBalancer} }

// ListenerRef names the listener on a port.
func ListenerRef(port int) Ref { return Ref{Kind: KindListener, Name: strconv.Itoa(port)} }

// RuleRef names a forwarding rule: the service allows one for each domain and URL of a listener.
func RuleRef(port int, domain, url string) Ref {
	return Ref{Kind: KindRule, Name: fmt.Sprintf("%d/%s%s", port, domain, url)}
}

// ServerGroupRef names a vServer group.
func ServerGroupRef(name string) Ref { return Ref{Kind: KindServerGroup, Name: name} }

// CertificateRef names a server certificate.
func CertificateRef(name string) Ref { return Ref{Kind: KindCertificate, Name: name} }

// ACLRef names an access control list.
func ACLRef(name string) Ref { return Ref{Kind: KindACL, Name: name} }

// CACertificateRef names a CA certificate.
func CACertificateRef(name string) Ref { return Ref{Kind: KindCACertificate, Name: name} }

// ExtensionRef names a domain extension: the service allows one for each domain of a listener.
func ExtensionRef(port int, domain string) Ref {
	return Ref{Kind: KindExtension, Name: fmt.Sprintf("%d/%s", port, domain)}
}

// ID is the service's own id of a resource, such as "lb-…" or "rsp-…". Listeners have none; a
// listener that exists is entered with its port as its id.
type ID string

// idMark begins a reference to something that is not ours.
const idMark = "id:"

// NameOfID is the name by which a resource refers to something that is not ours.
func NameOfID(id ID) string { return idMark + string(id) }

// IDOfName gives the id within a name that NameOfID made; ok is false for the name of what is ours.
func IDOfName(name string) (id ID, ok bool) {
	text, ok := strings.CutPrefix(name, idMark)
	if !ok {
		return "", false
	}
	return ID(text), true
}

// IDs maps logical names to the service's ids. A Ref that is absent does not exist, as far as is
// known. The nil map is empty and readable.
type IDs map[Ref]ID

// Clone returns a copy that can be written to, also for the nil map.
func (i IDs) Clone() IDs {
	if i == nil {
		return IDs{}
	}
	return maps.Clone(i)
}
