// Package model says, naively, how a cluster's requests have to be answered: which Service's pods serve
// a host and path on each port of each group's instance, which certificate is presented for a name, and
// who has to be told what. It judges the controller in simulations:
//
//	m := model.New(model.Options{DefaultClass: "slb"})
//	table := m.Observe(now, model.Cluster{Ingresses: ..., Services: ...})
//	table.Answer(model.Probe{Group: "class.slb.0", Port: 80, Host: "cafe.example", Path: "/tea/x"})
//
// It is written from the project's description of what is wanted and from the service's documents, and
// shares no code with the translation that it judges: it may import neither controllers, annotations
// nor cloud. It has no rules, plans or marks, only what a client sees; where two answers are both
// right, it names both.
//
// A Model sees the inputs change by change, because some things depend on history: who claimed a host
// first, what a path served before its backend broke, whether an instance that nobody needs is still
// within its grace. The same history gives the same tables. A Table is a value that later changes of
// the model do not touch. A Model is for one goroutine.
//
// Not judged: access lists and mutual TLS, further ports, settings of listeners but the redirect,
// certificates that are named by id, and which paths a listener leaves out that has more than its 40
// rules; a table says that of a group (Group.Crowded), and its answers are then any.
package model
