package fakecloud

import (
	_ "embed" // for params.txt
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed params.txt
var paramText string

// Params are the parameters of one call, by their name on the wire.
type Params map[string]string

// integer reads a parameter that the table has already checked.
func (p Params) integer(name string, absent int) int {
	n, err := strconv.Atoi(p[name])
	if err != nil {
		return absent
	}
	return n
}

func (p Params) on(name string) bool { return p[name] == "on" }

// decodeItems reads a parameter that is a JSON list of objects. Names of fields are compared with
// their case, as the service does and encoding/json does not.
func decodeItems(text string, into any, names ...string) bool {
	var items []map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &items) != nil {
		return false
	}
	for _, item := range items {
		for name := range item {
			if !slices.Contains(names, name) {
				return false
			}
		}
	}
	return json.Unmarshal([]byte(text), into) == nil
}

// list reads Name.1, Name.2 and so on, up to the first that is absent.
func (p Params) list(name string) []string {
	var values []string
	for i := 1; ; i++ {
		v, ok := p[name+"."+strconv.Itoa(i)]
		if !ok {
			return values
		}
		values = append(values, v)
	}
}

// word is one row of params.txt.
type word struct {
	name     string
	required bool
	repeated int    // 0: not a list
	rule     string // after "="
	code     string // after "@"
}

type wordList map[string]word

// validator checks calls against params.txt. It never changes after it was made.
type validator struct {
	words    map[string]wordList
	patterns map[string]pattern
	switches Switches
}

// commonWords belong to the protocol, not to an operation. Owner parameters and Tags are leftovers
// that the SDK may send with everything.
func commonWords() []string {
	return []string{
		"Action", "Version", "Format", "Timestamp", "SignatureMethod", "SignatureVersion", "SignatureType",
		"SignatureNonce", "AccessKeyId", "access_key_id", "SecurityToken", "Signature", "RegionId", "Tags",
		"OwnerId", "OwnerAccount", "ResourceOwnerId", "ResourceOwnerAccount",
	}
}

func parseWords(text string) map[string]wordList {
	ops := map[string]wordList{}
	var current wordList
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		if !strings.HasPrefix(line, "\t") {
			current = wordList{}
			ops[strings.TrimSpace(line)] = current
			continue
		}
		for field := range strings.FieldsSeq(line) {
			w := parseWord(field)
			current[w.name] = w
		}
	}
	return ops
}

func parseWord(field string) word {
	var w word
	field, w.code, _ = strings.Cut(field, "@")
	field, w.rule, _ = strings.Cut(field, "=")
	field, count, _ := strings.Cut(field, "*")
	w.repeated, _ = strconv.Atoi(count)
	w.name, w.required = strings.CutSuffix(field, "!")
	return w
}

// check validates the parameters of one call against its operation's words, in order of name so that
// a call with two faults is always answered alike.
func (v *validator) check(action string, p Params) *Error {
	words := v.words[action]
	for _, name := range slices.Sorted(maps.Keys(words)) {
		if err := v.checkWord(words[name], p); err != nil {
			return err
		}
	}
	if v.switches.IgnoreUnknownParams {
		return nil
	}
	return words.unknown(p)
}

func (w wordList) unknown(p Params) *Error {
	common := commonWords()
	for _, name := range slices.Sorted(maps.Keys(p)) {
		head, _, indexed := strings.Cut(name, ".")
		known, ok := w[head]
		if ok && indexed == (known.repeated > 0) || slices.Contains(common, name) {
			continue
		}
		return refuse("InvalidParameter", "The parameter %s is not supported by this operation.", name)
	}
	return nil
}

func (v *validator) checkWord(w word, p Params) *Error {
	if w.repeated > 0 {
		return w.checkList(p)
	}
	value := p[w.name]
	if value == "" {
		if w.required {
			return missing(w.name)
		}
		return nil
	}
	if w.rule == "" || v.accepts(w.rule, value) {
		return nil
	}
	if w.code != "" {
		return refuse(w.code, "The specified parameter %s is not valid.", w.name)
	}
	return invalid(w.name)
}

