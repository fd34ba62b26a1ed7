package ingress

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// records reads and writes SLBInstance objects. It is safe for concurrent use.
type records struct {
	client client.Client
	live   client.Reader

	mu      sync.Mutex
	written map[string]string // resource version of our last write, by name
}

func newRecords(c client.Client, live client.Reader) *records {
	return &records{client: c, live: live, written: map[string]string{}}
}

// read returns a record, or nil if there is none. The cache follows our own writes with a delay; as
// long as it shows another version than the one we wrote, the API server is asked.
func (r *records) read(ctx context.Context, name string) (*v1alpha1.SLBInstance, error) {
	record, err := get(ctx, r.client, name)
	version := ""
	if record != nil {
		version = record.ResourceVersion
	}
	if err != nil || version == r.lastWritten(name, version) {
		return record, err
	}
	if record, err = get(ctx, r.live, name); err != nil {
		return nil, err
	}
	if record == nil {
		r.wrote(name, "")
		return nil, nil //nolint:nilnil // absence is an answer here, not an error
	}
	r.wrote(name, record.ResourceVersion)
	return record, nil
}

func get(ctx context.Context, reader client.Reader, name string) (*v1alpha1.SLBInstance, error) {
	var record v1alpha1.SLBInstance
	err := reader.Get(ctx, types.NamespacedName{Name: name}, &record)
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // absence is an answer here, not an error
	}
	if err != nil {
		return nil, fmt.Errorf("reading SLBInstance %q: %w", name, err)
	}
	return &record, nil
}

// lastWritten gives the version of our last write; seen, if we never wrote.
func (r *records) lastWritten(name, seen string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if version, ok := r.written[name]; ok {
		return version
	}
	return seen
}

func (r *records) wrote(name, version string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written[name] = version
}

// names are the records that we wrote and did not end.
func (r *records) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for name, version := range r.written {
		if version != "" {
			names = append(names, name)
		}
	}
	return names
}

// newRecord is the record of a group that has none.
func newRecord(in loaded) *v1alpha1.SLBInstance {
	record := &v1alpha1.SLBInstance{ObjectMeta: metav1.ObjectMeta{
		Name:       in.Owner.Group,
		Finalizers: []string{v1alpha1.Finalizer},
	}}
	if id, ok := desired.ParseIDGroup(in.Owner.Group); ok {
		record.Spec.LoadBalancerID = id
	}
	if in.Class != nil {
		record.Spec.Class = in.Class.Name
	}
	return record
}

// ensure creates the record of a group that has none. Its UID is part of what is sent later.
func (r *records) ensure(ctx context.Context, in *loaded) error {
	if in.Record != nil {
		return nil
	}
	record := newRecord(*in)
	if err := r.client.Create(ctx, record); err != nil {
		return fmt.Errorf("creating SLBInstance %q: %w", record.Name, err)
	}
	r.wrote(record.Name, record.ResourceVersion)
	in.Record = record
	return nil
}

// found records which instance a class has, or that it has none any more, and tells whether that is
// news. Ingresses may name this instance by id, so news changes who is in the group: it has to be
// read anew before anything is done.
func (r *records) found(ctx context.Context, in loaded, got cloud.Observed) (news bool, err error) {
	record, id := in.Record, ""
	if got.Instance != nil {
		id = string(got.Instance.ID)
	}
	if record.Spec.LoadBalancerID != "" || record.Status.LoadBalancerID == id {
		return false, nil
	}
	before := record.DeepCopy()
	record.Status.CreateAttempts = attempts(in, got)
	record.Status.LoadBalancerID = id
	return true, r.write(ctx, before, record)
}

// intent is what is about to be done.
type intent struct {
	want    desired.Result
	refused []cloud.Problem
	todo    plan.Plan
	got     cloud.Observed
}

// begin records, before the first write to the service, what the plan is about to create and who
// claims what. The write is refused if the record changed since it was read, and then nothing is
// sent.
func (r *records) begin(ctx context.Context, in *loaded, i intent) error {
	record := in.Record
	before := record.DeepCopy()
	status := &record.Status
	status.Claims = i.want.Claims
	if in.Placement == nil {
		status.Hosts = nil // the only instance of the class has all
	}
	status.Intents = intents(open(status.Intents, i.got.IDs, in.Now), i.todo.Intents(), in.Now)
	status.CreateAttempts = attempts(*in, i.got)
	status.ReclaimPolicy = in.Config.Spec.ReclaimPolicy
	status.ListenPorts = addedPorts(i.want.Stack, i.got)
	status.WholeClass = in.WholeClass && record.Spec.LoadBalancerID != ""
	status.TakenOver = takenOver(status.TakenOver, i.got, i.refused)
	status.DefaultSecret = secretText(i.want.DefaultSecret)
	status.EmptySince = emptySince(*in)
	status.DeleteProtectionSet = i.todo.Protects() || status.DeleteProtectionSet && (i.got.Instance != nil || len(status.Intents) > 0)
	if i.got.Instance == nil {
		status.LoadBalancerID = ""
	}
	return r.write(ctx, before, record)
}

