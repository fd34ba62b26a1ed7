package ingress

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// trial is a value of an annotation, and whether it can be read.
type trial struct {
	index int // unique within the test
	name  annotations.Name
	value string
	good  bool
}

// trials are a row's values at the ends of its range, inside and outside; more are such that the type of
// the row does not tell.
func trials(row annotations.Row, more map[annotations.Name][]string) []trial {
	values := []string{row.Example, row.Default, "", "!", strings.Repeat("a", 600)}
	for _, quoted := range regexp.MustCompile(`"[^"]*"`).FindAllString(row.Type.Want, -1) {
		word, err := strconv.Unquote(quoted)
		if err == nil {
			values = append(values, word)
		}
	}
	var least, most int
	if n, _ := fmt.Sscanf(row.Type.Want, "a number from %d to %d", &least, &most); n == 2 {
		for _, number := range []int{least - 1, least, most, most + 1} {
			values = append(values, strconv.Itoa(number))
		}
	}
	values = append(values, more[row.Name]...)
	var list []trial
	for _, value := range values {
		t := trial{0, row.Name, value, row.Type.Accepts(value)}
		if (value != "" || !t.good) && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// cover finds sets of trials, one for each row, in which every two trials of different rows meet.
type cover struct {
	rows   [][]trial
	met    []bool // by two indexes
	n      int
	chance *rand.Rand
}

func coverPairs(rows [][]trial) [][]trial {
	c := cover{rows: rows, chance: rand.New(rand.NewPCG(1, 2))}
	for i := range rows {
		for k := range rows[i] {
			rows[i][k].index = c.n
			c.n++
		}
	}
	c.met = make([]bool, c.n*c.n)
	var sets [][]trial
	for i := range rows {
		for j := range i {
			for _, a := range rows[i] {
				for _, b := range rows[j] {
					if !c.met[a.index*c.n+b.index] {
						sets = append(sets, c.fill(i, j, []trial{a, b}))
					}
				}
			}
		}
	}
	return sets
}

// fill begins with two trials that have not met, of rows i and j, and takes of each other row the trial that
// meets most of those in the set for the first time.
func (c cover) fill(i, j int, set []trial) []trial {
	c.meet(set[0], set[1])
	for _, k := range c.chance.Perm(len(c.rows)) {
		if k == i || k == j {
			continue
		}
		best, most := trial{}, -1
		for _, m := range c.chance.Perm(len(c.rows[k])) {
			fresh := 0
			for _, other := range set {
				if !c.met[c.rows[k][m].index*c.n+other.index] {
					fresh++
				}
			}
			if fresh > most {
				best, most = c.rows[k][m], fresh
			}
		}
		for _, other := range set {
			c.meet(best, other)
		}
		set = append(set, best)
	}
	return set
}

func (c cover) meet(a, b trial) {
	c.met[a.index*c.n+b.index], c.met[b.index*c.n+a.index] = true, true
}

// TestAnnotationPairs sets every two values of the table side by side, on two Ingresses that share an
// instance, in ever other company: one of the internet, one of a vSwitch, and one that is there already. The
// service never refuses a call, and each value that cannot be read or cannot stand beside the others is told
// by its key.
func TestAnnotationPairs(t *testing.T) {
	t.Parallel()
	var all, served, byID [][]trial
	for _, row := range annotations.Table() {
		list := trials(row, hard())
		all = append(all, slices.Clone(list))
		if row.Withholds { // what is wrong with it leaves the rest without effect
			list = slices.DeleteFunc(list, func(t trial) bool { return !t.good })
		}
		if !row.Guards && row.Level != annotations.LevelPath {
			served = append(served, list)
			if row.Name != annotations.AllowCIDRs && row.Name != annotations.DenyCIDRs { // nor beside lists by id
				byID = append(byID, slices.Clone(list))
			}
		}
	}
	modes := map[string]struct {
		sets  [][]trial
		class func(*v1alpha1.SLBConfigSpec)
		try   func(*world, [][]trial)
	}{
		"all":              {coverPairs(all), internet, (*world).tryAll},
		"served":           {coverPairs(served), internet, (*world).tryServed},
		"by id":            {coverPairs(byID), internet, (*world).tryServed},
		"intranet":         {coverPairs(clone(served)), intranet, (*world).tryServed},
		"created":          {coverPairs(createdTrials()), internet, (*world).tryCreated},
		"created intranet": {coverPairs(createdTrials()), intranet, (*world).tryCreated},
	}
	for name, mode := range modes {
		sets := mode.sets
		if raced || testing.Short() {
			sets = sets[:len(sets)/8]
		}
		for i, some := range slices.Collect(slices.Chunk(sets, 8)) {
			t.Run(name+strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				play(t, func(w *world) {
					w.onClass("slb", "", mode.class)
					mode.try(w, some)
				})
			})
		}
	}
}

// hard are values that a row's type does not show.
func hard() map[annotations.Name][]string {
	return map[annotations.Name][]string{
		annotations.ID:          {existing},
		annotations.ListenPorts: {`[{"HTTP":8080},{"HTTPS":8443}]`, `[{"HTTP":443}]`, `[]`},
		annotations.AllowCIDRs:  {"0.0.0.0/0", "10.0.0.0/8,10.1.0.0/16", "::/0"},
		annotations.DenyCIDRs:   {"0.0.0.0/0", "10.0.0.1"},
		annotations.CASecret:    {"nothing"},
		annotations.CertID:      {"no_such_certificate"},
		annotations.ACLID:       {"acl-none", "acl-none,acl-example"},
		"health-check-uri":      {"/", "/?"},
		"cookie":                {"$session", "a,b"},
		"vswitch-id":            {"vsw-none", "vsw-fake"},
		"name":                  {strings.Repeat("n", 80), strings.Repeat("n", 81)},
	}
}

func internet(*v1alpha1.SLBConfigSpec) {}

func intranet(s *v1alpha1.SLBConfigSpec) {
	s.AddressType, s.VSwitchID = cloud.AddressIntranet, fakecloud.DefaultVSwitch
}

func clone(rows [][]trial) [][]trial {
	list := make([][]trial, len(rows))
	for i, row := range rows {
		list[i] = slices.Clone(row)
	}
	return list
}

// createdTrials are the rows that count when an instance is created.
func createdTrials() [][]trial {
	var list [][]trial
	for _, row := range annotations.Table() {
		if row.Level == annotations.LevelCreated {
			list = append(list, trials(row, hard()))
		}
	}
	return list
}

// existing is an instance that the annotation id can name.
const existing = "lb-existing"

// tryAll goes through sets of annotations, each on one Ingress while the other has those before.
func (w *world) tryAll(sets [][]trial) {
	w.Helper()
	w.try(sets, func([]trial) {})
}

// tryServed is tryAll with values that leave no Ingress out, so each contradiction has to be told.
func (w *world) tryServed(sets [][]trial) {
	w.Helper()
	w.try(sets, func(set []trial) { w.toldPruned("cafe", set) })
}

func (w *world) try(sets [][]trial, check func([]trial)) {
	w.Helper()
	w.cloud.AddInstance(fakecloud.InstanceSpec{ID: existing, Name: "theirs", Spec: "slb.s1.small"})
	w.shopOf(nil)
	before := []trial{}
	for _, set := range sets {
		for ingress, trials := range map[string][]trial{"bar": before, "cafe": set} {
			edit(w, read(w, &networkingv1.Ingress{}, "shop", ingress), func(ing *networkingv1.Ingress) {
				ing.Annotations = annotationsOf(trials)
			})
		}
		w.run(time.Minute)
		w.toldUnread("cafe", set)
		check(set)
		before = set
	}
	w.refusedNothing()
}

// tryCreated makes an instance for each set, which is all that its rows are about. What only the service can
// judge it may refuse, once, and that is told.
func (w *world) tryCreated(sets [][]trial) {
	w.Helper()
	w.app("coffee", 1)
	for i, set := range sets {
		name := "cafe" + strconv.Itoa(i)
		seq := w.cloud.Seq()
		ing := ingressOf(name, route{"cafe.example", "/", "coffee"})
		ing.Annotations = annotationsOf(set)
		w.add(ing)
		w.run(time.Minute)
		w.toldUnread(name, set)
		w.toldPruned(name, set)
		var refused []string
		for _, write := range w.writes(seq) {
			if strings.Contains(write, "!") {
				refused = append(refused, write)
			}
		}
		if told := w.life.told.of(name, cloud.CreationRefused); len(refused) > 1 || (len(refused) == 1) != (len(told) > 0) {
			w.Errorf("%v: the service refuses %q, and told is %q", set, refused, told)
		}
		w.remove(ing)
		w.run(2 * grace)
	}
}

func annotationsOf(set []trial) map[string]string {
	values := map[string]string{}
	for _, t := range set {
		values[annotations.Prefix+string(t.name)] = t.value
	}
	return values
}

func (w *world) toldUnread(ingress string, set []trial) {
	w.Helper()
	for _, t := range set {
		if !t.good && !w.toldOf(ingress, annotations.Prefix+string(t.name)) {
			w.Errorf("%s %q is not told", t.name, t.value)
		}
	}
}

// toldPruned: what cannot stand beside the rest of a set is told by its key.
func (w *world) toldPruned(ingress string, set []trial) {
	w.Helper()
	config, _ := annotations.Parse(annotationsOf(set))
	address := cloud.AddressInternet
	if class := read(w, &v1alpha1.SLBConfig{}, "", "slb"); class.Spec.AddressType != "" {
		address = class.Spec.AddressType
	}
	for _, c := range config.Values.Over(annotations.Values{annotations.AddressType: address}).Prune() {
		if _, own := config.Values[c.Name]; own && !w.toldOf(ingress, annotations.Prefix+string(c.Name)) {
			w.Errorf("%s is pruned, since it %s, and that is not told: %v", c.Name, c.Why, set)
		}
	}
}

// refusedNothing: no call was refused, but for readings that look for what an annotation names.
func (w *world) refusedNothing() {
	w.Helper()
	for _, c := range w.cloud.Journal() {
		if c.Code != "" && (c.Write || c.Code != "InvalidLoadBalancerId.NotFound") {
			w.Errorf("the service refuses %s with %s: %v", c.Action, c.Code, c.Params)
		}
	}
}

// toldOf tells whether an event of an Ingress names an annotation.
func (w *world) toldOf(ingress, key string) bool {
	return slices.ContainsFunc(w.life.told.all(), func(e toldEvent) bool {
		return e.Object == ingress && strings.Contains(e.Note, strconv.Quote(key))
	})
}
