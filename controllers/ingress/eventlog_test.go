package ingress

import (
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// eventLog keeps what a life told.
type eventLog struct {
	mu   sync.Mutex
	list []toldEvent
}

type toldEvent struct {
	Kind, Namespace, Object, Type, Reason, Note string
}

// Eventf implements events.EventRecorder.
//
//nolint:revive // the interface has these arguments
func (l *eventLog) Eventf(regarding, _ runtime.Object, kind, reason, _, note string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := toldEvent{Type: kind, Reason: reason, Note: fmt.Sprintf(note, args...)}
	if o, ok := regarding.(*corev1.ObjectReference); ok {
		e.Kind, e.Namespace, e.Object = o.Kind, o.Namespace, o.Name
	}
	l.list = append(l.list, e)
}

// AnnotatedEventf implements events.AnnotatedEventRecorder.
//
//nolint:revive // the interface has these arguments
func (l *eventLog) AnnotatedEventf(regarding, related runtime.Object, _ map[string]string, kind, reason, action, note string, args ...any) {
	l.Eventf(regarding, related, kind, reason, action, note, args...)
}

// of gives the notes of an object's events with a reason.
func (l *eventLog) of(object string, reason cloud.Reason) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var notes []string
	for _, e := range l.list {
		if e.Object == object && e.Reason == string(reason) {
			notes = append(notes, e.Note)
		}
	}
	return notes
}

// all is a copy of every event.
func (l *eventLog) all() []toldEvent {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}
