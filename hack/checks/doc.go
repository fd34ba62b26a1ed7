// Package checks holds the rules of this repository that no linter states: which package may reach
// which, how long a file and a function may be, that every package says what it is for, and that no
// file names a place of somebody's machine.
//
// It imports the standard library alone and nothing imports it. Its tests apply the rules to the
// repository, so `make test` and `make verify` both enforce them:
//
//	go test ./hack/checks/...
//
// The linters know the rules on imports too, and point at the line; here the whole way is looked
// at, since a forbidden package is often reached through one that is allowed.
package checks
