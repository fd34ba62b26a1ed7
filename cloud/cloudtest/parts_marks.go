package cloudtest

import (
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// marksPart lists what carries the cluster's marks: all that is beside listeners, and nothing of
// others.
func marksPart(w *world) {
	if marks := w.marks(w.Owner.Cluster); len(marks) != 0 {
		w.Errorf("marks in an empty account: %+v", marks)
	}
	if n := w.content("lb-none"); n != 0 {
		w.Errorf("content of an instance that does not exist: %d", n)
	}
	w.instance()
	if n := w.content(w.lb); n != 0 {
		w.Errorf("content of a new instance: %d", n)
	}
	w.apply(
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: coffee, Members: w.Members[:1]}},
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: cloud.EmptyGroup}},
		cloud.UploadCertificate{Certificate: NewCertificate(w.T, "shop.example.com")},
		cloud.UploadCACertificate{Certificate: NewCACertificate(w.T, "clients")},
		cloud.CreateACL{List: cloud.AccessControlList{Name: "office"}},
		cloud.CreateListener{Listener: plainListener()},
		cloud.TagLoadBalancer{Tags: map[string]string{w.Owner.ClaimKey(): "class.other.0"}},
	)
	w.apply(cloud.TagLoadBalancer{Tags: map[string]string{cloud.TagRetained: "true"}})
	w.Occupy(w.T, w.lb, cloud.Foreign{Listeners: []cloud.Listener{normalized(cloud.Listener{
		Port: 8080, Protocol: cloud.HTTP, Group: cloud.EmptyGroup, Running: true,
	})}})
	group := w.Owner.Tags()[cloud.TagGroup]
	want := []cloud.Mark{
		{Kind: cloud.KindLoadBalancer, ID: w.lb, Group: group, Retained: true},
		{Kind: cloud.KindLoadBalancer, ID: w.lb, Group: "class.other.0", Claim: true},
	}
	for ref, id := range w.observe().IDs {
		switch ref.Kind {
		case cloud.KindServerGroup, cloud.KindCertificate, cloud.KindACL:
			want = append(want, cloud.Mark{Kind: ref.Kind, ID: id, Group: group})
		case cloud.KindCACertificate:
			want = append(want, cloud.Mark{Kind: cloud.KindCertificate, ID: id, Group: group})
		case cloud.KindLoadBalancer, cloud.KindListener, cloud.KindRule, cloud.KindExtension:
		}
	}
	got := w.marks(w.Owner.Cluster)
	sorted := func(list []cloud.Mark) []cloud.Mark {
		return slices.SortedFunc(slices.Values(list), cloud.CompareMarks)
	}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" || len(got) != 7 {
		w.Errorf("%d marks, want 7 (-want +got):\n%s", len(got), diff)
	}
	if !slices.IsSortedFunc(got, cloud.CompareMarks) {
		w.Errorf("the marks are not sorted: %+v", got)
	}
	if marks := w.marks("another-" + w.Owner.Cluster); len(marks) != 0 {
		w.Errorf("marks of another cluster: %+v", marks)
	}
	if n := w.content(w.lb); n < 4 {
		w.Errorf("content: got %d, want two groups, our listener and theirs at least", n)
	}
}

func (w *world) marks(cluster string) []cloud.Mark {
	w.Helper()
	marks, err := w.Reader.Marks(w.Context(), cluster)
	if err != nil {
		w.Fatalf("Marks: %v", err)
	}
	return marks
}

func (w *world) content(lb cloud.ID) int {
	w.Helper()
	n, err := w.Reader.Content(w.Context(), lb)
	if err != nil {
		w.Fatalf("Content: %v", err)
	}
	return n
}
