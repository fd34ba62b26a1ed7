// Package ingress runs the loop: load → observe → desired → plan → apply → report, once for each
// group of Ingresses. A group is what one load balancer instance serves; its name is the reconcile
// key and the name of its SLBInstance.
//
// Of the rooms below cmd it is the only one with a Kubernetes client. Everything between reading the cluster and
// writing to it again is pure and lives in controllers/desired and cloud/plan; calls of the
// service go through cloud.Reader and cloud.Writer.
//
//	err := ingress.Register(ctx, mgr, ingress.Deps{Service: adapter, Metrics: metrics}, options)
//
// # Invariants
//
//   - Two reconciles of one group never overlap.
//   - A reconcile reads its own group only, through indexes of the cache.
//   - What could be lost is on the SLBInstance before it is sent.
//   - Secrets are watched one by one, by name; they are never listed.
package ingress
