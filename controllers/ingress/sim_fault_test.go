package ingress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

// callTime is what a call takes. Time has to pass, or all readings were of one moment.
const callTime = 5 * time.Millisecond

// pass counts a point of a site and gives the fault that acts there.
func (s *sim) pass(site plan.Site) (plan.Way, int) {
	s.reached[site]++
	n := s.reached[site]
	if s.over {
		return "", n
	}
	for i, f := range s.run.Plan {
		if f.At(site, n) {
			s.acted[i] = true
			return f.Way, n
		}
	}
	return "", n
}

// disturbed is the way of a life's calls to the service.
type disturbed struct {
	sim  *sim
	life *life
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (d disturbed) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.life.doomed {
		d.life.kill()
	}
	if d.life.dead {
		return nil, fakecloud.ErrDead
	}
	s := d.sim
	s.called++
	way, n := s.pass(plan.Call)
	if way != "" {
		s.remarkf("fault %s at call %d", way, n)
	}
	timer := time.NewTimer(callTime)
	<-timer.C
	seq := s.cloud.Seq()
	answer, err := d.send(way, r)
	s.point(n, seq)
	s.look()
	if d.life.dead {
		return nil, fakecloud.ErrDead
	}
	return answer, err
}

// point takes down which call the n-th was.
func (s *sim) point(n, seq int) {
	for _, c := range s.cloud.JournalSince(seq) {
		if !c.Foreign && !c.Late {
			if !s.repeats(c) {
				s.points = append(s.points, pointOf(n, c))
			}
			return
		}
	}
}

// repeats tells whether a call is one of an audit or a survey that was made before in the very same
// state: by the same life, after the same calls, and nothing was written, told or found since. A fault
// there is the one at the first of them.
func (s *sim) repeats(c fakecloud.Call) bool {
	if c.Write || len(s.life.surveyor.since)+len(s.life.memory.gone)+len(s.life.memory.spare) > 0 {
		return false
	}
	key := fmt.Sprint(s.lives, s.surveying, s.called, c.Action, c.Params)
	known := s.visited[key]
	s.visited[key] = true
	return known
}

// changed says that the state is another one.
func (s *sim) changed() { s.visited = map[string]bool{} }

// send makes the call as the fault wants it.
func (d disturbed) send(way plan.Way, r *http.Request) (*http.Response, error) {
	switch way {
	case "":
	case plan.Unsent:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	case plan.CrashBefore:
		d.life.kill()
		return nil, fakecloud.ErrDead
	case plan.CrashReply:
		answer, err := d.next.RoundTrip(r)
		d.life.doomed = true
		return answer, err
	case plan.CrashLate:
		answer, err := d.with(fakecloud.Fault{Late: 5 * time.Second}, r)
		d.life.kill()
		return answer, err
	case plan.Empty, plan.Short:
		return mangled(way, d.next, r)
	case plan.Twice, plan.TwiceLast:
		return twice(way, d.next, r)
	default:
		return d.with(d.fault(way, r), r)
	}
	return d.next.RoundTrip(r)
}

// with makes a call that meets a fault of the service.
func (d disturbed) with(f fakecloud.Fault, r *http.Request) (*http.Response, error) {
	d.sim.cloud.Fail(f)
	defer d.sim.cloud.Heal()
	return d.next.RoundTrip(r)
}

// fault is the service's part of a way.
func (d disturbed) fault(way plan.Way, r *http.Request) fakecloud.Fault {
	switch way { //nolint:exhaustive // the others refuse the call
	case plan.CrashAfter:
		return fakecloud.Fault{CrashAfter: d.life.kill}
	case plan.CrashStale:
		return fakecloud.Fault{CrashAfter: d.life.kill, Stale: 30 * time.Second}
	case plan.ErrorBefore:
		return fakecloud.Fault{Before: "InternalError"}
	case plan.ErrorAfter:
		return fakecloud.Fault{After: "InternalError"}
	case plan.Lost:
		return fakecloud.Fault{LoseReply: true}
	case plan.Late5s:
		return fakecloud.Fault{Late: 5 * time.Second}
	case plan.Late15m:
		return fakecloud.Fault{Late: 15 * time.Minute}
	case plan.Slow:
		return fakecloud.Fault{ReplyLatency: time.Hour}
	case plan.Partial:
		return fakecloud.Fault{Partial: 1}
	case plan.Stale1:
		return fakecloud.Fault{Stale: 20 * callTime}
	case plan.Stale3s:
		return fakecloud.Fault{Stale: 3 * time.Second}
	case plan.Stale30s:
		return fakecloud.Fault{Stale: 30 * time.Second}
	}
	return fakecloud.Fault{Before: refusal(way, operationOf(r))}
}

