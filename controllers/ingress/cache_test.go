package ingress

import (
	"context"
	"reflect"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// indexes are the values of an object in each index of its kind.
type indexes map[reflect.Type]map[string]client.IndexerFunc

// IndexField implements client.FieldIndexer.
func (x indexes) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	kind := reflect.TypeOf(o)
	if x[kind] == nil {
		x[kind] = map[string]client.IndexerFunc{}
	}
	x[kind][field] = values
	return nil
}

// lagging answers reads of the watched kinds from what events told, and so later than the API and not
// at one time for all kinds.
type lagging struct {
	client.Client

	api *apiServer
}

// seenBy is what the controller reads by: the cache, if the world has one.
func (a *apiServer) seenBy(live client.Client) client.Client {
	if !a.world.setup.cached {
		return live
	}
	return lagging{Client: live, api: a}
}

// Get implements client.Reader.
func (c lagging) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	i := slices.IndexFunc(c.api.streams, func(s *stream) bool { return reflect.TypeOf(s.kind) == reflect.TypeOf(o) })
	if i < 0 {
		return c.Client.Get(ctx, key, o, options...)
	}
	seen, ok := c.api.streams[i].seen[key]
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{Resource: reflect.TypeOf(o).Elem().Name()}, key.Name)
	}
	reflect.ValueOf(o).Elem().Set(reflect.ValueOf(seen.DeepCopyObject()).Elem())
	return nil
}

// List implements client.Reader.
func (c lagging) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	i := slices.IndexFunc(c.api.streams, func(s *stream) bool { return s.list == reflect.TypeOf(list) })
	if i < 0 {
		return c.Client.List(ctx, list, options...)
	}
	how := client.ListOptions{}
	how.ApplyOptions(options)
	s := c.api.streams[i]
	var found []runtime.Object
	for _, key := range s.keys() {
		if o := s.seen[key]; c.api.indexes.match(o, how) {
			found = append(found, o.DeepCopyObject())
		}
	}
	return meta.SetList(list, found)
}

func (x indexes) match(o client.Object, how client.ListOptions) bool {
	if how.Namespace != "" && how.Namespace != o.GetNamespace() {
		return false
	}
	if how.LabelSelector != nil && !how.LabelSelector.Matches(labels.Set(o.GetLabels())) {
		return false
	}
	if how.FieldSelector == nil {
		return true
	}
	for _, r := range how.FieldSelector.Requirements() {
		if !slices.Contains(x[reflect.TypeOf(o)][r.Field](o), r.Value) {
			return false
		}
	}
	return true
}

// keys are those of the objects that were seen, sorted.
func (s *stream) keys() []types.NamespacedName {
	keys := make([]types.NamespacedName, 0, len(s.seen))
	for key := range s.seen {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y types.NamespacedName) int { return compareText(x.String(), y.String()) })
	return keys
}
