package ingress

import (
	"fmt"
	"reflect"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/model"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

// watchmen judge each cluster of a run by the model and the oracles of hack/sim.
type watchmen struct{ of map[*world]*watchman }

// watchman judges one cluster.
type watchman struct {
	*world

	model   *model.Model
	judge   *oracle.Judge
	table   model.Table
	secrets int // changes of Secrets that the table has in it
	told    map[model.Told]bool
	heard   map[*eventLog]int // events that are in told, by life
	blamed  int               // violations that the run knows of
	passed  func()            // is called after each call of a scene
}

// watch begins to judge a cluster. What the account holds is somebody else's.
func (w *world) watch() *watchman {
	o := w.setup.options
	m := &watchman{
		world: w, told: map[model.Told]bool{}, heard: map[*eventLog]int{}, secrets: -1, passed: func() {},
		model: model.New(model.Options{
			WithoutClass: o.WatchIngressWithoutClass, DefaultClass: o.DefaultClass, Namespace: o.Namespace, Grace: o.ReleaseGrace,
		}),
		judge: oracle.New(oracle.Options{Cloud: w.cloud, Cluster: o.ClusterID, Caller: w.setup.accessKey()}),
	}
	w.api.edited = m.observe
	m.observe()
	return m
}

// observe tells the judge what has to be served from now on.
func (m *watchman) observe() {
	m.secrets = m.world.secrets.changes()
	table := m.model.Observe(time.Now(), m.inputs())
	if reflect.DeepEqual(table.Groups, m.table.Groups) {
		return
	}
	m.table = table
	m.judge.Inputs(table)
}

// step judges what happened since the last one.
func (m *watchman) step() {
	if m.secrets != m.world.secrets.changes() {
		m.observe()
	}
	m.judge.Step()
	m.listen()
}

// listen takes down what the controller told.
func (m *watchman) listen() {
	log := m.life.told
	list := log.all()
	for _, e := range list[m.heard[log]:] {
		m.told[model.Told{Ingress: e.Namespace + "/" + e.Object, Reason: e.Reason}] = true
	}
	m.heard[log] = len(list)
}

// settle is called when the controller is at rest.
func (m *watchman) settle() {
	m.observe() // some of what has to be served depends on time alone
	m.step()
	m.judge.Settle()
}

// close says that everything has to be served by now, shown and told.
func (m *watchman) close() {
	m.observe()
	m.step()
	m.judge.Converged()
	m.judge.Report("O1", oracle.Statuses(m.table, m.addressOfGroup, m.shown())...)
	m.judge.Report("O1", oracle.Told(m.table, m.told)...)
}

func (m *watchman) addressOfGroup(group string) string {
	for _, record := range m.recordList() {
		if record.Name == group {
			return record.Status.Address
		}
	}
	return ""
}

func (m *watchman) shown() map[string][]string {
	shown := map[string][]string{}
	var list networkingv1.IngressList
	m.must(m.api.List(m.Context(), &list))
	for i := range list.Items {
		shown[list.Items[i].Namespace+"/"+list.Items[i].Name] = addresses(&list.Items[i])
	}
	return shown
}

// complain hands new violations to the run.
func (m *watchman) complain(s *sim) {
	for _, v := range m.judge.Violations()[m.blamed:] {
		s.blamef(v.Oracle, "%s", v)
		m.blamed++
	}
}

// look implements referee.
func (j *watchmen) look(s *sim) { j.each(s, (*watchman).step) }

// settled tells the oracles that the controller is at rest.
func (j *watchmen) settled(s *sim) { j.each(s, (*watchman).settle) }

// close implements referee.
func (j *watchmen) close(s *sim) { j.each(s, (*watchman).close) }

func (j *watchmen) each(s *sim, do func(*watchman)) {
	for _, w := range s.worlds() {
		if j.of[w] == nil {
			j.of[w] = w.watch()
		}
		do(j.of[w])
		j.of[w].complain(s)
	}
}

// settled tells those judges that want to know that the controller is at rest.
func (s *sim) settled() {
	for _, j := range s.judges {
		if j, ok := j.(interface{ settled(s *sim) }); ok {
			j.settled(s)
		}
	}
}

// accessKey is what the controller signs its calls with. Clusters that share an account have one each,
// so that the journal tells them apart.
func (s setup) accessKey() string { return fmt.Sprintf("LTAIfake-%s", s.options.ClusterID) }
