package desired

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/controllers/placement"
)

// TestOwners compares claims of random hosts with the definition of overlap, host by host.
func TestOwners(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		o := owners{of: map[string]string{}, under: map[string]map[string]bool{}}
		type claim struct{ host, namespace string }
		var held []claim
		for range 12 {
			c := claim{randomHost(r), fmt.Sprint(r.IntN(3))}
			want := true
			for _, h := range held {
				overlap := h.host == c.host || placement.Covers(h.host, c.host) || placement.Covers(c.host, h.host)
				want = want && (h.namespace == c.namespace || !overlap)
			}
			if got := o.claim(c.host, c.namespace); got != want {
				t.Fatalf("%v after %v: %t, want %t", c, held, got, want)
			}
			if want {
				held = append(held, c)
			}
		}
	}
}

func randomHost(r *rand.Rand) string {
	var labels []string
	for range 1 + r.IntN(3) {
		labels = append(labels, string(rune('a'+r.IntN(2))))
	}
	host := strings.Join(labels, ".") + ".com"
	if r.IntN(3) == 0 {
		host = "*." + host
	}
	return host
}
