package annotations

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Type is a kind of value.
type Type struct {
	// Want describes the values for people, such as "true" or "false".
	Want string

	accepts func(string) bool
	yes, no string             // how a switch spells itself; empty: it is none
	why     func(string) error // names the part of a value that cannot be read; may be nil
	spell   func(any) string   // spells the value of a field as an annotation would; nil: as its JSON type says
}

// Accepts tells whether the value is one of the type. Values are taken literally: no blanks are
// trimmed and no case is folded, so that what is read is what was written.
func (t Type) Accepts(value string) bool { return t.accepts(value) }

func boolean() Type { return switched("true", "false") }

func onOff() Type { return switched(on, off) }

const on, off = "on", "off"

// switched has no word for "no" where that is empty.
func switched(yes, no string) Type {
	t := oneOf(slices.DeleteFunc([]string{yes, no}, func(word string) bool { return word == "" })...)
	t.yes, t.no = yes, no
	return t
}

func oneOf(values ...string) Type {
	return Type{
		Want:    `"` + strings.Join(values, `" or "`) + `"`,
		accepts: func(v string) bool { return slices.Contains(values, v) },
	}
}

// number accepts decimal numbers without sign, blanks or leading zeros.
func number(least, most int) Type {
	return Type{
		Want: "a number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most),
		accepts: func(v string) bool {
			n, err := strconv.Atoi(v)
			return err == nil && strconv.Itoa(n) == v && n >= least && n <= most
		},
	}
}

// line accepts any text without control characters such as a line's end.
func line() Type {
	return Type{Want: "any text on one line", accepts: func(v string) bool {
		return v != "" && !strings.ContainsFunc(v, unicode.IsControl)
	}}
}

// shaped accepts up to longest characters that match an expression as a whole. It is compiled when a
// value is there, since the table is made anew for each reading and most annotations are absent.
func shaped(longest int, expression, want string) Type {
	return Type{Want: want, accepts: func(v string) bool {
		return len([]rune(v)) <= longest && regexp.MustCompile(`\A(?:`+expression+`)\z`).MatchString(v)
	}}
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

func address() Type {
	return Type{Want: "an IPv4 address of the vSwitch", accepts: func(v string) bool {
		ip, err := netip.ParseAddr(v)
		return err == nil && ip.Is4()
	}}
}

// maxTags is what is left of the service's 20 tags for an instance once ours are on it, with room
// for a user's own.
const maxTags = 10

func tagList() Type {
	return Type{
		Want:    `up to 10 tags as "key=value,key=value", without the prefixes that the service and this controller keep for themselves`,
		accepts: func(v string) bool { tags, ok := parseTags(v); return ok && len(tags) <= maxTags },
	}
}

// parseTags reads "key=value,key=value". The service limits keys to 64 characters and values to 128,
// and refuses keys that begin with "aliyun" or "acs:" and anything that holds a URL's scheme. Keys
// by which controllers know what is theirs are refused, too.
func parseTags(text string) (map[string]string, bool) {
	tags := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(pair, "=")
		_, twice := tags[key]
		if !ok || twice || key == "" || len(key) > 64 || len(value) > 128 || reserved(key) ||
			strings.Contains(pair, "://") || strings.ContainsFunc(pair, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return nil, false
		}
		tags[key] = value
	}
	return tags, true
}

func reserved(key string) bool {
	for _, prefix := range []string{"aliyun", "acs:", "ack.aliyun.com", "kubernetes.", "slb-ingress/"} {
		if strings.HasPrefix(strings.ToLower(key), prefix) {
			return true
		}
	}
	return false
}
