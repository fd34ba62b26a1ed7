package ingress

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// How often surveys are made unless the options say otherwise, and for how long something has to be unaccounted for before anything
// comes of it: twice the longest lag of a reading.
const (
	surveyEvery = 20 * time.Minute
	surveyGuard = 2 * goneAfter
)

// surveyor finds what carries the cluster's marks and nobody accounts for: what a lost call made
// after it had been repeated, and what is left of groups without a record. It changes nothing
// itself. It has the group reconciled, which is one at a time, and there the ordinary plan removes
// what is not wanted.
type surveyor struct {
	service cloud.Reader
	live    client.Reader
	memory  *memory
	cluster string
	every   time.Duration
	now     func() time.Time
	found   chan event.GenericEvent

	since map[cloud.Mark]time.Time // what is unaccounted for, and since when
}

func newSurveyor(service cloud.Reader, live client.Reader, m *memory, options Options) *surveyor {
	return &surveyor{
		service: service, live: live, memory: m, cluster: options.ClusterID, every: options.SurveyInterval, now: options.Now,
		found: make(chan event.GenericEvent, 64), since: map[cloud.Mark]time.Time{},
	}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: only who writes has a use for it.
func (*surveyor) NeedLeaderElection() bool { return true }

// Start implements manager.Runnable.
func (s *surveyor) Start(ctx context.Context) error {
	timer := time.NewTimer(s.firstPause())
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		groups, pause := s.survey(ctx)
		for _, group := range groups {
			record := &v1alpha1.SLBInstance{}
			record.Name = group
			select {
			case s.found <- event.GenericEvent{Object: record}:
			case <-ctx.Done():
				return nil
			}
		}
		timer.Reset(pause)
	}
}

// firstPause spreads the surveys of clusters that share an account. It depends on the cluster alone,
// so a run can be repeated.
func (s *surveyor) firstPause() time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.cluster))
	return s.every/2 + s.every/2*time.Duration(h.Sum32()%1000)/1000
}

// survey looks once. It returns the groups that are to be reconciled, sorted, and when to look again.
func (s *surveyor) survey(ctx context.Context) ([]string, time.Duration) {
	unaccounted, err := s.unaccounted(ctx)
	if err != nil {
		log.FromContext(ctx).Info("cannot survey what carries this cluster's marks", "error", err.Error())
		return nil, s.firstPause()
	}
	now, since, pause := s.now(), map[cloud.Mark]time.Time{}, s.firstPause()
	due := map[home][]cloud.Mark{}
	for mark, of := range unaccounted {
		first, before := s.since[mark]
		if !before {
			first = now
		}
		since[mark] = first
		if now.Sub(first) < surveyGuard {
			pause = surveyGuard
			continue
		}
		due[of] = append(due[of], mark)
	}
	s.since = since
	var groups []string
	for of, marks := range due {
		s.hand(ctx, of, marks)
		groups = append(groups, of.group)
	}
	slices.Sort(groups)
	return groups, pause
}

// home is the group that a mark names.
type home struct {
	group    string
	recorded bool
}

// hand notes for a group's next reconcile what was found of it.
func (s *surveyor) hand(ctx context.Context, of home, marks []cloud.Mark) {
	slices.SortFunc(marks, cloud.CompareMarks)
	log.FromContext(ctx).Info("found resources with this group's marks that nobody accounts for", "instance", of.group, "resources", fmt.Sprint(marks))
	var instances []cloud.ID
	for _, mark := range marks {
		if mark.Kind == cloud.KindLoadBalancer && !mark.Claim {
			instances = append(instances, mark.ID)
		}
	}
	s.memory.doubt(of.group, instances)
	if !of.recorded {
		s.memory.orphan(of.group)
	}
}

// unaccounted lists what carries our marks and is neither known to its group nor left to its user,
// with the group. The service is asked first and the cluster second, and live: a group that is made
// in between is in the second list.
func (s *surveyor) unaccounted(ctx context.Context) (map[cloud.Mark]home, error) {
	marks, err := s.service.Marks(ctx, s.cluster)
	if err != nil {
		return nil, err
	}
	var records v1alpha1.SLBInstanceList
	if err := s.live.List(ctx, &records); err != nil {
		return nil, fmt.Errorf("listing SLBInstances: %w", err)
	}
	names := map[string]string{} // by the value of the tag
	for _, record := range records.Items {
		names[s.tag(record.Name)] = record.Name
	}
	found := map[cloud.Mark]home{}
	for _, mark := range marks {
		name, recorded := names[mark.Group]
		_, nameable := parseGroup(mark.Group)
		switch {
		case recorded && !s.memory.knows(name, mark):
			found[mark] = home{group: name, recorded: true}
		case !recorded && nameable && !leftToUser(marks, mark.Group):
			found[mark] = home{group: mark.Group}
		}
	}
	return found, nil
}

// tag is a group's name as tags have it.
func (s *surveyor) tag(group string) string {
	return cloud.Owner{Cluster: s.cluster, Group: group}.Tags()[cloud.TagGroup]
}

// leftToUser tells whether a group's instance was let go for good.
func leftToUser(marks []cloud.Mark, group string) bool {
	return slices.ContainsFunc(marks, func(m cloud.Mark) bool { return m.Group == group && m.Retained })
}

// groupKey is an event's group.
func groupKey(_ context.Context, o client.Object) []string {
	return []string{o.GetName()}
}
