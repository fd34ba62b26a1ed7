package cloudtest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Harness is one implementation over an account without anything of Owner's.
type Harness struct {
	Reader cloud.Reader
	Writer cloud.Writer
	Owner  cloud.Owner
	// Members are at least three backend servers that the service accepts, with distinct addresses
	// and weight 100.
	Members []cloud.Member
	// Occupy puts somebody else's things on an instance. Groups of foreign listeners and rules, and
	// certificates of foreign listeners and extensions, are its own choice. Listeners come without
	// rules and are running.
	Occupy func(t *testing.T, lb cloud.ID, f cloud.Foreign)
}

// Run checks an implementation. start is called once for each part, which are independent.
func Run(t *testing.T, start func(t *testing.T) Harness) {
	t.Helper()
	parts := map[string]func(*world){
		"Instance":     instancePart,
		"Charged":      chargedPart,
		"Groups":       groupsPart,
		"Certificates": certificatesPart,
		"Listeners":    listenersPart,
		"Attributes":   attributesPart,
		"Redirect":     redirectPart,
		"Rules":        rulesPart,
		"Extensions":   extensionsPart,
		"Repeated":     repeatedPart,
		"InUse":        inUsePart,
		"Gone":         gonePart,
		"Foreign":      foreignPart,
		"TakeOver":     takeOverPart,
		"Surplus":      surplusPart,
		"Ports":        portsPart,
		"Access":       accessPart,
		"MutualTLS":    mutualTLSPart,
		"Marks":        marksPart,
	}
	for name, part := range parts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(&world{T: t, Harness: start(t)})
		})
	}
}

// world is a walk through one implementation.
type world struct {
	*testing.T
	Harness
	lb cloud.ID
}

func (w *world) observe() cloud.Observed {
	w.Helper()
	return w.observeAs(cloud.Query{Owner: w.Owner, LoadBalancer: w.lb, Ports: []int{80, 443}})
}

func (w *world) observeAs(q cloud.Query) cloud.Observed {
	w.Helper()
	got, err := w.Reader.Observe(w.Context(), q)
	if err != nil {
		w.Fatalf("Observe: %v", err)
	}
	return got
}

// apply makes changes one by one and checks after each that the service has what the model says.
func (w *world) apply(changes ...cloud.Change) {
	w.Helper()
	for _, c := range changes {
		before := w.observe()
		ids, err := w.Writer.Apply(w.Context(), cloud.Scope{Owner: w.Owner, IDs: before.IDs}, c)
		if err != nil {
			w.Fatalf("Apply %s of %s: %v", c.Op(), c.Target(), err)
		}
		if id, ok := ids[cloud.LoadBalancerRef()]; ok {
			w.lb = id
		}
		want := before.After(w.Owner, c, ids)
		if diff := Diff(want, w.observe()); diff != "" {
			w.Fatalf("after %s of %s (-model +service):\n%s", c.Op(), c.Target(), diff)
		}
	}
}

// refused makes a change that has to fail with one of the kinds and to change nothing.
func (w *world) refused(c cloud.Change, ids cloud.IDs, kinds ...cloud.ErrorKind) {
	w.Helper()
	before := w.observe()
	_, err := w.Writer.Apply(w.Context(), cloud.Scope{Owner: w.Owner, IDs: ids}, c)
	ok := false
	for _, kind := range kinds {
		ok = ok || cloud.KindOf(err) == kind
	}
	if !ok {
		w.Errorf("Apply %s of %s: got kind %q (%v), want one of %q", c.Op(), c.Target(), cloud.KindOf(err), err, kinds)
	}
	if diff := Diff(before, w.observe()); diff != "" {
		w.Errorf("a refused %s of %s changed something (-before +after):\n%s", c.Op(), c.Target(), diff)
	}
}

// again makes a change with the ids of an earlier time; it has to succeed and to change nothing.
func (w *world) again(c cloud.Change, ids cloud.IDs) {
	w.Helper()
	before := w.observe()
	if _, err := w.Writer.Apply(w.Context(), cloud.Scope{Owner: w.Owner, IDs: ids}, c); err != nil {
		w.Errorf("repeating %s of %s: %v", c.Op(), c.Target(), err)
	}
	if diff := Diff(before, w.observe()); diff != "" {
		w.Errorf("a repeated %s of %s changed something (-before +after):\n%s", c.Op(), c.Target(), diff)
	}
}

// Diff compares what the service has with what the model says, but for what the model cannot know:
// address, network, zones and state of the instance, what others have, and who asked for a resource. It is empty if they are
// alike.
func Diff(want, got cloud.Observed) string {
	return cmp.Diff(want, got,
		cmpopts.EquateEmpty(),
		cmpopts.IgnoreFields(cloud.Instance{}, "Address", "Status", "VPCID", "VSwitchID", "MasterZone", "SlaveZone", "ResourceGroup"),
		cmpopts.IgnoreTypes(cloud.Source{}),
		cmpopts.IgnoreFields(cloud.Observed{}, "Known"),
		cmpopts.IgnoreFields(cloud.Rule{}, "Rank"),
		cmpopts.IgnoreFields(cloud.Extension{}, "Rank"),
	)
}
