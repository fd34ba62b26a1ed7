package ingress

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// wish is what one Ingress of a walk asks for.
type wish struct {
	name    string
	paths   []string // each to the Service of the same number
	tls     bool
	invalid bool // one more path whose Service does not exist
}

func (h wish) ingress() *networkingv1.Ingress {
	host := h.name + ".example"
	ing := ingressOf(h.name)
	for i, path := range h.paths {
		ing.Spec.Rules = append(ing.Spec.Rules, ingressOf("", route{host, path, fmt.Sprintf("s%d", i)}).Spec.Rules...)
	}
	if h.invalid {
		ing.Spec.Rules = append(ing.Spec.Rules, ingressOf("", route{host, "/nowhere", "nothing"}).Spec.Rules...)
	}
	if h.tls {
		withTLS(ing, h.name, host)
	}
	return ing
}

// walker makes changes at random and knows what is asked for at the end.
type walker struct {
	*world

	chance *rand.Rand
	wishes []wish // oldest first
	sizes  [3]int
}

func (w *walker) services() {
	for i := range w.sizes {
		w.app(fmt.Sprintf("s%d", i), w.sizes[i])
	}
}

// wishFor is a new wish of a name.
func (w *walker) wishFor(name string) wish {
	paths := []string{"/", "/a", "/b"}
	w.chance.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	return wish{name: name, paths: paths[:1+w.chance.IntN(3)], tls: w.chance.IntN(2) == 0, invalid: w.chance.IntN(4) == 0}
}

// step makes one change.
func (w *walker) step() {
	w.Helper()
	name := fmt.Sprintf("i%d", w.chance.IntN(4))
	i := slices.IndexFunc(w.wishes, func(h wish) bool { return h.name == name })
	switch kind := w.chance.IntN(6); {
	case kind == 0:
		n, size := w.chance.IntN(3), w.chance.IntN(4)
		w.sizes[n] = size
		w.scale(fmt.Sprintf("s%d", n), size)
	case i < 0:
		h := w.wishFor(name)
		w.wishes = append(w.wishes, h)
		w.add(h.ingress())
	case kind == 1:
		w.wishes = slices.Delete(w.wishes, i, i+1)
		w.remove(ingressOf(name))
	default:
		w.wishes[i] = w.wishFor(name)
		edit(w.world, ingressOf(name), func(ing *networkingv1.Ingress) { ing.Spec = w.wishes[i].ingress().Spec })
	}
}

func walkers(w *world) {
	for i := range 4 {
		name := fmt.Sprintf("i%d", i)
		w.secrets.put("shop", name, pairOf(name+".example"))
	}
	c, config := classWith("slb", v1alpha1.SLBConfigSpec{})
	config.Spec.Quotas = &v1alpha1.Quotas{DomainExtensionsPerListener: manyExtensions}
	w.add(c, config)
}

// manyExtensions is room for those of all hosts. With less, one that cannot be deleted because its
// host has rules would be in another one's way, and then history does matter.
const manyExtensions = 10

// TestHistoryDoesNotMatter: what is programmed follows from what is asked for, not from how it came
// to be asked for, and not from what failed on the way.
func TestHistoryDoesNotMatter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		t.Run(fmt.Sprintf("Seed%d", seed), func(t *testing.T) {
			t.Parallel()
			var walked, direct string
			var wishes []wish
			var sizes [3]int
			play(t, func(world *world) {
				w := &walker{world: world, chance: rand.New(rand.NewPCG(seed, 1)), sizes: [3]int{1, 2, 0}}
				walkers(w.world)
				w.services()
				for range 12 {
					if w.chance.IntN(3) == 0 {
						w.mishap()
					}
					w.step()
					w.settle()
					w.wait(time.Second)
				}
				w.cloud.Heal()
				for i := range w.wishes {
					w.wishes[i].invalid = false
				}
				w.finish()
				walked, wishes, sizes = w.effective(), w.wishes, w.sizes
			}, roomy)
			play(t, func(world *world) {
				w := &walker{world: world, sizes: sizes}
				walkers(w.world)
				w.services()
				for _, h := range wishes {
					w.add(h.ingress())
					w.wait(time.Second)
				}
				w.settle()
				direct = w.effective()
			}, roomy)
			if diff := cmp.Diff(direct, walked); diff != "" {
				t.Errorf("programmed (-at once +by the walk):\n%s", diff)
			}
		})
	}
}

func roomy(s *setup) { s.account.Quotas.DomainExtensions = manyExtensions }

// mishap is a fault or a crash at one of the next calls.
func (w *walker) mishap() {
	f := fakecloud.Fault{Nth: 1 + w.chance.IntN(6), Writes: w.chance.IntN(2) == 0}
	switch w.chance.IntN(5) {
	case 0:
		f.Before = "Throttling.User"
	case 1:
		f.Before = "ServiceUnavailable"
	case 2:
		f.LoseReply = true
	case 3:
		f.CrashBefore = func() { w.life.kill() }
	case 4:
		f.CrashAfter = func() { w.life.kill() }
	}
	w.cloud.Fail(f)
}

// finish mends every wish and lets audits find what was left behind.
func (w *walker) finish() {
	w.Helper()
	if len(w.wishes) == 0 {
		w.wishes = append(w.wishes, wish{name: "i0", paths: []string{"/"}})
		w.add(w.wishes[0].ingress())
	}
	for _, h := range w.wishes {
		edit(w.world, ingressOf(h.name), func(ing *networkingv1.Ingress) { ing.Spec = h.ingress().Spec })
	}
	w.settle()
	w.run(2 * audits)
	seq := w.cloud.Seq()
	w.run(audits)
	w.wrote(seq)
	for _, h := range w.wishes {
		for i, path := range h.paths {
			want := fmt.Sprintf("s%d", i)
			if w.sizes[i] == 0 {
				want = "503"
			}
			w.serves(h.name, h.name+".example", strings.TrimSuffix(path, "/")+"/x", want)
		}
	}
}

// effective is the account without domain extensions that present what the listener presents anyway:
// one stays when its host loses its TLS and keeps its rules, for the service deletes none that has a
// rule.
func (w *world) effective() string {
	w.Helper()
	text := w.dump()
	_, rest, _ := strings.Cut(text, "ServerCertificateId=")
	certificate, _, _ := strings.Cut(rest, ",")
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "extension ") && strings.HasSuffix(line, "certificate="+certificate)
	})
	return strings.Join(lines, "\n")
}
