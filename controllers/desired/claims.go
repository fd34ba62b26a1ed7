package desired

import (
	"cmp"
	"math"
	"slices"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
)

// maxClaimBytes bounds the claims on record: the record is at most 32 KiB with everything else that
// it holds. Claims beyond it are the newest; they stand behind those on record anyway, and among
// each other by the age of their Ingress.
const maxClaimBytes = 20 << 10

// recorded returns the claims on record, oldest first.
func (b *builder) recorded() []v1alpha1.Claim {
	if b.Record == nil {
		return nil
	}
	return b.Record.Status.Claims
}

// claimKey is what a claim is on, and whose it is.
type claimKey struct {
	host, path, ingress string
	exact               bool
}

func keyOf(c v1alpha1.Claim) claimKey { return claimKey{c.Host, c.Path, c.Ingress, c.Exact} }

// byClaim orders wants by the age of their claims: those on record first, then the others in the
// order in which they were collected, which is that of their Ingresses' age.
func (b *builder) byClaim(wants []*want) []*want {
	age := map[claimKey]int{}
	for i, c := range b.recorded() {
		if _, ok := age[keyOf(c)]; !ok {
			age[keyOf(c)] = i
		}
	}
	at := func(w *want) int {
		if i, ok := age[keyOf(w.claim())]; ok {
			return i
		}
		return math.MaxInt
	}
	ordered := slices.Clone(wants)
	slices.SortStableFunc(ordered, func(a, b *want) int { return cmp.Compare(at(a), at(b)) })
	return ordered
}

// claimsOf are the claims to be recorded.
func claimsOf(granted []*want) []v1alpha1.Claim {
	var claims []v1alpha1.Claim
	seen := map[claimKey]bool{}
	size := 0
	for _, w := range granted {
		c := w.claim()
		if seen[keyOf(c)] {
			continue
		}
		// Each field's name and punctuation take about as much again as a short claim.
		size += len(c.Host) + len(c.Path) + len(c.Ingress) + len(`{"host":"","path":"","exact":true,"ingress":"","groups":[]},`)
		for _, group := range c.Groups {
			size += len(group) + len(`"",`)
		}
		if size > maxClaimBytes {
			break
		}
		seen[keyOf(c)] = true
		claims = append(claims, c)
	}
	return claims
}

// byFirstClaim orders members by their oldest claim; those without one come last, by age.
func byFirstClaim(members []*member, granted []*want) []*member {
	first := map[*member]int{}
	for i, w := range granted {
		if _, ok := first[w.from]; !ok {
			first[w.from] = i
		}
	}
	ordered := slices.Clone(members)
	at := func(m *member) int {
		if i, ok := first[m]; ok {
			return i
		}
		return math.MaxInt
	}
	slices.SortStableFunc(ordered, func(a, b *member) int { return cmp.Compare(at(a), at(b)) })
	return ordered
}