// refusal is the code of a way that refuses a call without effect.
func refusal(way plan.Way, action string) string {
	switch way { //nolint:exhaustive // the others have an effect
	case plan.Throttle:
		return "Throttling.User"
	case plan.Unavailable:
		return "ServiceUnavailable"
	case plan.Busy:
		return "ServiceIsConfiguring"
	case plan.Denied:
		return "Forbidden.RAM"
	case plan.Expired:
		return "InvalidSecurityToken.Expired"
	case plan.Quota:
		if code := quotaCode(action); code != "" {
			return code
		}
		return "OverQuota"
	}
	panic("a way without an effect: " + way)
}

func operationOf(r *http.Request) string {
	copied := again(r)
	if err := copied.ParseForm(); err != nil {
		panic(err)
	}
	return copied.Form.Get("Action")
}

// again is a copy of a request that can be sent, or read, beside it.
func again(r *http.Request) *http.Request {
	copied := r.Clone(r.Context())
	body, err := r.GetBody()
	if err != nil {
		panic(err)
	}
	copied.Body = body
	return copied
}

// twice delivers a call two times, as a proxy on the way may.
func twice(way plan.Way, next http.RoundTripper, r *http.Request) (*http.Response, error) {
	second := again(r)
	first, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	last, err := next.RoundTrip(second)
	if way == plan.Twice {
		if err == nil {
			last.Body.Close()
		}
		return first, nil
	}
	first.Body.Close()
	return last, err
}

// mangled makes a call and spoils its answer.
func mangled(way plan.Way, next http.RoundTripper, r *http.Request) (*http.Response, error) {
	answer, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	whole, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		return nil, err
	}
	left := whole[:len(whole)/2]
	if way == plan.Empty {
		left = []byte("{}")
	}
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(left)), int64(len(left))
	return answer, nil
}

// disturbCluster arms the faults at writes to the cluster and at events.
func (s *sim) disturbCluster() {
	var way plan.Way
	s.api.fault = func(verb string, o client.Object) error {
		if s.life.doomed {
			s.life.kill()
			return errDead
		}
		s.changed()
		var n int
		way, n = s.pass(plan.Kube)
		what := fmt.Sprintf("%s %T %s", verb, o, o.GetName())
		s.points = append(s.points, plan.Point{Site: plan.Kube, N: n, What: what, Write: true})
		if way != "" {
			s.remarkf("fault %s at write %d", way, n)
		}
		if way != plan.CrashBefore {
			s.notef("cluster: %s", what)
		}
		return s.refuseWrite(way, o)
	}
	s.api.done = func() {
		switch way { //nolint:exhaustive // the others act before the effect or on the answer
		case plan.CrashAfter:
			s.life.kill()
		case plan.CrashReply:
			s.life.doomed = true
		}
		s.look()
	}
	s.api.answer = func() error {
		if way == plan.Lost {
			return apierrors.NewTimeoutError("the answer was lost", 1)
		}
		return nil
	}
	s.api.arrived = s.disturbEvent
}

func (s *sim) refuseWrite(way plan.Way, o client.Object) error {
	resource := schema.GroupResource{Resource: fmt.Sprintf("%T", o)}
	switch way { //nolint:exhaustive // the others let the write through
	case plan.CrashBefore:
		s.life.kill()
		return errDead
	case plan.ErrorBefore:
		return apierrors.NewInternalError(errors.New("the storage is away"))
	case plan.Denied:
		return apierrors.NewForbidden(resource, o.GetName(), errors.New("a role was taken away"))
	case plan.Refused:
		return apierrors.NewConflict(resource, o.GetName(), errors.New("somebody else changed it"))
	}
	return nil
}

// disturbEvent holds the stream of an event that a fault is about.
func (s *sim) disturbEvent(from *stream, e watch.Event) {
	s.freeWaiting(from, e)
	s.changed()
	way, n := s.pass(plan.Event)
	s.points = append(s.points, plan.Point{Site: plan.Event, N: n, What: fmt.Sprintf("%s %T %s", e.Type, e.Object, keyOf(e))})
	if way != "" {
		s.remarkf("fault %s at event %d", way, n)
	}
	switch way { //nolint:exhaustive // events have these ways alone
	case plan.Lag1:
		from.hold(time.Minute)
		s.waiting = from
	case plan.Lag3s:
		from.hold(3 * time.Second)
	case plan.Lag30s:
		from.hold(30 * time.Second)
	case plan.Merge:
		from.hold(time.Minute)
		from.merge, from.broken = true, keyOf(e)
	case plan.Travel:
		from.hold(30 * time.Second)
		s.api.restart = true
	}
}

// freeWaiting ends the holds that last until an event like this one.
func (s *sim) freeWaiting(from *stream, e watch.Event) {
	if s.waiting != nil {
		s.waiting.release()
		s.waiting = nil
	}
	if from.merge && from.broken == keyOf(e) {
		from.release()
	}
}
