// Package crash kills and stops the shipped program under a running local cluster, at sampled calls
// of the service, and looks at what becomes of the account. It has tests alone:
//
//	go test ./cmd/localcluster/crash -args -kills 50 -freezes 20 -seed 7
//
// The in-memory sweeps of controllers/ingress reach every call. These here show that the program as
// it is built, with its caches, its lease and its sockets, does the same.
package crash
