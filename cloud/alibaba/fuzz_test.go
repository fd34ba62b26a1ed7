package alibaba

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// FuzzClassify: whatever answers, there is an error of a kind that a Writer may give, with a text that
// fits an event and holds no key.
func FuzzClassify(f *testing.F) {
	f.Add(400, `{"Code":"DomainExist","Message":"x","RequestId":"y"}`)
	f.Add(500, `{"Code":1,"Message":["-----BEGIN KEY"]}`)
	f.Add(302, "")
	f.Add(200, `{"Code":"Throttling","Message":"see https://a/?b=c -----BEGIN"}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := classify("CreateRules", status, body)
		switch e.Kind {
		case cloud.NotFound, cloud.Busy, cloud.Throttled, cloud.Quota, cloud.Denied, cloud.Invalid, cloud.Conflict, cloud.Unknown:
		default:
			t.Errorf("kind %q", e.Kind)
		}
		if len(e.Message) > maxMessage || !utf8.ValidString(e.Message) || strings.Contains(e.Message, "-----BEGIN") {
			t.Errorf("message %q", e.Message)
		}
	})
}

// FuzzToken: no token file panics, and none is half used.
func FuzzToken(f *testing.F) {
	f.Add(`{"access.key.id":"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=","keyring":"0123456789abcdef","expiration":"2026-01-01T00:00:00Z"}`)
	f.Add(`{"error":{"code":"x"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		key, _, err := parseToken([]byte(text))
		if err != nil && key != (Key{}) {
			t.Error("an error came with a key")
		}
	})
}
