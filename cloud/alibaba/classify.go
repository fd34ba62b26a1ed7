package alibaba

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// refusal is the body of an error answer. Fields that are not strings stay empty: proxies in between
// answer in their own way.
type refusal struct {
	RequestID string
	Code      string
	Message   string
}

func parseRefusal(body string) refusal {
	var fields map[string]any
	if json.Unmarshal([]byte(body), &fields) != nil {
		return refusal{}
	}
	text := func(name string) string {
		s, _ := fields[name].(string)
		return s
	}
	return refusal{RequestID: text("RequestId"), Code: text("Code"), Message: text("Message")}
}

// classify turns an answer that is not 2xx into an error.
func classify(op string, status int, body string) *cloud.Error {
	r := parseRefusal(body)
	message := stable(r)
	if r.Code == "" {
		message = "unexpected answer: HTTP " + statusText(status)
	}
	return &cloud.Error{Kind: kindOf(op, status, r), Op: op, Code: r.Code, Message: message, RequestID: r.RequestID}
}

// kindOf decides by code, then by the words that the service keeps for one condition under several
// codes, then by status. A server fault or anything that is no answer of the API leaves the effect
// of a write in doubt; an unknown refusal (4xx) is final.
func kindOf(op string, status int, r refusal) cloud.ErrorKind {
	kind := kindOfText(r.Message)
	if kind == "" {
		kind = kindOfCode(r.Code)
	}
	switch {
	case kind == serverFault:
		return inDoubt(op)
	case kind != "":
		return kind
	case status >= 400 && status < 500 && r.Code != "":
		return cloud.Invalid
	default:
		return inDoubt(op)
	}
}

// kindOfText reads messages. The code InvalidParameter stands for what is not there as well as for
// what is wrong, and only the text tells them apart; CCM and Terraform match on the same words.
func kindOfText(message string) cloud.ErrorKind {
	text := strings.ToLower(message)
	switch {
	case strings.Contains(text, "the specified resource does not exist"),
		strings.Contains(text, "vservergroupid does not exist"),
		strings.Contains(text, "loadbalancerid does not exist"):
		return cloud.NotFound
	case strings.Contains(text, "duplicated value of serverid and port"):
		return cloud.Conflict
	}
	return ""
}

// maxMessage keeps messages fit for events.
const maxMessage = 300

// stable removes from a message what differs from call to call, and what it must not hold: for a
// wrong signature the service repeats the whole string that it signed, keys and tokens included.
func stable(r refusal) string {
	if strings.HasPrefix(r.Code, "Signature") || strings.HasPrefix(r.Code, "IncompleteSignature") {
		return "the signature was not accepted: check the access key's secret and the clock"
	}
	text := r.Message
	for _, secret := range []string{"-----BEGIN", "string to sign"} {
		text, _, _ = strings.Cut(text, secret)
	}
	text = regexp.MustCompile(`(?i)request ?id:?\s*\S+`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?`).ReplaceAllString(text, "")
	text = withoutQuery(strings.Join(strings.Fields(text), " "))
	return strings.ToValidUTF8(text[:min(len(text), maxMessage)], "")
}
