package annotations

import (
	"slices"
	"strings"
)

// Type is a kind of value.
type Type struct {
	// Want describes the values for people, such as "true" or "false".
	Want string

	accepts func(string) bool
	why     func(string) error // names the part of a value that cannot be read; may be nil
}

// Accepts tells whether the value is one of the type. Values are taken literally: no blanks are
// trimmed and no case is folded, so that what is read is what was written.
func (t Type) Accepts(value string) bool { return t.accepts(value) }

func boolean() Type { return oneOf("true", "false") }

func oneOf(values ...string) Type {
	return Type{
		Want:    `"` + strings.Join(values, `" or "`) + `"`,
		accepts: func(v string) bool { return slices.Contains(values, v) },
	}
}

// maxID keeps an id, which becomes part of object names and requests, to a sane length.
const maxID = 80

// ValidInstanceID tells whether a value is "lb-" and at least one lower-case letter or digit more,
// and nothing else. Nothing that is not may be used as an id anywhere.
func ValidInstanceID(value string) bool {
	rest, ok := strings.CutPrefix(value, "lb-")
	return ok && rest != "" && len(value) <= maxID && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func instanceID() Type {
	return Type{Want: `"lb-" and lower-case letters and digits`, accepts: ValidInstanceID}
}
