package ingress

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// FuzzCut: a text is cut between runes, to at most so many bytes, and to no less than it must.
func FuzzCut(f *testing.F) {
	f.Add("", 0)
	f.Add("bücher", 2)
	f.Add("日本語", 4)
	f.Add("\xff\xff\xff", 1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 0 {
			return // limits are not negative
		}
		short := cut(text, n)
		if len(short) > n || !strings.HasPrefix(text, short) {
			t.Errorf("%q within %d becomes %q", text, n, short)
		}
		if utf8.ValidString(text) && (!utf8.ValidString(short) || len(text) > n && len(short) <= n-utf8.UTFMax) {
			t.Errorf("%q within %d becomes %q", text, n, short)
		}
	})
}

// actionLog keeps the last event's note and action.
type actionLog struct {
	events.EventRecorder // nil: nothing else is called

	note, action string
}

//nolint:revive // the interface has these arguments
func (l *actionLog) Eventf(_, _ runtime.Object, _, _, action, note string, args ...any) {
	l.note, l.action = fmt.Sprintf(note, args...), action
}

// FuzzEventText: whatever a problem says, the event fits the API: it takes no longer note or action.
func FuzzEventText(f *testing.F) {
	f.Add("spec.rules[0]", "path \"/ä\" cannot be served")
	f.Add(strings.Repeat("ü", 200), strings.Repeat("語", 2000))
	f.Add("", "%s%d%!")
	f.Fuzz(func(t *testing.T, field, message string) {
		recorder := &actionLog{}
		tell(recorder, cloud.Problem{Object: cloud.Object{Kind: kindIngress, Namespace: "n", Name: "i"}, Field: field, Reason: cloud.UnsupportedPath, Message: message})
		if len(recorder.note) > maxNote || len(recorder.action) > maxAction {
			t.Errorf("note of %d bytes, action of %d", len(recorder.note), len(recorder.action))
		}
		if utf8.ValidString(field) && utf8.ValidString(message) &&
			(!utf8.ValidString(recorder.note) || !utf8.ValidString(recorder.action)) {
			t.Errorf("note %q, action %q", recorder.note, recorder.action)
		}
		if field == "" && len(message) <= maxNote && recorder.note != message {
			t.Errorf("%q is told as %q", message, recorder.note)
		}
	})
}

// FuzzGroupKeys: a reconcile key is a class's group or an instance's, never both, and what is neither
// is no group.
func FuzzGroupKeys(f *testing.F) {
	f.Add("class.slb.0")
	f.Add("class.slb.1")
	f.Add("id.lb-1")
	f.Add("id.class.slb.0")
	f.Fuzz(func(t *testing.T, name string) {
		g, ok := parseGroup(name)
		if ok && (g.class == "") == (g.id == "") {
			t.Errorf("%q is %+v", name, g)
		}
	})
}

// FuzzENI: an id that is used has no character that means anything to JSON, a URL or a log.
func FuzzENI(f *testing.F) {
	for _, seed := range []string{"eni-bp1", "eni-", "ENI-1", "i-1", `eni-1"`, "eni-1\n", "eni-ä"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if validENI(id) && (strings.ContainsAny(id, "\"\\/%&=\r\n ,{}[]") || len(id) > maxENI || !strings.HasPrefix(id, "eni-")) {
			t.Errorf("%q counts as an id", id)
		}
	})
}