func (w word) checkList(p Params) *Error {
	highest := 0
	for name := range p {
		rest, ok := strings.CutPrefix(name, w.name+".")
		if !ok {
			continue
		}
		index, _, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(index)
		if err != nil || n < 1 {
			return invalid(w.name)
		}
		highest = max(highest, n)
	}
	if highest > w.repeated {
		code := w.code
		setDefault(&code, "InvalidParameter")
		return refuse(code, "The parameter %s has more than %d items.", w.name, w.repeated)
	}
	if w.required && highest == 0 {
		return missing(w.name)
	}
	return nil
}

func (v *validator) accepts(rule, value string) bool {
	if name, ok := strings.CutPrefix(rule, "~"); ok {
		return v.matches(name, value)
	}
	if low, high, ok := strings.Cut(rule, ".."); ok {
		return inRange(value, low, high)
	}
	return slices.Contains(strings.Split(rule, "|"), value)
}

func inRange(value, low, high string) bool {
	n, err := strconv.Atoi(value)
	if err != nil {
		return false
	}
	lo, errLow := strconv.Atoi(low)
	hi, errHigh := strconv.Atoi(high)
	return errLow == nil && errHigh == nil && lo <= n && n <= hi
}

// pattern is a length in characters and a shape.
type pattern struct {
	longest int
	shape   *regexp.Regexp
}

// patterns holds the documented character sets. Han stands for the Chinese characters that names and
// descriptions may hold.
func patterns() map[string]pattern {
	p := func(longest int, shape string) pattern { return pattern{longest, regexp.MustCompile(shape)} }
	return map[string]pattern{
		"name":        p(80, `^[a-zA-Z0-9\p{Han}./_-]+$`),
		"certname":    p(80, `^[a-zA-Z0-9\p{Han}./_*-]+$`),
		"rulename":    p(40, `^[a-zA-Z0-9./_-]+$`),
		"description": p(256, `^[a-zA-Z0-9\p{Han}./_-]+$`),
		"reason":      p(80, `^[a-zA-Z\p{Han}][a-zA-Z0-9\p{Han}._-]*$`),
		"cookie":      p(200, `^[!-#%-+\--:<-~][!-+\--:<-~]*$`),
		"lbname":      p(80, `^[a-zA-Z\p{Han}][a-zA-Z0-9\p{Han}._-]*$`),
		"uri":         p(80, `^/[a-zA-Z0-9/.%?#&-]*$`),
		"wideuri":     p(80, `^/[a-zA-Z0-9/.%?#&_~+:@=-]*$`),
		"checkdomain": p(80, `^(\$_ip|[a-zA-Z0-9.-]+)$`),
		"httpcodes":   p(80, `^http_[2-5]xx(,http_[2-5]xx)*$`),
		"token":       p(64, `^[!-~]+$`),
		"domain":      p(80, `^(\*\.)?[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*$`),
		"url":         p(80, `^/[a-zA-Z0-9/.%?#&-]+$`),
		"wideurl":     p(80, `^/[a-zA-Z0-9/.%?#&_~+:@=-]+$`),
	}
}

// matches says whether value has the length and the shape of a named pattern.
func (v *validator) matches(name, value string) bool {
	if name == "uri" && value == "/" {
		return v.switches.RootHealthCheckURI
	}
	if (name == "url" || name == "uri") && v.switches.WideURLs {
		name = "wide" + name
	}
	p, ok := v.patterns[name]
	return ok && len([]rune(value)) <= p.longest && p.shape.MatchString(value)
}

// validAddress says whether s is an IPv4 address or CIDR.
func validAddress(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		s += "/32"
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil || !prefix.Addr().Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is not an IPv4 address or CIDR", s)
	}
	return prefix, nil
}
