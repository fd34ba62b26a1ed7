package annotations

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Type is a kind of value.
type Type struct {
	// Want describes the values for people, such as "true" or "false".
	Want string

	accepts func(string) bool
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

// integer takes decimal numbers as people write them: no sign, no leading zero.
func integer(low, high int) Type {
	return Type{
		Want: fmt.Sprintf("a whole number from %d to %d", low, high),
		accepts: func(v string) bool {
			n, err := strconv.Atoi(v)
			return err == nil && strconv.Itoa(n) == v && low <= n && n <= high
		},
	}
}

func text() Type { return Type{Want: "any text", accepts: func(string) bool { return true }} }

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
