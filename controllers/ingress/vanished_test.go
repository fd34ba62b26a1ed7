package ingress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// TestVanishedInterfaces: pods go with their network interfaces before their group hears of it. What
// the service says of those holds back neither the other members nor the rest of the plan.
func TestVanishedInterfaces(t *testing.T) {
	t.Parallel()
	for _, removable := range []bool{false, true} {
		t.Run(fmt.Sprint(removable), func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				w.one()
				w.scale("coffee", 6)
				w.settle()
				for _, n := range []int{2, 4} {
					w.cloud.RemoveServer(w.eniOf("coffee", n))
				}
				seq := w.cloud.Seq()
				w.scale("coffee", 2)
				w.settle()
				group := w.find("group", "slb-ingress/service=coffee")
				for n := range 6 {
					if got := strings.Contains(group, w.addressOf("coffee", n)+":"); got != (n < 2) {
						t.Errorf("pod %d is a member: %t\n%s", n, got, group)
					}
				}
				if refused := count(w.writes(seq), "RemoveVServerGroupBackendServers!ResourceNotFound.vServers"); (refused == 0) != removable {
					t.Errorf("%d removals were refused", refused)
				}
				// Halving four members down to two bad ones is six calls more at most.
				if n := len(w.writes(seq)); n > 7 {
					t.Errorf("%d writes: %q", n, w.writes(seq))
				}
				w.run(24 * time.Hour)
				w.serves("cafe", "cafe.example", "/", "coffee")
			}, func(s *setup) { s.account.Switches = fakecloud.Switches{RemoveVanished: removable} })
		})
	}
}
