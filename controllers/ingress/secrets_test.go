package ingress

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// secretScene is a store over an API in memory, in a bubble.
type secretScene struct {
	*testing.T

	api   *secretServer
	store *secretStore
}

func withSecrets(t *testing.T, scene func(secretScene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		api := newSecretServer()
		s := secretScene{T: t, api: api, store: newSecretStore(api)}
		defer func() {
			s.store.stop()
			synctest.Wait()
		}()
		scene(s)
	})
}

func secret(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "shop", Name: name}
}

// use calls Use and gives the version of one Secret; empty if it does not exist.
func (s secretScene) use(group string, names ...types.NamespacedName) map[types.NamespacedName]*corev1.Secret {
	s.Helper()
	found, err := s.store.Use(s.Context(), group, names)
	if err != nil {
		s.Fatalf("Use: %v", err)
	}
	return found.secrets
}

// changes empties the channel of changes and counts them.
func (s secretScene) changes() int {
	synctest.Wait()
	n := 0
	for {
		select {
		case e := <-s.store.changed:
			if e.Object.(*corev1.Secret).Data != nil {
				s.Error("an event carries the Secret's data")
			}
			n++
		default:
			return n
		}
	}
}

func TestSecretIsReadAndFollowed(t *testing.T) {
	t.Parallel()
	withSecrets(t, func(s secretScene) {
		s.api.put("shop", "a", pairOf("a.example"))
		if got := s.use("g", secret("a"), secret("none")); len(got) != 1 || got[secret("a")] == nil {
			s.Errorf("got %v, want a alone", got)
		}
		s.changes()
		s.api.put("shop", "a", pairOf("b.example"))
		s.api.put("shop", "none", pairOf("c.example"))
		if n := s.changes(); n != 2 {
			s.Errorf("changes: got %d, want 2", n)
		}
		got := s.use("g", secret("a"), secret("none"))
		if len(got) != 2 || !bytes.Equal(got[secret("a")].Data[corev1.TLSCertKey], pairOf("b.example").chain) {
			s.Errorf("got %v, want both, as they are now", got)
		}
		s.api.remove("shop", "a")
		if n := s.changes(); n != 1 {
			s.Errorf("changes: got %d, want 1 for the deletion", n)
		}
		if got := s.use("g", secret("a"), secret("none")); got[secret("a")] != nil {
			s.Error("a Secret that was deleted is still there")
		}
		gets, watches := s.api.calls()
		time.Sleep(time.Hour) // virtual
		if g, w := s.api.calls(); g != gets || w != watches {
			s.Errorf("an hour of rest cost %d reads and %d watches", g-gets, w-watches)
		}
	})
}

func TestSecretWatchThatEnds(t *testing.T) {
	t.Parallel()
	withSecrets(t, func(s secretScene) {
		s.api.put("shop", "a", pairOf("a.example"))
		s.use("g", secret("a"))
		s.changes()
		s.api.endWatches()
		s.api.put("shop", "a", pairOf("b.example")) // nobody watches now
		time.Sleep(time.Second)
		if n := s.changes(); n != 1 {
			s.Errorf("changes: got %d, want the one that the watch missed", n)
		}
		s.api.endWatches()
		time.Sleep(time.Second)
		if n := s.changes(); n != 0 {
			s.Errorf("changes: got %d, want none, nothing changed", n)
		}
		if n := s.api.open("shop", "a"); n != 1 {
			s.Errorf("open watches: got %d, want 1", n)
		}
	})
}

