package annotations

import (
	"fmt"
	"strings"
)

// Markdown is the manual: the table for people, one row for each annotation.
func Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Keys begin with `%s`, `%s` or the older `%s`.\n\n", OwnPrefix, Prefix, OlderPrefix)
	b.WriteString("| Key | Value | Applies to | Default | What it does | Example | Field of SLBConfig |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range Table() {
		field := "none"
		if r.Field != "" {
			field = "`" + r.Field + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | `%q` | %s |\n", r.Name, r.Type.Want, r.Level, orNone(r.Default), r.Doc, r.Example, field)
	}
	return b.String()
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return fmt.Sprintf("`%q`", value)
}
