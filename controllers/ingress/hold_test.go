package ingress

import (
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func TestLastMembersAreHeldWhilePodsAreReady(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		w.list("coffee", 0) // slices that are replaced list nobody for a moment
		w.run(50 * time.Second)
		w.serves("cafe", "cafe.example", "/", "coffee")
		if n := len(w.life.told.of("coffee", cloud.MembersHeld)) + len(w.life.told.of("cafe", cloud.MembersHeld)); n == 0 {
			w.Errorf("want an event %s:\n%s", cloud.MembersHeld, w.journal(w.cloud.Seq()))
		}
		w.run(15 * time.Second)
		w.serves("cafe", "cafe.example", "/", "503")

		w.list("coffee", 1)
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		w.list("coffee", 0) // a new doubt has a time of its own
		w.run(50 * time.Second)
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

func TestScaleToZeroEmptiesAtOnce(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		began := time.Now()
		w.scale("coffee", 0)
		w.run(time.Second)
		w.serves("cafe", "cafe.example", "/", "503")
		if took := time.Since(began); took > time.Second {
			w.Errorf("it took %v", took)
		}
		if n := len(w.life.told.of("coffee", cloud.MembersHeld)); n != 0 {
			w.Error("there was nothing to doubt")
		}
		w.scale("coffee", 3)
		seq := w.cloud.Seq()
		w.settle()
		w.wrote(seq, "AddVServerGroupBackendServers")
		w.serves("cafe", "cafe.example", "/", "coffee")
	})
}

// TestCanaryLeavesWhileMembersAreHeld: the rule stays with the group that has the pods until it is
// known which of them the stable Service has.
func TestCanaryLeavesWhileMembersAreHeld(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.one()
		w.app("next", 1)
		canary := ingressOf("next", route{"cafe.example", "/", "next"})
		canary.Annotations = map[string]string{annotations.OwnPrefix + "canary": "true", annotations.OwnPrefix + "canary-weight": "0"}
		w.add(canary)
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")

		w.list("coffee", 0)
		w.remove(canary)
		w.run(30 * time.Second)
		w.serves("cafe", "cafe.example", "/", "coffee")
		w.list("coffee", 1)
		seq := w.cloud.Seq()
		w.settle()
		w.serves("cafe", "cafe.example", "/", "coffee")
		w.wrote(seq, "CreateVServerGroup", "SetRule", "SetRule", "DeleteVServerGroup")
	})
}