func TestSecretThatCannotBeRead(t *testing.T) {
	t.Parallel()
	forbidden := apierrors.NewForbidden(corev1.Resource("secrets"), "a", nil)
	broken := apierrors.NewInternalError(errors.New("etcd is away"))
	cases := map[string]struct {
		reason     string
		get, watch error
		fails      bool
	}{
		"GetForbidden":   {"the role lacks get", forbidden, nil, true},
		"WatchForbidden": {"the role lacks watch: what changes would not be seen", nil, forbidden, true},
		"GetFails":       {"the API server fails", broken, nil, true},
		"WatchFails":     {"what was read is good as long as reads go on", nil, broken, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withSecrets(t, func(s secretScene) {
				s.api.put("shop", "a", pairOf("a.example"))
				s.api.fail(tc.get, tc.watch)
				found, err := s.store.Use(s.Context(), "g", []types.NamespacedName{secret("a")})
				if err != nil || (len(found.unreadable) > 0) != tc.fails {
					s.Errorf("%s: got %v and %v", tc.reason, found.unreadable, err)
				}
				s.changes()
				before, _ := s.api.calls()
				for range 60 {
					time.Sleep(10 * time.Second)
					if n := s.changes(); n != 0 {
						s.Fatalf("%s: told of %d changes, nothing changed", tc.reason, n)
					}
					again, err := s.store.Use(s.Context(), "g", []types.NamespacedName{secret("a")})
					if err != nil || (len(again.unreadable) > 0) != tc.fails {
						s.Fatalf("%s: the answer changed to %v and %v", tc.reason, again.unreadable, err)
					}
				}
				if after, _ := s.api.calls(); after-before > 40 {
					s.Errorf("%s: %d reads in ten minutes, want a growing pause", tc.reason, after-before)
				}
				s.api.fail(nil, nil)
				time.Sleep(time.Minute)
				if n := s.changes(); tc.fails && n != 1 {
					s.Errorf("%s: told of %d changes when it healed, want 1", tc.reason, n)
				}
				if got := s.use("g", secret("a")); len(got) != 1 {
					s.Errorf("%s: got %v after it healed", tc.reason, got)
				}
			})
		})
	}
}

func TestSecretsThatNobodyNeeds(t *testing.T) {
	t.Parallel()
	withSecrets(t, func(s secretScene) {
		s.api.put("shop", "a", pairOf("a.example"))
		s.api.put("shop", "b", pairOf("b.example"))
		s.use("g1", secret("a"), secret("b"))
		s.use("g2", secret("b"))
		synctest.Wait()
		s.use("g1")
		synctest.Wait()
		if a, b := s.api.open("shop", "a"), s.api.open("shop", "b"); a != 0 || b != 1 {
			s.Errorf("open watches: got %d of a and %d of b, want 0 and 1: the other group needs b", a, b)
		}
		s.use("g2")
		synctest.Wait()
		if b := s.api.open("shop", "b"); b != 0 || len(s.store.follows) != 0 {
			s.Errorf("open watches: got %d of b and %d followed, want none", b, len(s.store.follows))
		}
		s.changes()
		s.api.put("shop", "a", pairOf("b.example"))
		if n := s.changes(); n != 0 {
			s.Errorf("told of %d changes of a Secret that nobody needs", n)
		}
	})
}

func TestSecretStoreEnds(t *testing.T) {
	t.Parallel()
	withSecrets(t, func(s secretScene) {
		s.api.put("shop", "a", pairOf("a.example"))
		s.use("g", secret("a"))
		ctx, cancel := context.WithCancel(s.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.store.Start(ctx) }()
		cancel()
		if err := <-ended; err != nil {
			s.Errorf("Start: %v", err)
		}
		synctest.Wait()
		if n := s.api.open("shop", "a"); n != 0 {
			s.Errorf("open watches after the end: %d", n)
		}
	})
}

// TestForbiddenSecretKeepsWhatItServes shows that a Secret that may not be read is its author's
// matter: what it gave is still served, and the others of the instance go on.
func TestForbiddenSecretKeepsWhatItServes(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		seq := w.cloud.Seq()
		w.secrets.fail(apierrors.NewForbidden(corev1.Resource("secrets"), "cafe", nil), nil)
		w.restart()
		w.settle()
		w.run(time.Hour)
		w.wrote(seq)
		w.serves("cafe", "cafe.example", "/coffee", "coffee")
		if notes := w.life.told.of("cafe", cloud.ConfigMissing); len(notes) != 1 {
			w.Errorf("ConfigMissing: told %d times, want once: %q", len(notes), notes)
		}
		w.remove(ingressOf("bar"))
		w.settle()
		if len(w.writes(seq)) == 0 {
			w.Error("another Ingress of the instance waits for a Secret that is none of its own")
		}
	})
}
