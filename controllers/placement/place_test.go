package placement

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func usual() Capacity { return Capacity{Rules: 40, Members: 200, Extensions: 3, Bytes: 4 << 10} }

func empty(n int) []Instance {
	var list []Instance
	for i := range n {
		list = append(list, Instance{Number: i, Capacity: usual()})
	}
	return list
}

// ten is the number of members of every group.
func ten(string) int { return 10 }

func TestPlace(t *testing.T) {
	t.Parallel()
	host := func(name string, rules int) Host { return Host{Name: name, Rules: rules} }
	holding := func(instances []Instance, n int, hosts ...Host) []Instance {
		instances[n].Hosts = append(instances[n].Hosts, hosts...)
		return instances
	}
	aged := func(hosts ...Host) []Host {
		for i := range hosts {
			hosts[i].Age = 10 + i
		}
		return hosts
	}
	groups := func(from, to int) []string {
		var names []string
		for i := from; i < to; i++ {
			names = append(names, fmt.Sprintf("shop/s%d:80", i))
		}
		return names
	}
	tls := func(name, certificate string) Host { return Host{Name: name, Rules: 1, Certificate: certificate} }
	closed := holding(empty(2), 0, host("*.foo.com", 1))
	closed[0].Closed = true
	foreign := empty(2)
	foreign[0].Capacity.Rules = 10
	short := empty(2)
	short[0].Capacity.Bytes, short[1].Capacity.Bytes = 19, 19
	cases := map[string]struct {
		reason    string
		instances []Instance
		hosts     []Host
		placed    map[string]int
		left      []string
	}{
		"FirstWithRoom": {
			"a later host may fill what an earlier one could not",
			empty(3), aged(host("a", 30), host("b", 20), host("c", 10)),
			map[string]int{"a": 0, "b": 1, "c": 0},
			nil,
		},
		"None": {
			"when all are full the newest goes nowhere",
			empty(2), aged(host("a", 30), host("b", 30), host("c", 11)),
			map[string]int{"a": 0, "b": 1},
			[]string{"c"},
		},
		"TooLarge": {
			"a host that no instance has room for gets one of its own",
			empty(2), aged(host("a", 1), host("b", 100)),
			map[string]int{"a": 0, "b": 1},
			nil,
		},
		"Foreign": {
			"rules of others count",
			foreign, aged(host("a", 11), host("b", 10)),
			map[string]int{"a": 1, "b": 0},
			nil,
		},
		"Members": {
			"each group counts once on an instance",
			holding(empty(2), 0, Host{Name: "old", Rules: 1, Groups: groups(0, 18)}),
			aged(Host{Name: "a", Rules: 1, Groups: groups(18, 21)}, Host{Name: "b", Rules: 1, Groups: groups(0, 20)}),
			map[string]int{"a": 1, "b": 0},
			nil,
		},
		"MembersNowhere": {
			"a host is not placed where its members have no room",
			holding(empty(1), 0, Host{Name: "old", Rules: 1, Groups: groups(0, 18)}),
			aged(Host{Name: "a", Rules: 1, Groups: groups(18, 21)}, host("b", 1)),
			map[string]int{"b": 0},
			[]string{"a"},
		},
		"Extensions": {
			"the first certificate is the default one, and hosts that share it need no extension",
			empty(2), aged(tls("a", "x"), tls("b", "1"), tls("c", "2"), tls("d", "3"), tls("e", "4"), tls("f", "x")),
			map[string]int{"a": 0, "b": 0, "c": 0, "d": 0, "e": 1, "f": 0},
			nil,
		},
		"ExtensionsNowhere": {
			"a host without extension is served all the same",
			empty(1), aged(tls("a", "x"), tls("b", "1"), tls("c", "2"), tls("d", "3"), tls("e", "4")),
			map[string]int{"a": 0, "b": 0, "c": 0, "d": 0, "e": 0},
			nil,
		},
		"WildcardAndCovered": {
			"what comes together goes together",
			empty(2), aged(host("a.foo.com", 20), host("x", 20), host("*.foo.com", 10), host("b.foo.com", 10)),
			map[string]int{"a.foo.com": 0, "*.foo.com": 0, "b.foo.com": 0, "x": 1},
			nil,
		},
		"WildcardFollows": {
			"a wildcard goes to the oldest host that it covers, full or not",
			holding(holding(empty(3), 2, Host{Name: "a.foo.com", Age: 1, Rules: 40}), 1, Host{Name: "b.foo.com", Age: 2, Rules: 1}),
			aged(host("*.foo.com", 1)),
			map[string]int{"*.foo.com": 2},
			nil,
		},
		"CoveredFollows": {
			"a host goes to the narrowest wildcard that covers it",
			holding(holding(empty(2), 0, host("*.com", 1)), 1, host("*.foo.com", 40)),
			aged(host("a.foo.com", 1), host("a.com", 1)),
			map[string]int{"a.foo.com": 1, "a.com": 0},
			nil,
		},
		"CoveredFollowsBesideANewWildcard": {
			"a wildcard that is new does not take hosts from the ones that were there",
			holding(holding(empty(2), 0, host("*.foo.com", 1)), 1, host("*.bar.com", 1)),
			aged(host("*.com", 1), host("a.foo.com", 1), host("a.bar.com", 1)),
			map[string]int{"*.com": 1, "a.foo.com": 0, "a.bar.com": 1},
			nil,
		},
		"ClosedTakesWhatBelongsToIt": {
			"an instance beyond maxInstances takes nothing else",
			closed, aged(host("a.foo.com", 1), host("x", 1)),
			map[string]int{"a.foo.com": 0, "x": 1},
			nil,
		},
		"Bound": {
			"an Ingress names the instance",
			holding(empty(3), 1, host("*.foo.com", 1)), aged(Host{Name: "x", Rules: 1, Bound: true, To: 2}, Host{Name: "a.foo.com", Rules: 1, Bound: true, To: 2}),
			map[string]int{"x": 2, "a.foo.com": 1},
			nil,
		},
		"Record": {
			"names have to fit into the record, whatever belongs together",
			short, aged(host("*.foo.com", 1), host("abcd.foo.com", 1), host("b.com", 1)),
			map[string]int{"*.foo.com": 0, "b.com": 1},
			[]string{"abcd.foo.com"},
		},
		"NoHost": {
			"requests to unknown hosts are a host, too, and need no rule",
			holding(empty(2), 0, host("a", 40)), aged(host("", 0)),
			map[string]int{"": 0},
			nil,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Place(tc.instances, tc.hosts, ten)
			var left []string
			for _, l := range got.Left {
				left = append(left, l.Name)
			}
			if diff := cmp.Diff(tc.placed, got.Placed); diff != "" {
				t.Errorf("%s: placed (-want +got):\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.left, left); diff != "" {
				t.Errorf("%s: left (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// town is random instances and hosts.
func town(r *rand.Rand) ([]Instance, []Host) {
	instances := empty(1 + r.IntN(5))
	var fresh []Host
	for i := range 5 + r.IntN(60) {
		h := Host{Name: fmt.Sprintf("h%d.d%d.com", i, r.IntN(3)), Age: r.IntN(20), Rules: 1 + r.IntN(9)}
		if wildcard := fmt.Sprintf("*.d%d.com", i/3%3); i%3 == 0 && i < 27 && r.IntN(3) == 0 && !named(instances, fresh, wildcard) {
			h.Name = wildcard
		}
		for range r.IntN(3) {
			h.Groups = append(h.Groups, fmt.Sprintf("shop/s%d:80", r.IntN(30)))
		}
		if r.IntN(3) == 0 {
			h.Certificate = fmt.Sprintf("c%d", r.IntN(8))
		}
		if n := r.IntN(len(instances)); i < 8 {
			instances[n].Hosts = append(instances[n].Hosts, h)
		} else {
			fresh = append(fresh, h)
		}
	}
	return instances, fresh
}

func named(instances []Instance, hosts []Host, name string) bool {
	for _, i := range instances {
		hosts = append(slices.Clip(hosts), i.Hosts...)
	}
	return slices.ContainsFunc(hosts, func(h Host) bool { return h.Name == name })
}

func TestProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		instances, hosts := town(r)
		got := Place(instances, hosts, ten)
		checkComplete(t, hosts, got)
		checkCapacities(t, instances, hosts, got)
		checkUnits(t, hosts, got)

		r.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
		for _, i := range instances {
			r.Shuffle(len(i.Hosts), func(a, b int) { i.Hosts[a], i.Hosts[b] = i.Hosts[b], i.Hosts[a] })
		}
		r.Shuffle(len(instances), func(i, j int) { instances[i], instances[j] = instances[j], instances[i] })
		if diff := cmp.Diff(got, Place(instances, hosts, ten)); diff != "" {
			t.Fatalf("seed %d: the order of the input matters (-before +after):\n%s", seed, diff)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func checkComplete(t *testing.T, hosts []Host, got Result) {
	t.Helper()
	if len(got.Placed)+len(got.Left) != len(hosts) {
		t.Errorf("%d hosts, %d placed and %d left", len(hosts), len(got.Placed), len(got.Left))
	}
}

// checkCapacities: only wildcards and what they cover are given more than there is room for.
func checkCapacities(t *testing.T, instances []Instance, hosts []Host, got Result) {
	t.Helper()
	for _, i := range instances {
		before := newState(i, ten)
		after := newState(i, ten)
		for _, h := range byAge(hosts) {
			if n, ok := got.Placed[h.Name]; ok && n == i.Number {
				after.add(h)
			}
		}
		if slices.ContainsFunc(append(slices.Clone(hosts), i.Hosts...), func(h Host) bool { return h.Name[0] == '*' }) {
			continue
		}
		if after.rules > max(before.rules, 40) || after.used > max(before.used, 200) {
			t.Errorf("instance %d has %d rules and %d members", i.Number, after.rules, after.used)
		}
	}
}

func checkUnits(t *testing.T, hosts []Host, got Result) {
	t.Helper()
	for _, wildcard := range hosts {
		for _, h := range hosts {
			w, okW := got.Placed[wildcard.Name]
			n, okH := got.Placed[h.Name]
			if Covers(wildcard.Name, h.Name) && okW && okH && w != n {
				t.Errorf("%s is on %d and %s on %d", wildcard.Name, w, h.Name, n)
			}
		}
	}
}

// TestNothingMoves: hosts that come one by one, or at once, stay where they are put.
func TestNothingMoves(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		_, hosts := town(rand.New(rand.NewPCG(seed, 8)))
		instances := empty(6)
		at := map[string]int{}
		for _, h := range hosts {
			got := Place(instances, []Host{h}, ten)
			for name, n := range got.Placed {
				if name != h.Name {
					t.Fatalf("seed %d: %s was placed with %s", seed, name, h.Name)
				}
				at[name] = n
				instances[n].Hosts = append(instances[n].Hosts, h)
			}
		}
		for _, i := range instances {
			for _, h := range i.Hosts {
				if at[h.Name] != i.Number {
					t.Errorf("seed %d: %s moved", seed, h.Name)
				}
			}
		}
	}
}

// TestFewInstances: equal hosts need as few instances as there can be, hosts of nearly equal size one
// more at most, in whatever order they come.
func TestFewInstances(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 9))
		rules, total := 1+r.IntN(20), 0
		var equal, mixed []Host
		for i := range 200 {
			equal = append(equal, Host{Name: fmt.Sprintf("h%d", i), Age: i, Rules: rules})
			size := 3 + r.IntN(2)
			total += size
			mixed = append(mixed, Host{Name: fmt.Sprintf("h%d", i), Age: i, Rules: size})
		}
		each := 40 / rules
		if n, least := used(Place(empty(200), equal, ten)), (200+each-1)/each; n != least {
			t.Errorf("seed %d: %d rules each: on %d instances, want %d", seed, rules, n, least)
		}
		if n, least := used(Place(empty(200), mixed, ten)), (total+39)/40; n > least+1 {
			t.Errorf("seed %d: %d rules in all: on %d instances, want at most %d", seed, total, n, least+1)
		}
	}
}

// used counts the instances that have got a host.
func used(r Result) int {
	numbers := map[int]bool{}
	for _, n := range r.Placed {
		numbers[n] = true
	}
	return len(slices.Collect(maps.Keys(numbers)))
}

func ExamplePlace() {
	instances := []Instance{
		{Number: 0, Capacity: Capacity{Rules: 40, Members: 200, Bytes: 4096}, Hosts: []Host{{Name: "a.example", Rules: 39}}},
		{Number: 1, Capacity: Capacity{Rules: 40, Members: 200, Bytes: 4096}},
	}
	hosts := []Host{{Name: "b.example", Age: 1, Rules: 2}, {Name: "c.example", Age: 2, Rules: 1}}
	result := Place(instances, hosts, func(string) int { return 0 })
	fmt.Println(result.Placed)
	// Output: map[b.example:1 c.example:0]
}
