// Command gendoc writes the documents whose facts stand in the code:
//
//	docs/annotations.md     from the table of package annotations
//	docs/compatibility.md   from that of package compat
//	docs/events.md          from the reasons of cloud/reason.go, and what to do about each
//
// `make generate` runs it, with the repository's folder as argument:
//
//	gendoc ../..
//
// It imports annotations, annotations/compat and the standard library. Its tests fail when a document is stale, when a
// reason has no advice, and when docs/flags.md differs from the flags of the controller; that one
// is rewritten by its test, because nothing but a program or a test may import package manager.
package main

//go:generate go run . ../..
//go:generate go test -run ^TestFlags$ . -update
