package annotations

import (
	"fmt"
	"strings"
)

// Markdown is the manual: the table for people, one row for each annotation.
func Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Keys begin with `%s`; the older `%s` is understood too.\n\n", Prefix, OlderPrefix)
	b.WriteString("| Key | Value | Applies to | Default | What it does | Example |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range Table() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | `%q` |\n", r.Name, r.Type.Want, r.Level, orNone(r.Default), r.Doc, r.Example)
	}
	return b.String()
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return fmt.Sprintf("`%q`", value)
}
