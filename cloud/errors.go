package cloud

import (
	"context"
	"errors"
	"fmt"
)

// ErrorKind says how a failed call is to be handled. The adapter classifies by the service's code;
// nobody else reads codes.
type ErrorKind string

// The kinds of errors.
const (
	NotFound    ErrorKind = "NotFound"    // what the call names is not there; on delete that is success
	Busy        ErrorKind = "Busy"        // a change is in progress, or a reference clears late: retry soon
	Throttled   ErrorKind = "Throttled"   // too many calls: retry later
	Quota       ErrorKind = "Quota"       // no room or no capacity: somebody has to make some
	Denied      ErrorKind = "Denied"      // no permission, or the account may not
	Invalid     ErrorKind = "Invalid"     // the service will never take this call as it is
	Conflict    ErrorKind = "Conflict"    // it exists already, or differs from what was expected: read again
	Unavailable ErrorKind = "Unavailable" // the service failed, surely without effect
	Barred      ErrorKind = "Barred"      // not sent: this controller's own guard did not let it pass
	// Unknown is an unknown outcome: the call may have had its effect, or may have it yet.
	Unknown ErrorKind = "Unknown"
)

// Error is a failed call. Its text is stable for one cause: it holds no request id, no time and no
// URL, so it can stand in an event.
type Error struct {
	Kind      ErrorKind
	Op        string // the service's name of the operation, such as "CreateRules"
	Code      string // the service's code; empty if no answer came
	Message   string // the service's message, without ids of the request
	RequestID string // for logs only
}

// Error gives operation, code and message.
func (e *Error) Error() string {
	switch {
	case e.Code == "":
		return fmt.Sprintf("%s: %s", e.Op, e.Message)
	case e.Message == "":
		return fmt.Sprintf("%s: %s", e.Op, e.Code)
	default:
		return fmt.Sprintf("%s: %s: %s", e.Op, e.Code, e.Message)
	}
}

// KindOf returns the kind of an error: "" for nil, the kind of an [*Error] anywhere in its chain,
// and Unknown for whatever else, because nothing is known of its effect.
func KindOf(err error) ErrorKind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unknown
}

// Canceled tells whether an error is the end of the caller's own context rather than the service's
// doing.
func Canceled(ctx context.Context, err error) bool { return err != nil && ctx.Err() != nil }
