// Package compat reads the annotations that Ingresses have from other controllers, ingress-nginx and
// the ALB Ingress controller, for classes whose SLBConfig asks for it by compatibility. One table says
// of every documented key whether the service can keep its meaning, and why; the table is the
// translation, the refusals and the manual:
//
//	config, faults := compat.Read(ingress.Annotations, compat.Options{Sources: []compat.Source{compat.Nginx}})
//
// A key whose meaning can be kept becomes a value of our own table, so nothing behind package
// annotations knows of other controllers. What is refused, told or noted is an [annotations.Fault]; one
// that Guards leaves the Ingress out, because its requests would not be those that its author meant.
//
// Invariants: the package is pure; our own keys come before those of others, and ingress-nginx's
// before the ALB's, a bundle at a time; a value that cannot be kept exactly is never kept in another
// way without being told.
//
// It imports packages annotations and cloud, and the standard library.
package compat
