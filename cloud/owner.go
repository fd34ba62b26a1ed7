package cloud

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Owner says whose resources are meant: those that one cluster made for one group, which is one
// SLBInstance object and one load balancer instance.
type Owner struct {
	Cluster string // cluster id
	Group   string // "class.<class>.<n>" or "id.<lb-id>"
}

// Tag keys that mark what is ours. The service refuses keys that begin with "aliyun" or "acs:".
const (
	TagCluster     = "slb-ingress/cluster"
	TagGroup       = "slb-ingress/group"
	TagNamespace   = "slb-ingress/namespace" // of a vServer group: its Service's namespace
	TagService     = "slb-ingress/service"
	TagPort        = "slb-ingress/port"
	TagCanary      = "slb-ingress/canary"      // of a vServer group with a canary: the rest of its name
	TagCertificate = "slb-ingress/certificate" // of a server or CA certificate: its logical name
	// TagProtected marks an instance whose delete protection was set when it was created, and
	// which may therefore be lifted again.
	TagProtected = "slb-ingress/protected"

	// TagRetained marks an instance that was created for a class with reclaim policy Retain and
	// whose record was deleted by hand: it is its user's, and stays until an Ingress needs it again.
	TagRetained = "slb-ingress/retained"

	// tagClaim and a cluster id make the key of a claim on an instance that is reused.
	tagClaim = "slb-ingress/claim-"

	// TagACK is the tag by which the vendor's own controllers know their cluster; they keep away
	// from an instance that carries it.
	TagACK = "ack.aliyun.com"
	// TagKeep is the tag that the vendor's service controller puts on instances that it made.
	TagKeep = "kubernetes.do.not.delete"
)

// maxTagValue is the service's limit on the value of a tag.
const maxTagValue = 128

// MaxClusterID is the longest cluster id whose claim fits a tag key (64 characters).
const MaxClusterID = 64 - len(tagClaim)

// Tags are the marks of a resource that can be tagged. A group's name that is too long for a tag
// is cut and ends in a hash of the whole.
func (o Owner) Tags() map[string]string {
	return map[string]string{TagCluster: o.Cluster, TagGroup: Shorten(o.Group, maxTagValue)}
}

// Owns tells whether the tags are the marks of this owner.
func (o Owner) Owns(tags map[string]string) bool {
	for key, value := range o.Tags() {
		if got, ok := tags[key]; !ok || got != value {
			return false
		}
	}
	return true
}

// ClaimKey is the tag by which this owner's cluster claims an instance that it reuses. It is a key
// of its own for each cluster, so two clusters that claim at once see each other.
func (o Owner) ClaimKey() string { return tagClaim + o.Cluster }

// ClaimsOf returns the ids of the clusters that claim an instance with these tags, unsorted.
func ClaimsOf(tags map[string]string) []string {
	var clusters []string
	for key := range tags {
		if cluster, ok := strings.CutPrefix(key, tagClaim); ok {
			clusters = append(clusters, cluster)
		}
	}
	return clusters
}

// RuleName is the name of this owner's rule for a domain and URL. Rules cannot be tagged, so the
// name is the mark: a hash of cluster and group, then one of domain and URL; 29 of the 40
// characters that the service allows.
func (o Owner) RuleName(domain, url string) string {
	return o.rulePrefix() + digest(20, domain, url)
}

// OwnsRule tells whether a rule of this name is this owner's rule for the domain and URL. Both
// parts must fit: a name that was copied onto another rule does not make that rule ours.
func (o Owner) OwnsRule(name, domain, url string) bool { return name == o.RuleName(domain, url) }

func (o Owner) rulePrefix() string { return digest(8, o.Cluster, o.Group) + "-" }

// ACLName is the service's name of this owner's access control list. Names of lists are unique in a
// region, so it is made of a hash of cluster and group. It marks the list as well as tags do.
func (o Owner) ACLName(name string) string { return o.aclPrefix() + name }

// ACLOf gives the logical name of a list by its name at the service; ok is false for one that is
// not this owner's.
func (o Owner) ACLOf(name string) (logical string, ok bool) {
	return strings.CutPrefix(name, o.aclPrefix())
}

func (o Owner) aclPrefix() string { return "slb-ingress-" + digest(20, o.Cluster, o.Group) + "-" }

// Shorten returns s if it has at most limit bytes, else a prefix of it and a hash of the whole, of
// exactly limit bytes. limit must be above 9.
func Shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return s[:limit-9] + "-" + digest(8, s)
}

// digest hashes the parts, which cannot run into each other, to n hexadecimal digits (at most 64).
func digest(n int, parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))[:n]
}
