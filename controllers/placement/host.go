package placement

import (
	"cmp"
	"slices"
	"strings"
)

// Host is a host with what it needs of an instance.
type Host struct {
	// Name is normalised. It may be a wildcard; empty, it stands for requests to hosts that no rule
	// names.
	Name string
	// Age orders hosts, the oldest first; the names decide between equal ones.
	Age int
	// Rules is the most forwarding rules that it takes on one listener.
	Rules int
	// Groups name the vServer groups that it needs. Hosts of one instance share them.
	Groups []string
	// Owner is whom it belongs to; empty where hosts belong to nobody. Place does not look at it.
	Owner string
	// Certificate names the certificate that it asks for; empty: none of its own.
	Certificate string
	// Bound tells that an Ingress names the instance To for it.
	Bound bool
	To    int
}

// Covers tells whether wildcard is one and host one of its subdomains, as the service matches them:
// whatever the number of labels.
func Covers(wildcard, host string) bool {
	suffix, ok := strings.CutPrefix(wildcard, "*")
	return ok && strings.HasSuffix(strings.TrimPrefix(host, "*"), suffix) && host != wildcard
}

func byAge(hosts []Host) []Host {
	return slices.SortedFunc(slices.Values(hosts), func(a, b Host) int {
		return cmp.Or(cmp.Compare(a.Age, b.Age), cmp.Compare(a.Name, b.Name))
	})
}

// unit is hosts that have to be on one instance, oldest first.
type unit []Host

// unitsOf joins each wildcard with the hosts that it covers, but for those that follow a narrower one
// which is placed. Units are in the order of their oldest hosts.
func unitsOf(hosts []Host, placed func(host string) bool) []unit {
	ordered := byAge(hosts)
	head := make([]int, len(ordered)) // of each host, the oldest of its unit
	for i := range ordered {
		head[i] = i
	}
	at := map[string]int{}
	for i, h := range ordered {
		at[h.Name] = i
	}
	for i, h := range ordered {
		for _, wildcard := range Wildcards(h.Name) {
			if placed(wildcard) {
				break
			}
			if j, ok := at[wildcard]; ok {
				merge(head, i, j)
			}
		}
	}
	units := map[int]unit{}
	var list []unit
	for i, h := range ordered {
		units[head[i]] = append(units[head[i]], h)
	}
	for i := range ordered {
		if u := units[i]; len(u) > 0 {
			list = append(list, u)
		}
	}
	return list
}

func merge(head []int, i, j int) {
	from, to := max(head[i], head[j]), min(head[i], head[j])
	for k := range head {
		if head[k] == from {
			head[k] = to
		}
	}
}

// Wildcards are the wildcards that cover a host, narrowest first.
func Wildcards(host string) []string {
	var all []string
	rest := strings.TrimPrefix(host, "*.")
	if rest != host {
		_, rest, _ = strings.Cut(rest, ".")
	} else {
		_, rest, _ = strings.Cut(host, ".")
	}
	for rest != "" {
		all = append(all, "*."+rest)
		_, rest, _ = strings.Cut(rest, ".")
	}
	return all
}