// write updates a record's status if it changed, unless somebody else changed it meanwhile.
func (r *records) write(ctx context.Context, before, record *v1alpha1.SLBInstance) error {
	if equality.Semantic.DeepEqual(before.Status, record.Status) {
		return nil
	}
	if err := r.client.Status().Update(ctx, record); err != nil {
		return fmt.Errorf("recording on SLBInstance %q: %w", record.Name, err)
	}
	r.wrote(record.Name, record.ResourceVersion)
	return nil
}

// end removes the record of a group that is no more.
func (r *records) end(ctx context.Context, record *v1alpha1.SLBInstance) error {
	if record.DeletionTimestamp.IsZero() {
		if err := client.IgnoreNotFound(r.client.Delete(ctx, record)); err != nil {
			return fmt.Errorf("deleting SLBInstance %q: %w", record.Name, err)
		}
	}
	before := record.DeepCopy()
	if !controllerutil.RemoveFinalizer(record, v1alpha1.Finalizer) {
		return nil
	}
	if err := client.IgnoreNotFound(r.client.Patch(ctx, record, client.MergeFrom(before))); err != nil {
		return fmt.Errorf("removing the finalizer of SLBInstance %q: %w", record.Name, err)
	}
	r.wrote(record.Name, "") // gone: the cache has to lose it, too
	return nil
}

// lateBound is how long a call whose answer was lost may still have its effect: the longest that
// such a call is known to hang about, with a margin.
const lateBound = 20 * time.Minute

// open returns the intents of which nothing is known yet: what they made has not been seen, and may
// still appear.
func open(list []v1alpha1.Intent, ids cloud.IDs, now time.Time) []v1alpha1.Intent {
	return slices.DeleteFunc(slices.Clone(list), func(i v1alpha1.Intent) bool {
		_, seen := ids[cloud.Ref{Kind: cloud.Kind(i.Kind), Name: i.Name}]
		return seen || now.Sub(i.Since.Time) > lateBound
	})
}

// intents adds what a plan is about to create to the intents that are open. A repeated one keeps
// its time.
func intents(list []v1alpha1.Intent, refs []cloud.Ref, now time.Time) []v1alpha1.Intent {
	for _, ref := range refs {
		same := func(i v1alpha1.Intent) bool { return i.Kind == string(ref.Kind) && i.Name == ref.Name }
		if !slices.ContainsFunc(list, same) {
			list = append(list, v1alpha1.Intent{Kind: string(ref.Kind), Name: ref.Name, Since: metav1.NewTime(now).Rfc3339Copy()})
		}
	}
	return list
}

// settle drops the intents of a plan whose answers came, and keeps those of calls whose outcome is
// unknown, and of earlier ones.
func settle(list []v1alpha1.Intent, i intent, done apply.Result, now time.Time) []v1alpha1.Intent {
	lost := map[cloud.Ref]bool{}
	for _, failed := range done.Failed {
		if cloud.KindOf(failed.Err) == cloud.Unknown {
			lost[failed.Step.Ref()] = true
		}
	}
	mine := map[cloud.Ref]bool{}
	for _, ref := range i.todo.Intents() {
		mine[ref] = true
	}
	return slices.DeleteFunc(open(list, done.Observed.IDs, now), func(i v1alpha1.Intent) bool {
		ref := cloud.Ref{Kind: cloud.Kind(i.Kind), Name: i.Name}
		return mine[ref] && !lost[ref] && !earlier(i, now)
	})
}

// earlier tells whether an intent was on record before this reconcile, so that a call of before may
// be what it stands for.
func earlier(i v1alpha1.Intent, now time.Time) bool {
	return i.Since.Time.Before(metav1.NewTime(now).Rfc3339Copy().Time)
}

// maxDefinition bounds what is recorded of a listener that was taken over; 32 KiB are for all.
const maxDefinition = 4 << 10

// takenOver adds the listeners that the plan takes over to those on record: the service forgets what
// they were.
func takenOver(old []v1alpha1.TakenOver, got cloud.Observed, problems []cloud.Problem) []v1alpha1.TakenOver {
	list := slices.Clone(old)
	if !slices.ContainsFunc(problems, func(p cloud.Problem) bool { return p.Reason == cloud.ListenersTakenOver }) {
		return list
	}
	for _, l := range got.Foreign.Listeners {
		known := func(t v1alpha1.TakenOver) bool { return t.Port == l.Port }
		if l.Port != portHTTP && l.Port != portHTTPS {
			continue // not taken over
		}
		if !slices.ContainsFunc(list, known) {
			list = append(list, v1alpha1.TakenOver{Port: l.Port, Definition: cut(plan.Definition(got, l.Port), maxDefinition)})
		}
	}
	return list
}

// secretText is a Secret's name in a record.
func secretText(name types.NamespacedName) string {
	if name.Name == "" {
		return ""
	}
	return name.String()
}

func secretName(text string) types.NamespacedName {
	namespace, name, _ := strings.Cut(text, "/")
	return types.NamespacedName{Namespace: namespace, Name: name}
}

func emptySince(in loaded) *metav1.Time {
	if len(in.Ingresses) > 0 {
		return nil
	}
	if since := in.Record.Status.EmptySince; since != nil {
		return since
	}
	now := metav1.NewTime(in.Now).Rfc3339Copy()
	return &now
}

// retained tells whether the group's own instance stays when nobody needs it.
func retained(in *loaded) bool {
	return in.Config.Spec.ReclaimPolicy == v1alpha1.ReclaimRetain
}
