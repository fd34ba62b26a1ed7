package plan_test

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// choices are random numbers that a fuzzer chose one by one, so that it can change a scene in one
// place. Behind the last one a generator goes on.
type choices struct {
	left []byte
	then *rand.PCG
}

func (c *choices) Uint64() uint64 {
	if len(c.left) < 2 {
		return c.then.Uint64()
	}
	n := uint64(binary.BigEndian.Uint16(c.left))
	c.left = c.left[2:]
	return n<<48 | n<<32 | n<<16 | n
}

// FuzzMakeByChoice has FuzzMake's properties of scenes that the fuzzer puts together: every step is one
// that the service makes, every prefix serves, and after the plan there is nothing to do.
func FuzzMakeByChoice(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0, 0, 0x80, 0})
	f.Add([]byte("the rule of the last domain goes, and another comes in its place"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := randomScene(rand.New(&choices{data, rand.NewPCG(uint64(len(data)), 3)}))
		checkPrefixes(t, s)
		checkConvergence(t, s)
	})
}

// FuzzMakeOfAnything: states that nobody could have put together, such as rules without a listener, do
// not break the planner, and it does not edit them. Both states are JSON.
func FuzzMakeOfAnything(f *testing.F) {
	f.Add([]byte(`{"LoadBalancer":{"Name":"k"},"Listeners":[{"Port":80,"Protocol":"http","Group":"g"}],"ServerGroups":[{"Name":"g","Members":[{"IP":"10.0.0.1","Port":1,"ServerID":"e"}]}],"Rules":[{"Port":80,"Domain":"a","Group":"g"}]}`), []byte(`{}`))
	f.Add([]byte(`{}`), []byte(`{"Instance":{"ID":"lb-1","Status":"active","Spec":"slb.s1.small","Tags":{"slb-ingress/cluster":"c1","slb-ingress/group":"class.slb.0"}},"Ours":{"Listeners":[{"Port":443,"Protocol":"https"}],"Rules":[{"Port":80,"Group":"none"}],"Extensions":[{"Port":443,"Domain":"a"}]}}`))
	f.Add([]byte(`{"LoadBalancer":{"ID":"lb-1","Override":true},"Listeners":[{"Port":80,"Forward":{"Port":443}}],"Rules":[{"Port":80,"Keep":true},{"Port":80,"Keep":true}]}`), []byte(`{"Instance":{"ID":"lb-1","Status":"locked"},"Foreign":{"Listeners":[{"Port":80}]}}`))
	f.Fuzz(func(t *testing.T, wanted, there []byte) {
		read := func() (want cloud.Stack, got cloud.Observed, ok bool) {
			ok = json.Unmarshal(wanted, &want) == nil && json.Unmarshal(there, &got) == nil //nolint:musttag // the fields' own names do
			return want, got, ok
		}
		want, got, ok := read()
		if !ok {
			return
		}
		want.Normalize()
		got.Ours.Normalize()
		wantBefore, gotBefore := want.Clone(), got.Clone()
		policy := plan.Policy{Owner: owner, Limits: plan.Limits{RulesPerListener: 40, ExtensionsPerListener: 3, EntriesPerACL: 300, MembersPerInstance: 200}}
		first, problems := plan.Make(want, got, policy)
		if diff := cmp.Diff(wantBefore, want, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("Make edited what is wanted:\n%s", diff)
		}
		if diff := cmp.Diff(gotBefore, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("Make edited what is observed:\n%s", diff)
		}
		second, again := plan.Make(want, got, policy)
		if diff := cmp.Diff(first.String(), second.String()); diff != "" || !cmp.Equal(problems, again) {
			t.Errorf("equal inputs gave other plans:\n%s", diff)
		}
		now := got
		for _, step := range first.Steps {
			now = now.After(owner, step.Change, nil)
		}
	})
}
