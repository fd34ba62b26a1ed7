package compat

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Markdown is the manual: one table for each source, with a row for each key.
func Markdown() string {
	var b strings.Builder
	for _, source := range Sources() {
		rows := table(source)
		fmt.Fprintf(&b, "## Annotations of %s\n\nKeys begin with `%s`; there are %d.\n\n", source.title(), source.Prefix(), len(rows))
		b.WriteString("| Key | Verdict | What becomes of it | Why |\n| --- | --- | --- | --- |\n")
		for _, r := range rows {
			key := r.Key
			if r.family() {
				key += "…"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", key, r.Verdict, r.becomes(), r.sentences())
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// becomes says what becomes of the key, with the rows of our own that it stands for.
func (r Row) becomes() string {
	var names []string
	for _, name := range r.Names {
		names = append(names, "`"+string(name)+"`")
	}
	list, either := strings.Join(names, ", "), strings.Join(names, " or ")
	switch {
	case r.Effect == Honoured:
		return "honoured as " + list
	case r.translate == nil && list != "":
		return fmt.Sprintf("%s, unless %s of our own stands in its place", r.Effect, either)
	case len(r.harmless) > 0:
		return fmt.Sprintf("%s, unless it is %s", r.Effect, "`"+strings.Join(r.harmless, "` or `")+"`")
	default:
		return string(r.Effect)
	}
}

func (r Row) sentences() string {
	text := sentence(r.Why)
	if r.Fix != "" {
		text += " " + sentence(r.Fix)
	}
	return text
}

func sentence(clause string) string {
	first, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(first)) + clause[size:] + "."
}
